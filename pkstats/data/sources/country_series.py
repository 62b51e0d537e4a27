"""Country series: income, infant mortality, aid and population by country and year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.states import join_country
from pkstats.data.sources.table import Column, check_unique, read_table
from pkstats.errors import Breaches, SourceError

FIRST_YEAR = 1989
POPULATION = "ucdp/tables/population.csv"
LAST_POPULATION = 2023  # in every state the later years repeat this one: carried forward

# Gapminder's copies of the World Bank series: file, column of the file, name here, least, greatest.
SERIES = {
    "gdp_per_capita": (
        "covariates/gdp_per_capita.csv",
        Column(name="gdppercapita_us_inflation_adjusted", kind="number", minimum=50, maximum=5e5),
    ),
    "infant_mortality": (
        "covariates/infant_mortality.csv",
        Column(name="infant_mortality_rate_per_1000_births", kind="number", minimum=0, maximum=600),
    ),
    "aid_received": (
        "covariates/oda_received.csv",
        Column(
            name="aid_received_total_us_inflation_adjusted",
            kind="number",
            minimum=-5e9,
            maximum=1e11,
        ),
    ),
}


def read(raw: Path, series: str) -> pd.DataFrame:
    """Read one series by state and year.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.
    series : {"gdp_per_capita", "infant_mortality", "aid_received"}
        Gross domestic product a head and net official development assistance received in US
        dollars of constant prices; deaths under one year a thousand live births.

    Returns
    -------
    pandas.DataFrame
        ``country year`` and the series, from 1989, for states of the system; territories and
        former states that no code stands for are left out.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a country code is unknown.
    """
    return parse(locate(raw, SERIES[series][0]), series)


def parse(path: Path, series: str) -> pd.DataFrame:
    """Read a series from a path without checking its hash; as :func:`read`."""
    column = SERIES[series][1]
    columns = (
        Column(name="geo"),
        Column(name="time", rename="year", kind="integer", minimum=1800, maximum=2030),
        column,
    )
    table = read_table(path, columns, unique=["geo", "year"])
    table = table[table["year"] >= FIRST_YEAR].rename(columns={column.name: series})
    table["geo"] = table["geo"].str.upper()
    joined = join_country(table, code="geo", what=path.name)
    breaches = Breaches(path.name)
    check_unique(joined, ["country", "year"], breaches)
    breaches.raise_as(SourceError)
    return joined[["country", "year", series]]


def read_population(raw: Path) -> pd.DataFrame:
    """Read population by state and year: ``country year population``, 1989-2023."""
    return parse_population(locate(raw, POPULATION))


def parse_population(path: Path) -> pd.DataFrame:
    """Read population from a path without checking its hash; as :func:`read_population`."""
    columns = (
        Column(name="gwno", rename="country", kind="integer", minimum=2, maximum=990),
        Column(name="year", kind="integer", minimum=1946, maximum=2030),
        Column(name="population", kind="integer", minimum=1, maximum=2e9),
    )
    table = read_table(path, columns, unique=["country", "year"])
    return table[table["year"].between(FIRST_YEAR, LAST_POPULATION)].reset_index(drop=True)
