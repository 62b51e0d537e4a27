"""Switches: when a treatment changed in a unit, and what happened around it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pkstats.arguments import note_arguments
from pkstats.data.panels import Panel
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines.columns import check_names

MONTHS_PER_YEAR = 12


def list_switches(
    panel: Panel,
    treatments: Sequence[str],
    *,
    outcomes: Sequence[str],
    exposure: str,
    notes: Sequence[str] = (),
    window: int = 12,
) -> pd.DataFrame:
    """List every change of every treatment within a unit.

    Parameters
    ----------
    panel : Panel
        Monthly.
    treatments : sequence of str
        Columns, before any lag.
    outcomes : sequence of str
        Columns whose sums before and after are given.
    exposure : str
        Persons deployed.
    notes : sequence of str
        Columns taken from the month of the change, such as the resolution.
    window : int
        Months on each side; those after begin with the month of the change.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, in order of treatment, unit and time: treatment, the unit, the time, the
        notes, value_before, value_after, months_before, months_after (observed, at most the
        window), each outcome with _before and _after, exposure_years_before and _after.

    Raises
    ------
    SpecificationError
        A column is absent.
    """
    breaches = Breaches(f"switches in panel {panel.name!r}")
    note_arguments(breaches, window=window)
    check_names([*treatments, *outcomes, exposure, *notes], panel.frame, breaches)
    breaches.raise_as(SpecificationError)
    rows = []
    for treatment in treatments:
        for _, life in panel.frame.groupby(panel.unit, sort=True):
            kept = life[life[treatment].notna()].reset_index(drop=True)
            values = kept[treatment].astype(float)
            for place in values.index[values.diff().fillna(0) != 0]:
                around = _sum_around(
                    kept, place, panel, outcomes=outcomes, exposure=exposure, window=window
                )
                at = kept.loc[place, [panel.unit, panel.time, *notes]].to_dict()
                change = {"value_before": values[place - 1], "value_after": values[place]}
                rows.append({"treatment": treatment, **at, **change, **around})
    columns = ["treatment", panel.unit, panel.time, *notes, "value_before", "value_after"]
    sides = [
        f"{name}_{side}"
        for name in ("months", *outcomes, "exposure_years")
        for side in ("before", "after")
    ]
    return pd.DataFrame(rows, columns=[*columns, *sides])


def _sum_around(
    life: pd.DataFrame,
    place: int,
    panel: Panel,
    *,
    outcomes: Sequence[str],
    exposure: str,
    window: int,
) -> dict[str, float]:
    start = pd.Timestamp(life[panel.time].iloc[place])
    first, last = start - pd.DateOffset(months=window), start + pd.DateOffset(months=window)
    time = life[panel.time]
    sides = {
        "before": life[(time >= first) & (time < start)],
        "after": life[(time >= start) & (time < last)],
    }
    found: dict[str, float] = {}
    for side, rows in sides.items():
        observed = rows[rows[list(outcomes)].notna().all(axis=1)]
        found[f"months_{side}"] = len(observed)
        for outcome in outcomes:
            found[f"{outcome}_{side}"] = float(observed[outcome].sum())
        found[f"exposure_years_{side}"] = float(observed[exposure].sum()) / MONTHS_PER_YEAR
    return found
