"""Collinear regressors: which columns add to the rank beside the effects; judged here alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pkstats.estimation.kernels.effects import Effects, Floats, partial_out

#: Least share of a column that its mean, the effects and the columns before it must leave. Above
#: it every standard error keeps at least six digits; no other module has a tolerance of its own.
TOLERANCE = 1e-8
#: Share up to which what is left is the rounding of sums: the column is spanned exactly.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Faint:
    """What is left of a column that is neither spanned nor told apart.

    Parameters
    ----------
    share : float
        Of the column, between :data:`ROUNDING` and :data:`TOLERANCE`.
    beside : {"mean", "others"}
        Beside its own mean already, or beside effects and other columns.
    """

    share: float
    beside: Literal["mean", "others"]


@dataclass(frozen=True)
class Collinearity:
    """Columns that do not add to the rank.

    Parameters
    ----------
    spanned : tuple of int
        Nothing but rounding is left of them.
    faint : dict of int to Faint
        Something is left, and too little to answer from.
    """

    spanned: tuple[int, ...]
    faint: dict[int, Faint]

    def __contains__(self, column: int) -> bool:
        """Whether a column is spanned or faint."""
        return column in self.spanned or column in self.faint


def measure_spread(values: Floats) -> Floats:
    """Root mean square of deviations from the mean over the largest size, along the last axis."""
    centred = values - values.mean(axis=-1, keepdims=True)
    centred -= centred.mean(axis=-1, keepdims=True)
    size = np.asarray(np.abs(values).max(axis=-1, initial=0.0))
    root = np.sqrt(np.mean(centred**2, axis=-1))
    return np.divide(root, size, out=np.zeros(size.shape), where=size > 0)


def find_collinear(regressors: Floats, effects: Effects | None) -> Collinearity:
    """Judge columns in order, the controls first and the treatment last.

    The columns are made orthogonal one after the other, twice over, as by a QR decomposition with
    scaled columns, so that no square of a small share is ever formed.

    Parameters
    ----------
    regressors : ndarray, shape (n, k)
        The treatment is column 0.
    effects : Effects or None
        Of the n rows; None judges without an intercept.

    Returns
    -------
    Collinearity
        Each control that the effects and the controls before it span; 0 if the effects and the
        remaining controls span the treatment.
    """
    columns = np.ascontiguousarray(regressors.T)
    spread = measure_spread(columns)
    varying, within = np.abs(columns).max(axis=1, initial=0.0) > 0, columns
    rounding = ROUNDING
    if effects is not None:
        varying = spread > ROUNDING
        columns = columns - columns.mean(axis=1, keepdims=True)
        within = partial_out(effects, np.ones(len(regressors)), columns.T).T
        rounding = max(rounding, 4 * np.finfo(float).eps / spread[varying].min(initial=1.0))
    norm = np.linalg.norm(columns, axis=1)
    basis: list[Floats] = []
    spanned: list[int] = []
    faint: dict[int, Faint] = {}
    for column in [*range(1, len(columns)), 0][: len(columns)]:
        if not varying[column]:
            spanned.append(column)
            continue
        if effects is not None and spread[column] <= TOLERANCE:
            faint[column] = Faint(float(spread[column]), "mean")
            continue
        rest = within[column].copy()
        for _ in range(2):
            for direction in basis:
                rest -= direction * (direction @ rest)
        length = float(np.linalg.norm(rest))
        share = length / norm[column]
        if share <= rounding:
            spanned.append(column)
        elif share <= TOLERANCE:
            faint[column] = Faint(share, "others")
        else:
            basis.append(rest / length)
    return Collinearity(tuple(spanned), faint)
