"""The rule in stages gives the ruling of the whole rule, and never computes what cannot matter."""

from dataclasses import replace

import numpy as np
import pytest

from pkstats.data.panels import Panel
from pkstats.errors import SpecificationError
from pkstats.families import Family
from pkstats.simulation.calibration import staged
from pkstats.simulation.calibration.design import REPORT, find_kind
from pkstats.simulation.calibration.ground import Ground
from pkstats.simulation.calibration.staged import (
    CONDITIONS,
    STAGES,
    Asked,
    Staged,
    judge_in_stages,
    set_readings_aside,
    summarize_outcomes,
    take_readings_as_agreeing,
)
from pkstats.simulation.calibration.tuning import read_violence
from pkstats.simulation.calibration.world import draw_world
from pkstats.verdicts.gathering import gather_ready
from pkstats.verdicts.ruling import UNDECIDED
from pkstats.verdicts.verdict import judge_family

DRAWS = 199
#: Neither its p-value nor its interval lets anything be decided.
HOPELESS = ("restricted", "H1-robustness-attacks", 0)
#: Kind, hypothesis and number of worlds that end at different stages.
WORLDS = (
    ("restricted", "H1-robustness-attacks", 14),
    ("effect-1.25", "H1-robustness-risk", 10),
    ("restricted", "H1-robustness-risk", 6),
    ("effect-1.79", "H1-robustness-attacks", 8),
)


def prepare(grounds: dict[str, Ground], family: Family, kind: str, name: str, number: int) -> Panel:
    which = find_kind(kind)
    violence = read_violence(name, which)
    return family.make_ready(
        draw_world(grounds[name], which, violence, number=number, block=REPORT)
    )


def judge_whole(family: Family, panel: Panel, name: str):
    plain, drawn = set_readings_aside(family), {"draws": DRAWS, "seed": family.seed, "jobs": 1}
    evidence = {
        h.name: take_readings_as_agreeing(
            gather_ready(h, plain, panel, models=h.judged, **drawn), family
        )
        for h in family.hypotheses
    }
    return judge_family(evidence)[name]


def judge(family: Family, panel: Panel, name: str) -> Staged:
    return judge_in_stages(family, panel, family.find(name), draws=DRAWS, seed=family.seed)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name", "number"), WORLDS)
@pytest.mark.parametrize("look", [49, 499])
def test_stages_give_the_ruling_of_the_whole_rule(
    grounds, family, monkeypatch, kind, name, number, look
) -> None:
    monkeypatch.setattr(staged, "FIRST_LOOK", look)
    panel = prepare(grounds, family, kind, name, number)
    if (kind, name, number) not in _WHOLE:
        _WHOLE[kind, name, number] = judge_whole(family, panel, name)
    whole, found = _WHOLE[kind, name, number], judge(family, panel, name)
    assert found.ruling == whole.ruling
    assert found.evidence.primary.estimate == whole.primary.estimate
    assert found.evidence.primary.p_value == whole.primary.p_value
    for column, outcome in found.conditions.items():
        met = [s.outcome for s in whole.steps if CONDITIONS[column].meets(s)]
        if outcome != "not reached":
            assert outcome == summarize_outcomes(met), column
    if found.draws == DRAWS:
        assert found.randomization_p == whole.primary.randomization_p


_WHOLE: dict[tuple[str, str, int], object] = {}


def test_a_hopeless_world_ends_after_the_screen(grounds, family, monkeypatch) -> None:
    panel = prepare(grounds, family, *HOPELESS)
    monkeypatch.setattr(staged, "draw_in_looks", None)
    found = judge(family, panel, HOPELESS[1])
    assert (found.stage, found.draws) == ("screen", 0)
    assert found.ruling in UNDECIDED
    reached = {c for c, outcome in found.conditions.items() if outcome != "not reached"}
    assert reached == {c for c, asked in CONDITIONS.items() if asked.stage == "screen"}
    assert {asked.stage for asked in CONDITIONS.values()} == set(STAGES)


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([], "not asked"),
        (["met", "met"], "met"),
        (["met", "not met"], "not met"),
        (["cannot tell", "cannot tell"], "cannot tell"),
        (["cannot tell", "clear"], "clear"),
        (["clear", "failed", "cannot tell"], "failed"),
    ],
)
def test_several_conditions_say_one_thing_together(outcomes, said) -> None:
    assert summarize_outcomes(outcomes) == said


def test_a_stopped_test_cannot_have_been_significant(grounds, family, monkeypatch) -> None:
    kind, name, number = WORLDS[0]
    panel = prepare(grounds, family, kind, name, number)
    court = staged.Court(family, panel, DRAWS, family.seed)
    monkeypatch.setattr(staged, "FIRST_LOOK", 39)
    stopped = staged.draw_in_looks(family.find(name), court)
    monkeypatch.setattr(staged, "FIRST_LOOK", DRAWS)
    whole = staged.draw_in_looks(family.find(name), court)
    assert (stopped.draws, whole.draws) == (39, DRAWS)
    assert 0.05 <= stopped.least <= whole.p_value
    assert whole.least == whole.p_value


def test_labels_of_missions_and_hosts_do_not_matter(grounds, family) -> None:
    _, name, _ = WORLDS[1]
    panel = prepare(grounds, family, *WORLDS[1])
    bare = staged.Court(family, panel, DRAWS, family.seed).gather(family.find(name)).primary
    rng, frame = np.random.default_rng(5), panel.frame.copy()
    for column in ("mission", "host"):
        labels = frame[column].unique()
        names = dict(zip(labels, rng.permutation(len(labels)), strict=True))
        frame[column] = frame[column].map(lambda label, n=names: f"unit {n[label]:03d}")
    other = Panel.from_frame(frame, unit="mission", time="month", name="mission_month")
    moved = staged.Court(family, other, DRAWS, family.seed).gather(family.find(name)).primary
    for field in ("estimate", "p_value", "interval_90", "gate_passes", "sign_stable"):
        assert getattr(moved, field) == pytest.approx(getattr(bare, field), rel=1e-6), field


def test_a_condition_that_no_column_stands_for_is_refused(grounds, family, monkeypatch) -> None:
    panel = prepare(grounds, family, *WORLDS[0])
    kept = {c: v for c, v in CONDITIONS.items() if c != "gate"}
    monkeypatch.setattr(staged, "CONDITIONS", kept)
    with pytest.raises(SpecificationError, match=r"identification gate.*CONDITIONS"):
        judge(family, panel, WORLDS[0][1])
    monkeypatch.setattr(staged, "CONDITIONS", CONDITIONS | {"own": Asked("no such words")})
    with pytest.raises(SpecificationError, match="no such words"):
        judge(family, panel, WORLDS[0][1])


def test_the_most_favourable_values_decide_where_anything_can(grounds, family) -> None:
    """Completing evidence can only help: what it does not decide, no true values would."""
    panel = prepare(grounds, family, *WORLDS[0])
    court = staged.Court(family, panel, DRAWS, family.seed)
    bare = court.gather(family.find(WORLDS[0][1]))
    strong = replace(
        bare,
        primary=replace(bare.primary, p_value=0.001, sign_stable=True, gate_passes=True),
        bars=tuple(replace(bar, open=frozenset(), found=frozenset()) for bar in bare.bars),
    )
    assert staged._rule(staged.complete(strong, 0.005), court).ruling not in UNDECIDED
    assert staged._rule(strong, court).ruling in UNDECIDED
