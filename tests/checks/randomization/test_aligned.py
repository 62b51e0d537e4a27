"""Histories permuted between missions, aligned on age, within strata."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from pkstats.checks.randomization import aligned_histories, randomize
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification


def build(histories: dict[str, tuple[str, list[float], str]]) -> Panel:
    """Unit: first month, path, stratum."""
    frames = [
        pd.DataFrame(
            {
                "mission": unit,
                "month": pd.date_range(start, periods=len(path), freq="MS"),
                "x": path,
                "era": era,
                "age": np.arange(len(path)),
            }
        )
        for unit, (start, path, era) in histories.items()
    ]
    return Panel.from_frame(pd.concat(frames), unit="mission", time="month")


THREE = build(
    {
        "A": ("2001-01-01", [0, 0, 1, 1], "early"),
        "B": ("2003-05-01", [2, 3], "early"),
        "C": ("2010-01-01", [4, 4, 5], "late"),
    }
)


def test_histories_go_by_age_within_strata_and_are_carried_on() -> None:
    scheme = aligned_histories(THREE, treatment="x", strata=["era"], lag=0)
    swapped = scheme.assign(np.array([1, 0, 2]))
    np.testing.assert_array_equal(swapped, [2, 3, 3, 3, 0, 0, 4, 4, 5])
    np.testing.assert_array_equal(scheme.assign(np.array([0, 1, 2])), scheme.observed)
    rng = np.random.default_rng(1)
    met = {tuple(scheme.draw(rng)) for _ in range(60)}
    assert met == {tuple(swapped), tuple(scheme.observed)}
    assert scheme.counts == {"strata_of_one": 1, "pairs": 2, "pairs_carried": 1}
    assert scheme.count_distinct(np.arange(9), absorbed=False) == 2
    assert "exchanged their histories" in scheme.null
    assert "era" in scheme.null


def test_exchanging_twice_is_the_identity() -> None:
    """Histories dealt out, read again from the panel so made, and dealt back."""
    panel = simulate_panel(seed=1, units=6, periods=36, balanced=True)
    scheme = aligned_histories(panel, treatment="robustness", lag=0)
    donors = np.array([3, 0, 5, 1, 4, 2])
    frame = panel.frame.assign(robustness=scheme.assign(donors))
    assert (frame["robustness"] != panel.frame["robustness"]).any()
    moved = Panel.from_frame(frame, unit="mission", time="month")
    again = aligned_histories(moved, treatment="robustness", lag=0)
    np.testing.assert_array_equal(again.assign(np.argsort(donors)), panel.frame["robustness"])


def test_lag_is_taken_of_the_reassigned_history() -> None:
    scheme = aligned_histories(THREE, treatment="x", strata=["era"], lag=1)
    path = scheme.shift(scheme.assign(np.array([1, 0, 2])))
    np.testing.assert_array_equal(path, [np.nan, 2, 3, 3, np.nan, 0, np.nan, 4, 4])


def test_age_column_places_a_history_that_is_not_observed_from_birth() -> None:
    frame = THREE.frame.assign(age=lambda f: f["age"] + 2 * (f["mission"] == "B"))
    panel = Panel.from_frame(frame, unit="mission", time="month")
    scheme = aligned_histories(panel, treatment="x", strata=["era"], age="age", lag=0)
    np.testing.assert_array_equal(scheme.assign(np.array([1, 0, 2])), [2, 2, 2, 3, 1, 1, 4, 4, 5])


def test_many_draws_at_once_equal_draws_one_by_one() -> None:
    panel = simulate_panel(seed=2, units=9, periods=40)
    strata = panel.frame["mission"].str[-1].isin(["1", "2", "3"])
    panel = Panel.from_frame(panel.frame.assign(group=strata), unit="mission", time="month")
    scheme = aligned_histories(panel, treatment="robustness", strata=["group"], lag=2)
    rows = np.random.default_rng(0).permutation(len(panel.frame))[:90]
    out = np.empty((90, 40))
    scheme.sampler(rows)([np.random.default_rng(seed) for seed in range(40)], out)
    for seed in range(40):
        np.testing.assert_array_equal(out[:, seed], scheme.draw(np.random.default_rng(seed))[rows])
    assert len(np.unique(out[np.isfinite(out).all(axis=1)], axis=1).T) > 30


@pytest.mark.parametrize("absorbed", [False, True])
@pytest.mark.parametrize("rows", [slice(None), slice(2, 15)])
@pytest.mark.parametrize("equal_lives", [False, True])
def test_distinct_assignments_are_counted_or_bounded(
    absorbed: bool, rows: slice, equal_lives: bool
) -> None:
    paths = [[0, 0, 0, 1], [0, 0, 0, 1], [1, 1, 1, 1], [0, 1, 1, 1], [2, 2, 2, 2]]
    lengths = [4, 4, 4, 4, 4] if equal_lives else [4, 3, 4, 2, 4]
    units = {
        f"U{i}": (f"200{i}-01-01", path[:length], "all")
        for i, (path, length) in enumerate(zip(paths, lengths, strict=True))
    }
    panel = build(units)
    scheme = aligned_histories(panel, treatment="x", lag=0)
    used = np.arange(len(panel.frame))[rows]
    met = set()
    for donors in permutations(range(5)):
        path = pd.Series(scheme.assign(np.array(donors))[used])
        if absorbed:
            path -= path.groupby(panel.frame["mission"].to_numpy()[used]).transform("first")
        met.add(tuple(path))
    counted = scheme.count_distinct(used, absorbed=absorbed)
    assert counted <= len(met)
    if equal_lives and rows == slice(None):
        assert counted == len(met)
    assert counted > 1


def test_under_the_sharp_null_five_per_cent_are_rejected() -> None:
    """Linear model with year effects alone; 120 panels, limits of probability .99."""
    spec = Specification(
        outcome="deaths",
        treatment="robustness",
        effects=("year",),
        family="linear",
        inference=Inference(cluster="mission", method="CRV1"),
    )
    rejected = 0
    for seed in range(120):
        panel = simulate_panel(seed=seed, effect=0.0, units=8, periods=36)
        scheme = aligned_histories(panel, treatment="robustness", lag=0)
        rejected += randomize(estimate(spec, panel), scheme, draws=99, seed=seed).p_value <= 0.05
    low, high = binom.ppf([0.005, 0.995], 120, 0.05)
    assert low <= rejected <= high


def test_few_distinct_histories_give_no_p_value() -> None:
    panel = simulate_panel(seed=1, units=5, clusters=5, periods=36, balanced=True)
    spec = Specification(
        outcome="deaths",
        treatment="robustness",
        effects=("year",),
        family="linear",
        inference=Inference(cluster="mission", method="CRV1"),
    )
    scheme = aligned_histories(panel, treatment="robustness", lag=0)
    result = randomize(estimate(spec, panel), scheme, seed=1)
    assert result.distinct == 120
    assert np.isnan(result.p_value)
    assert "pairs: 20" in repr(result)
    assert "carried" not in repr(result)
    assert result.reason == "no p-value: 120 distinct assignments, fewer than 200"


def test_every_breach_is_in_one_message() -> None:
    with pytest.raises(SpecificationError) as absent:
        aligned_histories(THREE, treatment="y", strata=["region"], age="years")
    for text in ("'y' is not", "'region' is not", "'years' is not"):
        assert text in str(absent.value)
    frame = THREE.frame.assign(
        era=THREE.frame["era"].where(THREE.frame["mission"] != "C"),
        size=np.arange(len(THREE.frame)),
        age=THREE.frame["age"] / 2,
    )
    panel = Panel.from_frame(frame, unit="mission", time="month")
    with pytest.raises(SpecificationError) as wrong:
        aligned_histories(panel, treatment="x", strata=["era", "size"], age="age")
    for text in ("'era' is missing within C", "'size' varies within A, B, C", "fractional"):
        assert text in str(wrong.value)
    still = Panel.from_frame(frame.assign(age=1), unit="mission", time="month")
    with pytest.raises(SpecificationError, match="the same in two rows of A, B, C"):
        aligned_histories(still, treatment="x", age="age")
