"""Bias-reduced cluster scores (CRV2) and their Satterthwaite degrees of freedom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pkstats.estimation.kernels.effects import Effects, Floats, Integers
from pkstats.estimation.kernels.gram import invert_triangle

#: An eigenvalue of I - H below this is zero: the cluster alone determines that direction.
SINGULAR = 1e-10
#: Share of a term's whole pull in such a direction above which it is lost without the cluster.
LOST = 1e-6
#: Clusters whose products are summed at once.
BLOCK = 512


@dataclass(frozen=True)
class BiasReduced:
    """Adjusted scores of G clusters for k coefficients.

    Parameters
    ----------
    influence : ndarray, shape (G, k)
        Adjusted score of each cluster times the bread: the products summed over clusters are
        the covariance.
    degrees_of_freedom : ndarray, shape (k,)
        Satterthwaite's, of each variance.
    lost : ndarray of bool, shape (G, k)
        Whether a term is not estimable without the cluster, so that no adjustment exists.
    """

    influence: Floats
    degrees_of_freedom: Floats
    lost: NDArray[np.bool_]


@dataclass(frozen=True)
class _Projection:
    """Parts of the hat matrix H = L L', L of three orthogonal blocks."""

    first: Integers
    first_scale: Floats
    rest: Floats
    rest_rows: csr_array
    rest_means: Floats
    regressors: Floats


def reduce_bias(
    residual: Floats,
    residualised: Floats,
    effects: Effects | None,
    *,
    weights: Floats,
    cluster: Integers,
    count: int,
) -> BiasReduced:
    r"""Adjust the scores of each cluster by the part of its residuals that the fit absorbs.

    With rows scaled by the root of their weights, Z the whole scaled design (regressors and
    indicators of every effect), :math:`H = Z(Z'Z)^-Z'` and :math:`\tilde x` the scaled regressors
    less their projection on the effects, the influence of cluster g is
    :math:`B\tilde x_g'(I - H_{gg})^{+1/2} \tilde u_g`: bias-reduced linearization (Bell and
    McCaffrey 2002), unbiased if the scaled errors are independent with equal variance. The
    symmetric root is inverted on the range of :math:`I - H_{gg}` alone (Pustejovsky and Tipton
    2018): effects nested in a cluster are harmless null directions; a null direction that moves a
    term means that the cluster alone identifies it, and the term is lost.

    Satterthwaite's degrees of freedom of a term are :math:`(\sum_g p_{gg})^2 / \sum_{gh} p_{gh}^2`
    with :math:`p_{gh} = q_g'(I - H)_{gh} q_h` and
    :math:`q_g = (I - H_{gg})^{+1/2}\tilde x_g B e_j`.

    H is never built. Each cluster needs the eigenvalues of a matrix no larger than its rows and
    no larger than the effects and regressors that it meets.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        Outcome less mean.
    residualised : ndarray, shape (n, k)
        Regressors less their weighted projection on the effects; of full rank.
    effects : Effects or None
        Of the n rows; None absorbs nothing.
    weights : ndarray, shape (n,)
        Inverse of the working variance of residual over weight: the mean (poisson) or one.
    cluster : ndarray of int, shape (n,)
        Codes 0..count-1.
    count : int
        G.
    """
    root = np.sqrt(weights)
    scaled, half = root[:, None] * residualised, residual / root
    spread = np.sqrt((scaled**2).sum(axis=0))
    orthogonal, triangle = np.linalg.qr(scaled / spread)
    projection = _project(orthogonal, effects, root)
    bread_root = invert_triangle(triangle) / spread[:, None]
    pulls = orthogonal @ bread_root.T
    reach = np.sqrt((bread_root**2).sum(axis=1))
    influence = np.zeros((count, scaled.shape[1]))
    lost = np.zeros(influence.shape, dtype=bool)
    lengths, products = np.zeros(influence.shape), []
    for g, rows in enumerate(_split(cluster, count)):
        leverage, levels = _leverage(projection, rows, root[rows])
        adjusted, stuck = _adjust(leverage, pulls[rows])
        influence[g] = adjusted.T @ half[rows]
        lost[g] = stuck > LOST * reach
        lengths[g] = (adjusted**2).sum(axis=0)
        products.append((levels, leverage.T @ adjusted))
    wide = 0 if effects is None else effects.levels
    freedom = [
        _approximate_freedom(lengths[:, j], [(at, p[:, j]) for at, p in products], wide)
        for j in range(scaled.shape[1])
    ]
    return BiasReduced(influence, np.array(freedom), lost)


