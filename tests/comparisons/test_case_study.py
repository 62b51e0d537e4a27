import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from pkstats.comparisons.case_study import Case, compare_rates, find_donors, interrupt, synthesize
from pkstats.data.panels import Panel
from pkstats.errors import EmptySampleError, NoComparisonError, SpecificationError

CASE = Case(
    unit="A", month="2010-01-01", outcome="days", exposure="persons", steps="index",
    before=24, after=12,
)  # fmt: skip
RATE = {"A": 2, "B": 1, "C": 2, "D": 3, "E": 2}


def build(jump=6, **changes):
    """Units with one level each and chance around it; A's count rises by the jump in 2010."""
    rng = np.random.default_rng(5)
    months = pd.date_range("2006-01-01", "2012-12-01", freq="MS")
    parts = []
    for unit, level in RATE.items():
        days = rng.poisson(level, len(months))
        if unit == "A":
            days = days + np.where(months >= "2010-01-01", jump, 0)
        frame = {"unit": unit, "month": months, "days": days, "persons": 12000.0, "index": 1.0}
        parts.append(pd.DataFrame(frame))
    frame = pd.concat(parts, ignore_index=True).assign(**changes)
    return Panel.from_frame(frame, unit="unit", time="month")


def test_a_known_jump_is_the_gap_and_ranks_first():
    found = synthesize(CASE, build())
    assert found.gap == pytest.approx(6.0, abs=1.0)  # per 1,000 persons and year
    assert found.p_value == found.smallest_p == pytest.approx(1 / 5)
    assert abs(found.gap_backdated) < 1.0
    assert found.placebos["unit"].iloc[0] == "A" and set(found.placebos["unit"]) == set(RATE)
    assert found.weights["weight"].sum() == pytest.approx(1, abs=1e-6)
    path = found.path
    assert (path["treated"] - path["synthetic"]).to_numpy() == pytest.approx(path["gap"])
    assert path["phase"].tolist() == ["before"] * 8 + ["after"] * 4


def test_without_a_jump_the_unit_is_one_of_many():
    found = synthesize(CASE, build(jump=0))
    assert abs(found.gap) < 1.0
    assert found.p_value > found.smallest_p


def test_donors_are_whole_large_and_without_a_step():
    panel = build()
    assert find_donors(CASE, panel) == ("B", "C", "D", "E")
    frame = panel.frame.copy()
    late = frame["month"] >= "2010-06-01"
    frame.loc[(frame["unit"] == "B") & late, "index"] = 2.0
    frame.loc[frame["unit"].isin(["C", "E"]) & late, "persons"] = 900.0
    changed = replace(panel, frame=frame)
    assert find_donors(CASE, changed) == ("D",)
    with pytest.raises(NoComparisonError, match="1 donors"):
        synthesize(CASE, changed)


def test_every_breach_of_a_case_is_named_at_once():
    panel = build()
    frame = panel.frame[(panel.frame["unit"] != "A") | (panel.frame["month"] >= "2009-01-01")]
    with pytest.raises(SpecificationError) as error:
        synthesize(replace(CASE, period=5), replace(panel, frame=frame))
    assert "not observed in all 36 months" in str(error.value)
    assert "do not divide" in str(error.value)


def test_the_series_is_ranked_among_units_and_dates():
    found = interrupt(CASE, build(), window=24)
    first = found.table.iloc[0]
    assert first["kind"] == "treated" and first["month"] == pd.Timestamp("2010-01-01")
    assert first["rate_after"] - first["rate_before"] == pytest.approx(6, abs=1)
    assert found.p_units == found.smallest_p_units == pytest.approx(1 / 5)
    dates = found.table["kind"].isin(["treated", "other date"])
    assert found.smallest_p_dates == pytest.approx(1 / dates.sum())
    assert found.p_dates == found.smallest_p_dates
    assert dates.sum() == len(pd.date_range("2008-01-01", "2011-01-01", freq="MS"))


def test_a_series_without_events_is_refused():
    with pytest.raises(EmptySampleError, match="no event"):
        interrupt(CASE, build(days=0))


def test_the_exact_interval_is_that_of_the_binomial_share():
    ratio, low, high = compare_rates(8, 14, 100.0, 50.0)
    assert ratio == pytest.approx(math.log((14 / 50) / (8 / 100)))
    bounds = binomtest(14, 22).proportion_ci(method="exact")
    for bound, share in ((low, bounds.low), (high, bounds.high)):
        assert bound == pytest.approx(math.log(share / (1 - share)) + math.log(2))
    assert compare_rates(0, 3, 1.0, 1.0)[0] == math.inf
    assert compare_rates(0, 3, 1.0, 1.0)[2] == math.inf
    assert compare_rates(3, 0, 1.0, 1.0)[1] == -math.inf
