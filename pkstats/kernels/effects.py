"""Absorbed effects: weighted least squares on indicator columns without building them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, lstsq
from scipy.linalg.lapack import dpstrf
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Multiplications above which the Schur complement is formed from sparse matrices.
DENSE = 200_000


@dataclass(frozen=True)
class Effects:
    """Encoded effects of n rows; the longest is eliminated exactly, the others are dense.

    Parameters
    ----------
    first : ndarray of int, shape (n,)
        Codes 0..levels-1 of the effect with most levels (a constant if there is no effect).
    levels : int
        Number of its levels.
    first_sum : csr_array, shape (levels, n)
        Sums rows by level of the first effect.
    rest : tuple of ndarray of int, each shape (n,)
        Codes of the other effects, offset so that all levels share one numbering 0..q-1.
    kept : ndarray of int, shape (m,)
        Levels of the others that are linearly independent of the first effect and one another.
    rest_sum : csr_array, shape (m, n)
        Sums rows by kept level.
    width : int
        q, the number of levels of the others.
    """

    first: Integers
    levels: int
    first_sum: csr_array
    rest: tuple[Integers, ...]
    kept: Integers
    rest_sum: csr_array
    width: int

    @property
    def rank(self) -> int:
        """Dimension of the space that the effects span."""
        return self.levels + len(self.kept)


def encode(codes: Integers) -> Effects:
    """Encode effects for repeated weighted projections.

    Parameters
    ----------
    codes : ndarray of int, shape (n, effects)
        Level of each row in each effect; any integers, columns may be none.

    Returns
    -------
    Effects
        The rank counts the structural redundancies (nested or disconnected effects) exactly.
    """
    n = len(codes)
    columns = [np.unique(c, return_inverse=True)[1] for c in codes.T]
    columns = sorted(columns, key=lambda c: -int(c.max(initial=0)))
    if not columns:
        columns = [np.zeros(n, dtype=np.int64)]
    first, others = columns[0], columns[1:]
    levels = int(first.max(initial=0)) + 1
    rest, width = [], 0
    for column in others:
        rest.append(column + width)
        width += int(column.max(initial=0)) + 1
    everything = np.arange(width)
    full = Effects(
        first, levels, _sum_matrix([first], levels), tuple(rest), everything,
        _sum_matrix(rest, width, n), width,
    )  # fmt: skip
    if not rest:
        return full
    kept = _independent(full)
    return Effects(
        first, levels, full.first_sum, tuple(rest), kept, csr_array(full.rest_sum[kept]), width
    )


def partial_out(effects: Effects, weights: Floats, columns: Floats) -> Floats:
    r"""Residuals of columns after weighted least squares on all effects.

    With :math:`D_1` the longest effect, :math:`R` the others and :math:`W` the weights, the
    coefficients of R solve the Schur complement
    :math:`(R'WR - R'WD_1 (D_1'WD_1)^{-1} D_1'WR)\gamma = R'Wv - R'WD_1(D_1'WD_1)^{-1}D_1'Wv`.

    Parameters
    ----------
    effects : Effects
        Of n rows.
    weights : ndarray, shape (n,)
        Positive.
    columns : ndarray, shape (n, k)
        What is projected.

    Returns
    -------
    ndarray, shape (n, k)
    """
    weighted = weights[:, None] * columns
    totals = np.bincount(effects.first, weights, effects.levels).astype(float)
    first = effects.first_sum @ weighted
    if not len(effects.kept):
        return columns - (first / totals[:, None])[effects.first]
    cross, complement = _complement(effects, weights, totals)
    right = effects.rest_sum @ weighted - cross @ (first / totals[:, None])
    gamma = _solve(complement, right)
    alpha = (first - cross.T @ gamma) / totals[:, None]
    return columns - alpha[effects.first] - effects.rest_sum.T @ gamma


def _sum_matrix(codes: list[Integers], levels: int, n: int | None = None) -> csr_array:
    rows = len(codes[0]) if n is None else n
    level = np.concatenate([*codes, np.empty(0, dtype=np.int64)])
    position = np.tile(np.arange(rows), len(codes))
    return csr_array((np.ones(len(level)), (level, position)), shape=(levels, rows))


def _complement(
    effects: Effects, weights: Floats, totals: Floats
) -> tuple[Floats | csr_array, Floats]:
    """R'WD1, shape (m, levels), and the Schur complement, shape (m, m).

    Dense by counting where the product is small; else sparse, which also keeps a threaded BLAS
    out of a loop of short products.
    """
    kept = effects.kept
    if len(kept) ** 2 * effects.levels > DENSE:
        return _complement_sparse(effects, weights, totals)
    width, levels = effects.width, effects.levels
    cross = np.zeros(width * levels)
    inner = np.zeros(width * width)
    for i, row in enumerate(effects.rest):
        cross += np.bincount(row * levels + effects.first, weights, width * levels)
        for column in effects.rest[: i + 1]:
            block = np.bincount(row * width + column, weights, width * width)
            inner += block
            if column is not row:
                inner += block.reshape(width, width).T.ravel()
    within = inner.reshape(width, width)[np.ix_(kept, kept)]
    between = cross.reshape(width, levels)[kept]
    return between, within - (between / totals) @ between.T


def _complement_sparse(
    effects: Effects, weights: Floats, totals: Floats
) -> tuple[csr_array, Floats]:
    sums = effects.rest_sum
    weighted = csr_array((sums.data * weights[sums.indices], sums.indices, sums.indptr), sums.shape)
    cross = csr_array(weighted @ effects.first_sum.T)
    scaled = csr_array(
        (cross.data / totals[cross.indices], cross.indices, cross.indptr), cross.shape
    )
    return cross, (weighted @ sums.T - scaled @ cross.T).toarray()


def _independent(effects: Effects) -> Integers:
    """Levels of the other effects that add to the rank, by pivoted Cholesky of the complement."""
    totals = np.bincount(effects.first, minlength=effects.levels).astype(float)
    _, schur = _complement(effects, np.ones(len(effects.first)), totals)
    scale = np.sqrt(effects.rest_sum.sum(axis=1))
    schur = schur / np.outer(scale, scale)
    _, pivots, rank, _ = dpstrf(schur, tol=1e-9)
    return np.sort(pivots[:rank] - 1).astype(np.int64)


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solve a symmetric positive definite system, scaled; least squares where it is singular."""
    scale = 1 / np.sqrt(np.maximum(np.diag(matrix), np.finfo(float).tiny))
    balanced = matrix * np.outer(scale, scale)
    try:
        solution = cho_solve(cho_factor(balanced, check_finite=False), scale[:, None] * right)
    except LinAlgError:
        solution = lstsq(balanced, scale[:, None] * right, check_finite=False)[0]
    return scale[:, None] * solution
