"""Coefficients and CRV1 against pyfixest and statsmodels; CRV3 against a loop of refits.

pyfixest's own CRV3 is no oracle: its jackknife refits run without the offset.
"""

import warnings

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

sm = pytest.importorskip("statsmodels.api")
pf = pytest.importorskip("pyfixest")

CASES = {
    "balanced": {"balanced": True, "seed": 1},
    "unbalanced": {"seed": 2},
    "offset": {"exposed": True, "seed": 3},
    "separated": {"base": -4.0, "seed": 4},
    "separated, offset": {"base": -4.0, "exposed": True, "seed": 6},
}
EFFECTS = ("mission", "year")


def specify(exposure: str | None = None, **options: object) -> Specification:
    settings: dict = {
        "outcome": "deaths",
        "treatment": "robustness",
        "controls": ("control",),
        "effects": EFFECTS,
        "exposure": exposure,
        "family": "poisson",
        "inference": Inference(cluster="host", method="CRV1"),
    }
    return Specification(**settings | options)


def fit_pyfixest(frame: pd.DataFrame, *, offset: bool, cluster: str = "host", **ssc: object):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pf.fepois(
            "deaths ~ robustness + control | mission + year",
            frame.assign(log_personnel=np.log(frame["personnel"])),
            vcov={"CRV1": cluster},
            ssc=pf.ssc(**({"k_fixef": "full"} | ssc)),
            offset="log_personnel" if offset else None,
            separation_check=["fe", "ir"],
            iwls_tol=1e-12,
            fixef_tol=1e-12,
            iwls_maxiter=200,
        )


def fit_dummies(found: Estimate, keep: np.ndarray | None = None):
    """GLM Poisson with indicator columns on the rows used whose every level holds an event."""
    cells = found.fit.cells
    keep = np.ones(len(cells), dtype=bool) if keep is None else keep.copy()
    for _ in range(len(cells.effect_names) + 1):
        for codes in cells.effects.T:
            keep &= np.bincount(codes, cells.outcome * keep)[codes] > 0
    used = found.panel.frame.iloc[cells.position[keep]]
    dummies = [pd.get_dummies(used[e].astype(str), dtype=float) for e in EFFECTS]
    dummies[1] = dummies[1].iloc[:, 1:]
    X = np.column_stack([used[list(cells.terms)].to_numpy(float), *map(np.asarray, dummies)])
    model = sm.GLM(
        used["deaths"].to_numpy(float), X, family=sm.families.Poisson(), offset=cells.offset[keep]
    )
    return model.fit(tol=1e-12, maxiter=200), X


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("cluster", ["host", "mission"])
def test_equals_pyfixest(case: str, cluster: str) -> None:
    panel = simulate_panel(**CASES[case])
    offset = "offset" in case
    spec = specify(
        "personnel" if offset else None, inference=Inference(cluster=cluster, method="CRV1")
    )
    found = estimate(spec, panel)
    oracle = fit_pyfixest(panel.frame, offset=offset, cluster=cluster)
    assert found.rows == oracle._N
    if case.startswith("separated"):
        assert found.rows < len(panel.frame)
    np.testing.assert_allclose(found.fit.coefficients, oracle.coef(), rtol=0, atol=1e-8)
    np.testing.assert_allclose(found.inferred.std_error, oracle.se(), rtol=1e-6)


