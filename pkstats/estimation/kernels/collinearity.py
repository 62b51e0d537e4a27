"""Collinear regressors: which columns add to the rank beside the effects."""

from __future__ import annotations

import numpy as np

from pkstats.estimation.kernels.effects import Effects, Floats, residualise

#: A column is collinear when less than this share of its centred norm is left.
TOLERANCE = 1e-8


def find_collinear(regressors: Floats, effects: Effects | None) -> list[int]:
    """Positions of collinear columns, controls judged in their order and the treatment last.

    Parameters
    ----------
    regressors : ndarray, shape (n, k)
        The treatment is column 0.
    effects : Effects or None
        Of the n rows; None judges without an intercept.

    Returns
    -------
    list of int
        Each control that the effects and the controls before it span; 0 if the effects and the
        remaining controls span the treatment.
    """
    columns = np.ascontiguousarray(regressors.T)
    size, within = columns, columns
    if effects is not None:
        size = columns - columns.mean(axis=1, keepdims=True)
        within = residualise(effects, np.ones(len(regressors)), columns)
    norm = np.linalg.norm(size, axis=1)
    magnitude = np.abs(columns).max(axis=1, initial=0.0)
    basis: list[Floats] = []
    collinear = []
    for column in [*range(1, len(columns)), 0][: len(columns)]:
        rest = within[column].copy()
        for _ in range(2):
            for direction in basis:
                rest -= direction * (direction @ rest)
        length = np.linalg.norm(rest)
        if length <= TOLERANCE * norm[column] or norm[column] <= 1e-12 * magnitude[column]:
            collinear.append(column)
        elif length > 0:
            basis.append(rest / length)
    return collinear
