"""diff-diff's numbers against means of differences taken by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from pkstats.comparisons.staggered import Staggered, staggered
from pkstats.data.panels import Panel
from pkstats.errors import NoComparisonError, SpecificationError, UndefinedError
from pkstats.estimation.specification import Inference, Specification

COHORTS = (2005, 2008)


def make_frame(*, units: int = 30, periods: int = 12, seed: int = 0) -> pd.DataFrame:
    """A third enters in 2005, a third in 2008, a third never; the effect grows with time."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    frame = pd.DataFrame({"unit": unit, "year": np.tile(np.arange(2001, 2001 + periods), units)})
    entry = np.array([2005, 2008, 0])[unit % 3]
    frame["host"] = unit // 3
    frame["on"] = ((entry > 0) & (frame["year"] >= entry)).astype(float)
    effect = frame["on"] * (1 + 0.2 * (frame["year"] - entry))
    frame["y"] = rng.normal(size=units)[unit] + 0.2 * frame["year"] + effect
    frame["y"] += rng.normal(0, 0.5, len(frame))
    frame["w"] = rng.normal(size=units)[unit]
    frame["entry"] = entry
    return frame


def run(frame: pd.DataFrame, method: str = "callaway_santanna", **options: object) -> Staggered:
    settings: dict = {
        "outcome": "y", "treatment": "on", "effects": ("unit", "year"), "family": "linear",
        "inference": Inference(cluster="host", method="CRV1"),
    }  # fmt: skip
    panel = Panel.from_frame(frame, unit="unit", time="year")
    before = panel.frame.copy()
    try:
        return staggered(Specification(**settings | options), panel, method=method)
    finally:
        pd.testing.assert_frame_equal(panel.frame, before)


def difference(frame: pd.DataFrame, cohort: int, year: int) -> tuple[float, pd.Series]:
    """Two by two by hand, and each unit's influence on it, on units seen in both years."""
    wide = frame.pivot(index="unit", columns="year", values="y")
    change = (wide[year] - wide[cohort - 1]).dropna()
    entry = frame.groupby("unit")["entry"].first()[change.index]
    treated, never = change[entry == cohort], change[entry == 0]
    influence = pd.Series(0.0, index=frame["unit"].unique())
    influence[treated.index] = (treated - treated.mean()) / len(treated)
    influence[never.index] = -(never - never.mean()) / len(never)
    return float(treated.mean() - never.mean()), influence


def cluster_error(influence: pd.Series, frame: pd.DataFrame) -> float:
    sums = influence.groupby(frame.groupby("unit")["host"].first()).sum()
    return float(np.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()))


def test_group_time_effects_are_differences_of_differences() -> None:
    frame = make_frame()
    table = run(frame).group_times.set_index(["cohort", "period"])
    for cohort in COHORTS:
        for year in range(2001, 2013):
            if year == cohort - 1:
                continue
            expected, influence = difference(frame, cohort, year)
            row = table.loc[(cohort, year)]
            assert row["estimate"] == pytest.approx(expected, abs=1e-12)
            assert row["std_error"] == pytest.approx(cluster_error(influence, frame), rel=1e-9)
            assert (row["treated"], row["comparison"]) == (10, 10)


@pytest.mark.parametrize("method", ["callaway_santanna", "sun_abraham"])
def test_event_times_are_means_over_cohorts(method: str) -> None:
    """On a balanced panel without controls both methods agree on every coefficient."""
    frame = make_frame()
    found = run(frame, method)
    table = found.tidy().set_index("event_time")
    for k in (-4, -2, 0, 3):
        gaps, influences = zip(*(difference(frame, g, g + k) for g in COHORTS), strict=True)
        assert table.at[k, "estimate"] == pytest.approx(np.mean(gaps), abs=1e-9)
        error = cluster_error(sum(influences) / 2, frame)
        if method == "callaway_santanna":
            assert table.at[k, "std_error"] == pytest.approx(error, rel=1e-8)
    assert table.at[6, "estimate"] == pytest.approx(difference(frame, 2005, 2011)[0], abs=1e-9)
    assert table.at[-1, "estimate"] == 0
    assert (table["df"] == 9).all()
    row = table.loc[0]
    assert row["p_value"] == pytest.approx(
        2 * student.sf(abs(row["estimate"] / row["std_error"]), 9), rel=1e-9
    )


def test_the_overall_effect_weighs_treated_unit_periods() -> None:
    frame = make_frame()
    cells = [(g, t) for g in COHORTS for t in range(g, 2013)]
    expected = np.mean([difference(frame, g, t)[0] for g, t in cells])
    for method in ("callaway_santanna", "sun_abraham"):
        found = run(frame, method).average().iloc[0]
        assert found["estimate"] == pytest.approx(expected, abs=1e-9)


