"""The oracles on the real panel: few events, absorbed hosts, exposure, lagged treatment."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.checks.identification import identify
from pkstats.checks.randomization import renewal_assignment
from pkstats.data.panels import Panel
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

sm = pytest.importorskip("statsmodels.api")
pf = pytest.importorskip("pyfixest")

SPECIFICATION = Specification(
    outcome="hostile_deaths_uniformed",
    treatment="robustness_index_lag1",
    controls=("log_conflict_lag1", "mission_age_months"),
    effects=("mission", "year"),
    exposure="personnel",
    family="poisson",
    inference=Inference(cluster="host"),
    missing="drop",
)


@pytest.fixture(scope="module")
def panel(root: Path) -> Panel:
    frame = pd.read_parquet(root / "data" / "panels" / "mission_month.parquet")
    frame["log_conflict"] = np.log1p(frame["host_conflict_deaths"].astype(float))
    whole = Panel.from_frame(frame, unit="mission", time="month", name="mission_month")
    return whole.lag(["robustness_index", "log_conflict"], months=1)


def read_used(found: Estimate) -> pd.DataFrame:
    columns = [found.specification.outcome, *found.fit.cells.terms]
    used = found.panel.frame.iloc[found.fit.cells.position]
    used = used.astype(dict.fromkeys(columns, float))
    return used.assign(log_personnel=np.log(used["personnel"]))


@pytest.mark.parametrize("effects", [("mission", "year"), ("host", "year"), ("year",)])
def test_coefficients_and_sandwich_equal_pyfixest(panel: Panel, effects: tuple[str, ...]) -> None:
    inference = Inference(cluster="host", method="CRV1")
    spec = replace(SPECIFICATION, effects=effects, inference=inference)
    found = estimate(spec, panel.where("year >= 2000"))
    formula = f"{spec.outcome} ~ {' + '.join(found.fit.cells.terms)} | {' + '.join(effects)}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = pf.fepois(
            formula,
            read_used(found),
            vcov={"CRV1": "host"},
            ssc=pf.ssc(k_fixef="full"),
            offset="log_personnel",
            separation_check=["fe", "ir"],
            iwls_tol=1e-14,
            fixef_tol=1e-12,
            iwls_maxiter=200,
        )
    assert found.rows == oracle._N > 2000
    np.testing.assert_allclose(found.fit.coefficients, oracle.coef(), rtol=0, atol=1e-8)
    # pyfixest's sandwich weighs by the last step but one, so it needs the tighter stop
    np.testing.assert_allclose(found.inferred.std_error, oracle.se(), rtol=1e-7)


def test_jackknife_equals_a_loop_of_statsmodels_refits_with_the_offset(panel: Panel) -> None:
    found = estimate(SPECIFICATION, panel.where("year >= 2000"))
    used = read_used(found)
    refits = [fit_dummies(used[used["host"] != host], found) for host in found.inferred.left_out]
    np.testing.assert_allclose(
        found.inferred.left_out_coefficients[:, 0], refits, rtol=0, atol=1e-7
    )
    whole, G = fit_dummies(used, found), len(refits)
    expected = np.sqrt((G - 1) / G * ((np.array(refits) - whole) ** 2).sum())
    assert found.std_error == pytest.approx(expected, rel=1e-6)


def fit_dummies(used: pd.DataFrame, found: Estimate) -> float:
    """Treatment's coefficient, without years that hold no event once a host is left out."""
    outcome = found.specification.outcome
    alive = used.groupby("year")[outcome].transform("sum") > 0
    used = used[alive]
    dummies = [pd.get_dummies(used[e].astype(str), dtype=float) for e in ("mission", "year")]
    X = np.column_stack([used[list(found.fit.cells.terms)], dummies[0], dummies[1].iloc[:, 1:]])
    X[:, 1:3] = (X[:, 1:3] - X[:, 1:3].mean(axis=0)) / X[:, 1:3].std(axis=0)
    model = sm.GLM(
        used[outcome].to_numpy(),
        X.astype(float),
        family=sm.families.Poisson(),
        offset=used["log_personnel"].to_numpy(),
    )
    return float(model.fit(tol=1e-12, maxiter=300).params[0])


def test_rows_add_up_and_no_event_is_lost_unseen(panel: Panel) -> None:
    sample = panel.where("year >= 2000")
    found = estimate(SPECIFICATION, sample)
    assert found.rows + found.lost["rows"].sum() == len(sample.frame)
    total = sample.frame[SPECIFICATION.outcome].sum()
    assert found.events + found.lost["events"].sum() == total


def test_offensive_mandates_alone_are_not_identified(panel: Panel) -> None:
    """One mission, MONUSCO from 2013, was mandated to attack: no jackknife, and the gate fails."""
    offensive = panel.lag("text_offensive", months=1).where("year >= 2000")
    found = estimate(replace(SPECIFICATION, treatment="text_offensive_lag1"), offensive)
    assert np.isnan(found.std_error)
    assert "without DR Congo" in found.note
    assert not identify(found).passes


def test_observed_steps_lie_on_the_renewal_calendar(panel: Panel) -> None:
    found = renewal_assignment(panel, treatment="robustness_index", renewal="mandate_renewal")
    assert found.off_calendar == 0
    lagged = panel.frame["robustness_index_lag1"].to_numpy(dtype=float, na_value=np.nan)
    np.testing.assert_array_equal(found.shift(found.observed), lagged)
