"""Ideal points: where a state stands by its votes in the UN General Assembly (Voeten)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.states import join_country
from pkstats.data.sources.table import Column, check_unique, read_table
from pkstats.errors import Breaches, SourceError

NAME = "covariates/unga_ideal_points.csv"
FIRST_YEAR, LAST_YEAR = 1989, 2019
OPENING = 1945  # session 1 opened in 1946; session s opens in September of 1945 + s


def read(raw: Path) -> pd.DataFrame:
    """Read ideal points by state and year.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``country year ideal_point``, 1989-2019: the mean of the posterior of the session that
        opens in the year, in standard deviations over all states and sessions; larger is nearer
        to the United States.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a country code is unknown.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the ideal points from a path without checking its hash; as :func:`read`."""
    columns = (
        Column(name="iso3c", rename="code", blank=True, empty=("NA",)),
        Column(name="ccode", kind="integer", minimum=2, maximum=990),
        Column(name="session", kind="integer", minimum=1, maximum=100),
        Column(name="IdealPoint", rename="ideal_point", kind="number", minimum=-10, maximum=10),
    )
    table = read_table(path, columns, unique=["ccode", "session"], encoding="latin-1")
    table["year"] = table["session"] + OPENING
    table = table[table["year"].between(FIRST_YEAR, LAST_YEAR)]
    table["code"] = _follow_states(table)
    breaches = Breaches(path.name)
    nameless = table.index[table["code"].isna()]
    if len(nameless):
        breaches.add(f"no country code in {len(nameless)} rows from {FIRST_YEAR} on")
        breaches.raise_as(SourceError)
    joined = join_country(table, code="code", what=path.name)
    check_unique(joined, ["country", "year"], breaches)
    breaches.raise_as(SourceError)
    return joined[["country", "year", "ideal_point"]]


def _follow_states(table: pd.DataFrame) -> pd.Series:
    """Codes of the list of states where the file lets one code run on over a succession."""
    code, year = table["code"], table["year"]
    code = code.mask(table["ccode"] == 680, "YMD")
    code = code.mask((code == "YUG") & (year >= 1992), "SRB")
    return code.mask((code == "RUS") & (year < 1992), "SUN")