def test_an_unbalanced_panel_uses_units_seen_at_both_times() -> None:
    frame = make_frame().drop(index=[5, 41, 100, 250]).reset_index(drop=True)
    table = run(frame).group_times.set_index(["cohort", "period"])
    for cohort, year in ((2005, 2006), (2008, 2004)):
        expected, _ = difference(frame, cohort, year)
        assert table.at[(cohort, year), "estimate"] == pytest.approx(expected, abs=1e-12)


def test_months_are_periods_and_losses_are_named() -> None:
    frame = make_frame()
    frame["month"] = pd.to_datetime({"year": 2001, "month": frame["year"] - 2000, "day": 1})
    frame.loc[frame["unit"] == 2, "on"] = 1.0
    frame.loc[7, "y"] = np.nan
    panel = Panel.from_frame(frame.drop(columns="year"), unit="unit", time="month")
    specification = Specification(
        outcome="y", treatment="on", effects=("unit", "month"), family="linear", missing="drop",
        inference=Inference(cluster="host", method="CRV1"),
    )  # fmt: skip
    found = staggered(specification, panel)
    assert found.time == "months"
    assert found.never == 9
    assert {(x.reason, x.rows) for x in found.losses} == {
        ("treated throughout", 12),
        ("missing y", 1),
    }
    assert list(found.tidy()["event_time"]) == list(range(-7, 8))
    assert "treated throughout: 2" in found.summary()


def test_controls_enter_the_outcome_regression() -> None:
    """By hand: the change regressed on the control among the never treated."""
    frame = make_frame()
    found = run(frame, controls=("w",)).group_times.set_index(["cohort", "period"])
    wide = frame.pivot(index="unit", columns="year", values="y")
    first = frame.groupby("unit")[["entry", "w"]].first()
    change = wide[2009] - wide[2004]
    never, treated = first["entry"] == 0, first["entry"] == 2005
    slope, base = np.polyfit(first.loc[never, "w"], change[never], 1)
    expected = (change[treated] - base - slope * first.loc[treated, "w"]).mean()
    assert found.at[(2005, 2009), "estimate"] == pytest.approx(expected, abs=1e-9)


def test_bounds_hold_the_estimate_and_widen() -> None:
    found = run(make_frame(), inference=Inference(cluster="unit", method="CRV1"))
    table = found.bound((0.0, 1.0, 2.0))
    late = found.effects[found.effects["event_time"] >= 0]["estimate"].mean()
    assert table.at[0, "low"] == pytest.approx(late, abs=1e-9)
    assert table.at[0, "high"] == pytest.approx(late, abs=1e-9)
    assert (np.diff(table["high"] - table["low"]) > 0).all()
    assert (table["conf_low"] < table["low"]).all()
    with pytest.raises(UndefinedError, match="15 event times and 10 clusters"):
        run(make_frame()).bound()
    with pytest.raises(SpecificationError, match="has no bounds"):
        run(make_frame(), "sun_abraham").bound()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"family": "poisson"}, "not served for family 'poisson', estimator 'within'"),
        ({"effects": ("unit",)}, "effects unit. Remedy: effects=.'unit', 'year'."),
        ({"inference": Inference(cluster="host")}, "method 'CRV3' .* is not served"),
        ({"exposure": "w", "exposure_as": "regressor"}, "exposure is not served"),
        ({"method": "imputation"}, "method='imputation' does not exist"),
    ],
)
def test_what_is_not_served_is_refused_by_name(options: dict, message: str) -> None:
    with pytest.raises(SpecificationError, match=message):
        run(make_frame(), **options)


def test_panels_that_cannot_answer_are_refused() -> None:
    frame = make_frame()
    with pytest.raises(NoComparisonError, match="1 cohort: at least 2"):
        run(frame[frame["entry"] != 2008])
    with pytest.raises(NoComparisonError, match="no unit is never treated: there is no comparison"):
        run(frame[frame["entry"] > 0])
    with pytest.raises(SpecificationError, match="'on' ends in 1 units: 1"):
        run(frame.assign(on=frame["on"].where((frame["unit"] != 1) | (frame["year"] < 2010), 0)))
    with pytest.raises(SpecificationError, match="'on' is not zero or one"):
        run(frame.assign(on=frame["on"] * 2))
    with pytest.raises(SpecificationError, match="units in several clusters: 4"):
        run(
            frame.assign(host=frame["host"].where((frame["unit"] != 4) | (frame["year"] < 2010), 0))
        )
    frame.loc[5, "y"] = np.inf
    with pytest.raises(SpecificationError, match="'y' is infinite in 1 rows: 0 2006"):
        run(frame)


def test_views() -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    found = run(make_frame())
    assert max(map(len, found.summary().splitlines())) <= 80
    assert "20 units treated in 2 cohorts, 10 never" in found.summary()
    axes = found.plot()
    assert axes.get_xlabel() == "Years from the start of on"
    assert "Callaway" in found._repr_html_()
