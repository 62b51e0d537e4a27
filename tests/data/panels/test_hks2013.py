"""The replication anchor: rows, and the published models on them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pkstats.data.panels import hks2013 as builder
from pkstats.data.panels import store
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.panel import Panel

REGRESSORS = [
    "un_troops_lag1",
    "un_police_lag1",
    "un_observers_lag1",
    "battle_deaths_lag1",
    "civilians_killed_lag1_any",
    "incompatibility",
    "episode_duration_months",
    "population_log",
]


@pytest.fixture(scope="module")
def panel(raw: Path) -> Panel:
    return builder.build(raw)


@pytest.fixture(scope="module")
def rows(panel: Panel) -> pd.DataFrame:
    columns = ["conflict_id", "civilians_killed", *REGRESSORS]
    return panel.frame[columns].dropna().astype("float64")


def test_panel_keeps_its_codebook(panel: Panel) -> None:
    store.validate(panel)


def test_a_rebuild_from_raw_is_the_committed_panel(panel: Panel) -> None:
    assert canonical_hash(panel) == canonical_hash(store.load_panel(panel.name))


def test_conflict_months(panel: Panel) -> None:
    assert len(panel.frame) == 3_972 and panel.frame["conflict_id"].nunique() == 36
    assert panel.frame["civilians_killed"].max() == 145_844  # Rwanda, April 1994
    assert all("(original: " in variable.label for variable in panel.codebook)


def test_poisson_reproduces_the_printed_fit(rows: pd.DataFrame) -> None:
    assert len(rows) == 3_746
    design = sm.add_constant(rows[REGRESSORS])
    fit = sm.GLM(rows["civilians_killed"], design, family=sm.families.Poisson()).fit()
    assert round(fit.deviance) == 2_134_801
    assert round(fit.aic) == 2_139_137


def test_negative_binomial_reproduces_model_1(rows: pd.DataFrame) -> None:
    """Clustered by conflict with G/(G-1) alone."""
    scale = rows[REGRESSORS].std()
    design = sm.add_constant(rows[REGRESSORS] / scale)
    model = sm.NegativeBinomial(rows["civilians_killed"], design)
    start = sm.OLS(np.log1p(rows["civilians_killed"]), design).fit().params.to_numpy()
    near = model.fit(start_params=[*start, 10.0], method="bfgs", maxiter=2000, disp=0)
    clusters = {"groups": rows["conflict_id"].astype(int), "use_correction": False}
    fit = model.fit(
        start_params=near.params.to_numpy(),
        method="newton",
        disp=0,
        cov_type="cluster",
        cov_kwds=clusters,
    )
    assert fit.mle_retvals["converged"]
    groups = rows["conflict_id"].nunique()
    error = (fit.bse[REGRESSORS] / scale) * np.sqrt(groups / (groups - 1))
    estimate = fit.params[REGRESSORS] / scale
    found = {name: (round(estimate[name], 4), round(error[name], 4)) for name in REGRESSORS[:3]}
    assert found == {
        "un_troops_lag1": (-0.5304, 0.0855),
        "un_police_lag1": (-9.9026, 1.5493),
        "un_observers_lag1": (21.7619, 3.9561),
    }
    assert round(np.log(fit.params["alpha"]), 4) == 2.8269
    assert round(fit.llf, 4) == -6260.1541
