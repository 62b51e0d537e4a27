"""Coefficients and CRV1 against linearmodels and pyfixest; CRV3 against linearmodels refits."""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import FirstDifferenceOLS, PanelOLS, PooledOLS, RandomEffects

from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

pf = pytest.importorskip("pyfixest")

ESTIMATORS = {
    "pooled": ("pooled", ()),
    "none": ("within", ()),
    "unit": ("within", ("mission",)),
    "time": ("within", ("period",)),
    "two-way": ("within", ("mission", "period")),
    "unit and year": ("within", ("mission", "year")),
    "random": ("random", ()),
    "first_difference": ("first_difference", ()),
}
CASES = {"balanced": {"balanced": True, "seed": 1}, "unbalanced": {"seed": 2}}


def simulate(case: str) -> Panel:
    """Outcome with serially correlated noise, so that the variances of units and rows differ."""
    panel = simulate_panel(**CASES[case])
    noise = np.random.default_rng(3).normal(size=len(panel.frame))
    frame = panel.frame.assign(period=panel.frame["month"].dt.strftime("%Y-%m"))
    frame["y"] = 0.5 * frame["robustness"] - 0.3 * frame["control"] + noise
    frame["y"] += frame["mission"].str[1:].astype(int) / 9 + frame["year"] % 3
    return Panel.from_frame(frame, unit="mission", time="month")


def run(panel: Panel, name: str, method: str = "CRV1", **options: object) -> Estimate:
    estimator, effects = ESTIMATORS[name]
    settings: dict = {
        "outcome": "y",
        "treatment": "robustness",
        "controls": ("control",),
        "effects": effects,
        "family": "linear",
        "estimator": estimator,
        "inference": Inference(cluster="host", method=method),
    }
    return estimate(Specification(**settings | options), panel)


def fit_linearmodels(frame: pd.DataFrame, name: str):
    """By the settings that equal the house rule: every effect is counted."""
    data = frame.set_index(["mission", "month"])
    X, y = data[["robustness", "control"]], data["y"]
    absorbing = partial(PanelOLS, y, X, singletons=False)
    hosts = pd.DataFrame({"host": pd.factorize(data["host"])[0]}, index=data.index)
    constant = X.assign(constant=1.0)
    models = {
        "pooled": lambda: PooledOLS(y, constant),
        "none": lambda: PooledOLS(y, constant),
        "unit": lambda: absorbing(entity_effects=True),
        "time": lambda: absorbing(time_effects=True),
        "two-way": lambda: absorbing(entity_effects=True, time_effects=True),
        "unit and year": lambda: absorbing(
            entity_effects=True, other_effects=data[["year"]].astype("category")
        ),
        "random": lambda: RandomEffects(y, constant),
        "first_difference": lambda: FirstDifferenceOLS(y, X),
    }
    counted = (
        {"auto_df": False, "count_effects": True} if isinstance(models[name](), PanelOLS) else {}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return models[name]().fit(
            cov_type="clustered", clusters=hosts, debiased=True, group_debias=True, **counted
        )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_equals_linearmodels(name: str, case: str) -> None:
    panel = simulate(case)
    found, oracle = run(panel, name), fit_linearmodels(panel.frame, name)
    assert found.rows == oracle.nobs
    np.testing.assert_allclose(found.fit.coefficients, oracle.params.iloc[:2], rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.inferred.std_error, oracle.std_errors.iloc[:2], rtol=1e-9)


@pytest.mark.parametrize("name", ["unit", "two-way", "unit and year"])
def test_equals_pyfixest(name: str) -> None:
    panel = simulate("unbalanced")
    found = run(panel, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = pf.feols(
            f"y ~ robustness + control | {' + '.join(ESTIMATORS[name][1])}",
            panel.frame,
            vcov={"CRV1": "host"},
            ssc=pf.ssc(k_fixef="full"),
            fixef_tol=1e-12,
        )
    np.testing.assert_allclose(found.fit.coefficients, oracle.coef(), rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.inferred.std_error, oracle.se(), rtol=1e-7)
    np.testing.assert_allclose(found.tidy()["p_value"], oracle.pvalue(), rtol=1e-6)


@pytest.mark.parametrize("name", ["pooled", "two-way", "random", "first_difference"])
def test_jackknife_equals_a_loop_of_linearmodels(name: str) -> None:
    panel = simulate("unbalanced")
    found = run(panel, name, "CRV3")
    frame = panel.frame
    refits = np.array(
        [
            fit_linearmodels(frame[frame["host"] != host], name).params.iloc[:2]
            for host in found.inferred.left_out
        ]
    )
    np.testing.assert_allclose(found.inferred.left_out_coefficients, refits, rtol=0, atol=1e-9)
    whole = fit_linearmodels(frame, name).params.iloc[:2].to_numpy()
    G = len(refits)
    expected = np.sqrt((G - 1) / G * ((refits - whole) ** 2).sum(axis=0))
    np.testing.assert_allclose(found.inferred.std_error, expected, rtol=1e-7)


def test_random_effects_lie_between_pooled_and_within() -> None:
    """So they must with one regressor on a balanced panel."""
    panel = simulate("balanced")
    names = ("pooled", "random", "unit")
    pooled, random, within = (run(panel, n, controls=()).coefficient for n in names)
    assert min(pooled, within) < random < max(pooled, within)


def test_linear_probability_of_an_indicator_equals_its_difference_of_means() -> None:
    panel = simulate("balanced")
    frame = panel.frame.assign(
        y=(panel.frame["deaths"] > 0).astype(float), robustness=panel.frame["robustness"] > 0
    )
    own = Panel.from_frame(frame, unit="mission", time="month")
    spec = Specification(
        outcome="y",
        treatment="robustness",
        family="linear",
        estimator="pooled",
        inference=Inference(cluster="host"),
    )
    means = frame.groupby("robustness")["y"].mean()
    assert estimate(spec, own).coefficient == pytest.approx(means[True] - means[False], abs=1e-12)
