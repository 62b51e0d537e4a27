"""Baseline: the smallest effect of interest, from a rate outside the estimation sample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pkstats.errors import EstimationError

if TYPE_CHECKING:
    import pandas as pd

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import SmallestEffect

MONTHS_PER_YEAR = 12
PER_PERSONS = 1000


def count_rate(frame: pd.DataFrame, *, outcome: str, personnel: str = "personnel") -> float:
    """Events per 1,000 personnel-years, over the rows where both columns are observed.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (mission-months, columns)
        Monthly rows.
    outcome, personnel : str
        Events in the month, and persons deployed.

    Returns
    -------
    float
        Events per 1,000 personnel-years.

    Raises
    ------
    EstimationError
        No personnel in the rows.
    """
    observed = frame[frame[outcome].notna() & frame[personnel].notna()]
    personnel_years = float(observed[personnel].sum()) / MONTHS_PER_YEAR
    if personnel_years <= 0:
        raise EstimationError(
            f"no row holds both {outcome!r} and {personnel!r}. Remedy: widen the baseline"
        )
    return float(observed[outcome].sum()) / personnel_years * PER_PERSONS


def convert_smallest_effect(effect: SmallestEffect, panel: Panel, *, outcome: str) -> float:
    r"""Turn a smallest effect on the natural scale into the scale of the coefficient.

    A rate becomes a log rate ratio; a smallest effect declared as a coefficient stays as it is.

    .. math:: \log(1 + v / r)

    with the change :math:`v` and the baseline rate :math:`r`, both per 1,000 personnel-years.

    Returns
    -------
    float
        Positive.
    """
    if effect.scale == "coefficient":
        return effect.value
    rate = count_rate(panel.where(effect.baseline).frame, outcome=outcome)
    return math.log1p(effect.value / rate)
