"""Poisson pseudo-maximum likelihood with absorbed effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, solve_triangular
from scipy.special import gammaln

from pkstats.estimation.kernels.effects import Effects, Floats, residualise
from pkstats.estimation.kernels.gram import factor_clear, invert_triangle

#: Root mean weighted square of the last Newton step, in units of the linear predictor.
TOLERANCE = 1e-9
#: Share of a Newton step below which it is given up.
SMALLEST_SHARE = 1e-6
#: A zero row whose mean falls below this share of the average mean may be separated.
SUSPICION = 1e-10
#: Share of a column beside the others, under the weights of a step, that is lost in rounding.
LOST = 1e-14


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
        Inverse of ``residualised' diag(mean) residualised``. Both are of the last step, whose
        means differ from ``mean`` by less than the tolerance.
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
    step; a step that raises the deviance is halved, and not taken where no share of it lowers the
    deviance. Columns that are nearly collinear under the weights of a step are made orthogonal.

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
    columns = np.ascontiguousarray(regressors.T)
    turned = _Turned(columns - columns.mean(axis=1, keepdims=True), None)
    cold = start is None
    if start is None:
        start = fit_effects(outcome, effects, offset=offset)
    predictor, mean = start, np.exp(start)
    coefficients = np.zeros(len(columns))
    loss = float(mean.sum() - outcome @ start)
    converged, iterations = False, 0
    for iterations in range(1, maximum + 1):
        working = (outcome - mean) / mean
        jump = iterations == 1 and not cold
        if jump:  # the coefficients behind a warm start are unknown: the whole predictor is solved
            working = working + predictor - offset
            predictor = offset
        change, step, turned, bread = _step(effects, mean, turned, working)
        converged = iterations > 1 and _size(mean, step) < TOLERANCE
        share, moved, mean, loss = _search(outcome, predictor, step, loss)
        if jump and share < 1:
            return fit_poisson(outcome, regressors, effects, offset=offset, maximum=maximum)
        coefficients = coefficients + share * turned.read(change)
        predictor = moved
        if converged or share == 0 or not np.isfinite(loss) or mean.min() <= 0:
            break
    zeros = mean[outcome == 0]
    left, bread = turned.restore(bread)
    low = bool(len(zeros)) and bool(zeros.min() < SUSPICION * mean.mean())
    return PoissonFit(
        coefficients=coefficients,
        linear_predictor=predictor,
        mean=mean,
        residualised=left,
        bread=bread,
        deviance=measure_deviance(outcome, predictor),
        iterations=iterations,
        converged=converged,
        suspect=low or not converged,
    )


def fit_effects(outcome: Floats, effects: Effects, *, offset: Floats, sweeps: int = 2) -> Floats:
    """Linear predictor, shape (n,), near the fit of effects alone, by proportional fitting.

    Each sweep scales the means of every level of every effect in turn to its sum of the outcome.
    """
    mean = np.exp(offset - offset.max(initial=0.0))
    everything = (effects.longest, *effects.others)
    wanted = [level.sum(outcome[None])[0] for level in everything]
    wanted = [np.where(events > 0, events, 0.5) for events in wanted]
    for _ in range(sweeps if len(everything) > 1 else 1):
        for level, events in zip(everything, wanted, strict=True):
            mean *= (events / level.sum(mean[None])[0])[level.codes]
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(mean))


def measure_deviance(outcome: Floats, predictor: Floats) -> float:
    """Poisson deviance, twice the sum of y log(y / mean) - (y - mean)."""
    with np.errstate(over="ignore"):
        mean = np.exp(predictor)
    some = outcome > 0
    events = outcome[some]
    terms = events * (np.log(events) - predictor[some] - 1)
    return float(2 * (terms.sum() + mean.sum()))


def measure_log_likelihood(outcome: Floats, predictor: Floats) -> float:
    """Poisson log likelihood, the sum of y log(mean) - mean - log y!."""
    positive = outcome[outcome > 0]
    total = outcome @ predictor - np.exp(predictor).sum() - gammaln(positive + 1).sum()
    return float(total)


class _Turned(NamedTuple):
    """Residual regressors, shape (k, n), and the triangle T that they were divided by, if any."""

    columns: Floats
    triangle: Floats | None

    def read(self, change: Floats) -> Floats:
        """Change of the regressors' coefficients."""
        return change if self.triangle is None else invert_triangle(self.triangle) @ change

    def restore(self, bread: Floats) -> tuple[Floats, Floats]:
        """Columns, shape (n, k), and bread in the regressors' own units."""
        if self.triangle is None:
            return self.columns.T, bread
        inverse = invert_triangle(self.triangle)
        return self.columns.T @ self.triangle, inverse @ bread @ inverse.T

    def straighten(self, weights: Floats) -> tuple[_Turned, Floats]:
        """Make the columns orthogonal if they are nearly collinear; with their Gram matrix."""
        gram = (weights * self.columns) @ self.columns.T
        size = np.sqrt(np.diag(gram))
        if not (np.isfinite(size).all() and (size > 0).all()):
            return self, gram
        if factor_clear(gram / np.outer(size, size)) is not None:
            return self, gram
        rows = (np.sqrt(weights) * self.columns).T
        triangle = np.asarray(np.linalg.qr(rows / size, mode="r") * size)
        if not (np.abs(np.diag(triangle)) > LOST * size).all():
            return self, gram
        columns = solve_triangular(triangle, self.columns, trans="T")
        whole = triangle if self.triangle is None else triangle @ self.triangle
        return _Turned(columns, whole), (weights * columns) @ columns.T


