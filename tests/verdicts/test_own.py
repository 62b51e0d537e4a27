"""Hypotheses of a researcher's own: on any panel, judged without a file of the package edited."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.errors import HypothesisError, SpecificationError
from pkstats.families.design import Scale
from pkstats.verdicts import gather


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
        np.log1p(1 / draw_panel().frame["attacks"].mean())
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

    h1 = find_family("H1")
    bent = replace(h1, designs=(replace(h1.designs[0], hazard=None),))
    with pytest.raises(HypothesisError, match="design of 'H1: missions': frozen"):
        gather(h1.hypotheses[0], family=bent, draws=9)


def make_family(mine, **changes):
    given = {
        "code": "X1",
        "title": "Patrols",
        "hypotheses": (mine,),
        "designs": (pk.Design(name="missions", unit="a district in a year"),),
    }
    return pk.Family(**(given | changes))


def test_a_multiverse_keeps_the_rows_of_the_primary_model():
    panel = draw_panel(effect=1.0)
    frame = panel.frame
    late = frame["year"] > 2006
    turned = frame["score"].where(~late, -2 * frame["patrols"] + 0.1 * frame["score"])
    panel = replace(panel, frame=frame.assign(score=turned))
    mine = replace(declare(outcome="score", family="linear"), expected_sign=-1)
    mine = replace(mine, primary=replace(mine.primary, sample="year > 2006"))
    family = make_family(mine, choose=lambda _: {"effects": [("district", "year"), ("district",)]})
    specifications = family.find_multiverse(mine).list_specifications()
    assert {sample for _, _, sample in specifications} == {"year > 2006"}
    verdict = pk.judge(mine, panel, family=family)
    assert verdict.primary.estimate < 0
    other = make_family(mine, choose=lambda _: {"sample": ["", "year > 2006"]})
    with pytest.raises(HypothesisError, match="the first sample"):
        pk.judge(mine, panel, family=other)


def test_the_same_frame_with_other_keys_is_another_panel():
    frame = draw_panel(effect=0.6).frame.assign(half=lambda f: f["district"].str[-1])
    frame["period"] = range(len(frame))
    mine = declare(effects=("year",))
    one = pk.judge(mine, pk.Panel.from_frame(frame, unit="district", time="period"))
    two = pk.judge(mine, pk.Panel.from_frame(frame, unit="half", time="period"))
    assert one.primary.p_value != two.primary.p_value


def test_what_is_named_twice_is_refused():
    mine = declare()
    with pytest.raises(HypothesisError, match="named twice"):
        pk.judge(mine, draw_panel(), family=(mine, replace(mine, statement="Another.")))
    with pytest.raises(HypothesisError, match="models named twice: patrols"):
        replace(mine, alternatives=(replace(mine.primary, role="sample variant"),))
    with pytest.raises(HypothesisError, match="another declaration of 'X1-patrols'"):
        pk.judge(replace(mine, statement="Another."), draw_panel(), family=make_family(mine))


@pytest.mark.parametrize(
    "make",
    [
        lambda: replace(declare(), expected_sign=0),
        lambda: replace(declare(), cap="proxi"),
        lambda: replace(declare(), seen="everything"),
        lambda: replace(declare().primary, role="mian"),
        lambda: replace(declare().smallest_effect, value=-1.0),
        lambda: pk.Design(name="d", unit="u", entering="wild"),
        lambda: make_family(declare(), code="Y1"),
        lambda: make_family(replace(declare(), design="misions")).find_design(
            replace(declare(), design="misions")
        ),
    ],
)
def test_an_option_that_does_not_exist_is_refused_where_it_is_declared(make):
    with pytest.raises(HypothesisError, match="Remedy"):
        make()


def test_a_randomization_p_that_no_model_declares_cannot_enter():
    design = pk.Design(name="missions", unit="a district", entering="randomization")
    mine = declare()
    with pytest.raises(HypothesisError, match="entering='CRV3'"):
        pk.judge(mine, draw_panel(), family=make_family(mine, designs=(design,)))


def test_a_gate_of_ones_own_is_handed_over():
    opener = replace(declare(), name="X0-score", family="X0")
    opener = replace(opener, primary=replace(opener.primary, name="opener"))
    mine = replace(declare(), gated_by="X0")
    with pytest.raises(HypothesisError, match=r"gates=\(...\)"):
        pk.judge(mine, draw_panel())
    verdict = pk.judge(
        mine, draw_panel(), gates=(pk.Family(code="X0", title="t", hypotheses=(opener,)),)
    )
    assert any("X0 is decided first" in step.condition for step in verdict.steps)


def test_a_linear_effect_is_never_printed_as_a_ratio():
    verdict = pk.judge(declare(outcome="score", family="linear"), draw_panel(effect=0.5))
    assert f"{verdict.primary.estimate:.2f}, 95%" in str(verdict)


def test_without_an_estimate_none_is_printed():
    panel = draw_panel()
    still = replace(panel, frame=panel.frame.assign(patrols=1.0))
    assert "no estimate" in str(pk.judge(declare(), still))


def test_what_is_not_as_declared_is_said():
    family = make_family(declare())
    plain = pk.judge(declare(), draw_panel(), family=family)
    other = pk.judge(declare(), draw_panel(), family=family, draws=9, seed=5)
    assert plain.departures == ()
    assert "9 draws in place of 1,999" in str(other) and "seed 5" in str(other)


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        ((declare(), draw_panel().frame), "from_frame"),
        ((7, draw_panel()), "pk.Hypothesis"),
    ],
)
def test_what_is_no_hypothesis_or_no_panel_is_refused(arguments, remedy):
    with pytest.raises(SpecificationError, match=remedy):
        pk.judge(*arguments)


def test_a_rate_is_no_smallest_effect_of_a_score():
    smallest = pk.SmallestEffect(value=1.0, unit="a rate", baseline="year < 2002", reason="r")
    mine = replace(declare(outcome="score", family="linear"), smallest_effect=smallest)
    with pytest.raises(SpecificationError, match="scale='coefficient'"):
        pk.judge(mine, draw_panel())


def test_variants_whose_names_end_alike_all_count():
    mine = declare()
    ends = ("patrols-primary", "primary", "patrols-late", "late")
    made = tuple(replace(mine.primary, name=name, role="sample variant") for name in ends)
    mine = replace(mine, alternatives=made)
    evidence = gather(mine, draw_panel(effect=1.0), family=make_family(mine))
    assert {s.model for s in evidence.variants.values()} == set(ends)
    assert "primary" not in evidence.variants


def test_a_placebo_without_an_interval_clears_nothing():
    design = pk.Design(name="missions", unit="a district in a year", placebo="It is still.")
    mine = declare()
    lone = "district == 'd00' or patrols == 0"
    placebo = replace(mine.primary, name="placebo", role="placebo", sample=lone)
    mine = replace(mine, alternatives=(placebo,))
    verdict = pk.judge(mine, draw_panel(effect=1.0), family=make_family(mine, designs=(design,)))
    (bar,) = (step for step in verdict.steps if step.condition == "It is still.")
    assert bar.outcome == "cannot tell"
    assert bar.value.startswith("undefined")
    assert verdict.ruling == "inconclusive"


def test_the_sandwich_is_not_taken_for_the_jackknife():
    mine = declare(inference=pk.Inference(cluster="district", method="CRV1"))
    with pytest.raises(SpecificationError, match="method='CRV3'"):
        pk.judge(mine, draw_panel())


def test_a_baseline_without_events_is_refused_with_a_remedy():
    panel = draw_panel()
    early = panel.frame["attacks"].where(panel.frame["year"] > 2000, 0)
    panel = replace(panel, frame=panel.frame.assign(attacks=early))
    smallest = pk.SmallestEffect(value=1.0, unit="a rate", baseline="year == 2000", reason="r")
    mine = replace(declare(), smallest_effect=smallest)
    scale = Scale(denominator="people", per=1000, unit="per 1,000 people")
    design = pk.Design(name="missions", unit="a district in a year", scale=scale)
    with pytest.raises(SpecificationError, match="widen the baseline"):
        pk.judge(mine, panel, family=make_family(mine, designs=(design,)))


def test_choices_of_inference_are_frozen_and_run():
    mine = declare()
    other = pk.Inference(cluster="district", method="CRV1")
    own = mine.primary.specification.inference
    family = make_family(mine, choose=lambda _: {"inference": [own, other]})
    assert len(pk.write_freeze(family)) > 100
    assert pk.judge(mine, draw_panel(), family=family).ruling


def test_a_column_of_lists_beside_is_no_matter():
    panel = draw_panel()
    panel = replace(panel, frame=panel.frame.assign(notes=[[1]] * len(panel.frame)))
    assert pk.judge(declare(), panel).ruling == "inconclusive"


def test_a_published_row_says_where_it_departs():
    row = pk.judge(declare(), draw_panel(), draws=9).row()
    assert "9 draws" in row["departures"]
    assert "departures" not in pk.judge(declare(), draw_panel()).row()


def test_another_declaration_of_its_name_in_a_tuple_is_refused():
    mine = declare()
    with pytest.raises(HypothesisError, match="another declaration"):
        pk.judge(mine, draw_panel(), family=(replace(mine, statement="Another."),))
