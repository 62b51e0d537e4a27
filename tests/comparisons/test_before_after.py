from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import binom, halfnorm, norm
from statsmodels.stats.meta_analysis import combine_effects

from pkstats.comparisons.before_after import BeforeAfter, before_after
from pkstats.comparisons.pooled_ratios import PooledRatios, PoolingPrior, pool_ratios
from pkstats.data.panels import Panel
from pkstats.errors import EmptySampleError, NoVariationError, SpecificationError
from pkstats.estimation.specification import Inference, Specification

SPECIFICATION = Specification(
    outcome="attacks", treatment="index", effects=("mission",), family="poisson",
    inference=Inference(cluster="mission"),
)  # fmt: skip


def make_frame(values: dict[str, list[float]], *, attacks: int = 1) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "mission": name, "index": path, "attacks": attacks, "personnel": 100.0,
                "month": pd.date_range("2001-01-01", periods=len(path), freq="MS"),
            }
        )
        for name, path in values.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def compare(frame: pd.DataFrame, *, window: int = 24, **options: object) -> BeforeAfter:
    panel = Panel.from_frame(frame, unit="mission", time="month")
    before = panel.frame.copy()
    try:
        return before_after(replace(SPECIFICATION, **options), panel, window=window)
    finally:
        pd.testing.assert_frame_equal(panel.frame, before)


def pool(before: list, after: list, sizes: list | None = None, **options: object) -> PooledRatios:
    ones = np.ones(len(before))
    return pool_ratios(
        np.array(before), np.array(after), exposure_before=ones, exposure_after=ones,
        sizes=ones if sizes is None else np.array(sizes), **options,
    )  # fmt: skip


def test_windows_end_at_another_change_and_no_period_counts_twice() -> None:
    found = compare(
        make_frame(
            {
                "A": [0] * 30 + [2] * 40,  # both windows are full
                "B": [1] * 5 + [2] * 7 + [4] * 6 + [3] * 9,  # two steps up, then one down
                "C": [1] * 20,
            }
        )
    )
    columns = ["mission", "step", "periods_before", "periods_after"]
    assert found.steps[columns].values.tolist() == [
        ["A", 2.0, 24, 24], ["B", 1.0, 5, 4], ["B", 2.0, 3, 6],
    ]  # fmt: skip
    assert found.steps["month"].tolist()[1] == pd.Timestamp("2001-06-01")
    assert (found.steps["events_after"] == found.steps["periods_after"]).all()
    short = compare(make_frame({"A": [0] * 30 + [2] * 40}), window=3).steps
    assert short[["periods_before", "periods_after"]].values.tolist() == [[3, 3]]


def test_exposure_replaces_periods_and_what_is_missing_is_counted() -> None:
    frame = make_frame({"A": [0] * 10 + [1] * 10, "B": [0] * 3 + [1] * 3})
    frame.loc[[0, 12], "personnel"] = [np.nan, 0.0]
    frame.loc[frame.index[20:23], "personnel"] = np.nan
    found = compare(frame, exposure="personnel", missing="drop")
    assert found.steps[["exposure_before", "exposure_after"]].values.tolist() == [[900.0, 900.0]]
    lost = found.lost.set_index("reason")["rows"]
    assert lost.to_dict() == {
        "missing personnel": 4, "no personnel": 1, "step without a period on one side": 1,
    }  # fmt: skip


def test_the_interval_inverts_binomial_tests_and_stays_where_a_side_is_empty() -> None:
    frame = make_frame({"A": [0] * 8 + [2] * 16, "B": [0] * 5 + [1] * 5, "C": [0] * 4 + [1] * 4})
    frame["attacks"] = 0
    frame.loc[[0, 1, 9, 10, 11, 12, 13], "attacks"] = 1
    frame.loc[24 + 7, "attacks"] = 3
    table = compare(frame).tidy(0.9)
    a, n, odds = 5, 7, 16 / 8
    low = brentq(lambda p: binom.sf(a - 1, n, p) - 0.05, 1e-9, 1 - 1e-9)
    high = brentq(lambda p: binom.cdf(a, n, p) - 0.05, 1e-9, 1 - 1e-9)
    own = table.iloc[0]
    assert own["estimate"] == pytest.approx(np.log(5 / 16 / (2 / 8)))
    assert own["conf_low"] == pytest.approx(np.log(low / (1 - low) / odds))
    assert own["conf_high"] == pytest.approx(np.log(high / (1 - high) / odds))
    assert own["conf_high_per_point"] == pytest.approx(own["conf_high"] / 2)
    tails = binom.cdf(a, n, odds / (1 + odds)), binom.sf(a - 1, n, odds / (1 + odds))
    assert own["p_value"] == pytest.approx(min(1, 2 * min(tails)))
    for level in (0.5, 0.9, 0.99):
        told = compare(frame).tidy(level).iloc[0]
        assert (told["conf_low"] > 0 or told["conf_high"] < 0) == (told["p_value"] < 1 - level)
    assert table["estimate"][1] == np.inf
    assert table["conf_high"][1] == np.inf
    assert np.isfinite(table["conf_low"][1])
    assert np.isfinite(table["shrunken"]).all()
    assert np.isnan(table.loc[2, "estimate"])
    # a step without an event tells what a new step would
    new = compare(frame).average(0.9).set_index("term").loc["new step"]
    assert table.loc[2, "shrunken"] == pytest.approx(new["estimate"], abs=1e-6)


