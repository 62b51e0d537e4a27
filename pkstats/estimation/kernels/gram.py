"""Gram matrices of weighted columns, inverted so that nearly collinear columns lose no digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpotrf

from pkstats.estimation.kernels.effects import Effects, Floats, partial_out

#: Share of a column's square that Cholesky's factor must leave. Below it the columns themselves
#: are factored, by QR, since a Gram matrix holds the squares of their shares.
FAINT = 1e-4


def invert_gram(columns: Floats, weights: Floats | None = None) -> Floats:
    """Inverse of ``columns diag(weights) columns'``, shape (k, k).

    Parameters
    ----------
    columns : ndarray, shape (k, n)
        Of any scale.
    weights : ndarray, shape (n,), optional
        Not negative; one by default.

    Returns
    -------
    ndarray, shape (k, k)
        Not a number where the columns are collinear under the weights.
    """
    return square_inverse(factor_gram(columns, weights))


def factor_gram(columns: Floats, weights: Floats | None = None) -> Floats:
    """Upper triangle R with ``R'R = columns diag(weights) columns'``, shape (k, k)."""
    weighted = columns if weights is None else weights * columns
    gram = weighted @ columns.T
    scale = np.sqrt(np.diag(gram))
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        return np.full(gram.shape, np.nan)
    lower = factor_clear(gram / np.outer(scale, scale))
    if lower is not None:
        return np.asarray(lower.T * scale)
    rows = columns if weights is None else np.sqrt(weights) * columns
    return np.asarray(np.linalg.qr((rows / scale[:, None]).T, mode="r") * scale)


def factor_clear(correlation: Floats) -> Floats | None:
    """Lower Cholesky factor of products of scaled columns; None where a pivot is faint."""
    if not correlation.size:
        return correlation
    lower, problem = dpotrf(correlation, lower=1)
    return None if problem or (np.diag(lower) ** 2 < FAINT).any() else np.asarray(lower)


def square_inverse(triangle: Floats) -> Floats:
    """Inverse of R'R from R, shape (k, k); not a number where R is singular."""
    inverse = invert_triangle(triangle)
    return inverse @ inverse.T


def invert_triangle(triangle: Floats) -> Floats:
    """Inverse of an upper triangle; not a number where it is singular."""
    if not triangle.size:
        return triangle
    size = np.abs(np.diag(triangle))
    if not (np.isfinite(triangle).all() and (size > 0).all()):
        return np.full(triangle.shape, np.nan)
    return np.asarray(solve_triangular(triangle / size[:, None], np.diag(1 / size)))


@dataclass(frozen=True)
class Basis:
    """Columns that span what the regressors span beside the effects, and tell one another apart.

    Parameters
    ----------
    columns : ndarray, shape (n, k)
        Of mean square about one.
    triangle : ndarray, shape (k, k)
        T: the regressors are ``columns @ T``, up to a combination of the effects.
    """

    columns: Floats
    triangle: Floats

    def read_coefficients(self, found: Floats) -> Floats:
        """Coefficients of the regressors, shape (k,), from those of the columns."""
        return invert_triangle(self.triangle) @ found

    def write_coefficients(self, coefficients: Floats) -> Floats:
        """Coefficients of the columns, shape (k,), from those of the regressors."""
        return self.triangle @ coefficients

    def read_bread(self, bread: Floats) -> Floats:
        """Inverse information of the regressors, shape (k, k), from that of the columns."""
        inverse = invert_triangle(self.triangle)
        return inverse @ bread @ inverse.T

    def read_rows(self, rows: Floats) -> Floats:
        """What stands in the regressors' units, shape (n, k): scores, or columns residualised."""
        return rows @ self.triangle


def build_basis(regressors: Floats, effects: Effects) -> Basis:
    """Standardise regressors; where they are nearly collinear, make them orthogonal too.

    Parameters
    ----------
    regressors : ndarray, shape (n, k)
        Of full rank beside the effects.
    effects : Effects
        Of the n rows; they span the intercept.
    """
    centred = regressors - regressors.mean(axis=0)
    centred -= centred.mean(axis=0)
    scale = np.sqrt(np.mean(centred**2, axis=0))
    columns = centred / scale
    within = partial_out(effects, np.ones(len(columns)), columns)
    if factor_clear(within.T @ within / len(columns)) is not None:
        return Basis(columns, np.diag(scale))
    found, triangle = np.linalg.qr(within)
    root = np.sqrt(len(columns))
    return Basis(found * root, triangle * scale / root)
