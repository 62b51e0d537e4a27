"""Separation: rows whose zero count is predicted perfectly, so that no finite fit exists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from pkstats.estimation.kernels.effects import Effects, Floats, Integers, partial_out
from pkstats.estimation.kernels.gram import build_basis

Mask = NDArray[np.bool_]


def find_empty_level(
    outcome: Floats, codes: Integers, reasons: tuple[str, ...] = ("all-zero", "singleton")
) -> tuple[int, str, Mask] | None:
    """Find the first effect with a level that holds no information, by reasons in order.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Counts, or zero and one.
    codes : ndarray of int, shape (n, effects)
        Level of each row in each effect.
    reasons : tuple of str
        Of ``"all-zero"``: no event; ``"all-one"``: an event in every row; ``"singleton"``: but
        one row.

    Returns
    -------
    (effect, reason, rows) or None
        Position of the effect, the reason, mask of shape (n,).
    """
    for reason in reasons:
        for effect, column in enumerate(codes.T):
            if reason == "singleton":
                lost = np.bincount(column) == 1
            elif reason == "all-zero":
                lost = np.bincount(column, outcome) <= 0
            else:
                lost = np.bincount(column, outcome) >= np.bincount(column)
            if lost.any() and (rows := lost[column]).any():  # a level may have no row
                return effect, reason, rows
    return None


def find_separated(outcome: Floats, regressors: Floats, effects: Effects) -> Mask:
    r"""Rows separated by the effects and regressors together.

    A row with y = 0 is separated if some combination :math:`z = X\gamma + D\alpha` is zero where
    y > 0, nowhere positive where y = 0, and negative at that row (Correia, Guimaraes and Zylkin
    2019). The linear programme min sum z, -1 <= z <= 0 where y = 0, is solved by HiGHS, again
    without the rows found until none is left.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Counts.
    regressors : ndarray, shape (n, k)
        Of full rank beside the effects; k may be 0.
    effects : Effects
        Of the n rows.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    return _separate(_design(regressors, effects), outcome == 0)


def find_separated_binary(outcome: Floats, regressors: Floats, effects: Effects) -> Mask:
    r"""Rows whose zero or one is predicted perfectly by effects and regressors together.

    A row is separated if some combination :math:`z = X\gamma + D\alpha` is nowhere positive where
    y = 0, nowhere negative where y = 1, and not zero at that row (Albert and Anderson 1984).

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Zero or one.
    regressors, effects
        As in :func:`find_separated`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    sign = np.where(outcome > 0, -1.0, 1.0)
    design = csr_array(_design(regressors, effects).multiply(sign[:, None]))
    return _separate(design, np.ones(len(outcome), dtype=bool))


def _design(regressors: Floats, effects: Effects) -> csr_array:
    columns = [csr_array(effects.first_sum.T), csr_array(effects.rest_sum.T)]
    if regressors.shape[1]:
        clear = build_basis(regressors, effects).columns
        within = partial_out(effects, np.ones(len(clear)), clear)
        columns.insert(0, csr_array(within / np.abs(within).max(axis=0)))
    return csr_array(hstack(columns, format="csr"))


def _separate(design: csr_array, zero: Mask) -> Mask:
    """Rows at which a combination is negative that is nowhere positive, and zero off ``zero``."""
    found = np.zeros(len(zero), dtype=bool)
    while (zero & ~found).any():
        left = ~found
        lower = np.where(zero[left], -1.0, 0.0)
        matrix = csr_array(design[left])
        cost = np.asarray(matrix.T @ zero[left].astype(float)).ravel()
        solution = milp(
            cost,
            constraints=LinearConstraint(matrix, lower, np.zeros(len(lower))),
            bounds=Bounds(-np.inf, np.inf),
        )
        if solution.x is None:
            break
        direction = np.asarray(matrix @ solution.x).ravel()
        more = (direction < -1e-5) & zero[left]
        if not more.any():
            break
        found[np.flatnonzero(left)[more]] = True
    return found
