"""First differences of cells, between adjacent periods of a unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pkstats.errors import EmptySampleError
from pkstats.estimation.engines.cells import Cells
from pkstats.estimation.engines.fit import Loss

REASON = "no row in the period before"


def difference(cells: Cells) -> tuple[Cells, tuple[Loss, ...]]:
    """Replace outcome and regressors by their change since the period before.

    Parameters
    ----------
    cells : Cells
        n rows in levels, in any order.

    Returns
    -------
    cells : Cells
        The rows whose unit has a row one period before (a calendar month where time is a date).
    losses : tuple of Loss
        The others: first rows of a unit and rows after a gap.

    Raises
    ------
    EmptySampleError
        No unit has two adjacent periods.
    """
    order = np.lexsort((cells.period, cells.unit))
    unit, period = cells.unit[order], cells.period[order]
    follows = np.r_[False, (np.diff(unit) == 0) & (np.diff(period) == 1)]
    if not follows.any():
        raise EmptySampleError(
            "first differences: no unit has rows in two adjacent periods. "
            "Remedy: estimator='within'"
        )
    later, earlier = order[follows], order[np.flatnonzero(follows) - 1]
    changed = replace(
        cells.take(later),
        outcome=cells.outcome[later] - cells.outcome[earlier],
        regressors=cells.regressors[later] - cells.regressors[earlier],
    )
    lost = order[~follows]
    units = cells.unit_labels[np.unique(cells.unit[lost])]
    loss = Loss(REASON, len(lost), tuple(map(str, units)), float(cells.outcome[lost].sum()))
    return changed, (loss,)
