"""The chapter on the calibration, on made-up results of known size."""

import numpy as np
import pandas as pd
import pytest

from pkstats.report.chapters import calibration as report
from pkstats.report.chapters.calibration_figure import caption_answer, draw_answer
from pkstats.simulation.calibration.design import KINDS, NULLS, PLANTED
from pkstats.simulation.calibration.summary import summarize_conditions, summarize_rulings
from tests.simulation.calibration.test_blocks import make_row

NAMES = ("H1-robustness-attacks", "H1-robustness-risk")
ATTACKS = dict.fromkeys(NAMES, 1.0)
#: Worlds of ten that are ruled supported, by kind.
FOUND = {"restricted": 1, "reactive-95": 2, "effect-1.25": 3, "effect-1.79": 7, "effect-2.46": 9}


def make_rows(worlds: int = 10) -> pd.DataFrame:
    rows = []
    for kind in KINDS:
        for name in NAMES:
            for n in range(worlds):
                hit = n < FOUND.get(kind.name, 0)
                row = make_row(n, kind=kind.name, hypothesis=name, effect=kind.effect)
                row |= {"ruling": "supported" if hit else "inconclusive"}
                row |= {"sign": "met" if n else "not met"}
                rows.append(row)
    return pd.DataFrame(rows or [make_row(0)]).iloc[: len(rows)]


@pytest.fixture
def rulings() -> pd.DataFrame:
    return summarize_rulings(make_rows(), ATTACKS)


@pytest.fixture
def empty() -> pd.DataFrame:
    return summarize_rulings(make_rows(0), ATTACKS)


def test_the_answer_is_computed(rulings: pd.DataFrame) -> None:
    said = report.say_answer(rulings)
    assert "in 0.0 to 20.0% of the worlds of a kind" in said
    assert "waves of attacks last (total" in said
    assert "30% at a ratio of 1.25" in said and "90% at a ratio of 2.46" in said
    none = make_rows().assign(ruling="inconclusive")
    assert "in none of the worlds judged" in report.say_answer(summarize_rulings(none, ATTACKS))
    worse = make_rows()
    worse.loc[worse["kind"].eq("random-steps"), "ruling"] = "contradicted"
    assert "0.0 to 100.0%" in report.say_answer(summarize_rulings(worse, ATTACKS))


def test_what_could_be_found_is_told_in_attacks(rulings: pd.DataFrame) -> None:
    said = report.say_detectable(rulings)
    middle = (PLANTED[1].effect + PLANTED[2].effect) / 2
    assert f"about {np.expm1(middle):.1f} attacks a year more for 10,000 troops" in said
    weak = make_rows()
    weak["ruling"] = "inconclusive"
    said = report.say_detectable(summarize_rulings(weak, ATTACKS))
    assert said.count("no planted effect is found in 80% of worlds") == 2
    assert "in 0%" in said


def test_a_partial_run_is_labelled_and_a_run_that_never_was_says_so(rulings, empty) -> None:
    assert report.say_state(rulings).startswith("**Partial run.** 140 of 10,400")
    assert report.say_state(empty).startswith("**Not run yet.**")
    assert "not known" in report.say_answer(empty)
    assert report.say_detectable(empty).count("not run") == 2
    whole = rulings.assign(worlds_declared=rulings["worlds"])
    assert "as declared" in report.say_state(whole)
    some = rulings.copy()
    some.loc[0, "worlds"] = 0
    assert "1 of 14 blocks not at all" in report.say_state(some)


def test_bars_are_told_by_how_often_they_fire() -> None:
    conditions = summarize_conditions(make_rows(), NAMES)
    said = report.say_bars(conditions)
    assert said.count("*same sign whatever is left out* does not hold in 10%") == 2
    assert report.say_bars(summarize_conditions(make_rows(0), NAMES)).count("not run") == 2


def test_tables_hold_every_block_and_say_what_was_not_run(rulings, empty) -> None:
    shown = report.tabulate_rulings(rulings)
    assert len(shown) == len(KINDS) * 2
    assert shown["supported"].iloc[0].startswith("10.0 (")
    assert shown["worlds"].iloc[0] == "10 of 1,000"
    assert set(report.tabulate_rulings(empty)["supported"]) == {"not run"}
    assert set(report.tabulate_estimates(empty)["bias"]) == {"not run"}
    conditions = report.tabulate_conditions(summarize_conditions(make_rows(), NAMES))
    assert len(conditions) == len(KINDS) * 2
    assert conditions["identification gate"].iloc[0].endswith("of 10")


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_the_picture_has_two_labelled_panels(rulings, empty, width: float) -> None:
    for table in (rulings, empty):
        figure = draw_answer(table, width=width)
        assert len(figure.axes) == 2
        for axes in figure.axes:
            assert axes.get_xlabel() and axes.get_ylabel()
        words = [t.get_text() for axes in figure.axes for t in axes.texts]
        assert words == ([] if table is rulings else ["not run yet"] * 2)
    alarms = rulings[rulings["kind"].isin([k.name for k in NULLS])]
    drawn = draw_answer(rulings, width=width).axes[0].lines
    assert len(drawn) >= 2 * len(alarms)
    assert "Whiskers" in caption_answer(rulings)


def test_every_kind_is_listed_with_its_reason() -> None:
    said = report.list_kinds()
    for kind in KINDS:
        assert kind.name in said and kind.reason in said
