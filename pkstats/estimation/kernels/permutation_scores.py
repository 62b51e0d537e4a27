"""Studentized one-step statistics of reassigned treatments, many draws at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, pinvh
from scipy.sparse import csr_array

from pkstats.estimation.kernels.clusters import SCORING
from pkstats.estimation.kernels.collinearity import TOLERANCE
from pkstats.estimation.kernels.effects import Effects, Floats, Integers, partial_out


@dataclass(frozen=True)
class NullScores:
    r"""Scores and projection at the fit without the treatment, n rows, G clusters.

    Parameters
    ----------
    weights : ndarray, shape (n,)
        Of the projection: the mean (poisson) or one (linear).
    first : ndarray of int, shape (n,)
        Codes of the longest effect.
    first_sum : csr_array, shape (levels, n)
        Weighted sums of rows by level of the longest effect.
    totals : ndarray, shape (levels,)
        Sums of the weights.
    rest : tuple of ndarray of int, each shape (n,)
        Codes of the other effects, in one numbering 0..width-1.
    rest_sum : csr_array, shape (m, n)
        Weighted sums by kept level of the others.
    kept : ndarray of int, shape (m,)
        Their numbers.
    width : int
        Levels of the others.
    cross : ndarray, shape (m, levels)
        Weights by level of the others and of the longest effect.
    inverse : ndarray, shape (m, m)
        Of the Schur complement.
    basis : ndarray, shape (n, k - 1)
        Controls, residualised on the effects and orthonormal under the weights.
    weighted_basis : ndarray, shape (n, k - 1)
        The same times the weights.
    pull_sum, share_sum : csr_array, shape (G, n)
        Sums by cluster of score residual (outcome less mean) times a column, and of weight times
        a column.
    adjustment : float
        Factor (N-1)/(N-k) of the sandwich, the same in every draw.
    """

    weights: Floats
    first: Integers
    first_sum: csr_array
    totals: Floats
    rest: tuple[Integers, ...]
    rest_sum: csr_array
    kept: Integers
    width: int
    cross: Floats
    inverse: Floats
    basis: Floats
    weighted_basis: Floats
    pull_sum: csr_array
    share_sum: csr_array
    adjustment: float


def prepare_scores(
    residual: Floats,
    controls: Floats,
    effects: Effects,
    *,
    weights: Floats,
    cluster: Integers,
    clusters: int,
    adjustment: float,
) -> NullScores:
    """Everything that the draws share; the only step that factors a matrix.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        Outcome less mean of the fit without the treatment.
    controls : ndarray, shape (n, k - 1)
        Of full rank beside the effects.
    effects : Effects
        Of the n rows.
    weights : ndarray, shape (n,)
        Mean of that fit (poisson) or one (linear).
    cluster : ndarray of int, shape (n,)
        Codes 0..clusters-1.
    clusters : int
        G.
    adjustment : float
        Factor of the sandwich.
    """
    n = len(residual)
    first_sum = _scale(effects.first_sum, weights)
    rest_sum = _scale(effects.rest_sum, weights)
    totals = np.bincount(effects.first, weights, effects.levels).astype(float)
    cross = (rest_sum @ effects.first_sum.T).toarray()
    complement = (rest_sum @ effects.rest_sum.T).toarray() - (cross / totals) @ cross.T
    by_cluster = csr_array((np.ones(n), (cluster, np.arange(n))), shape=(clusters, n))
    bare = NullScores(
        weights=weights,
        first=effects.first,
        first_sum=first_sum,
        totals=totals,
        rest=effects.rest,
        rest_sum=rest_sum,
        kept=effects.kept,
        width=effects.width,
        cross=cross,
        inverse=_invert(complement),
        basis=controls[:, :0],
        weighted_basis=controls[:, :0],
        pull_sum=_scale(by_cluster, residual),
        share_sum=_scale(by_cluster, weights),
        adjustment=adjustment,
    )
    if not controls.shape[1]:
        return bare
    within = partial_out(effects, weights, controls)
    root = np.sqrt(weights)[:, None]
    basis = np.linalg.qr(root * within)[0] / root
    return replace(bare, basis=basis, weighted_basis=weights[:, None] * basis)


def residualise(null: NullScores, columns: Floats, work: Floats) -> None:
    """Take from columns, in place, their weighted projection on all effects and controls.

    Parameters
    ----------
    null : NullScores
        Of n rows.
    columns, work : ndarray, shape (n, draws)
        Reassigned treatments, overwritten; room of the same shape.
    """
    _centre(null, columns)
    _absorb(null, columns, work)
    _control(null, columns, work)


def studentize_columns(null: NullScores, columns: Floats, work: Floats) -> Floats:
    r"""One-step estimate over its own CRV1 standard error, for every column.

    With :math:`\tilde x` the residualised column, :math:`r` the score residual and :math:`w` the
    weights, :math:`b = \sum \tilde x r / \sum w \tilde x^2`; the score of cluster g is
    :math:`\sum_{i \in g} \tilde x_i (r_i - b w_i \tilde x_i)`. For a linear model this is the
    estimate itself (Frisch and Waugh 1933, Lovell 1963); for poisson the first Newton step.

    Parameters
    ----------
    null : NullScores
        Of n rows.
    columns, work : ndarray, shape (n, draws)
        Reassigned treatments, overwritten; room of the same shape.

    Returns
    -------
    ndarray, shape (draws,)
        Missing if the treatment is collinear or fewer than two clusters keep a score.
    """
    level = _centre(null, columns)
    np.multiply(columns, columns, out=work)
    centred = null.weights @ work
    _absorb(null, columns, work)
    share = _share(null, columns, work)
    scoring = (share > SCORING**2 * share.max(axis=0)).sum(axis=0)
    if null.basis.shape[1]:
        _control(null, columns, work)
        share = _share(null, columns, work)
    pull, total = null.pull_sum @ columns, share.sum(axis=0)
    lost = ~_tell_apart(total, centred, level) | (scoring < 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = pull.sum(axis=0) / total
        factor = null.adjustment * scoring / (scoring - 1)
        variance = factor * ((pull - share * estimate) ** 2).sum(axis=0) / total**2
        return np.where(lost | ~(variance > 0), np.nan, estimate / np.sqrt(variance))


def step_from_null(null: NullScores, treatment: Floats) -> Floats | None:
    """Change of the linear predictor in the first Newton step, shape (n,); None if collinear."""
    column = treatment[:, None].astype(float)
    level = _centre(null, column)
    centred = null.weights @ column**2
    residualise(null, column, np.empty_like(column))
    within = column[:, 0]
    total = null.weights @ within**2
    if not _tell_apart(total, centred, level).all():
        return None
    return np.asarray(within * ((null.pull_sum @ within).sum() / total))


def _centre(null: NullScores, columns: Floats) -> Floats:
    """Take from columns, in place, their weighted mean; its weighted square, shape (draws,)."""
    whole = null.weights.sum()
    mean = (null.weights @ columns) / whole
    np.subtract(columns, mean, out=columns)
    return np.asarray(whole * mean**2)


def _tell_apart(total: Floats, centred: Floats, level: Floats) -> NDArray[np.bool_]:
    """Whether enough of each column's square is left, and of its spread beside its mean."""
    return (total > TOLERANCE**2 * centred) & (centred > TOLERANCE**2 * (centred + level))


