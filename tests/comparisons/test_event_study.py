import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as fisher

from pkstats.comparisons.event_study import EventStudy, event_study
from pkstats.data.panels import Panel
from pkstats.errors import (
    EmptySampleError,
    NoVariationError,
    SeparationError,
    SpecificationError,
)
from pkstats.estimation.specification import Inference, Specification

RISE = 5


def make_frame(*, units: int = 12, periods: int = 10, seed: int = 1) -> pd.DataFrame:
    """The even units rise in period 5 and stay; the odd ones never do."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{u:02d}" for u in range(units)], periods),
            "year": np.tile(np.arange(2000, 2000 + periods), units),
            "group": np.repeat(np.arange(units) % 2 == 0, periods),
        }
    )
    frame["treated"] = (frame["group"] & (frame["year"] >= 2000 + RISE)).astype(float)
    frame["y"] = rng.normal(size=len(frame)) + frame["treated"]
    frame["count"] = rng.poisson(3 + frame["treated"])
    frame["w"] = rng.normal(size=len(frame))
    return frame


def study(frame: pd.DataFrame, **options: object) -> EventStudy:
    settings: dict = {
        "outcome": "y", "treatment": "treated", "effects": ("unit", "year"), "family": "linear",
        "inference": Inference(cluster="unit", method="CRV1"),
    }  # fmt: skip
    times: dict = {"leads": 5, "lags": 4}
    for name in ("leads", "lags", "reference", "width"):
        if name in options:
            times[name] = options.pop(name)
    panel = Panel.from_frame(frame, unit="unit", time="year")
    before = panel.frame.copy()
    try:
        return event_study(Specification(**settings | options), panel, **times)
    finally:
        pd.testing.assert_frame_equal(panel.frame, before)


def test_one_cohort_is_the_difference_of_differences_at_every_time() -> None:
    frame = make_frame()
    table = study(frame).tidy().set_index("event_time")
    means = frame.groupby(["group", "year"])["y"].mean().unstack("group")
    gap = means[True] - means[False]
    for k in range(-5, 5):
        expected = gap[2000 + RISE + k] - gap[2000 + RISE - 1]
        assert table.at[k, "estimate"] == pytest.approx(expected, abs=1e-12)
    assert table.at[-1, "estimate"] == 0
    assert np.isnan(table.at[-1, "std_error"])
    assert (table["units"] == 6).all()
    assert (table["rows"] == 6).all()


def test_one_cohort_of_counts_is_the_ratio_of_ratios() -> None:
    frame = make_frame()
    table = study(frame, outcome="count", family="poisson").tidy().set_index("event_time")
    sums = frame.groupby(["group", "year"])["count"].sum().unstack("group")
    ratio = sums[True] / sums[False]
    for k in range(-5, 5):
        expected = np.log(ratio[2000 + RISE + k] / ratio[2000 + RISE - 1])
        assert table.at[k, "estimate"] == pytest.approx(expected, abs=1e-8)


def test_ends_hold_what_is_further_away_and_the_reference_moves() -> None:
    found = study(make_frame(), leads=3, lags=2, reference=-2)
    table = found.tidy().set_index("event_time")
    assert list(table.index) == [-3, -2, -1, 0, 1, 2]
    assert table.at[-3, "rows"] == 3 * 6
    assert table.at[2, "rows"] == 3 * 6
    assert table.at[-2, "estimate"] == 0
    assert table.at[-1, "estimate"] != 0


def test_steps_hold_several_periods_and_are_named_by_their_first() -> None:
    frame = make_frame()
    table = study(frame, leads=2, lags=1, width=3).tidy().set_index("event_time")
    assert list(table.index) == [-6, -3, 0, 3]
    assert list(table["rows"]) == [2 * 6, 3 * 6, 3 * 6, 2 * 6]
    means = frame.groupby(["group", "year"])["y"].mean().unstack("group")
    gap = means[True] - means[False]
    before = gap.loc[2002:2004].mean()
    assert table.at[0, "estimate"] == pytest.approx(gap.loc[2005:2007].mean() - before, abs=1e-12)
    assert table.at[3, "estimate"] == pytest.approx(gap.loc[2008:2009].mean() - before, abs=1e-12)


def test_joint_test_and_average_follow_from_the_covariance() -> None:
    found = study(make_frame(), controls=("w",))
    estimate = found.estimate
    terms = [f"treated at {k:+d}" for k in (-5, -4, -3, -2)]
    place = [estimate.fit.cells.terms.index(t) for t in terms]
    b, V = estimate.fit.coefficients[place], estimate.inferred.covariance[np.ix_(place, place)]
    wald = float(b @ np.linalg.inv(V) @ b) / 4
    test = found.test_leads()
    assert (test.coefficients, test.df) == (4, 11)
    assert test.statistic == pytest.approx(wald, rel=1e-9)
    assert test.p_value == pytest.approx(fisher.sf(wald, 4, 11), rel=1e-9)
    late = [estimate.fit.cells.terms.index(f"treated at {k:+d}") for k in range(4)]
    mean = found.average().iloc[0]
    assert mean["estimate"] == pytest.approx(estimate.fit.coefficients[late].mean())
    one = np.full(4, 0.25)
    variance = one @ estimate.inferred.covariance[np.ix_(late, late)] @ one
    assert mean["std_error"] == pytest.approx(np.sqrt(variance))
    assert "w" not in found.tidy()["term"].to_list()


def test_the_mean_of_the_leads_is_negative_where_the_outcome_rises_before_the_event() -> None:
    frame = make_frame()
    late = frame["group"] & (frame["year"] == 2000 + RISE - 1)
    found = study(frame.assign(y=frame["y"] + 5.0 * late), controls=("w",))
    mean = found.average_leads().iloc[0]
    place = [found.estimate.fit.cells.terms.index(f"treated at {k:+d}") for k in (-5, -4, -3, -2)]
    one = np.full(4, 0.25)
    variance = one @ found.estimate.inferred.covariance[np.ix_(place, place)] @ one
    assert mean["estimate"] == pytest.approx(found.estimate.fit.coefficients[place].mean())
    assert mean["std_error"] == pytest.approx(np.sqrt(variance))
    assert mean["estimate"] < -3
    assert mean["conf_high"] < 0
    assert list(found.average_leads()) == list(found.average())
    assert mean["term"] == "mean of -5 to -2"
    alone = study(frame, leads=1).average_leads()
    assert alone["estimate"].isna().all()


def test_joint_test_is_undefined_with_more_leads_than_clusters() -> None:
    frame = make_frame()
    frame["region"] = frame["unit"].str[1:].astype(int) % 3
    test = study(frame, inference=Inference(cluster="region", method="CRV1")).test_leads()
    assert np.isnan(test.p_value)
    assert "4 leads and 3 clusters" in str(test)


def test_only_the_first_rise_counts_and_falls_are_noted() -> None:
    frame = make_frame()
    steps = frame.assign(treated=frame["treated"] + (frame["year"] >= 2008) * frame["group"])
    pd.testing.assert_frame_equal(study(steps).tidy(), study(frame).tidy())
    fallen = frame.assign(treated=frame["treated"] * (frame["year"] < 2008))
    found = study(fallen)
    np.testing.assert_allclose(found.tidy()["estimate"], study(frame).tidy()["estimate"])
    assert "the treatment falls again in 6 units" in found.summary()


def test_units_treated_throughout_are_dropped_and_counted_only_if_treatment_is_binary() -> None:
    frame = make_frame()
    frame.loc[frame["unit"] == "u01", "treated"] = 1.0
    found = study(frame)
    assert found.estimate.lost.to_dict("records")[0]["names"] == "u01"
    assert found.estimate.lost.at[0, "reason"] == "treated throughout"
    without = study(frame[frame["unit"] != "u01"])
    np.testing.assert_allclose(found.tidy()["estimate"], without.tidy()["estimate"])
    frame.loc[frame["unit"] == "u01", "treated"] = 2.0
    assert found.estimate.units == 11
    assert study(frame).estimate.units == 12


def test_a_time_without_events_is_missing_and_named() -> None:
    frame = make_frame()
    frame.loc[frame["group"] & (frame["year"] == 2000 + RISE), "count"] = 0
    found = study(frame, outcome="count", family="poisson")
    table = found.tidy().set_index("event_time")
    assert np.isnan(table.at[0, "estimate"])
    assert np.isfinite(table.at[1, "estimate"])
    assert "not estimable, separated or collinear: treated at +0" in found.summary()
    assert np.isnan(found.average().at[0, "estimate"])
    frame.loc[frame["group"] & (frame["year"] >= 2000 + RISE), "count"] = 0
    with pytest.raises(SeparationError, match="is separated"):
        study(frame, outcome="count", family="poisson")


def test_missing_treatment_raises_or_is_dropped_and_counted() -> None:
    frame = make_frame()
    frame.loc[3, "treated"] = np.nan
    with pytest.raises(SpecificationError, match="is missing in 1 rows: u00 2003"):
        study(frame)
    assert study(frame, missing="drop").estimate.lost["rows"].sum() == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"family": "logit", "outcome": "w"},
            "not served for family 'logit', estimator 'within'",
        ),
        ({"estimator": "pooled", "effects": ()}, "estimator 'pooled'"),
        ({"leads": 0}, "leads=0 is out of range"),
        ({"lags": -1}, "lags=-1 is out of range"),
        ({"width": 0}, "width=0"),
        ({"reference": 0}, "reference=0 is no lead"),
        ({"reference": -6}, "reference=-6 is no lead"),
    ],
)
def test_what_is_not_served_is_refused_by_name(options: dict, message: str) -> None:
    with pytest.raises(SpecificationError, match=message):
        study(make_frame(), **options)


def test_panels_that_cannot_answer_are_refused() -> None:
    frame = make_frame()
    with pytest.raises(NoVariationError, match="no unit has a first rise"):
        study(frame.assign(treated=0.0))
    with pytest.raises(EmptySampleError, match="no row stands at event times -7, -6, 5"):
        study(frame, leads=7, lags=5)
    with pytest.raises(SpecificationError, match="'treat' is not in the panel"):
        study(frame, treatment="treat")


def test_views() -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    found = study(make_frame(), outcome="count", family="poisson")
    axes = found.plot()
    assert axes.get_yscale() == "log"
    assert axes.get_xlabel() == "year from the first rise of treated"
    assert axes.get_xticklabels()[0].get_text() == "≤-5"
    assert "joint test of the leads" in found._repr_html_()
    assert max(map(len, found.summary().splitlines())) <= 80
