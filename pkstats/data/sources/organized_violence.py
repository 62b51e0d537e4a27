"""Organized violence: UCDP's own country-years, release 25.1, with the sides of one-sided violence.

The release is one year older than the monthly tables. It alone names the dyads of each country and
year, and it gives the deaths by side, which the monthly split is checked against.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import Breaches, SourceError, name_some

NAME = "ucdp/organizedviolencecy_v25_1.csv"
LAST_YEAR = 2024
NONE = "NO_DYAD"
SUFFIX = " - Civilians"


def read(raw: Path) -> pd.DataFrame:
    """Read one-sided violence by country and year, with the dyads that took part.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (6936, 7)
        ``country year government_deaths non_state_deaths deaths dyads actors``, 1989-2024. Dyads
        (numbers) and actors (names) are tuples of equal length, each sorted by itself: the n-th
        name need not be that of the n-th number.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the country-years from a path without checking its hash; as :func:`read`."""
    counts = {
        "os_any_govt_killings_best_cy": "government_deaths",
        "os_nsgroup_killings_best_cy": "non_state_deaths",
        "os_total_deaths_best_cy": "deaths",
    }
    columns = (
        Column(name="country_id_cy", rename="country", kind="integer", minimum=2, maximum=990),
        Column(name="year_cy", rename="year", kind="integer", minimum=1989, maximum=LAST_YEAR),
        *(Column(name=n, rename=r, kind="integer", minimum=0) for n, r in counts.items()),
        Column(name="os_dyad_ids_cy", rename="dyads"),
        Column(name="os_dyad_names_cy", rename="actors"),
    )
    table = read_table(path, columns, unique=["country", "year"])
    breaches = Breaches(path.name)
    table["actors"] = table["actors"].map(_split_names)
    table["dyads"] = table["dyads"].map(_split_numbers)
    for column in ("dyads", "actors"):
        bad = table.index[table[column].isna()]
        if len(bad):
            breaches.add(f"one-sided {column} unreadable (line {name_some(bad)})")
    breaches.raise_as(SourceError)
    uneven = table.index[table["dyads"].map(len) != table["actors"].map(len)]
    if len(uneven):
        breaches.add(f"as many dyads as names are wanted (line {name_some(uneven)})")
    total = table["government_deaths"] + table["non_state_deaths"]
    wrong = table.index[total != table["deaths"]]
    if len(wrong):
        breaches.add(f"the sides do not sum to the deaths (line {name_some(wrong)})")
    breaches.raise_as(SourceError)
    return table.reset_index(drop=True)


def _split_names(text: str) -> tuple[str, ...] | None:
    if text == NONE:
        return ()
    parts = text.split("; ")
    if not all(part.endswith(SUFFIX) for part in parts):
        return None
    return tuple(part.removesuffix(SUFFIX).strip() for part in parts)


def _split_numbers(text: str) -> tuple[int, ...] | None:
    if text == NONE:
        return ()
    parts = text.split("; ")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else None
