"""Negative binomial and logit against statsmodels, pyfixest and the printed table of HKS 2013."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pkstats.data.panels import Panel, load_panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

pf = pytest.importorskip("pyfixest")

CONTROLS = (
    "un_police_lag1",
    "un_observers_lag1",
    "battle_deaths_lag1",
    "civilians_killed_lag1_any",
    "incompatibility",
    "episode_duration_months",
    "population_log",
)


def simulate(family: str, **options: object) -> Panel:
    panel = simulate_panel(**({"seed": 2} | options))
    rng = np.random.default_rng(8)
    deaths = rng.poisson(panel.frame["deaths"] * rng.gamma(1, 1, len(panel.frame)))
    if family == "logit":
        deaths = deaths.clip(max=1)
    return Panel.from_frame(panel.frame.assign(deaths=deaths), unit="mission", time="month")


def run(panel: Panel, family: str, **options: object) -> Estimate:
    settings: dict = {
        "outcome": "deaths",
        "treatment": "robustness",
        "controls": ("control",),
        "effects": ("mission", "year"),
        "family": family,
        "inference": Inference(cluster="host", method="CRV1", small_sample="stata_ml"),
    }
    return estimate(Specification(**settings | options), panel)


def fit_dummies(found: Estimate, keep: np.ndarray | None = None, **options: object):
    """Statsmodels with its own dummies on the rows that the estimate used."""
    cells = found.fit.cells
    keep = np.ones(len(cells), dtype=bool) if keep is None else keep
    used = found.panel.frame.iloc[cells.position[keep]]
    dummies = [pd.get_dummies(used[e].astype(str), dtype=float) for e in cells.effect_names]
    dummies = [dummies[0], *(d.iloc[:, 1:] for d in dummies[1:])]
    X = np.column_stack([used[list(cells.terms)].to_numpy(float), *map(np.asarray, dummies)])
    y = used["deaths"].to_numpy(float)
    if found.specification.family == "logit":
        return sm.Logit(y, X).fit(disp=0, maxiter=100, tol=1e-12, **options)
    model = sm.NegativeBinomial(y, X, offset=cells.offset[keep])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        near = model.fit(method="bfgs", disp=0, maxiter=2000)
        return model.fit(
            start_params=near.params, method="newton", disp=0, maxiter=100, tol=1e-12, **options
        )


@pytest.mark.parametrize("family", ["negative_binomial", "logit"])
@pytest.mark.parametrize("case", [{}, {"balanced": True}, {"base": -2.5, "seed": 4}])
def test_equals_statsmodels(family: str, case: dict) -> None:
    panel = simulate(family, **case)
    found = run(panel, family)
    clusters = {"groups": found.fit.cells.cluster, "use_correction": False}
    oracle = fit_dummies(found, cov_type="cluster", cov_kwds=clusters)
    np.testing.assert_allclose(found.fit.coefficients, oracle.params[:2], rtol=0, atol=1e-7)
    assert found.fit.log_likelihood == pytest.approx(oracle.llf, rel=1e-10)
    factor = np.sqrt(found.clusters / (found.clusters - 1))
    np.testing.assert_allclose(found.inferred.std_error, factor * oracle.bse[:2], rtol=1e-5)
    if family == "negative_binomial":
        assert found.fit.dispersion == pytest.approx(oracle.params[-1], rel=1e-6)


def test_negative_binomial_keeps_the_offset() -> None:
    panel = simulate("negative_binomial", exposed=True, seed=3)
    found = run(panel, "negative_binomial", exposure="personnel")
    np.testing.assert_allclose(found.fit.coefficients, fit_dummies(found).params[:2], atol=1e-7)
    free = run(panel, "negative_binomial", exposure="personnel", exposure_as="regressor")
    assert free.fit.cells.terms[-1] == "log(personnel)"
    assert free.fit.log_likelihood >= found.fit.log_likelihood


def test_logit_equals_pyfixest_with_the_house_rule() -> None:
    panel = simulate("logit")
    found = run(panel, "logit", effects=(), inference=Inference(cluster="host", method="CRV1"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = pf.feglm(
            "deaths ~ robustness + control", panel.frame, family="logit", vcov={"CRV1": "host"}
        )
    np.testing.assert_allclose(found.fit.coefficients, oracle.coef().iloc[1:], atol=1e-6)
    np.testing.assert_allclose(found.inferred.std_error, oracle.se().iloc[1:], rtol=1e-5)


@pytest.mark.parametrize("family", ["negative_binomial", "logit"])
def test_jackknife_equals_a_loop_of_statsmodels(family: str) -> None:
    panel = simulate(family, units=12, clusters=6)
    found = run(panel, family, effects=("year",), inference=Inference(cluster="host"))
    groups = found.fit.cells.cluster
    refits = np.array([fit_dummies(found, groups != g).params[:2] for g in np.unique(groups)])
    np.testing.assert_allclose(found.inferred.left_out_coefficients, refits, rtol=0, atol=1e-6)
    G = len(refits)
    gap = refits - found.fit.coefficients
    expected = np.sqrt((G - 1) / G * (gap**2).sum(axis=0))
    np.testing.assert_allclose(found.inferred.std_error, expected, rtol=1e-5)


def test_incidental_parameters_are_noted_where_a_logit_has_effects() -> None:
    panel = simulate("logit")
    found = run(panel, "logit")
    assert "incidental parameters" in found.summary()
    smallest = panel.frame.iloc[found.fit.cells.position].groupby("year").size().min()
    assert f"year {smallest}" in " ".join(found.summary().split())
    assert "incidental" not in run(panel, "logit", effects=()).summary()


def test_rescaled_regressors_change_nothing_but_the_scale() -> None:
    panel = simulate("negative_binomial")
    scaled = panel.frame.assign(robustness=panel.frame["robustness"] * 1e6)
    plain = run(panel, "negative_binomial").tidy()
    found = run(Panel.from_frame(scaled, unit="mission", time="month"), "negative_binomial").tidy()
    np.testing.assert_allclose(found.at[0, "estimate"] * 1e6, plain.at[0, "estimate"], rtol=1e-6)
    np.testing.assert_allclose(found["statistic"], plain["statistic"], rtol=1e-5)


@pytest.fixture(scope="module")
def published() -> Estimate:
    spec = Specification(
        outcome="civilians_killed",
        treatment="un_troops_lag1",
        controls=CONTROLS,
        family="negative_binomial",
        missing="drop",
        inference=Inference(cluster="conflict_id", method="CRV1", small_sample="stata_ml"),
    )
    return estimate(spec, load_panel("hks2013"))


def test_hks_2013_model_1_to_the_printed_digit(published: Estimate) -> None:
    table = published.tidy().set_index("term").round(4)
    found = {t: (table.at[t, "estimate"], table.at[t, "std_error"]) for t in table.index[:3]}
    assert found == {
        "un_troops_lag1": (-0.5304, 0.0855),
        "un_police_lag1": (-9.9026, 1.5493),
        "un_observers_lag1": (21.7619, 3.9561),
    }
    assert published.rows == 3_746
    assert published.clusters == 36
    assert "ln alpha 2.8269, log likelihood -6260.1541" in " ".join(published.summary().split())


def test_other_rules_change_the_standard_error_alone(published: Estimate) -> None:
    house = published.with_inference(Inference(cluster="conflict_id", method="CRV1"))
    rows, parameters = published.rows, len(CONTROLS) + 1 + 1 + 1
    factor = np.sqrt((rows - 1) / (rows - parameters))
    np.testing.assert_allclose(house.std_error, published.std_error * factor, rtol=1e-12)
    assert house.coefficient == published.coefficient