@pytest.mark.parametrize(
    ("rule", "ssc"), [("stata_ml", {"k_adj": False}), ("none", {"k_adj": False, "G_adj": False})]
)
def test_other_factors_equal_pyfixest(rule: str, ssc: dict) -> None:
    panel = simulate_panel(seed=2)
    inference = Inference(cluster="host", method="CRV1", small_sample=rule)
    found = estimate(specify(inference=inference), panel)
    oracle = fit_pyfixest(panel.frame, offset=False, **ssc)
    np.testing.assert_allclose(found.inferred.std_error, oracle.se(), rtol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_equals_statsmodels(case: str) -> None:
    panel = simulate_panel(**CASES[case])
    found = estimate(specify("personnel" if "offset" in case else None), panel)
    oracle, X = fit_dummies(found)
    np.testing.assert_allclose(found.fit.coefficients, oracle.params[:2], rtol=0, atol=1e-8)
    assert found.fit.deviance == pytest.approx(oracle.deviance, rel=1e-10)
    assert found.fit.parameters == np.linalg.matrix_rank(X)
    robust = oracle.model.fit(
        tol=1e-12,
        maxiter=200,
        cov_type="cluster",
        cov_kwds={"groups": found.fit.cells.cluster, "use_correction": False},
    )
    rows, k, G = found.rows, found.fit.parameters, found.clusters
    factor = np.sqrt(G / (G - 1) * (rows - 1) / (rows - k))
    np.testing.assert_allclose(found.inferred.std_error, factor * robust.bse[:2], rtol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_jackknife_equals_a_loop_of_refits_with_the_offset(case: str) -> None:
    panel = simulate_panel(**CASES[case])
    spec = specify("personnel" if "offset" in case else None, inference=Inference(cluster="host"))
    found = estimate(spec, panel)
    groups = found.fit.cells.cluster
    refits = np.array([fit_dummies(found, groups != g)[0].params[:2] for g in np.unique(groups)])
    np.testing.assert_allclose(found.inferred.left_out_coefficients, refits, rtol=0, atol=1e-8)
    G = len(refits)
    whole = fit_dummies(found)[0].params[:2]
    expected = np.sqrt((G - 1) / G * ((refits - whole) ** 2).sum(axis=0))
    np.testing.assert_allclose(found.inferred.std_error, expected, rtol=1e-6)
    table = found.tidy()
    assert (table["df"] == G - 1).all()


def test_three_effects_and_free_exposure_equal_pyfixest() -> None:
    panel = simulate_panel(seed=8, exposed=True)
    frame = panel.frame.assign(quarter=panel.frame["month"].dt.quarter)
    spec = specify("personnel", effects=("mission", "year", "quarter"), exposure_as="regressor")
    found = estimate(spec, Panel.from_frame(frame, unit="mission", time="month"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = pf.fepois(
            "deaths ~ robustness + control + log(personnel) | mission + year + quarter",
            frame,
            vcov={"CRV1": "host"},
            ssc=pf.ssc(k_fixef="full"),
            iwls_tol=1e-12,
            fixef_tol=1e-12,
            iwls_maxiter=200,
        )
    np.testing.assert_allclose(found.fit.coefficients, oracle.coef(), rtol=0, atol=1e-8)
    np.testing.assert_allclose(found.inferred.std_error, oracle.se(), rtol=1e-6)


def test_nested_effects_count_their_rank_where_pyfixest_counts_levels() -> None:
    panel = simulate_panel(seed=2)
    nested = estimate(specify(effects=("mission", "year", "host")), panel)
    plain = estimate(specify(), panel)
    np.testing.assert_allclose(nested.fit.coefficients, plain.fit.coefficients, atol=1e-10)
    np.testing.assert_allclose(nested.inferred.std_error, plain.inferred.std_error, rtol=1e-9)
    assert nested.fit.parameters == plain.fit.parameters


def test_separation_by_a_regressor_is_seen_as_by_pyfixest_rectifier() -> None:
    panel = simulate_panel(seed=5, base=-3.0)
    frame = panel.frame
    lonely = frame["deaths"].eq(0) & frame["mission"].isin(["U01", "U02"])
    frame = frame.assign(lonely=(lonely & frame["month"].dt.month.eq(3)).astype(float))
    own = Panel.from_frame(frame, unit="mission", time="month")
    found = estimate(specify(controls=("control", "lonely")), own)
    without = frame[frame["lonely"] == 0]
    oracle = fit_pyfixest(without, offset=False)
    np.testing.assert_allclose(found.fit.coefficients, oracle.coef(), rtol=0, atol=1e-8)
    assert found.rows == oracle._N
    assert found.fit.dropped_terms == ("lonely",)
    with pytest.raises(EstimationError, match=r"separated.*U01, U02"):
        estimate(specify(treatment="lonely"), own)
