"""Fit: what every engine returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkstats.estimation.engines.cells import Cells, Floats, Integers, Labels

if TYPE_CHECKING:
    import pandas as pd


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

    @staticmethod
    def tabulate(losses: Sequence[Loss]) -> pd.DataFrame:
        """Losses as a table: reason rows names events."""
        import pandas as pd

        return pd.DataFrame(
            [(x.reason, x.rows, ", ".join(x.names), x.events) for x in losses],
            columns=["reason", "rows", "names", "events"],
        ).astype({"reason": str, "rows": int, "names": str, "events": float})


@dataclass(frozen=True)
class UnitEffects:
    """What each of G units has of its own in a mixed model: modes, shrunken towards zero.

    Parameters
    ----------
    terms : tuple of str
        The q effects: the intercept and perhaps the treatment.
    labels : ndarray, shape (G,)
        Units.
    modes : ndarray, shape (G, q)
        Deviation from the common coefficient.
    std_error : ndarray, shape (G, q)
        Conditional standard deviation, common coefficients and variances taken as known.
    covariance : ndarray, shape (q, q)
        Of the effects among units.
    """

    terms: tuple[str, ...]
    labels: Labels
    modes: Floats
    std_error: Floats
    covariance: Floats


@dataclass(frozen=True)
class Fit:
    """A model fitted to cells.

    Parameters
    ----------
    cells : Cells
        The n rows used, with the k regressors kept (treatment first).
    rows : ndarray of int, shape (n,)
        Their positions in the cells that were given.
    coefficients : ndarray, shape (k,)
        In the order of ``cells.terms``.
    linear_predictor, mean : ndarray, shape (n,)
        Link of the mean, and mean, with offset and effects (with random effects, without them).
    residualised : ndarray, shape (n, k)
        Regressors less their weighted projection on the effects. With random effects, of the
        quasi-demeaned regressors on the quasi-demeaned intercept; with instruments, of the
        regressors as the first stage fits them; in a Cox model, less the mean of the risk set.
    weights : ndarray, shape (n,)
        Of that projection: the mean (poisson), mean / (1 + alpha mean) (negative binomial),
        mean (1 - mean) (logit), one (linear).
    scores : ndarray, shape (n, k)
        Of each row, profiled: their sum by cluster, between two breads, is the sandwich.
    bread : ndarray, shape (k, k)
        Inverse of the profiled information.
    deviance : float
        Twice the gap to the saturated log likelihood; the residual sum of squares if linear.
    log_likelihood : float
        At the solution; missing for a linear model, which assumes no distribution.
    parameters : int
        Regressors, rank of the absorbed effects, and dispersion if estimated.
    iterations : int
        Steps of the solver.
    losses : tuple of Loss
        Rows dropped here, by reason.
    dropped_terms : tuple of str
        Collinear controls.
    dispersion : float
        alpha of the negative binomial, variance = mean + alpha mean^2; else missing.
    notes : tuple of str
        What a reader must know of this fit.
    unit_effects : UnitEffects, optional
        Of a mixed model.
    """

    cells: Cells
    rows: Integers
    coefficients: Floats
    linear_predictor: Floats
    mean: Floats
    residualised: Floats
    weights: Floats
    scores: Floats
    bread: Floats
    deviance: float
    log_likelihood: float
    parameters: int
    iterations: int
    losses: tuple[Loss, ...]
    dropped_terms: tuple[str, ...]
    dispersion: float = float("nan")
    notes: tuple[str, ...] = ()
    unit_effects: UnitEffects | None = None
