"""Poisson pseudo-maximum likelihood with absorbed effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError
from scipy.special import gammaln, xlogy

from pkstats.kernels.effects import Effects, Floats, partial_out

#: Root mean weighted square of the last Newton step, in units of the linear predictor.
TOLERANCE = 1e-9
#: A zero row whose mean falls below this share of the average mean may be separated.
SUSPICION = 1e-10


@dataclass(frozen=True)
class PoissonFit:
    """Solution of the score equations.

    Parameters
    ----------
    coefficients : ndarray, shape (k,)
        Of the regressors.
    linear_predictor, mean : ndarray, shape (n,)
        Log mean and mean, with offset.
    residualised : ndarray, shape (n, k)
        Regressors less their projection on all effects, weighted by the mean.
    bread : ndarray, shape (k, k)
        Inverse of ``residualised' diag(mean) residualised``.
    deviance : float
        Twice the gap to the saturated log likelihood.
    iterations : int
        Newton steps taken.
    converged : bool
        Whether the last step fell below the tolerance.
    suspect : bool
        Not converged, or a zero row's mean is so small that separation must be looked for. A
        converged fit that is not suspect is a proof of no separation: along a separating
        direction the Newton step on the largest separated mean is minus one, so that mean is
        below the squared tolerance.
    """

    coefficients: Floats
    linear_predictor: Floats
    mean: Floats
    residualised: Floats
    bread: Floats
    deviance: float
    iterations: int
    converged: bool
    suspect: bool


def fit_poisson(
    outcome: Floats,
    regressors: Floats,
    effects: Effects,
    *,
    offset: Floats,
    start: Floats | None = None,
    maximum: int = 60,
) -> PoissonFit:
    r"""Maximise :math:`\sum_i y_i \eta_i - e^{\eta_i}`, :math:`\eta = o + X\beta + D\alpha`.

    Newton steps (iteratively reweighted least squares) with the effects eliminated from each
    step by :func:`~pkstats.kernels.effects.partial_out`; a step that raises the deviance is
    halved.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Non-negative; every level of every effect has a positive sum.
    regressors : ndarray, shape (n, k)
        Of full rank beside the effects; k may be 0.
    effects : Effects
        Of the n rows.
    offset : ndarray, shape (n,)
        Added to the linear predictor with coefficient one.
    start : ndarray, shape (n,), optional
        Linear predictor to start from (warm start); left for a cold start where the first step
        from it raises the deviance, as it may once rows of another cluster are gone.
    maximum : int
        Largest number of steps.

    Returns
    -------
    PoissonFit
    """
    plain = partial_out(effects, np.ones(len(outcome)), regressors)
    scale = np.sqrt(np.mean(plain**2, axis=0))
    scaled = plain / scale
    predictor = np.log((outcome + outcome.mean()) / 2) if start is None else start
    mean = np.exp(predictor)
    coefficients = np.zeros(regressors.shape[1])
    deviance, converged, iterations = 1e300, False, 0
    for iterations in range(1, maximum + 1):
        working = (outcome - mean) / mean
        if iterations == 1:
            working = working + predictor - offset
            predictor = offset
        change, step, _ = _step(effects, mean, scaled, working)
        share, candidate = _search(outcome, predictor, step, deviance)
        if iterations == 1 and start is not None and not _is_nearer(outcome, candidate, start):
            return fit_poisson(outcome, regressors, effects, offset=offset, maximum=maximum)
        converged = iterations > 1 and _size(mean, step) < TOLERANCE
        coefficients = coefficients + share * change
        predictor = predictor + share * step
        with np.errstate(over="ignore"):
            mean, deviance = np.exp(predictor), candidate
        if converged or not np.isfinite(deviance) or mean.min() <= 0:
            break
    whole = bool(np.isfinite(deviance)) and mean.min() > 0
    residualised = partial_out(effects, mean, scaled) if whole else scaled
    weights = mean if whole else np.ones(len(mean))
    bread = _inverse(residualised.T @ (weights[:, None] * residualised))
    zeros = mean[outcome == 0]
    low = bool(len(zeros)) and bool(zeros.min() < SUSPICION * mean.mean())
    return PoissonFit(
        coefficients=coefficients / scale,
        linear_predictor=predictor,
        mean=mean,
        residualised=residualised * scale,
        bread=bread / np.outer(scale, scale),
        deviance=float(deviance),
        iterations=iterations,
        converged=converged,
        suspect=low or not converged,
    )


def _is_nearer(outcome: Floats, deviance: float, start: Floats) -> bool:
    """Whether the first step left a warm start for the better; else a cold start is safer."""
    return bool(deviance <= measure_deviance(outcome, start) * (1 + 1e-9) + 1e-9)


def measure_deviance(outcome: Floats, predictor: Floats) -> float:
    """Poisson deviance, twice the sum of y log(y / mean) - (y - mean)."""
    with np.errstate(over="ignore"):
        mean = np.exp(predictor)
    terms = xlogy(outcome, outcome) - outcome * predictor - outcome + mean
    return float(2 * terms.sum())


def measure_log_likelihood(outcome: Floats, predictor: Floats) -> float:
    """Poisson log likelihood, the sum of y log(mean) - mean - log y!."""
    return float((outcome * predictor - np.exp(predictor) - gammaln(outcome + 1)).sum())


def _step(
    effects: Effects, weights: Floats, regressors: Floats, working: Floats
) -> tuple[Floats, Floats, Floats]:
    """Coefficients, fitted values and residual regressors of one weighted least squares."""
    partialled = partial_out(effects, weights, np.column_stack([regressors, working]))
    X, z = partialled[:, :-1], partialled[:, -1]
    weighted = weights[:, None] * X
    change = _inverse(X.T @ weighted) @ (weighted.T @ z)
    return change, working - z + X @ change, X


def _search(
    outcome: Floats, predictor: Floats, step: Floats, deviance: float
) -> tuple[float, float]:
    """Largest share 1, 1/2, 1/4, ... of the step that does not raise the deviance."""
    share, allowed = 1.0, deviance + 1e-9 * (1 + abs(deviance))
    candidate = measure_deviance(outcome, predictor + step)
    while not candidate <= allowed and share > 1e-6:
        share /= 2
        candidate = measure_deviance(outcome, predictor + share * step)
    return share, candidate


def _size(weights: Floats, step: Floats) -> float:
    return float(np.sqrt(weights @ step**2 / weights.sum()))


def _inverse(matrix: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(matrix))
    except LinAlgError:
        return np.asarray(np.linalg.pinv(matrix))
