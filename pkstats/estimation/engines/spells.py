"""Spells: time since entry of unit-periods at risk, and rows that outlive their event."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pkstats.estimation.engines.cells import Floats, Integers


def number_spells(unit: Integers, spell: Integers | None) -> Integers:
    """Code 0, 1, ... of each row's spell, shape (n,); without ``spell`` each unit is one."""
    keys = unit[:, None] if spell is None else np.column_stack([unit, spell])
    return np.unique(keys, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def measure_durations(spells: Integers, period: Integers) -> Integers:
    """Periods from the first row of the spell to the end of each row, shape (n,): 1, 2, ...

    A row is at risk from its duration less one to its duration, so that a gap in a spell leaves
    the clock running, and rows dropped at its start make an entry that is late.
    """
    first = np.full(int(spells.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, spells, period)
    return period - first[spells] + 1


def find_outlived(
    outcome: Floats, spells: Integers, period: Integers
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows after the first event of their spell: those with another event, and the others.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        One where the event ends the spell; missing counts as none.
    spells, period : ndarray of int, shape (n,)
        Spell and time of each row.

    Returns
    -------
    repeated, after : ndarray of bool, shape (n,)
    """
    event = outcome == 1
    ended = np.full(int(spells.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(ended, spells[event], period[event])
    after = period > ended[spells]
    return after & event, after & ~event