def test_the_posterior_is_that_of_nested_numerical_integration() -> None:
    before, after, sizes = [3, 0, 6], [5, 2, 4], [1.0, 2.0, 1.0]
    found = pool(before, after, sizes)

    nodes, masses = np.polynomial.legendre.leggauss(120)

    def weigh(b: int, a: int, d: float, mean: float, spread: float) -> float:
        p = 1 / (1 + np.exp(-d * (mean + spread * 8 * nodes)))
        return float(8 * masses @ (p**a * (1 - p) ** b * norm.pdf(8 * nodes)))

    means, spreads = np.linspace(-2, 2, 41), (np.arange(20) + 0.5) * 0.1
    posterior = np.array(
        [
            [
                np.prod([weigh(*step, m, s) for step in zip(before, after, sizes, strict=True)])
                * norm.pdf(m, scale=0.5) * halfnorm.pdf(s, scale=0.5)
                for s in spreads
            ]
            for m in means
        ]
    )  # fmt: skip
    mass = posterior.sum(axis=1) / posterior.sum()
    mean = float(means @ mass)
    own = found.weights.sum(axis=1)
    assert found.means @ own == pytest.approx(mean, abs=2e-3)
    spread = float(np.sqrt((means - mean) ** 2 @ mass))
    assert found.tell_mean()["std_error"] == pytest.approx(spread, rel=5e-3)
    tau = float(spreads @ posterior.sum(axis=0) / posterior.sum())
    assert found.spreads @ found.weights.sum(axis=0) == pytest.approx(tau, rel=5e-3)


def test_large_counts_give_the_normal_random_effects_model() -> None:
    rng = np.random.default_rng(5)
    ratios = rng.normal(0.2, 0.3, 60)
    before = rng.poisson(400, 60)
    after = rng.poisson(400 * np.exp(ratios))
    found = pool(before, after, prior=PoolingPrior(mean_scale=2.0, spread_scale=1.0))
    normal = combine_effects(
        np.log(after / before), 1 / after + 1 / before, method_re="iterated", use_t=False
    )
    told = found.tell_mean()
    assert told["estimate"] == pytest.approx(normal.mean_effect_re, abs=0.005)
    assert told["std_error"] == pytest.approx(normal.sd_eff_w_re, rel=0.1)
    assert found.tell_spread()["estimate"] == pytest.approx(np.sqrt(normal.tau2), rel=0.1)
    own = found.tell_steps()
    weight = normal.tau2 / (normal.tau2 + 1 / after + 1 / before)
    shrunken = weight * np.log(after / before) + (1 - weight) * normal.mean_effect_re
    np.testing.assert_allclose(own["estimate"], shrunken, atol=0.02)


def test_relations_of_the_pool() -> None:
    one, turned = pool([3, 0, 6], [5, 2, 4]), pool([5, 2, 4], [3, 0, 6])
    assert one.tell_mean()["estimate"] == pytest.approx(-turned.tell_mean()["estimate"], abs=1e-4)
    assert one.probability_positive == pytest.approx(1 - turned.probability_positive, abs=1e-4)
    falls = pool([5, 2, 4], [3, 0, 6], [-1.0, -1.0, -1.0])
    assert falls.tell_mean()["estimate"] == pytest.approx(one.tell_mean()["estimate"], abs=1e-9)
    silent = pool([3, 0, 6, 0], [5, 2, 4, 0])
    assert silent.tell_mean()["estimate"] == pytest.approx(one.tell_mean()["estimate"], abs=1e-9)
    known = pool([1], [1])
    assert known.probability_positive == pytest.approx(0.5, abs=1e-9)
    assert known.tell_mean()["std_error"] < 0.5
    wide = one.tell_new()
    assert wide["std_error"] > one.tell_mean()["std_error"]


def test_misuse_is_one_error_that_lists_all() -> None:
    with pytest.raises(SpecificationError) as raised:
        PoolingPrior(mean_scale=0.0, spread_scale=np.nan)
    assert "mean_scale=0.0" in str(raised.value)
    assert "spread_scale=nan" in str(raised.value)
    with pytest.raises(SpecificationError, match="before holds what is no count"):
        pool([1.5], [2])
    with pytest.raises(SpecificationError, match="no size"):
        pool([1], [2], [0.0])
    with pytest.raises(EmptySampleError, match="an event on either"):
        pool([0], [0])
    frame = make_frame({"A": [0] * 3 + [1] * 3})
    with pytest.raises(SpecificationError) as raised:
        compare(frame.assign(attacks=0.5), window=0, exposure="person")
    for part in ("'person' is not in the panel", "window=0"):
        assert part in str(raised.value)
    with pytest.raises(SpecificationError, match="no count in 6 rows of A"):
        compare(frame.assign(attacks=0.5))
    with pytest.raises(NoVariationError, match="never rises"):
        compare(frame.assign(index=[3, 3, 2, 2, 1, 1]))
    with pytest.raises(EmptySampleError, match="an event on either"):
        compare(frame.assign(attacks=0))


def test_views() -> None:
    found = compare(make_frame({"A": [0] * 8 + [2] * 16, "B": [0] * 5 + [1] * 5}))
    text = found.summary()
    assert max(map(len, text.splitlines())) <= 80
    assert "pooled ratio by unit of step" in text
    assert list(found.average()["term"]) == ["mean", "spread", "new step"]
    axes = found.plot()
    assert axes.get_xscale() == "log"
    assert [t.get_text() for t in axes.get_yticklabels()] == ["A 2001-09", "B 2001-06", "pooled"]
    assert "<table" in found._repr_html_()