def _project(regressors: Floats, effects: Effects | None, root: Floats) -> _Projection:
    """Roots of the three projections: first effect, other effects beside it, regressors."""
    n = len(root)
    if effects is None:
        nothing = np.empty((0, 0))
        return _Projection(
            np.empty(0, dtype=np.int64), np.empty(0), nothing, csr_array((n, 0)), nothing,
            regressors,
        )  # fmt: skip
    weights = root**2
    totals = np.bincount(effects.first, weights, effects.levels)
    sums = effects.rest_sum
    weighted = csr_array((sums.data * weights[sums.indices], sums.indices, sums.indptr), sums.shape)
    means = (weighted @ effects.first_sum.T).toarray() / totals
    gram = (weighted @ sums.T).toarray() - (means * totals) @ means.T
    return _Projection(
        effects.first, 1 / np.sqrt(totals), _invert_root(gram), csr_array(sums.T), means,
        regressors,
    )  # fmt: skip


def _leverage(projection: _Projection, rows: Integers, root: Floats) -> tuple[Floats, Integers]:
    """Rows of L in one cluster, levels of the first effect that it meets leading; those levels."""
    if not len(projection.first):
        return projection.regressors[rows], projection.first
    first = projection.first[rows]
    levels, code = np.unique(first, return_inverse=True)
    own = np.zeros((len(rows), len(levels)))
    own[np.arange(len(rows)), code] = root * projection.first_scale[first]
    others = projection.rest_rows[rows].toarray() - projection.rest_means.T[first]
    others = root[:, None] * (others @ projection.rest)
    return np.column_stack([own, others, projection.regressors[rows]]), levels


def _adjust(leverage: Floats, pull: Floats) -> tuple[Floats, Floats]:
    """(I - LL')^{+1/2} times the pull, and the length of the pull in its null directions."""
    short = leverage.shape[0] <= leverage.shape[1]
    values, vectors = np.linalg.eigh(leverage @ leverage.T if short else leverage.T @ leverage)
    left = 1 - values
    whole = left > SINGULAR
    inverse = np.where(whole, 1 / np.sqrt(np.where(whole, left, 1.0)), 0.0)
    if short:
        along = vectors.T @ pull
        return vectors @ (inverse[:, None] * along), np.linalg.norm(along[~whole], axis=0)
    along = vectors.T @ (leverage.T @ pull)
    share = (inverse - 1) / np.maximum(values, np.finfo(float).eps)
    adjusted = pull + leverage @ (vectors @ (share[:, None] * along))
    return adjusted, np.linalg.norm(along[~whole], axis=0)


def _approximate_freedom(
    lengths: Floats, products: list[tuple[Integers, Floats]], wide: int
) -> float:
    """Satterthwaite's degrees of freedom from q_g'q_g and L_g'q_g of every cluster."""
    count = len(lengths)
    sparse_part = csr_array(
        (
            np.concatenate([p[: len(at)] for at, p in products]),
            np.concatenate([at for at, _ in products]),
            np.cumsum([0, *(len(at) for at, _ in products)]),
        ),
        shape=(count, wide),
    )
    dense = np.array([p[len(at) :] for at, p in products])
    own, total = 0.0, 0.0
    for start in range(0, count, BLOCK):
        block = slice(start, start + BLOCK)
        p = -(dense[block] @ dense.T) - (sparse_part[block] @ sparse_part.T).toarray()
        diagonal = np.arange(p.shape[0])
        p[diagonal, start + diagonal] += lengths[block]
        own += p[diagonal, start + diagonal].sum()
        total += (p**2).sum()
    return float(own**2 / total) if total > 0 else float("nan")


def _invert_root(gram: Floats) -> Floats:
    """C with C C' the (pseudo-)inverse of a positive matrix; columns as many as its rank."""
    scale = 1 / np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(gram * np.outer(scale, scale))
    kept = values > 1e-13 * values.max(initial=0.0)
    return scale[:, None] * vectors[:, kept] / np.sqrt(values[kept])


def _split(cluster: Integers, count: int) -> Iterator[Integers]:
    """Row positions of each cluster."""
    order = np.argsort(cluster, kind="stable")
    ends = np.cumsum(np.bincount(cluster, minlength=count))
    yield from np.split(order, ends[:-1])
