"""Switching: where a treatment changes, and the events of each cluster around its changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.kernels.effects import read_levels


@dataclass(frozen=True)
class Switching:
    """Counts of the G clusters that have a row.

    Parameters
    ----------
    clusters : ndarray of int, shape (G,)
        Their codes, ascending.
    units : ndarray of int, shape (G,)
        Units with a row.
    switches : ndarray of int, shape (G,)
        Rows whose treatment differs from the unit's row before.
    events : ndarray, shape (G,)
        Events in all rows.
    around : ndarray, shape (G,)
        Events within the window of a switch of their own unit, each once.
    """

    clusters: Integers
    units: Integers
    switches: Integers
    events: Floats
    around: Floats


def count_switching(cells: Cells, *, window: int, differenced: bool) -> Switching:
    """Count units, switches and events by cluster; the treatment is the first regressor.

    Parameters
    ----------
    cells : Cells
        n rows.
    window : int
        Periods on each side of a switch.
    differenced : bool
        Whether the treatment is a change already.
    """
    unit, treatment = cells.unit, cells.regressors[:, 0]
    switched, around = find_switches(
        unit, cells.period, treatment, window=window, differenced=differenced
    )
    events = mark_events(cells.outcome)
    levels = read_levels(cells.cluster)
    count = levels.count
    present = np.zeros(count, dtype=np.int64)
    present[levels.codes] = cells.cluster
    pairs = np.unique(levels.codes * (int(unit.max()) + 1) + unit)
    owner = pairs // (int(unit.max()) + 1)
    return Switching(
        clusters=present,
        units=np.bincount(owner, minlength=count),
        switches=np.bincount(levels.codes[switched], minlength=count),
        events=np.bincount(levels.codes, events, count).astype(float),
        around=np.bincount(levels.codes[around], events[around], count).astype(float),
    )


def find_switches(
    unit: Integers, period: Integers, treatment: Floats, *, window: int, differenced: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Rows at which the treatment differs from the unit's row before, and rows around such.

    A row lies around a switch at period s of its own unit from ``s - window`` to
    ``s + window - 1``. In the order of units and periods the nearest switch on either side
    decides, so that the cost does not grow with the number of switches.

    Parameters
    ----------
    unit, period : ndarray of int, shape (n,)
        Keys.
    treatment : ndarray, shape (n,)
        In levels, or already differenced.
    window : int
        Periods.
    differenced : bool
        Whether the treatment is a change: then every change that is not zero is a switch.

    Returns
    -------
    switched, around : ndarray of bool, shape (n,)
    """
    order = _order(unit, period)
    units, periods, values = unit[order], period[order], treatment[order]
    if differenced:
        switched = values != 0
    else:
        switched = np.zeros(len(unit), dtype=bool)
        switched[1:] = (units[1:] == units[:-1]) & (values[1:] != values[:-1])
    place = np.arange(len(unit))
    before = np.maximum.accumulate(np.where(switched, place, -1))
    after = np.minimum.accumulate(np.where(switched, place, len(unit))[::-1])[::-1]
    has, at = before >= 0, np.maximum(before, 0)
    around = has & (units[at] == units) & (periods - periods[at] < window)
    has, at = after < len(unit), np.minimum(after, len(unit) - 1)
    around |= has & (units[at] == units) & (periods[at] - periods <= window)
    result = np.empty((2, len(unit)), dtype=bool)
    result[:, order] = switched, around
    return result[0], result[1]


def mark_events(outcome: Floats) -> Floats:
    """Events by row, shape (n,): the outcome where it counts; else whether it is not zero."""
    counts = (outcome >= 0).all() and (outcome == np.floor(outcome)).all()
    return outcome if counts else (outcome != 0).astype(float)


def _order(unit: Integers, period: Integers) -> Integers | slice:
    """What sorts rows by unit and period; most panels are."""
    step = np.diff(unit)
    if ((step > 0) | ((step == 0) & (np.diff(period) >= 0))).all():
        return slice(None)
    return np.lexsort((period, unit))
