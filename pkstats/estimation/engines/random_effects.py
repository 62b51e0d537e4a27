"""Random effects of the unit: feasible generalised least squares by linearmodels."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from pkstats.errors import BoundaryError
from pkstats.estimation.engines.cells import Cells, Floats
from pkstats.estimation.engines.engine import CHANGE, Engine
from pkstats.estimation.engines.fit import Fit, Loss
from pkstats.estimation.engines.linear import check_residual
from pkstats.estimation.engines.numerical import FAILURES, is_numerical
from pkstats.estimation.engines.rows import drop_levels, keep_regressors, take_regressors
from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.kernels.gram import Basis, build_basis, invert_gram

INTERCEPT = "intercept"


def fit(cells: Cells) -> Fit:
    r"""Fit :math:`y_{it} = \beta' x_{it} + c + a_i + e_{it}` with a random effect of the unit.

    linearmodels estimates the variances (Swamy and Arora) and the coefficients; scores are those
    of the quasi-demeaned rows :math:`y_{it} - \theta_i \bar y_i`.

    Parameters
    ----------
    cells : Cells
        n rows without absorbed effects.

    Returns
    -------
    Fit

    Raises
    ------
    EmptySampleError, NoVariationError, AbsorbedError
        The outcome never varies, or the treatment is collinear.
    BoundaryError
        The variances of units and rows cannot be told apart.
    """
    losses: list[Loss] = []
    rows = drop_levels(cells, np.arange(len(cells)), losses, reasons=())
    kept = keep_regressors(cells, encode(cells.effects), losses)
    used = take_regressors(cells, kept)
    basis = build_basis(used.regressors, encode(used.effects))
    level = used.outcome.mean()
    outcome = used.outcome - level
    found, theta = _estimate(used, outcome, basis)
    y, X = _demean(outcome[:, None], theta, used), _demean(basis.columns, theta, used)
    one = _demean(np.ones((len(used), 1)), theta, used)
    whole = np.column_stack([X, one])
    residual = check_residual(y[:, 0] - whole @ found, used.outcome)
    left = X - one @ (one.T @ X) / (one.T @ one)
    residualised = basis.read_rows(left)
    mean = level + np.column_stack([basis.columns, np.ones(len(used))]) @ found
    return Fit(
        cells=used,
        rows=rows,
        coefficients=basis.read_coefficients(found[:-1]),
        linear_predictor=mean,
        mean=mean,
        residualised=residualised,
        weights=np.ones(len(used)),
        scores=residualised * residual[:, None],
        bread=basis.read_bread(invert_gram(left.T)),
        deviance=float(residual @ residual),
        log_likelihood=np.nan,
        parameters=len(used.terms) + 1,
        iterations=1,
        losses=(),
        dropped_terms=tuple(t for i, t in enumerate(cells.terms) if i not in kept),
    )


def _estimate(used: Cells, outcome: Floats, basis: Basis) -> tuple[Floats, Floats]:
    """Coefficients of the basis, intercept last, and theta of each row."""
    from linearmodels.panel import RandomEffects

    index = pd.MultiIndex.from_arrays([used.unit, used.period], names=["unit", "period"])
    names = [*(f"x{j}" for j in range(len(used.terms))), INTERCEPT]
    X = np.column_stack([basis.columns, np.ones(len(used))])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = RandomEffects(
                pd.Series(outcome, index=index, name="y"),
                pd.DataFrame(X, index=index, columns=names),
            )
            found = model.fit()
    except FAILURES as error:
        if not is_numerical(error):
            raise
        raise BoundaryError(
            f"random effects: {error}. Remedy: more units, or estimator='within'"
        ) from error
    theta = found.theta["theta"].reindex(pd.Index(used.unit)).to_numpy(dtype=float)
    if not np.isfinite(theta).all() or (theta >= 1).any():
        raise BoundaryError(
            "random effects: no variance is left within units. Remedy: estimator='pooled'"
        )
    return found.params.to_numpy(dtype=float), theta


def _demean(columns: Floats, theta: Floats, used: Cells) -> Floats:
    number = np.bincount(used.unit)
    sums = np.column_stack([np.bincount(used.unit, c, len(number)) for c in columns.T])
    return columns - (theta[:, None] * sums[used.unit]) / number[used.unit][:, None]


ENGINES = (
    Engine(
        family="linear",
        estimator="random",
        fit=fit,
        solver="feasible generalised least squares, linearmodels",
        outcome="number",
        scale=CHANGE,
        warm_start=False,
    ),
)
