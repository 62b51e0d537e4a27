"""History: the treatment of one unit over its life, and where its steps may fall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.estimation.engines.cells import Floats, Integers


@dataclass(frozen=True)
class History:
    """Treatment of one unit over its life in the panel.

    Parameters
    ----------
    unit : str
        Name.
    rows : ndarray of int, shape (m,)
        Rows of the panel where the treatment is observed, in order of time.
    first : float
        Value at the first row.
    steps : ndarray, shape (s,)
        Sizes of the changes, in their order.
    places : ndarray of int, shape (s,)
        Positions in ``rows`` at which the steps were observed.
    calendar : ndarray of int, shape (r,)
        Positions at which a step may fall: renewals after the first row, and observed steps.
    """

    unit: str
    rows: Integers
    first: float
    steps: Floats
    places: Integers
    calendar: Integers

    def trace(self, places: Integers) -> Floats:
        """Path of the treatment, shape (m,), if the steps fell at the given positions."""
        change = np.zeros(len(self.rows))
        change[places] = self.steps
        return self.first + np.cumsum(change)
