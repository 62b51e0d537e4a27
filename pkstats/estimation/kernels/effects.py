"""Absorbed effects: weighted least squares on indicator columns without building them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq
from scipy.linalg.lapack import dposv, dpstrf
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: A dense product is worth this many times the multiplications of a sparse one.
DENSE = 20
#: Share of a level's rows that the effects before it must leave for it to add to the rank.
INDEPENDENT = 1e-9
#: Multiplications that cost no more than setting up a sparse product.
SMALL = 3e6
#: Largest number of entries of a dense table of levels by levels.
TABLE = 50_000_000


@dataclass(frozen=True)
class Levels:
    """Codes of the rows in one effect.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        0..count-1, each with a row.
    count : int
        Number of levels.
    starts : ndarray of int, shape (count,), or None
        Where each level begins if the rows are sorted by this effect.
    """

    codes: Integers
    count: int
    starts: Integers | None

    def sum(self, columns: Floats) -> Floats:
        """Sums by level, shape (c, count), of columns of shape (c, n)."""
        if self.starts is not None:
            return np.asarray(np.add.reduceat(columns, self.starts, axis=1))
        sums = np.empty((len(columns), self.count))
        for place, column in enumerate(columns):
            sums[place] = np.bincount(self.codes, column, self.count)
        return sums


@dataclass(frozen=True)
class Effects:
    """Encoded effects of n rows; the longest is eliminated exactly, the others are dense.

    Parameters
    ----------
    longest : Levels
        The effect with most levels (a constant if there is no effect).
    others : tuple of Levels
        The other effects; their levels share one numbering 0..q-1, in this order.
    kept : ndarray of int, shape (m,)
        Levels of the others that are linearly independent of the longest effect and one another.
    """

    longest: Levels
    others: tuple[Levels, ...]
    kept: Integers

    @property
    def first(self) -> Integers:
        """Codes of the longest effect, shape (n,)."""
        return self.longest.codes

    @property
    def levels(self) -> int:
        """Number of levels of the longest effect."""
        return self.longest.count

    @property
    def width(self) -> int:
        """q, the number of levels of the other effects."""
        return sum(other.count for other in self.others)

    @property
    def rank(self) -> int:
        """Dimension of the space that the effects span."""
        return self.levels + len(self.kept)

    @cached_property
    def rest(self) -> tuple[Integers, ...]:
        """Codes of the other effects in their shared numbering, each shape (n,)."""
        firsts = np.cumsum([0, *(other.count for other in self.others)])
        return tuple(o.codes + f for o, f in zip(self.others, firsts[:-1], strict=True))

    @cached_property
    def pairs(self) -> tuple[Integers, ...]:
        """Cell of each row in the table of (other level, longest level), one array an effect."""
        return tuple(other.codes * self.levels + self.first for other in self.others)

    @cached_property
    def leading(self) -> bool:
        """Whether the kept levels are 0..m-1, so that a view selects them."""
        return not len(self.kept) or int(self.kept[-1]) == len(self.kept) - 1

    @cached_property
    def first_sum(self) -> csr_array:
        """Sums rows by level of the longest effect, shape (levels, n)."""
        return _sum_matrix([self.first], self.levels, len(self.first))

    @cached_property
    def rest_sum(self) -> csr_array:
        """Sums rows by kept level of the others, shape (m, n)."""
        full = _sum_matrix(list(self.rest), self.width, len(self.first))
        return csr_array(full[self.kept])

    @cached_property
    def dense(self) -> bool:
        """Whether tables of levels by levels are formed dense: unless they are nearly empty."""
        size = np.bincount(self.first).astype(float) * len(self.others)
        sparse = float(size @ size)
        full = float(self.width) ** 2 * self.levels
        table = self.width * max(self.levels, self.width)
        return full <= DENSE * sparse + SMALL and table <= TABLE

    def sum_rest(self, columns: Floats) -> Floats:
        """Sums by kept level of the others, shape (c, m), of columns of shape (c, n)."""
        if not self.others:
            return np.empty((len(columns), 0))
        sums = [other.sum(columns) for other in self.others]
        every = sums[0] if len(sums) == 1 else np.concatenate(sums, axis=1)
        return every[:, : len(self.kept)] if self.leading else every[:, self.kept]

    def spread(self, alpha: Floats, gamma: Floats) -> Floats:
        """Value of each row, shape (n,), of coefficients of shapes (levels,) and (m,)."""
        rows = alpha.take(self.first)
        if len(self.kept):
            full = np.zeros(self.width)
            full[self.kept] = gamma
            for codes in self.rest:
                rows += full.take(codes)
        return rows


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
    columns = sorted((read_levels(c) for c in codes.T), key=lambda level: -level.count)
    if not columns:
        columns = [read_levels(np.zeros(len(codes), dtype=np.int64))]
    first, others = columns[0], tuple(columns[1:])
    full = Effects(first, others, np.arange(sum(other.count for other in others)))
    return Effects(first, others, _independent(full)) if others else full


def read_levels(codes: Integers) -> Levels:
    """Renumber codes so that 0..count-1 all occur, in the order of the codes given."""
    if not len(codes):
        return Levels(np.zeros(0, dtype=np.int64), 0, None)
    lowest, highest = int(codes.min()), int(codes.max())
    if highest - lowest < 4 * len(codes) + 1000:
        shifted = codes - lowest
        present = np.bincount(shifted) > 0
        number = np.cumsum(present) - 1
        codes, count = number[shifted], int(number[-1]) + 1
    else:
        present, codes = np.unique(codes, return_inverse=True)
        count = len(present)
    change = np.diff(codes)
    ordered = not len(change) or change.min() >= 0
    starts = np.concatenate([[0], np.flatnonzero(change) + 1]) if ordered else None
    return Levels(codes, count, starts)


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
        Without the digits that a large mean, or effects that nearly span a column, would cost:
        means are taken first, and the projection is made twice.
    """
    rows = np.ascontiguousarray(columns.T)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return residualise(effects, weights, residualise(effects, weights, rows)).T


