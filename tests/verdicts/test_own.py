"""Hypotheses of a researcher's own: on any panel, judged without a file of the package edited."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.errors import HypothesisError, SpecificationError
from pkstats.families.design import Scale


def draw_panel(*, effect: float = 0.0, seed: int = 1) -> pk.Panel:
    """Districts by year; a treatment that steps up once in each, a counted and a scored outcome."""
    rng = np.random.default_rng(seed)
    units, years = 16, 14
    frame = pd.DataFrame(
        {
            "district": np.repeat([f"d{i:02d}" for i in range(units)], years),
            "year": list(range(2000, 2000 + years)) * units,
        }
    )
    step = np.repeat(rng.integers(2003, 2011, units), years)
    frame["patrols"] = (frame["year"] >= step).astype(float)
    frame["people"] = 1000.0
    frame["attacks"] = rng.poisson(np.exp(0.3 + effect * frame["patrols"]))
    frame["score"] = effect * frame["patrols"] + rng.normal(size=len(frame))
    return pk.Panel.from_frame(frame, unit="district", time="year")


def declare(**changes):
    given = {
        "outcome": "attacks",
        "treatment": "patrols",
        "effects": ("district", "year"),
        "family": "poisson",
        "inference": pk.Inference(cluster="district", method="CRV3"),
    }
    specification = pk.Specification(**(given | changes))
    return pk.Hypothesis(
        name="X1-patrols",
        family="X1",
        statement="Patrols draw attacks.",
        expected_sign=1,
        seen="none",
        smallest_effect=pk.SmallestEffect(
            value=0.2, unit="log rate ratio", reason="too small to plan for", scale="coefficient"
        ),
        primary=pk.Model(name="patrols", specification=specification),
        unit="log rate ratio per patrol",
    )


def test_a_hypothesis_alone_is_judged_and_at_best_inconclusive():
    verdict = pk.judge(declare(), draw_panel(effect=1.0))
    assert verdict.ruling == "inconclusive"
    assert verdict.reason.startswith("would be supported, but")
    assert verdict.row()["entering"] == "CRV3"
    assert verdict.row()["entered_p"] == verdict.primary.p_value < 0.05
    assert not {"mission", "host"} & set(str(verdict.tidy()).split())


@pytest.mark.parametrize(("effect", "ruling"), [(1.0, "supported"), (-2.0, "contradicted")])
def test_a_family_with_variant_and_multiverse_is_decided(effect, ruling):
    mine = declare()
    later = replace(mine.primary, name="patrols-later", role="sample variant", sample="year > 2000")
    mine = replace(mine, alternatives=(later,))
    choices = {"effects": [("district", "year"), ("district",)]}
    family = pk.Family(
        code="X1", title="Patrols", hypotheses=(mine,), choose=lambda _: choices, panels=("own",)
    )
    verdict = pk.judge(mine, draw_panel(effect=effect), family=family)
    assert verdict.ruling == ruling, verdict.reason


def test_a_scored_outcome_around_zero_has_events():
    mine = declare(outcome="score", family="linear")
    verdict = pk.judge(replace(mine, unit="points"), draw_panel(effect=0.0, seed=5))
    assert verdict.ruling != "not testable"
    assert verdict.steps[0].outcome == "met"


def test_members_are_corrected_together():
    first = declare()
    second = replace(declare(outcome="score", family="linear"), name="X1-score")
    second = replace(second, primary=replace(second.primary, name="score"))
    alone = pk.judge(first, draw_panel(effect=0.2))
    both = pk.judge(first, draw_panel(effect=0.2), family=(first, second))
    assert both.q_value >= alone.q_value


@pytest.mark.parametrize(
    "changes",
    [
        {"controls": ("zz",)},
        {"outcome": "attakcs"},
        {"treatment": "patrol"},
        {"effects": ("distrikt",)},
        {"exposure": "persons"},
        {"inference": pk.Inference(cluster="distrikt")},
    ],
    ids=lambda c: next(iter(c)),
)
def test_a_misspelt_column_is_an_error_and_no_ruling(changes):
    with pytest.raises(SpecificationError, match=r"zz|attakcs|patrol\b|distrikt|persons"):
        pk.judge(declare(**changes), draw_panel())


def test_a_treatment_that_never_varies_is_a_finding():
    panel = draw_panel()
    still = replace(panel, frame=panel.frame.assign(patrols=1.0))
    verdict = pk.judge(declare(), still)
    assert verdict.ruling == "not identified"


def test_a_rate_needs_a_denominator_and_a_design_gives_one():
    mine = replace(
        declare(),
        design="district years",
        smallest_effect=pk.SmallestEffect(
            value=1.0, unit="attacks per 1,000 people", baseline="year < 2002", reason="r"
        ),
    )
    with pytest.raises(SpecificationError, match="needs a denominator"):
        pk.judge(mine, draw_panel())
    design = pk.Design(
        name="district years",
        unit="a district in a year",
        scale=Scale(denominator="people", per=1000, unit="per 1,000 people"),
        entering="CRV3",
    )
    family = pk.Family(code="X1", title="Patrols", hypotheses=(mine,), designs=(design,))
    assert pk.judge(mine, draw_panel(), family=family).smallest_effect == pytest.approx(
        np.log1p(1 / draw_panel().frame.query("year < 2002")["attacks"].mean())
    )
    missing = replace(design, scale=Scale(denominator="folk", unit="per person"))
    with pytest.raises(SpecificationError, match="folk"):
        pk.judge(mine, draw_panel(), family=replace(family, designs=(missing,)))


def test_wild_scores_enter_where_the_design_says_so():
    design = pk.Design(name="missions", unit="a district in a year", entering="wild score")
    mine = declare()
    family = pk.Family(code="X1", title="Patrols", hypotheses=(mine,), designs=(design,))
    verdict = pk.judge(mine, draw_panel(effect=1.0), family=family)
    assert verdict.row()["entering"] == "wild score"
    assert verdict.row()["entered_p"] == verdict.primary.wild_p < 0.05
    assert "wild score bootstrap" in str(verdict.tidy()["condition"].tolist())


def test_a_scheme_that_the_design_lacks_is_refused_with_a_remedy():
    mine = declare()
    drawn = replace(mine, primary=replace(mine.primary, randomized=True))
    with pytest.raises(SpecificationError, match="randomized=False"):
        pk.judge(drawn, draw_panel())


def test_a_gate_of_its_own_decides(monkeypatch):
    from pkstats.families.design import Gate

    strict = pk.Design(
        name="missions", unit="a district", gate=Gate(fewest=17, words="all 17"), entering="CRV3"
    )
    mine = declare()
    family = pk.Family(code="X1", title="Patrols", hypotheses=(mine,), designs=(strict,))
    assert pk.judge(mine, draw_panel(effect=1.0), family=family).ruling == "not identified"


def test_evidence_made_under_a_bent_design_is_refused():
    from pkstats.families import find_family
    from pkstats.verdicts import gather

    h1 = find_family("H1")
    bent = replace(h1, designs=(replace(h1.designs[0], hazard=None),))
    with pytest.raises(HypothesisError, match="design of 'H1: missions': frozen"):
        gather(h1.hypotheses[0], family=bent, draws=9)
