"""Cluster jackknife: the coefficients without each cluster, by Newton steps from the full fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs
from scipy.sparse import csr_array

from pkstats.estimation.kernels.effects import Effects, Floats, Integers, Levels, eliminate
from pkstats.estimation.kernels.poisson import SUSPICION

Mask = NDArray[np.bool_]

#: Root mean weighted square of the error that the last step may leave in the linear predictor.
TOLERANCE = 1e-10
#: Share of a regressor's or level's information below which a refit is left to the engine.
FAINT = 1e-6
#: Largest first step, in units of the linear predictor, that is taken without a line search.
LARGEST = 2.0
#: After a step below this size the information is kept for the steps that follow.
NEAR = 2e-3
MOST_STEPS = 20


@dataclass(frozen=True)
class Problem:
    """What every refit shares.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Counts, or any numbers where linear.
    columns : ndarray, shape (k, n)
        Regressors, best residualised at the full fit: so the differences of sums that a step
        takes lose no digits.
    effects : Effects or None
        Of the n rows; None absorbs nothing.
    predictor : ndarray, shape (n,)
        Linear predictor of the full fit.
    poisson : bool
        Poisson, else linear.
    """

    outcome: Floats
    columns: Floats
    effects: Effects | None
    predictor: Floats
    poisson: bool


def leave_out_each(
    design: Problem, coefficients: Floats, *, cluster: Integers, count: int
) -> Floats:
    r"""Refit without each cluster, exactly.

    The rows left keep the linear predictor of the full fit as start. A Newton step solves the
    normal equations of regressors and effects on the rows left, the longest effect eliminated
    first, then the others, then k x k; nothing is encoded again. A linear refit is one step. Near
    its end a Poisson refit keeps the information and renews the score alone, which is exact in the
    limit; it ends when the error left by the last step, predicted as :math:`s_j^2 / s_{j-1}` for
    steps of size s, is below the tolerance. Levels without an event are dropped as the engine
    drops them; the information of a refit is watched, and one that is faint, separated or astray
    is not settled here.

    Parameters
    ----------
    design : Problem
        Of n rows and k regressors.
    coefficients : ndarray, shape (k,)
        Of the full fit.
    cluster : ndarray of int, shape (n,)
        Codes 0..count-1.
    count : int
        G.

    Returns
    -------
    ndarray, shape (count, k)
        Coefficients; not a number where a refit may lose a term, separate a row or a level, or not
        converge: it is not settled, and needs the engine with its checks.
    """
    found = np.full((count, len(coefficients)), np.nan)
    mean = np.exp(design.predictor) if design.poisson else np.ones(len(cluster))
    design = replace(design, effects=_span(design.effects))
    levels = (design.effects.longest, *design.effects.others) if design.effects else ()
    events = [(x, x.sum(design.outcome[None])[0]) for x in levels if design.poisson]
    for g, rows in enumerate(_list_rows(cluster, count)):
        kept = _keep(design.outcome, rows, events)
        weights = np.where(kept, mean, 0.0)
        if design.poisson:
            change = _refit_poisson(design, kept, weights)
        else:
            change = _refit_linear(design, kept, weights)
        if change is not None:
            found[g] = coefficients + change
    return found


def _span(effects: Effects | None) -> Effects | None:
    """Keep every level of a single other effect that is connected: :func:`_inform` fixes the mean.

    So no refit depends on which level was dropped, though its rows may be those left out.
    """
    if effects is None or len(effects.others) != 1 or len(effects.kept) != effects.width - 1:
        return effects
    return replace(effects, kept=np.arange(effects.width))


def _list_rows(cluster: Integers, count: int) -> Iterator[Integers]:
    """Rows of each cluster in turn."""
    order = np.argsort(cluster, kind="stable")
    ends = np.cumsum(np.bincount(cluster, minlength=count))
    for g in range(count):
        yield order[(ends[g - 1] if g else 0) : ends[g]]


def _keep(outcome: Floats, rows: Integers, events: list[tuple[Levels, Floats]]) -> Mask:
    """Rows outside a cluster, without those whose level of an effect has lost its last event."""
    kept = np.ones(len(outcome), dtype=bool)
    kept[rows] = False
    for level, total in events:
        left = total > np.bincount(level.codes[rows], outcome[rows], level.count)
        if not left.all():
            kept &= left[level.codes]
    return kept


def _refit_linear(design: Problem, kept: Mask, weights: Floats) -> Floats | None:
    """Change of the coefficients; None where they are faint or no residual is left."""
    outcome = design.outcome[kept]
    information = _inform(design, weights)
    if information is None or not (outcome != outcome[0]).any():
        return None
    residual = np.where(kept, design.outcome - design.predictor, 0.0)
    change, moved = _step(design, information, residual)
    left = np.abs((residual - moved)[kept]).max()
    return change if left > 1e-11 * np.abs(outcome).max() else None


def _refit_poisson(design: Problem, kept: Mask, weights: Floats) -> Floats | None:
    """Change of the coefficients by Newton steps; None where they are faint or do not settle.

    Rows left out have a predictor of minus infinity, so that their mean stays zero.
    """
    if not kept.any():
        return None
    outcome = np.where(kept, design.outcome, 0.0)
    predictor = np.where(kept, design.predictor, -np.inf)
    total, information, before = np.zeros(len(design.columns)), None, np.inf
    for _ in range(MOST_STEPS):
        if before > NEAR:
            information = _inform(design, weights)
        if information is None:
            return None
        change, moved = _step(design, information, outcome - weights)
        size = float(np.sqrt(weights @ (moved * moved) / weights.sum()))
        if not size <= min(before, LARGEST):
            return None
        total += change
        predictor += moved
        with np.errstate(over="ignore"):
            weights = np.exp(predictor)
        if size * size < TOLERANCE * before < np.inf:
            zeros = np.where(kept & (outcome == 0), weights, np.inf)
            return None if zeros.min() < SUSPICION * weights.sum() / kept.sum() else total
        before = max(size, np.finfo(float).tiny)
    return None


@dataclass(frozen=True)
class Information:
    """Weighted information of regressors and effects, factored.

    Parameters
    ----------
    inverse : ndarray, shape (levels,)
        One over the weight of each level of the longest effect; zero where it has none.
    mean : ndarray, shape (k, levels)
        Weighted means of the regressors by such level.
    cross : ndarray or csr_array, shape (m, levels)
        Weighted table of the other levels by the longest effect.
    others : Factor
        Of the m other levels.
    gamma : ndarray, shape (m, k)
        Coefficients of the regressors on the other levels.
    regressors : Factor
        Of the k regressors, effects partialled out.
    """

    inverse: Floats
    mean: Floats
    cross: Floats | csr_array
    others: Factor | None
    gamma: Floats
    regressors: Factor


def _inform(design: Problem, weights: Floats) -> Information | None:
    """Information at given weights, zero for rows left out; None where it is faint."""
    columns, effects = design.columns, design.effects
    weighted = weights * columns
    gram = weighted @ columns.T
    alone = np.diag(gram).copy()
    inverse, mean = np.empty(0), np.empty((len(columns), 0))
    cross, gamma, others = np.empty((0, 0)), np.empty((0, len(columns))), None
    if effects is not None:
        totals = effects.longest.sum(weights[None])[0]
        inverse = np.divide(1.0, totals, out=np.zeros_like(totals), where=totals > 0)
        sums = effects.longest.sum(weighted)
        mean = sums * inverse
        gram -= sums @ mean.T
    if effects is not None and len(effects.kept):
        cross, complement = eliminate(effects, weights, inverse)
        present = effects.sum_rest(weights[None])[0]
        absent = present <= 0
        complement[absent, absent] = 1.0
        if len(effects.kept) == effects.width:
            complement += np.outer(present, present) / present.sum()
        present[absent] = 1.0
        others = _factor(complement, present)
        if others is None:
            return None
        right = effects.sum_rest(weighted).T - cross @ mean.T
        gamma = others.solve(right)
        gram -= right.T @ gamma
    regressors = _factor(gram, alone)
    if regressors is None:
        return None
    return Information(inverse, mean, cross, others, gamma, regressors)


def _step(design: Problem, information: Information, residual: Floats) -> tuple[Floats, Floats]:
    """Change of coefficients, shape (k,), and of the predictor, shape (n,), by a score."""
    effects, found = design.effects, information
    score = design.columns @ residual
    if effects is None:
        change = found.regressors.solve(score)
        return change, change @ design.columns
    sums = effects.longest.sum(residual[None])[0]
    mean = sums * found.inverse
    score -= found.mean @ sums
    rest = np.empty(0)
    if found.others is not None:
        right = effects.sum_rest(residual[None])[0] - found.cross @ mean
        score -= found.gamma.T @ right
        rest = found.others.solve(right)
    change = found.regressors.solve(score)
    alpha = mean - change @ found.mean
    if len(rest):
        rest = rest - found.gamma @ change
        alpha -= (found.cross.T @ rest) * found.inverse
    return change, change @ design.columns + effects.spread(alpha, rest)


@dataclass(frozen=True)
class Factor:
    """Lower Cholesky factor of a matrix of shape (m, m) whose rows were scaled."""

    lower: Floats
    scale: Floats

    def solve(self, right: Floats) -> Floats:
        """Solve for one or several right sides, shape (m,) or (m, c)."""
        scale = self.scale if right.ndim == 1 else self.scale[:, None]
        return np.asarray(scale * dpotrs(self.lower, scale * right, lower=1)[0])


def _factor(matrix: Floats, alone: Floats) -> Factor | None:
    """Factor a matrix; None where a pivot is a faint share of the information alone."""
    if not (alone > 0).all():
        return None
    scale = 1 / np.sqrt(alone)
    lower, problem = dpotrf(matrix * np.outer(scale, scale), lower=1)
    faint = problem or not (np.diag(lower) ** 2 > FAINT).all()
    return None if faint else Factor(lower, scale)
