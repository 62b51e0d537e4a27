"""sum_periods(): a panel of longer periods, where single ones hold hardly an event."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pkstats.arguments import COUNT, note_argument
from pkstats.data.panels import Panel
from pkstats.errors import Breaches, EmptySampleError, SpecificationError, name_some
from pkstats.estimation.engines.columns import check_names

PERIOD, COUNTED = "period", "months_summed"


def sum_periods(
    panel: Panel, *, months: int, sums: Sequence[str], means: Sequence[str], last: Sequence[str]
) -> Panel:
    """Sum each unit's months to periods of several months.

    Periods are counted from the start of the calendar: six months are half-years, three are
    quarters. A month with a missing value in any named column stays out of its period, so that
    events and exposure are of the same months.

    Parameters
    ----------
    panel : Panel
        Left as it is. Where time is a whole number, months are units of it.
    months : int
        Months of a period, at least 1.
    sums : sequence of str
        Columns that are added up: events, exposure.
    means : sequence of str
        Columns that are averaged: controls.
    last : sequence of str
        Columns of which the last month's value stands: a treatment, so that the period of a step
        counts as after it, and columns that name the unit's group or the year.

    Returns
    -------
    Panel
        A row a unit and period: the unit, ``period`` (whole number), ``months_summed`` (months
        that the row holds; their total falls short of the panel's rows by the months left out)
        and the named columns, numbers as floats.

    Raises
    ------
    SpecificationError
        A column is absent, has two roles or is no number where it is summed or averaged; months
        below one.
    EmptySampleError
        No month is complete.
    """
    named = [*sums, *means, *last]
    _check(panel, named, numbers=[*sums, *means], months=months)
    frame = panel.frame.assign(**{PERIOD: panel.periods // months})
    whole = frame[frame[named].notna().all(axis=1)]
    if whole.empty:
        raise EmptySampleError(
            f"panel {panel.name!r}: no month has all of {name_some(named)}. Remedy: drop a column"
        )
    grouped = whole.groupby([panel.unit, PERIOD], sort=True)
    parts = [
        grouped.size().rename(COUNTED).to_frame(),
        grouped[list(sums)].sum(),
        grouped[list(means)].mean(),
        grouped[list(last)].last(),
    ]
    summed = pd.concat(parts, axis=1).reset_index()
    numbers = [c for c in named if pd.api.types.is_numeric_dtype(summed[c])]
    summed = summed.astype(dict.fromkeys(numbers, "float64"))
    return Panel.from_frame(
        summed, unit=panel.unit, time=PERIOD, name=f"{panel.name}, sums of {months} months"
    )


def _check(panel: Panel, named: list[str], *, numbers: list[str], months: int) -> None:
    breaches = Breaches(f"sums of periods of panel {panel.name!r}")
    check_names(named, panel.frame, breaches)
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        breaches.add(f"columns with two roles: {name_some(twice)}", remedy="keep one role")
    made = [name for name in (PERIOD, COUNTED, panel.unit) if name in named]
    if made:
        breaches.add(f"columns {name_some(made)} are made here", remedy="leave them out")
    texts = [
        name
        for name in dict.fromkeys(numbers)
        if name in panel.frame and not pd.api.types.is_numeric_dtype(panel.frame[name])
    ]
    if texts:
        breaches.add(f"{name_some(texts)}: no numbers", remedy="name them in last=")
    note_argument(breaches, "months", months, COUNT)
    breaches.raise_as(SpecificationError)
