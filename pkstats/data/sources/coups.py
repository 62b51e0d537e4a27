"""Coups: attempts and successes by country and year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import SourceError, name_some

NAME = "ucdp/tables/coup.csv"


def read(raw: Path) -> pd.DataFrame:
    """Read coups by state and year, 1950-2025.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (12384, 4)
        ``country year coup_attempts coup_successes``; attempts include successes.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; more successes than attempts.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read coups from a path without checking its hash; as :func:`read`."""
    columns = (
        Column(name="gwno", rename="country", kind="integer", minimum=2, maximum=990),
        Column(name="year", kind="integer", minimum=1950, maximum=2025),
        Column(name="attempts", rename="coup_attempts", kind="integer", minimum=0, maximum=12),
        Column(name="successes", rename="coup_successes", kind="integer", minimum=0, maximum=12),
    )
    table = read_table(path, columns, unique=["country", "year"])
    wrong = table.index[table["coup_successes"] > table["coup_attempts"]]
    if len(wrong):
        raise SourceError(f"{path.name}: more successes than attempts (line {name_some(wrong)})")
    return table.reset_index(drop=True)
