"""Timing: many draws at once of when the steps of each history fall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pkstats.checks.randomization.history import History
from pkstats.estimation.engines.cells import Floats, Integers

#: Place of a step that a history does not have.
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Timing:
    """Arrays over the H histories that can move and the n rows of a model.

    Parameters
    ----------
    start : ndarray, shape (n, 1)
        Lagged treatment before any step; as observed in rows of no history that can move.
    owner : ndarray of int, shape (n,)
        History of each row's lagged treatment; H where it cannot move.
    position : ndarray of int32, shape (n, 1)
        Its place in that history.
    steps, sizes : ndarray of int, shape (H,)
        Number of steps of each history, and of places at which they may fall.
    calendar : ndarray of int, shape (H, longest)
        Those places, in order.
    levels : ndarray, shape (most, n, 1)
        Treatment of each row after one, two ... steps.
    highs : ndarray of int, shape (integers,)
        Upper bounds of the integers that ``Generator.choice`` takes, history after history.
    begin : ndarray of int, shape (H,)
        Where those of each history begin.
    """

    start: Floats
    owner: Integers
    position: NDArray[np.int32]
    steps: Integers
    sizes: Integers
    calendar: Integers
    levels: Floats
    highs: Integers
    begin: Integers

    def fill(self, generators: Sequence[np.random.Generator], out: Floats) -> None:
        """Draw one treatment a generator into ``out``, shape (n, draws)."""
        out[...] = self.start
        if not len(self.steps):
            return
        place = np.empty(out.shape, dtype=np.int32)
        reached = np.empty(out.shape, dtype=bool)
        for places, level in zip(self._draw_places(generators), self.levels, strict=True):
            np.take(places, self.owner, axis=0, out=place, mode="clip")
            np.greater_equal(self.position, place, out=reached)
            np.copyto(out, level, where=reached)

    def _draw_places(self, generators: Sequence[np.random.Generator]) -> NDArray[np.int32]:
        """Places of the steps in order, shape (most, H + 1, draws); the last is of no history.

        Floyd's algorithm on the bounded integers that ``Generator.choice(replace=False)`` takes
        from the stream, so that draws equal those of ``choice``.
        """
        highs, begin = self.highs, self.begin
        drawn = np.stack([rng.integers(0, highs, endpoint=True) for rng in generators], axis=1)
        chosen = np.full((len(self.levels), len(self.steps), len(generators)), NEVER, np.int64)
        for step in range(len(self.levels)):
            has = np.flatnonzero(self.steps > step)
            candidate = drawn[begin[has] + step]
            taken = (chosen[:step, has] == candidate).any(axis=0)
            last = (self.sizes[has] - self.steps[has] + step)[:, None]
            chosen[step, has] = np.where(taken, last, candidate)
        chosen.sort(axis=0)
        units = np.arange(len(self.steps))[:, None]
        at = np.minimum(chosen, self.calendar.shape[1] - 1)
        places = np.full((len(self.levels), len(self.steps) + 1, len(generators)), NEVER, np.int32)
        places[:, :-1] = np.where(chosen == NEVER, NEVER, self.calendar[units, at])
        return places


def prepare_timing(histories: Sequence[History], source: Integers, fixed: Floats) -> Timing:
    """Arrays of histories that can move, on the rows of a model.

    Parameters
    ----------
    histories : sequence of History
        With at least one step and one place more than steps.
    source : ndarray of int, shape (n,)
        Row of the panel that holds each row's lagged treatment; -1 if there is none.
    fixed : ndarray, shape (n,)
        Lagged treatment as observed.
    """
    steps = np.array([len(h.steps) for h in histories], dtype=np.int64)
    sizes = np.array([len(h.calendar) for h in histories], dtype=np.int64)
    calendar = np.zeros((len(histories), int(sizes.max(initial=0))), dtype=np.int64)
    paths = np.zeros((int(steps.max(initial=0)) + 1, len(histories) + 1))
    length = 1 + max([int(source.max(initial=0)), *(int(h.rows.max()) for h in histories)])
    owner, position = np.full(length, len(histories)), np.zeros(length, dtype=np.int32)
    for number, history in enumerate(histories):
        owner[history.rows] = number
        position[history.rows] = np.arange(len(history.rows))
        calendar[number, : sizes[number]] = history.calendar
        paths[0, number] = history.first
        paths[1 : 1 + steps[number], number] = history.first + np.cumsum(history.steps)
    taken = [
        [*range(r - k, r), *range(k - 1, 0, -1)] for r, k in zip(sizes, steps, strict=True)
    ]  # choices, then the shuffle of them
    mine = np.where(source >= 0, owner[source], len(histories))
    start = np.where(mine < len(histories), paths[0, mine], fixed)
    return Timing(
        start=start[:, None],
        owner=mine,
        position=np.where(source >= 0, position[source], 0)[:, None],
        steps=steps,
        sizes=sizes,
        calendar=calendar,
        levels=paths[1:, mine, None],
        highs=np.array([high for span in taken for high in span], dtype=np.int64),
        begin=np.cumsum([0, *map(len, taken)], dtype=np.int64)[:-1],
    )
