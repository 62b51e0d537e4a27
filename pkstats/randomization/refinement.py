"""Refinement: one-step statistics, with every draw that could decide the p-value refitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pkstats.engines.cells import Floats, Integers

#: First margin, in units of the statistic.
MARGIN = 0.05
#: Draws outside the margin that are refitted to audit it, evenly spaced over their ranks.
AUDITED = 50


@dataclass(frozen=True)
class Refined:
    """Statistics of which those near the observed are exact.

    Parameters
    ----------
    statistics : ndarray, shape (draws,)
        Exact where ``exact``, else one-step.
    exact : ndarray of bool, shape (draws,)
        Whether the draw was refitted.
    margin : float
        Every draw whose one-step statistic lies within it of the observed one, in absolute size,
        is exact.
    largest_move : float
        Largest change of absolute size between one-step and exact statistic among the refitted
        draws that could cross the observed one (within the margin, or by more than half their
        distance); at most half the margin unless all are exact.
    """

    statistics: Floats
    exact: np.ndarray
    margin: float
    largest_move: float


def refine(
    one_step: Floats, observed: float, refit: Callable[[Integers], Floats], *, margin: float
) -> Refined:
    """Refit exactly every draw near the observed statistic; widen the margin until it holds.

    The margin must be twice the largest move that the refits show, those of an audit outside it
    included; else it becomes that and more draws are refitted, in the end all. So the p-value
    equals that of exact refits unless a draw outside the margin moves by more than twice what
    any that could matter was seen to move. A draw that has no finite fit, though its one step
    looked harmless, is a move without bound: then all are refitted.

    Parameters
    ----------
    one_step : ndarray, shape (draws,)
        Missing values are refitted.
    observed : float
        Exact statistic of the treatment as it was.
    refit : callable
        From numbers of draws to their exact statistics.
    margin : float
        To begin with.
    """
    statistics = one_step.copy()
    exact = np.zeros(len(one_step), dtype=bool)
    distance = np.abs(np.abs(one_step) - abs(observed))
    pending = ~(distance > margin)
    ranked = np.argsort(distance, kind="stable")
    pending[ranked[np.linspace(0, len(ranked) - 1, min(AUDITED, len(ranked))).astype(int)]] = True
    largest = 0.0
    while pending.any():
        numbers = np.flatnonzero(pending)
        statistics[numbers] = refit(numbers)
        exact |= pending
        move = np.abs(np.abs(statistics) - np.abs(one_step))
        move[np.isnan(statistics) & (np.abs(one_step) < abs(observed))] = np.inf
        matters = exact & ((distance <= margin) | (2 * move > distance))
        largest = float(np.nanmax(move[matters], initial=0.0))
        if largest > margin / 2:
            margin = 2 * largest * (1 + 1e-12)
        pending = ~exact & (distance <= margin)
    return Refined(statistics, exact, margin, largest)
