"""Dyads: events and deaths of each pair of sides by month (UCDP)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.conflict_deaths import LAST_YEAR
from pkstats.data.sources.table import Column, read_table

NAME = "ucdp/tables/dyad-month.csv"
TYPES = {"sb": "state_based", "ns": "non_state", "os": "one_sided"}


def read(raw: Path) -> pd.DataFrame:
    """Read events and deaths, best estimate, by dyad and month.

    In one-sided violence a dyad is an actor against civilians.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``dyad type month events deaths``, 1989-2025; type is state_based, non_state or one_sided.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the dyad-months from a path without checking its hash; as :func:`read`."""
    columns = (
        Column(name="dyad_id", rename="dyad", kind="integer", minimum=1),
        Column(name="type", values=tuple(TYPES)),
        Column(name="year", kind="integer", minimum=1989, maximum=2026),
        Column(name="month", rename="month_of_year", kind="integer", minimum=1, maximum=12),
        Column(name="events", kind="integer", minimum=0),
        Column(name="deaths", kind="integer", minimum=0),
    )
    table = read_table(path, columns, unique=["dyad", "type", "year", "month_of_year"])
    table["type"] = table["type"].map(TYPES)
    month = pd.to_datetime({"year": table["year"], "month": table["month_of_year"], "day": 1})
    table.insert(2, "month", month.astype("datetime64[s]"))
    kept = table["year"] <= LAST_YEAR
    return table.loc[kept].drop(columns=["year", "month_of_year"]).reset_index(drop=True)