def _absorb(null: NullScores, columns: Floats, work: Floats) -> None:
    """Residualise on the effects, by the Schur complement of the longest."""
    first = null.first_sum @ columns
    totals = null.totals[:, None]
    solved = null.inverse @ (null.rest_sum @ columns - null.cross @ (first / totals))
    alpha = (first - null.cross.T @ solved) / totals
    np.take(alpha, null.first, axis=0, out=work, mode="clip")
    np.subtract(columns, work, out=columns)
    if not null.rest:
        return
    gamma = np.zeros((null.width, columns.shape[1]))
    gamma[null.kept] = solved
    for codes in null.rest:
        np.take(gamma, codes, axis=0, out=work, mode="clip")
        np.subtract(columns, work, out=columns)


def _control(null: NullScores, columns: Floats, work: Floats) -> None:
    """Residualise on the controls, which are orthonormal and free of the effects."""
    if null.basis.shape[1]:
        np.matmul(null.basis, null.weighted_basis.T @ columns, out=work)
        np.subtract(columns, work, out=columns)


def _share(null: NullScores, columns: Floats, work: Floats) -> Floats:
    """Weighted squares by cluster, shape (G, draws)."""
    np.multiply(columns, columns, out=work)
    return np.asarray(null.share_sum @ work)


def _scale(sums: csr_array, weights: Floats) -> csr_array:
    """Sums of rows times their weights."""
    return csr_array((sums.data * weights[sums.indices], sums.indices, sums.indptr), sums.shape)


def _invert(complement: Floats) -> Floats:
    """Inverse of a symmetric positive matrix, scaled; generalised where it is singular."""
    scale = 1 / np.sqrt(np.maximum(np.diag(complement), np.finfo(float).tiny))
    balanced = complement * np.outer(scale, scale)
    try:
        inverse = cho_solve(cho_factor(balanced), np.eye(len(balanced)))
    except LinAlgError:
        inverse = pinvh(balanced)
    return np.asarray(inverse * np.outer(scale, scale))
