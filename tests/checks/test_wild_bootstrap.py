"""Each draw against a naive refit; enumeration against wildboottest; size by simulation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pkstats.checks.wild_bootstrap import bootstrap
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.kernels.wild import POINTS, draw_weights, enumerate_signs
from pkstats.estimation.specification import Inference, Specification

LINEAR = Specification(
    outcome="deaths",
    treatment="robustness",
    controls=("control",),
    effects=("mission", "year"),
    family="linear",
    inference=Inference(cluster="host", method="CRV1"),
)
POISSON = replace(LINEAR, family="poisson", exposure="personnel")
OTHERS = {
    "pooled": {"effects": (), "estimator": "pooled"},
    "first_difference": {"effects": (), "estimator": "first_difference"},
    "no controls": {"controls": ()},
}


@pytest.fixture(scope="module")
def panel() -> Panel:
    return simulate_panel(seed=5, exposed=True, units=12, clusters=6, periods=30)


def indicators(found: Estimate) -> np.ndarray:
    effects = found.fit.cells.effects.T
    return np.column_stack([np.eye(int(c.max()) + 1)[c] for c in effects])


def studentize(found: Estimate, outcome: np.ndarray, weights: np.ndarray) -> float:
    """Weighted least squares on indicators and its CRV1 without factor, by dense matrices."""
    cells = found.fit.cells
    X = np.column_stack([cells.regressors, indicators(found)]) * np.sqrt(weights)[:, None]
    y = outcome * np.sqrt(weights)
    beta = np.linalg.lstsq(X, y, rcond=None)[0]
    others = X[:, 1:] @ np.linalg.lstsq(X[:, 1:], X[:, 0], rcond=None)[0]
    score = (X[:, 0] - others) * (y - X @ beta)
    sums = np.array([score[cells.cluster == g].sum() for g in np.unique(cells.cluster)])
    return float(beta[0] * ((X[:, 0] - others) ** 2).sum() / np.sqrt((sums**2).sum()))


def test_linear_draws_equal_naive_refits_of_bootstrapped_outcomes(panel: Panel) -> None:
    found = estimate(LINEAR, panel)
    result = bootstrap(found, draws=99, seed=1)
    assert (result.enumerated, result.weights) == (False, "webb")
    signs = bootstrap(found, draws=64, weights="rademacher", seed=1)
    assert signs.enumerated
    cells = found.fit.cells
    Z = np.column_stack([cells.regressors[:, 1:], indicators(found)])
    fitted = Z @ np.linalg.lstsq(Z, cells.outcome, rcond=None)[0]
    residual, ones = cells.outcome - fitted, np.ones(len(cells))
    naive = [
        studentize(found, fitted + v[cells.cluster] * residual, ones) for v in enumerate_signs(6)
    ]
    np.testing.assert_allclose(signs.statistics, naive, rtol=1e-8)
    assert signs.p_value == np.mean(np.abs(naive) >= abs(signs.statistic) * (1 - 1e-9))


def test_poisson_draws_equal_naive_weighted_steps(panel: Panel) -> None:
    sm = pytest.importorskip("statsmodels.api")
    found = estimate(POISSON, panel)
    signs = bootstrap(found, draws=64, weights="rademacher", seed=1)
    cells = found.fit.cells
    Z = np.column_stack([cells.regressors[:, 1:], indicators(found)])
    null = sm.GLM(cells.outcome, Z, family=sm.families.Poisson(), offset=cells.offset)
    mean = null.fit(tol=1e-12, maxiter=200).mu
    working = cells.outcome / mean - 1
    naive = [studentize(found, v[cells.cluster] * working, mean) for v in enumerate_signs(6)]
    np.testing.assert_allclose(signs.statistics, naive, rtol=1e-6)


@pytest.mark.parametrize("case", OTHERS)
def test_observed_linear_statistic_is_that_of_the_estimate(panel: Panel, case: str) -> None:
    bare = Inference(cluster="host", method="CRV1", small_sample="none")
    found = estimate(replace(LINEAR, inference=bare, **OTHERS[case]), panel)
    assert bootstrap(found, draws=9, seed=1).statistic == pytest.approx(found.statistic, rel=1e-9)


def test_enumerated_p_value_does_not_depend_on_order_or_seed(panel: Panel) -> None:
    shuffled = Panel.from_frame(
        panel.frame.sample(frac=1, random_state=1), unit="mission", time="month"
    )
    results = [
        bootstrap(estimate(POISSON, p), draws=100, weights="rademacher", seed=s)
        for p, s in ((panel, 1), (shuffled, 2))
    ]
    assert results[0].p_value == results[1].p_value
    assert results[0].draws == 64


def test_equals_wildboottest_where_both_enumerate(panel: Panel) -> None:
    pf = pytest.importorskip("pyfixest")
    pytest.importorskip("wildboottest")
    # Its compiled loops take numbers for clusters, no text.
    frame = panel.frame.assign(host=pd.factorize(panel.frame["host"])[0])
    oracle = pf.feols("deaths ~ robustness + control + C(mission) + C(year)", frame)
    theirs = oracle.wildboottest(param="robustness", cluster="host", reps=9999, seed=1)
    ours = bootstrap(estimate(LINEAR, panel), draws=9999, weights="rademacher", seed=1)
    # It leaves out ties: the observed signs and their mirror, which ours counts as extreme.
    beyond = np.abs(ours.statistics) > abs(ours.statistic) * (1 + 1e-9)
    assert beyond.mean() == pytest.approx(theirs["Pr(>|t|)"], abs=1e-12)
    assert ours.p_value == pytest.approx(beyond.mean() + 2 / ours.draws)


@pytest.mark.parametrize("kind", POINTS)
def test_weights_have_mean_zero_and_variance_one(kind: str) -> None:
    points, probability = POINTS[kind]
    assert probability.sum() == pytest.approx(1)
    assert points @ probability == pytest.approx(0, abs=1e-12)
    assert points**2 @ probability == pytest.approx(1)
    drawn = draw_weights(kind, clusters=5, draws=9, rng=np.random.default_rng(1))
    assert drawn.shape == (9, 5)
    assert set(np.round(drawn.ravel(), 9)) <= set(np.round(points, 9))


@pytest.mark.parametrize(
    "spec", [LINEAR, replace(LINEAR, family="poisson")], ids=["linear", "poisson"]
)
def test_size_is_near_nominal_without_an_effect(spec: Specification) -> None:
    """Twelve clusters; at the nominal 5%, 80 panels reject 1 to 10 times with probability .98."""
    rejected = 0
    for seed in range(80):
        panel = simulate_panel(seed=seed, effect=0.0, periods=36)
        rejected += bootstrap(estimate(spec, panel), draws=399, seed=seed).p_value <= 0.05
    assert 1 <= rejected <= 10


def test_what_has_no_bootstrap_is_refused_by_name(panel: Panel) -> None:
    random = estimate(replace(LINEAR, effects=(), estimator="random"), panel)
    frame = panel.frame.assign(deaths=panel.frame["deaths"].clip(upper=1))
    own = Panel.from_frame(pd.DataFrame(frame), unit="mission", time="month")
    logit = estimate(replace(LINEAR, family="logit"), own)
    with pytest.raises(SpecificationError, match="'linear', estimator 'random'"):
        bootstrap(random, seed=1)
    with pytest.raises(SpecificationError) as caught:
        bootstrap(logit, draws=0, weights="normal", seed=1)
    for text in ("not served for family 'logit'", "weights='normal'", "draws=0"):
        assert text in str(caught.value)
