"""Collinear regressors: which columns add to the rank beside the effects."""

from __future__ import annotations

import numpy as np

from pkstats.kernels.effects import Effects, Floats, partial_out

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
    if effects is None:
        size, within = np.linalg.norm(regressors, axis=0), regressors
    else:
        size = np.linalg.norm(regressors - regressors.mean(axis=0), axis=0)
        within = partial_out(effects, np.ones(len(regressors)), regressors)
    basis: list[Floats] = []
    collinear = []
    for column in [*range(1, regressors.shape[1]), 0][: regressors.shape[1]]:
        rest = within[:, column].copy()
        for _ in range(2):
            for direction in basis:
                rest -= direction * (direction @ rest)
        length = np.linalg.norm(rest)
        magnitude = np.abs(regressors[:, column]).max(initial=0.0)
        if length <= TOLERANCE * size[column] or size[column] <= 1e-12 * magnitude:
            collinear.append(column)
        elif length > 0:
            basis.append(rest / length)
    return collinear
