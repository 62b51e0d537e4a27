"""Poisson counts with random effects of groups: the likelihood by Laplace's approximation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Largest step of the linear predictor's modes in one inner iteration.
LONGEST = 5.0


@dataclass(frozen=True)
class GroupedCounts:
    """Counts of n rows in G groups.

    Parameters
    ----------
    outcome, offset : ndarray, shape (n,)
        Counts and log exposure.
    fixed : ndarray, shape (n, p)
        Design of the coefficients common to all groups, of full rank.
    varying : ndarray, shape (n, q)
        Design of what varies by group.
    group : ndarray of int, shape (n,)
        Codes 0..G-1.
    """

    outcome: Floats
    offset: Floats
    fixed: Floats
    varying: Floats
    group: Integers

    @property
    def groups(self) -> int:
        """G."""
        return int(self.group.max()) + 1

    def total(self, values: Floats) -> Floats:
        """Sums by group, shape (G, ...), of values of shape (n, ...)."""
        flat = values.reshape(len(values), -1)
        sums = [np.bincount(self.group, column, self.groups) for column in flat.T]
        return np.column_stack(sums).astype(float).reshape(self.groups, *values.shape[1:])


@dataclass(frozen=True)
class Laplace:
    r"""Approximate log likelihood at given parameters, with its gradient.

    Parameters
    ----------
    value : float
        :math:`\sum_g f_g(\hat v_g) - \tfrac12 \log\det H_g`, all constants included.
    scores : ndarray, shape (n, p)
        Score of each row in the fixed coefficients.
    group_scores : ndarray, shape (G, q (q + 1) / 2)
        Score of each group in the lower triangle of the factor L.
    modes : ndarray, shape (G, q)
        :math:`\hat v_g`, standardised: the effects are :math:`L \hat v_g`.
    curvature : ndarray, shape (G, q, q)
        :math:`H_g`, minus the second derivative of :math:`f_g` at the mode.
    """

    value: float
    scores: Floats
    group_scores: Floats
    modes: Floats
    curvature: Floats

    @property
    def gradient(self) -> Floats:
        """Shape (p + q (q + 1) / 2,)."""
        return np.r_[self.scores.sum(axis=0), self.group_scores.sum(axis=0)]


def read_factor(triangle: Floats, q: int) -> Floats:
    """Lower triangle, row by row, as the factor L of shape (q, q)."""
    factor = np.zeros((q, q))
    factor[np.tril_indices(q)] = triangle
    return factor


def approximate(
    counts: GroupedCounts, coefficients: Floats, triangle: Floats, *, modes: Floats
) -> Laplace:
    r"""Laplace's approximation, its gradient and the modes.

    :math:`y_j \sim \mathrm{Poisson}(\mu_j)`, :math:`\log \mu_j = o_j + x_j'\beta + z_j' L v_g`,
    :math:`v_g \sim N(0, I)`. With :math:`f_g(v)` the joint log density of a group's counts and v
    up to the constant of v,
    :math:`\log p(y_g) \approx f_g(\hat v_g) - \tfrac12\log\det H_g` (Tierney and Kadane 1986);
    the gradient differentiates through the mode.

    Parameters
    ----------
    counts : GroupedCounts
        n rows.
    coefficients : ndarray, shape (p,)
        :math:`\beta`.
    triangle : ndarray, shape (q (q + 1) / 2,)
        L, row by row.
    modes : ndarray, shape (G, q)
        Where the search for the modes starts.
    """
    factor = read_factor(triangle, counts.varying.shape[1])
    base = counts.offset + counts.fixed @ coefficients
    A = counts.varying @ factor
    v, mean, value = find_modes(counts, base, A, modes)
    H = _curvature(counts, A, mean)
    _, log_determinant = np.linalg.slogdet(H)
    inverse = np.linalg.inv(H)
    reach = np.einsum("nij,nj->ni", inverse[counts.group], A)
    spread = np.einsum("ni,ni->n", A, reach)
    pull = counts.total((spread * mean)[:, None] * A)
    residual = counts.outcome - mean
    slope = residual - 0.5 * mean * (spread - np.einsum("ni,ni->n", pull[counts.group], reach))
    group_scores = []
    shift = np.einsum("gij,gj->gi", inverse, pull)
    for a, b in zip(*np.tril_indices(len(factor)), strict=True):
        z = counts.varying[:, a]
        direct = _sum(counts, z * residual)
        crossed = counts.total((mean * z)[:, None] * A)
        moved = shift[:, b] * direct - v[:, b] * np.einsum("gi,gi->g", shift, crossed)
        group_scores.append(
            v[:, b] * direct
            - 0.5 * (
                v[:, b] * _sum(counts, spread * mean * z) + moved
                + 2 * _sum(counts, mean * z * reach[:, b])
            )
        )  # fmt: skip
    return Laplace(
        value=float(value.sum() - 0.5 * log_determinant.sum()),
        scores=counts.fixed * slope[:, None],
        group_scores=np.column_stack(group_scores),
        modes=v,
        curvature=H,
    )


def find_modes(
    counts: GroupedCounts, base: Floats, A: Floats, start: Floats
) -> tuple[Floats, Floats, Floats]:
    """Newton's method in every group at once, each step halved until its group gains.

    Returns
    -------
    modes : ndarray, shape (G, q)
    mean : ndarray, shape (n,)
    value : ndarray, shape (G,)
        Joint log density at the mode.
    """
    v = start
    mean, value = _density(counts, base, A, v)
    for _ in range(100):
        gradient = counts.total(A * (counts.outcome - mean)[:, None]) - v
        step = np.linalg.solve(_curvature(counts, A, mean), gradient[:, :, None])[:, :, 0]
        length = np.abs(step).max(axis=1, keepdims=True)
        step = step * np.minimum(1.0, LONGEST / np.maximum(length, LONGEST))
        gain = np.einsum("gi,gi->g", gradient, step)
        for _ in range(40):
            new_mean, new_value = _density(counts, base, A, v + step)
            worse = ~(new_value >= value - 1e-10 * (1 + np.abs(value)))
            if not worse.any():
                break
            step[worse] /= 2
        v, mean, value = v + step, new_mean, new_value
        if gain.max() < 1e-18 * max(1.0, float(np.abs(value).max())) or length.max() < 1e-12:
            break
    return v, mean, value


def _density(counts: GroupedCounts, base: Floats, A: Floats, v: Floats) -> tuple[Floats, Floats]:
    from scipy.special import gammaln

    predictor = base + np.einsum("ni,ni->n", A, v[counts.group])
    mean = np.exp(np.minimum(predictor, 300.0))
    rows = counts.outcome * predictor - mean - gammaln(counts.outcome + 1)
    return mean, _sum(counts, rows) - 0.5 * (v**2).sum(axis=1)


def _curvature(counts: GroupedCounts, A: Floats, mean: Floats) -> Floats:
    weighted = mean[:, None, None] * A[:, :, None] * A[:, None, :]
    return counts.total(weighted) + np.eye(A.shape[1])


def _sum(counts: GroupedCounts, values: Floats) -> Floats:
    return np.bincount(counts.group, values, counts.groups).astype(float)
