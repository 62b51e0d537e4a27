"""Least squares with absorbed effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.estimation.kernels.effects import Effects, Floats, partial_out
from pkstats.estimation.kernels.gram import invert_gram


@dataclass(frozen=True)
class LeastSquaresFit:
    """Solution of the normal equations.

    Parameters
    ----------
    coefficients : ndarray, shape (k,)
        Of the regressors.
    residual : ndarray, shape (n,)
        Outcome less fitted value.
    residualised : ndarray, shape (n, k)
        Regressors less their projection on all effects.
    bread : ndarray, shape (k, k)
        Inverse of ``residualised' residualised``.
    """

    coefficients: Floats
    residual: Floats
    residualised: Floats
    bread: Floats


def fit_least_squares(
    outcome: Floats, regressors: Floats, effects: Effects | None
) -> LeastSquaresFit:
    r"""Minimise :math:`\sum_i (y_i - x_i'\beta - d_i'\alpha)^2` with the effects eliminated.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Any numbers.
    regressors : ndarray, shape (n, k)
        Of full rank beside the effects.
    effects : Effects or None
        Of the n rows; None fits neither effect nor intercept.

    Returns
    -------
    LeastSquaresFit
    """
    columns = np.column_stack([regressors, outcome])
    if effects is not None:
        columns = partial_out(effects, np.ones(len(outcome)), columns)
    X, y = columns[:, :-1], columns[:, -1]
    scale = np.sqrt(np.mean(X**2, axis=0))
    scaled = X / scale
    coefficients = np.linalg.lstsq(scaled, y, rcond=None)[0]
    bread = invert_gram(scaled.T)
    return LeastSquaresFit(
        coefficients=coefficients / scale,
        residual=y - scaled @ coefficients,
        residualised=X,
        bread=bread / np.outer(scale, scale),
    )
