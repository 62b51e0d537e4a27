"""False discovery rate against statsmodels; Romano-Wolf against a naive loop and pyfixest."""

import numpy as np
import pytest
from scipy.stats import binom

from pkstats.checks.multiple_testing import adjust, romano_wolf
from pkstats.errors import SpecificationError


def simulate(seed: int, *, tests: int = 6, draws: int = 300) -> tuple[dict, np.ndarray]:
    """Correlated statistics under the null, the first two with an effect."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(draws + 1, tests)) + 1.5 * rng.normal(size=(draws + 1, 1))
    observed = noise[0] + [5.0, 3.0, *[0.0] * (tests - 2)]
    return {f"H{i}": float(t) for i, t in enumerate(observed)}, noise[1:]


def step_down(observed: dict, draws: np.ndarray) -> dict:
    """By the definition, one hypothesis at a time."""
    left = sorted(observed, key=lambda name: -abs(observed[name]))
    column = {name: np.abs(draws[:, i]) for i, name in enumerate(observed)}
    adjusted, floor = {}, 0.0
    while left:
        largest = [max(column[name][b] for name in left) for b in range(len(draws))]
        count = sum(value >= abs(observed[left[0]]) for value in largest)
        floor = max(floor, (1 + count) / (1 + len(draws)))
        adjusted[left.pop(0)] = floor
    return adjusted


@pytest.mark.parametrize("method", ["bh", "by"])
def test_false_discovery_rate_equals_statsmodels(method: str) -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(1).random(20) ** 3
    ours = adjust({str(i): v for i, v in enumerate(p)}, method=method)
    theirs = multitest.multipletests(p, method=f"fdr_{method}")[1]
    np.testing.assert_allclose(list(ours.values()), theirs, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_equals_a_naive_loop(seed: int) -> None:
    observed, draws = simulate(seed)
    assert romano_wolf(observed, draws) == pytest.approx(step_down(observed, draws), abs=1e-15)


def test_equals_pyfixest_on_the_same_draws() -> None:
    multcomp = pytest.importorskip("pyfixest.estimation.post_estimation.multcomp")
    for seed in range(3):
        observed, draws = simulate(seed)
        theirs = multcomp._get_rwolf_pval(np.array(list(observed.values())), draws)
        np.testing.assert_allclose(list(romano_wolf(observed, draws).values()), theirs, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_no_smaller_than_raw_no_larger_than_one_step_and_monotone(seed: int) -> None:
    observed, draws = simulate(seed)
    adjusted = romano_wolf(observed, draws)
    size = np.abs(draws)
    for i, (name, statistic) in enumerate(observed.items()):
        raw = (1 + (size[:, i] >= abs(statistic)).sum()) / (1 + len(draws))
        single = (1 + (size.max(axis=1) >= abs(statistic)).sum()) / (1 + len(draws))
        assert raw <= adjusted[name] <= single
    largest = max(observed, key=lambda name: abs(observed[name]))
    assert adjusted[largest] == min(adjusted.values())
    ranked = sorted(observed, key=lambda name: -abs(observed[name]))
    assert [adjusted[name] for name in ranked] == sorted(adjusted.values())


def test_order_and_sign_do_not_matter_and_one_test_keeps_its_p_value() -> None:
    observed, draws = simulate(3)
    names = list(observed)[::-1]
    turned = romano_wolf({name: -observed[name] for name in names}, -draws[:, ::-1])
    assert turned == romano_wolf(observed, draws)
    alone = romano_wolf({"H": 2.0}, np.r_[1.0, -2.0, 3.0, 0.0][:, None])
    assert alone == {"H": 3 / 5}


def test_identical_tests_cost_nothing() -> None:
    """Copies of one test adjust to its own p-value, where Bonferroni would multiply it."""
    observed, draws = simulate(2)
    copies = {f"copy {i}": observed["H0"] for i in range(5)}
    adjusted = romano_wolf(copies, np.repeat(draws[:, :1], 5, axis=1))
    alone = romano_wolf({"H0": observed["H0"]}, draws[:, :1])["H0"]
    assert set(adjusted.values()) == {alone}


def test_a_test_without_statistic_stays_in_with_one_and_a_failed_draw_is_extreme() -> None:
    observed, draws = simulate(1)
    without = romano_wolf(observed, draws)
    more = romano_wolf(
        observed | {"not identified": np.nan}, np.c_[draws, np.full(len(draws), np.nan)]
    )
    assert more == without | {"not identified": 1.0}
    failed = draws.copy()
    failed[:30, 0] = np.nan
    assert romano_wolf(observed, failed)["H0"] >= 31 / 301


def test_family_wise_error_is_held() -> None:
    """Eight correlated true nulls at 10%, 300 worlds, limits of probability .99."""
    wrong = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=(100, 8)) + rng.normal(size=(100, 1))
        observed = {str(i): float(t) for i, t in enumerate(noise[0])}
        wrong += min(romano_wolf(observed, noise[1:]).values()) <= 0.1
    low, high = binom.ppf([0.005, 0.995], 300, 0.1)
    assert low <= wrong <= high


def test_every_breach_is_in_one_message() -> None:
    with pytest.raises(SpecificationError, match="p-values missing or outside"):
        adjust({"a": 1.2, "b": np.nan})
    with pytest.raises(SpecificationError) as caught:
        romano_wolf({"a": np.inf, "b": 1.0}, np.zeros((0, 3)))
    for text in ("3 columns for 2", "no draw", "'a'"):
        assert text in str(caught.value)
    with pytest.raises(SpecificationError, match="no hypothesis"):
        romano_wolf({}, np.zeros((5, 0)))
    with pytest.raises(SpecificationError, match="shape"):
        romano_wolf({"a": 1.0}, np.zeros(5))
