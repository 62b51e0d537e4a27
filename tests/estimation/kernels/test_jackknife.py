"""Refits by Newton steps from the full fit, held to the engine's refits on the rows left."""

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.inference import refit_rows
from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.kernels.jackknife import Problem, leave_out_each
from pkstats.estimation.specification import Inference, Specification

SETTLED = {
    "balanced": ({"balanced": True, "seed": 1}, {}),
    "unbalanced, months": ({"seed": 2}, {"effects": ("mission", "month")}),
    "offset": ({"exposed": True, "seed": 3}, {"exposure": "personnel"}),
    "all-zero levels": ({"base": -4.0, "seed": 4}, {"effects": ("mission", "month")}),
    "crossed clusters": ({"seed": 5}, {"cluster": "year"}),
    "clusters within units": ({"seed": 6}, {"cluster": "quarter"}),
    "one effect": ({"seed": 7}, {"effects": ("mission",)}),
    "no effect": ({"seed": 8}, {"effects": ()}),
    "three effects": ({"seed": 9}, {"effects": ("mission", "year", "quarter")}),
    "nested effects": ({"seed": 10}, {"effects": ("mission", "year", "region")}),
    "few clusters": ({"units": 9, "clusters": 3, "seed": 11}, {}),
}
LINEAR = ("within", "pooled", "first_difference")


def fit(simulated: dict, changes: dict) -> Estimate:
    frame = simulate_panel(**simulated).frame
    frame["quarter"] = frame["month"].dt.quarter
    frame["region"] = frame["mission"].str[-1].astype(int) % 3
    options = {"family": "poisson", "effects": ("mission", "year"), "cluster": "host"} | changes
    inference = Inference(cluster=options.pop("cluster"), method="CRV1")
    spec = Specification(
        outcome="deaths",
        treatment="robustness",
        controls=("control",),
        inference=inference,
        **options,
    )
    return estimate(spec, Panel.from_frame(frame, unit="mission", time="month"))


def leave_out(found: Estimate) -> tuple[np.ndarray, np.ndarray]:
    """Refits of the kernel and of the engine; missing where the engine finds no estimate."""
    fitted, specification = found.fit, found.specification
    labels, codes = np.unique(fitted.cells.cluster, return_inverse=True)
    absorbs = specification.estimator != "first_difference"
    design = Problem(
        fitted.cells.outcome,
        np.ascontiguousarray(fitted.residualised.T),
        encode(fitted.cells.effects) if absorbs else None,
        fitted.linear_predictor,
        specification.family == "poisson",
    )
    quick = leave_out_each(design, fitted.coefficients, cluster=codes, count=len(labels))
    exact = np.full_like(quick, np.nan)
    for g in range(len(labels)):
        try:
            refit = refit_rows(specification, fitted, codes != g)
        except EstimationError:
            continue
        place = {term: j for j, term in enumerate(refit.cells.terms)}
        for j, term in enumerate(fitted.cells.terms):
            exact[g, j] = refit.coefficients[place[term]] if term in place else np.nan
    return quick, exact


@pytest.mark.parametrize("case", SETTLED)
def test_poisson_refits_equal_the_engine(case: str) -> None:
    quick, exact = leave_out(fit(*SETTLED[case]))
    np.testing.assert_allclose(quick, exact, rtol=0, atol=1e-9)
    assert np.isfinite(quick).all()


@pytest.mark.parametrize("estimator", LINEAR)
@pytest.mark.parametrize("case", ["balanced", "unbalanced, months", "clusters within units"])
def test_linear_refits_equal_the_engine(case: str, estimator: str) -> None:
    simulated, changes = SETTLED[case]
    changes = changes | {"family": "linear", "estimator": estimator}
    if estimator != "within":
        changes["effects"] = ()
    quick, exact = leave_out(fit(simulated, changes))
    np.testing.assert_allclose(quick, exact, rtol=0, atol=1e-11)
    assert np.isfinite(quick).all()


def test_a_refit_that_loses_the_treatment_or_is_separated_is_not_settled() -> None:
    frame = simulate_panel(seed=3, base=-2.0, units=8, clusters=4).frame
    switching, other = frame["host"] == "H00", frame["host"] == "H01"
    frame["robustness"] = np.where(switching, frame["robustness"], 0.0)
    late = other & (frame["month"] >= "2003-06-01")
    frame.loc[late, ["robustness", "deaths"]] = [1.0, 0]
    panel = Panel.from_frame(frame, unit="mission", time="month")
    spec = Specification(
        outcome="deaths",
        treatment="robustness",
        effects=("mission", "year"),
        family="poisson",
        inference=Inference(cluster="host", method="CRV1"),
    )
    found = estimate(spec, panel)
    quick, exact = leave_out(found)
    lost = np.isnan(exact[:, 0])
    assert lost.tolist() == [True, False, False, False]
    assert np.isnan(quick[lost]).all()
    np.testing.assert_allclose(quick[~lost], exact[~lost], rtol=0, atol=1e-9)
    whole = found.with_inference(Inference(cluster="host", method="CRV3"))
    assert "without H00" in whole.note
    assert "separated" in whole.note or "absorbed" in whole.note


def test_a_control_lost_in_one_refit_is_missing_there_alone() -> None:
    frame = simulate_panel(seed=4).frame
    frame["control"] = np.where(frame["host"] == "H02", frame["control"], 0.0)
    panel = Panel.from_frame(frame, unit="mission", time="month")
    spec = Specification(
        outcome="deaths",
        treatment="robustness",
        controls=("control",),
        effects=("mission", "year"),
        family="poisson",
        inference=Inference(cluster="host", method="CRV3"),
    )
    found = estimate(spec, panel)
    table = found.tidy().set_index("term")
    assert np.isfinite(table.loc["robustness", "std_error"])
    assert np.isnan(table.loc["control", "std_error"])
    assert "without H02" in found.inferred.notes[1]
    refits = pd.Series(found.inferred.left_out_coefficients[:, 1], found.inferred.left_out)
    assert refits.index[refits.isna()].tolist() == ["H02"]
