"""Mixed linear engine: intercepts, and perhaps slopes, drawn by unit; variances by statsmodels."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from pkstats.errors import BoundaryError, ConvergenceError
from pkstats.estimation.engines import linear
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.engine import CHANGE, Engine
from pkstats.estimation.engines.fit import Fit, UnitEffects
from pkstats.estimation.engines.indicators import build_indicators
from pkstats.estimation.engines.numerical import FAILURES, is_numerical
from pkstats.estimation.engines.unit_effects import (
    build_varying,
    check_units,
    describe_units,
    refuse_singular,
)
from pkstats.estimation.kernels.effects import encode

#: Solvers that statsmodels tries in turn. Its limited-memory one claims convergence at a variance
#: of zero with an infinite likelihood, or where bfgs stopped short.
SOLVERS = ["bfgs", "powell"]


def fit(cells: Cells, *, varying: str = "intercept") -> Fit:
    r"""Fit :math:`y_{it} = x_{it}'\beta + d_{it} + a_i + b_i x_{1it} + e_{it}`.

    :math:`(a_i, b_i)` are normal with a free covariance (:math:`b_i = 0` with intercepts alone);
    effects d enter as fixed indicators. statsmodels estimates the variances by restricted maximum
    likelihood; given them, with :math:`V_i` the covariance of a unit's outcomes, coefficients are
    least squares on rows multiplied by :math:`V_i^{-1/2}`, and so are the scores.

    Parameters
    ----------
    cells : Cells
        n rows.
    varying : {"intercept", "slope"}
        What each unit has of its own.

    Returns
    -------
    Fit
        Its bread is the model's own covariance of the regressors, variances taken as known.

    Raises
    ------
    SpecificationError
        A unit in several clusters.
    SingularFitError
        Intercepts and slopes without spread, or perfectly correlated.
    EstimationError
        As the linear engine; or no maximum is found within the range of the variances.
    """
    pooled = linear.fit(cells)
    used = pooled.cells
    check_units(used)
    effects = encode(used.effects)
    names, varied, scale = build_varying(used, varying)
    present, group = np.unique(used.unit, return_inverse=True)
    size = float(used.outcome.std())
    design = build_indicators(used.regressors, effects).matrix
    psi, noise = _estimate_variances(used.outcome / size, design, varied, group)
    psi, noise = psi * size**2, noise * size**2
    indicators = np.column_stack([effects.first_sum.T.toarray(), effects.rest_sum.T.toarray()])
    whole = np.column_stack([used.outcome, used.regressors, indicators])
    found = _solve(pooled, whole, _whiten(whole, varied, group, psi, noise))
    modes, errors = _predict(used.outcome - found.mean, varied, group, psi, noise)
    unit_effects = UnitEffects(
        terms=names,
        labels=used.unit_labels[present],
        modes=modes / scale,
        std_error=errors / scale,
        covariance=psi / np.outer(scale, scale),
    )
    refuse_singular(unit_effects, found, size=size)
    notes = describe_units(unit_effects, found, size=size)
    return replace(found, unit_effects=unit_effects, notes=notes)


def _solve(pooled: Fit, whole: Floats, white: Floats) -> Fit:
    """Generalised least squares; columns are the outcome, k regressors and indicators."""
    k = len(pooled.cells.terms)
    y, X, D = white[:, 0], white[:, 1 : k + 1], white[:, k + 1 :]
    residualised = X - D @ np.linalg.lstsq(D, X, rcond=None)[0]
    coefficients = np.asarray(np.linalg.lstsq(residualised, y, rcond=None)[0], dtype=float)
    within = y - X @ coefficients
    alpha = np.linalg.lstsq(D, within, rcond=None)[0]
    residual = within - D @ alpha
    mean = whole[:, 1:] @ np.r_[coefficients, alpha]
    return replace(
        pooled,
        coefficients=coefficients,
        linear_predictor=mean,
        mean=mean,
        residualised=residualised,
        scores=residualised * residual[:, None],
        bread=np.asarray(np.linalg.inv(residualised.T @ residualised)),
        deviance=float(residual @ residual),
    )


def _estimate_variances(
    outcome: Floats, design: Floats, varied: Floats, group: Integers
) -> tuple[Floats, float]:
    """Covariance of the units' effects, shape (q, q), and variance of the noise."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            model = MixedLM(outcome, design, groups=group, exog_re=varied)
            found = model.fit(reml=True, method=SOLVERS, gtol=1e-8, maxiter=2000)
        psi, noise = np.asarray(found.cov_re, dtype=float), float(found.scale)
    except FAILURES as error:
        if not is_numerical(error):
            raise
        raise ConvergenceError(_word(str(error))) from error
    if not np.isfinite(psi).all() or not noise > 1e-12:
        raise BoundaryError(_word("no noise is left within units"))
    return psi, noise


def _word(reason: str) -> str:
    return (
        f"mixed linear model: no maximum of the likelihood was found ({reason}). "
        "Remedy: varying='intercept', more units, or estimator='within'"
    )


def _whiten(columns: Floats, varied: Floats, group: Integers, psi: Floats, noise: float) -> Floats:
    """Columns, shape (n, c), with each unit's rows multiplied by the root of its inverse V."""
    white = np.empty_like(columns)
    for rows in _split(group):
        axes, signal = _decompose(varied[rows], psi)
        shrink = 1 - np.sqrt(noise / (signal + noise))
        values = columns[rows]
        white[rows] = (values - axes @ (shrink[:, None] * (axes.T @ values))) / np.sqrt(noise)
    return white


def _predict(
    residual: Floats, varied: Floats, group: Integers, psi: Floats, noise: float
) -> tuple[Floats, Floats]:
    """Best linear prediction of each unit's effects and its standard deviation, (G, q) each."""
    modes, errors = [], []
    for rows in _split(group):
        axes, signal = _decompose(varied[rows], psi)
        loading = psi @ (varied[rows].T @ axes) / (signal + noise)
        modes.append(loading @ (axes.T @ residual[rows]))
        explained = loading @ (axes.T @ varied[rows]) @ psi
        errors.append(np.sqrt(np.maximum(np.diag(psi - explained), 0)))
    return np.array(modes), np.array(errors)


def _decompose(varied: Floats, psi: Floats) -> tuple[Floats, Floats]:
    r"""Axes, shape (rows, q), and variances, shape (q,), of :math:`Z \Psi Z'`, of rank q."""
    basis, triangle = np.linalg.qr(varied)
    signal, turn = np.linalg.eigh(triangle @ psi @ triangle.T)
    return basis @ turn, np.maximum(signal, 0)


def _split(group: Integers) -> list[Integers]:
    """Rows of each group, in the order of its code."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.cumsum(np.bincount(group))[:-1])


ENGINES = (
    Engine(
        family="linear",
        estimator="mixed",
        fit=fit,
        solver="restricted maximum likelihood, statsmodels",
        outcome="number",
        scale=CHANGE,
        effects="indicators",
        options=("varying",),
        warm_start=False,
    ),
)
