"""Refinement: one-step statistics, with every draw that could decide the p-value refitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pkstats.estimation.engines.cells import Floats, Integers

#: First margin, in units of the statistic.
MARGIN = 0.05
#: Draws refitted whatever the margin: the nearest on each side of the observed statistic, and an
#: audit evenly spaced over the ranks of their distance to it.
NEAREST, AUDITED = 50, 50
#: The margin is at least this many times the largest move.
SAFETY = 3


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
        draws that lie near the observed one or moved by more than a third of their distance to
        it; at most a third of the margin unless all are exact.
    """

    statistics: Floats
    exact: NDArray[np.bool_]
    margin: float
    largest_move: float


def refine(
    one_step: Floats, observed: float, refit: Callable[[Integers], Floats], *, margin: float
) -> Refined:
    """Refit exactly every draw near the observed statistic; widen the margin until it holds.

    The margin must be three times the largest move that the refits show; else it becomes that and
    more draws are refitted, in the end all. So the p-value equals that of exact refits unless a
    draw outside the margin moves by more than three times what any that could matter was seen to
    move. A draw that has no finite fit, though its one step looked harmless, is a move without
    bound: then all are refitted.

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
    size, reach = np.abs(one_step), abs(observed)
    distance = np.abs(size - reach)
    near = _find_near(size, reach)
    spread = np.linspace(0, len(size) - 1, min(AUDITED, len(size))).astype(int)
    pending = near | ~(distance > margin)
    pending[np.argsort(distance, kind="stable")[spread]] = True
    statistics, exact, largest = one_step.copy(), np.zeros(len(size), dtype=bool), 0.0
    while pending.any():
        numbers = np.flatnonzero(pending)
        statistics[numbers] = refit(numbers)
        exact |= pending
        move = np.abs(np.abs(statistics) - size)
        move[np.isnan(statistics) & (size < reach)] = np.inf
        matters = exact & (near | (distance <= margin) | (SAFETY * move > distance))
        largest = float(np.nanmax(move[matters], initial=0.0))
        if largest > margin / SAFETY:
            margin = SAFETY * largest * (1 + 1e-12)
        pending = ~exact & (distance <= margin)
    return Refined(statistics, exact, margin, largest)


def _find_near(size: Floats, reach: float) -> NDArray[np.bool_]:
    """Mask of the nearest draws on each side of the observed statistic."""
    near = np.zeros(len(size), dtype=bool)
    for side in (np.flatnonzero(size >= reach), np.flatnonzero(size < reach)):
        near[side[np.argsort(np.abs(size[side] - reach), kind="stable")[:NEAREST]]] = True
    return near
