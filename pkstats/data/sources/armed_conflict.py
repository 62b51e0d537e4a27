"""Armed conflict: intensity by country and year, and which states UCDP observes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import Breaches, SourceError, name_some

NAME = "ucdp/tables/country-year.csv"
FIRST_YEAR = 1989


def read(raw: Path) -> pd.DataFrame:
    """Read the intensity of armed conflict by state and year, 1989-2025.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``country year conflict_intensity observed``: 0 no conflict, 1 at least 25, 2 at least
        1,000 battle-related deaths in the year; observed is false where UCDP counts no deaths.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read intensity from a path without checking its hash; as :func:`read`."""
    deaths = ["sb_deaths", "ns_deaths", "os_deaths"]
    columns = (
        Column(name="gwno", rename="country", kind="integer", minimum=2, maximum=990),
        Column(name="year", kind="integer", minimum=1946, maximum=2025),
        Column(
            name="acd_intensity", rename="conflict_intensity", kind="integer", minimum=0, maximum=2
        ),
        *(Column(name=name, kind="integer", minimum=0, blank=True) for name in deaths),
    )
    table = read_table(path, columns, unique=["country", "year"])
    table = table[table["year"] >= FIRST_YEAR]
    blank = table[deaths].isna()
    half = table.index[blank.any(axis=1) & ~blank.all(axis=1)]
    if len(half):
        breaches = Breaches(path.name)
        breaches.add(f"deaths of some types only (line {name_some(half)})")
        breaches.raise_as(SourceError)
    table["observed"] = ~blank.all(axis=1)
    return table.drop(columns=deaths).reset_index(drop=True)