def _step(
    effects: Effects, weights: Floats, turned: _Turned, working: Floats
) -> tuple[Floats, Floats, _Turned, Floats]:
    """Coefficients, fitted values, residual regressors and bread of one step.

    On the way of a fit that diverges they may overflow; its loss is then no number, and it stops.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        partialled = residualise(effects, weights, np.vstack([turned.columns, working]))
        z = partialled[-1]
        turned, gram = _Turned(partialled[:-1], turned.triangle).straighten(weights)
        bread = _inverse(gram)
        change = bread @ (turned.columns @ (weights * z))
        return change, working - z + change @ turned.columns, turned, bread


def _search(
    outcome: Floats, predictor: Floats, step: Floats, loss: float
) -> tuple[float, Floats, Floats, float]:
    """Take the largest share 1, 1/2, 1/4, ... of the step that does not raise the loss.

    Returns that share, and the predictor, the mean and the loss that it leads to; a share of zero
    and what was there before where every share raises the loss, as when the weights of separated
    rows are lost in rounding. The loss is half the deviance, up to a constant.
    """
    share, allowed = 1.0, loss + 1e-9 * (1 + abs(loss))
    while True:
        moved = predictor + (step if share == 1.0 else share * step)
        with np.errstate(over="ignore"):
            mean = np.exp(moved)
            candidate = float(mean.sum() - outcome @ moved)
        if candidate <= allowed:
            return share, moved, mean, candidate
        if share <= SMALLEST_SHARE:
            return 0.0, predictor, np.exp(predictor), loss
        share /= 2


def _size(weights: Floats, step: Floats) -> float:
    return float(np.sqrt(weights @ (step * step) / weights.sum()))


def _inverse(matrix: Floats) -> Floats:
    """Inverse of a symmetric matrix, scaled to a unit diagonal while it is inverted."""
    size = np.sqrt(np.diag(matrix))
    scale = np.divide(1.0, size, out=np.ones_like(size), where=size > 0)
    scaling = np.outer(scale, scale)
    try:
        return np.asarray(np.linalg.inv(matrix * scaling) * scaling)
    except LinAlgError:
        return np.asarray(np.linalg.pinv(matrix * scaling) * scaling)