def residualise(effects: Effects, weights: Floats, columns: Floats) -> Floats:
    """One such projection, of columns that are the rows of an array of shape (k, n)."""
    weighted = weights * columns
    inverse = 1 / effects.longest.sum(weights[None])[0]
    mean = effects.longest.sum(weighted) * inverse
    gamma = np.empty((0, len(columns)))
    alpha = mean
    if len(effects.kept):
        cross, complement = eliminate(effects, weights, inverse)
        gamma = solve(complement, effects.sum_rest(weighted).T - cross @ mean.T)
        alpha = mean - (cross.T @ gamma).T * inverse
    left = weighted  # its memory is free
    for place, column in enumerate(columns):
        np.subtract(column, effects.spread(alpha[place], gamma[:, place]), out=left[place])
    return left


def eliminate(
    effects: Effects, weights: Floats, inverse: Floats
) -> tuple[Floats | csr_array, Floats]:
    """Weighted table of the other levels by the longest effect, and its Schur complement.

    Parameters
    ----------
    effects : Effects
        Of n rows.
    weights : ndarray, shape (n,)
        Not negative.
    inverse : ndarray, shape (levels,)
        One over the sum of weights of each level of the longest effect; zero where that is zero.

    Returns
    -------
    cross : ndarray or csr_array, shape (m, levels)
        R'WD1.
    complement : ndarray, shape (m, m)
        R'WR - R'WD1 diag(inverse) D1'WR.
    """
    if not effects.dense:
        return _eliminate_sparse(effects, weights, inverse)
    levels, kept = effects.levels, effects.kept
    tables = [
        np.bincount(pair, weights, other.count * levels).reshape(other.count, levels)
        for pair, other in zip(effects.pairs, effects.others, strict=True)
    ]
    cross = tables[0] if len(tables) == 1 else np.concatenate(tables)
    inner = np.diag(cross.sum(axis=1))
    width = len(inner)
    for i, row in enumerate(effects.rest):
        for column in effects.rest[:i]:
            block = np.bincount(row * width + column, weights, width**2).reshape(width, width)
            inner += block + block.T
    if effects.leading:
        cross, inner = cross[: len(kept)], inner[: len(kept), : len(kept)]
    else:
        cross, inner = cross[kept], inner[np.ix_(kept, kept)]
    half = cross * np.sqrt(inverse)
    inner -= half @ half.T
    return cross, inner


def solve(matrix: Floats, right: Floats) -> Floats:
    """Solve a symmetric positive definite system, scaled; least squares where it is singular.

    Missing where the system has overflowed, as it may on the way of a fit that diverges: the
    fit then stops without having converged.
    """
    scale = 1 / np.sqrt(np.maximum(np.diag(matrix), np.finfo(float).tiny))
    with np.errstate(over="ignore", invalid="ignore"):
        balanced, sums = matrix * np.outer(scale, scale), scale[:, None] * right
    if not (np.isfinite(balanced).all() and np.isfinite(sums).all()):
        return np.full(right.shape, np.nan)
    _, solution, problem = dposv(balanced, sums)
    if problem:
        solution = lstsq(balanced, sums, check_finite=False)[0]
    return np.asarray(scale[:, None] * solution)


def _sum_matrix(codes: list[Integers], levels: int, rows: int) -> csr_array:
    level = np.concatenate([*codes, np.empty(0, dtype=np.int64)])
    position = np.tile(np.arange(rows), len(codes))
    return csr_array((np.ones(len(level)), (level, position)), shape=(levels, rows))


def _eliminate_sparse(
    effects: Effects, weights: Floats, inverse: Floats
) -> tuple[csr_array, Floats]:
    sums = effects.rest_sum
    weighted = csr_array((sums.data * weights[sums.indices], sums.indices, sums.indptr), sums.shape)
    cross = csr_array(weighted @ effects.first_sum.T)
    scaled = csr_array(
        (cross.data * inverse[cross.indices], cross.indices, cross.indptr), cross.shape
    )
    return cross, (weighted @ sums.T - scaled @ cross.T).toarray()


def _independent(effects: Effects) -> Integers:
    """Levels of the other effects that add to the rank, by pivoted Cholesky of the complement."""
    ones = np.ones(len(effects.first))
    _, schur = eliminate(effects, ones, 1 / effects.longest.sum(ones[None])[0])
    scale = np.sqrt(effects.sum_rest(ones[None])[0])
    schur = schur / np.outer(scale, scale)
    if np.diag(schur).max() <= INDEPENDENT:  # dpstrf takes its first pivot however small
        return np.empty(0, dtype=np.int64)
    _, pivots, rank, _ = dpstrf(schur, tol=INDEPENDENT)
    if len(effects.others) == 1 and rank == effects.width - 1:
        return np.arange(rank)  # one relation, the constant: any level may go
    return np.sort(pivots[:rank] - 1).astype(np.int64)
