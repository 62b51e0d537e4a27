"""Fit: what every engine returns."""

from __future__ import annotations

from dataclasses import dataclass

from pkstats.engines.cells import Cells, Floats, Integers


@dataclass(frozen=True)
class Loss:
    """Rows that left the sample for one reason.

    Parameters
    ----------
    reason : str
        Why.
    rows : int
        How many.
    names : tuple of str
        Units, or levels of the effect, that lost rows.
    events : float
        Sum of the outcome in these rows; missing where the outcome is.
    """

    reason: str
    rows: int
    names: tuple[str, ...]
    events: float


@dataclass(frozen=True)
class Fit:
    """A model fitted to cells.

    Parameters
    ----------
    family : str
        Distribution.
    cells : Cells
        The n rows used, with the k regressors kept (treatment first).
    rows : ndarray of int, shape (n,)
        Their positions in the cells that were given.
    coefficients : ndarray, shape (k,)
        In the order of ``cells.terms``.
    linear_predictor, mean : ndarray, shape (n,)
        Log mean and mean, with offset.
    residualised : ndarray, shape (n, k)
        Regressors less their projection on the effects, weighted by the mean.
    bread : ndarray, shape (k, k)
        Inverse of the profiled information.
    deviance : float
        Twice the gap to the saturated log likelihood.
    parameters : int
        Regressors and the rank of the absorbed effects.
    iterations : int
        Steps of the solver.
    losses : tuple of Loss
        Rows dropped here, by reason.
    dropped_terms : tuple of str
        Collinear controls.
    """

    family: str
    cells: Cells
    rows: Integers
    coefficients: Floats
    linear_predictor: Floats
    mean: Floats
    residualised: Floats
    bread: Floats
    deviance: float
    parameters: int
    iterations: int
    losses: tuple[Loss, ...]
    dropped_terms: tuple[str, ...]
