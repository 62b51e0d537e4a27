"""Displacement: refugees and other people of concern by origin and by asylum (UNHCR)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.r_frames import read_frame
from pkstats.data.sources.states import join_country
from pkstats.data.sources.table import Column

NAME = "covariates/unhcr_population.rda"
FIRST_YEAR = 1989
KINDS = {
    "refugees": "refugees",
    "asylum_seekers": "asylum_seekers",
    "idps": "internally_displaced",
    "returned_refugees": "returned_refugees",
    "returned_idps": "returned_internally_displaced",
}


def read(raw: Path) -> pd.DataFrame:
    """Read displaced people by state and year.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``country year refugees_from asylum_seekers_from internally_displaced
        returned_refugees_from returned_internally_displaced refugees_hosted``, persons, from 1989.
        A state without any row of the source in a year, as origin or as asylum, is missing there:
        the source lists no one, which is not a count of zero.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a country code is unknown.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read displaced people from a path without checking its hash; as :func:`read`."""
    columns = (
        Column(name="year", kind="integer", minimum=1951, maximum=2030),
        Column(name="coo_iso"),
        Column(name="coa_iso"),
        *(Column(name=n, rename=r, kind="integer", minimum=0) for n, r in KINDS.items()),
    )
    table = read_frame(path, "population", columns, unique=["year", "coo_iso", "coa_iso"])
    table = table[table["year"] >= FIRST_YEAR]
    people = list(KINDS.values())
    origin = join_country(table, code="coo_iso", what=f"{path.name} (origin)")
    origin = origin.groupby(["country", "year"], as_index=False)[people].sum()
    origin = origin.rename(
        columns={
            "refugees": "refugees_from",
            "asylum_seekers": "asylum_seekers_from",
            "returned_refugees": "returned_refugees_from",
        }
    )
    asylum = join_country(table, code="coa_iso", what=f"{path.name} (asylum)")
    asylum = asylum.groupby(["country", "year"], as_index=False)[["refugees"]].sum()
    asylum = asylum.rename(columns={"refugees": "refugees_hosted"})
    both = origin.merge(asylum, on=["country", "year"], how="outer", validate="1:1")
    return both.sort_values(["country", "year"], ignore_index=True)
