"""Aid workers: attacks on aid workers by country and month (AWSD); only counts leave it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import SourceError, name_some

NAME = "aid_workers/incidents.csv"
COUNTRIES = COMPILED / "aid_worker_countries.csv"

# The vintage ends early in 2025: February is half recorded, March holds one incident and one
# incident of 2025 is dated December.
FIRST_MONTH, LAST_FULL_MONTH = pd.Timestamp("1997-01-01"), pd.Timestamp("2025-01-01")

VICTIMS = {
    "Total killed": "killed",
    "Total wounded": "wounded",
    "Total kidnapped": "kidnapped",
    "Total affected": "affected",
}
COUNTS = ["incidents", *VICTIMS.values()]

# Kosovo in the list of states: Yugoslavia, then Serbia, then Kosovo.
KOSOVO = {"1997-01-01": 345, "2006-06-01": 340, "2008-02-01": 347}

COUNTRY_COLUMNS = (
    Column(name="label"),
    Column(name="country", kind="integer", blank=True, minimum=2, maximum=990),
    Column(name="state", blank=True),
    Column(name="citation"),
    Column(name="note", blank=True),
)


def read(raw: Path) -> pd.DataFrame:
    """Read the incidents.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (4337, 10)
        ``incident label code country year month killed wounded kidnapped affected``: label and
        two-letter code as in the source (NA is Namibia); ``country``: Gleditsch-Ward number,
        missing where the place is no state of that list or is not stated; ``month``: first day,
        missing where the source has none. Peacekeepers are outside the source by definition.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a country is not in the crosswalk.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the incidents from a path without checking its hash; as :func:`read`."""
    places = countries()
    remedy = "add the country to data/compiled/aid_worker_countries.csv"
    columns = (
        Column(name="Incident ID", rename="incident", kind="integer", minimum=1),
        Column(
            name="Country", rename="label", blank=True, values=set(places["label"]), remedy=remedy
        ),
        Column(name="Country Code", rename="code", blank=True),
        Column(name="Year", rename="year", kind="integer", minimum=1997, maximum=2025),
        Column(
            name="Month",
            rename="month_of_year",
            kind="integer",
            blank=True,
            minimum=1,
            maximum=12,
        ),
        *(Column(name=n, rename=r, kind="integer", minimum=0) for n, r in VICTIMS.items()),
    )
    table = read_table(path, columns, unique=["incident"])
    parts = table[["killed", "wounded", "kidnapped"]].sum(axis=1)
    uneven = table.index[parts != table["affected"]]
    if len(uneven):
        raise SourceError(
            f"{path.name}: 'Total affected' is not killed, wounded and kidnapped together in "
            f"{len(uneven)} rows (line {name_some(uneven)}). Remedy: fetch it again"
        )
    written = table["year"].astype(str) + "-" + table["month_of_year"].astype("str").str.zfill(2)
    month = pd.to_datetime(written.where(table["month_of_year"].notna()), format="%Y-%m")
    country = table["label"].map(places.set_index("label")["country"]).astype("Int64")
    table = table.assign(month=month, country=country.mask(table["label"] == "Kosovo"))
    table["country"] = table["country"].fillna(_place_kosovo(table))
    columns_kept = ["incident", "label", "code", "country", "year", "month", *VICTIMS.values()]
    return table[columns_kept].reset_index(drop=True)


def _place_kosovo(table: pd.DataFrame) -> pd.Series:
    when = table["month"].fillna(pd.to_datetime(table["year"].astype(str) + "-12-01"))
    place = pd.Series(pd.NA, index=table.index, dtype="Int64")
    for first, country in KOSOVO.items():
        place = place.mask((table["label"] == "Kosovo") & (when >= pd.Timestamp(first)), country)
    return place


def aid_worker_attacks(raw: Path) -> pd.DataFrame:
    """Count attacks on aid workers by country and month.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``country month incidents killed wounded kidnapped affected``: one row a country and month
        with an incident, 1997-01 to 2025-01. The source covers the world, so within that window a
        country-month without a row is a zero; outside it nothing is known. Incidents without
        month or state are not in it: :func:`list_unplaced`.

    Raises
    ------
    SourceError
        As :func:`read`.
    """
    table = read(raw)
    placed = table[_why_unplaced(table) == ""].assign(incidents=1)
    counts = placed.groupby(["country", "month"], as_index=False)[COUNTS].sum()
    return counts.astype(dict.fromkeys([*COUNTS, "country"], "int64"))


def list_unplaced(raw: Path) -> pd.DataFrame:
    """Incidents that no country-month holds, counted by reason: ``reason label incidents ...``."""
    table = read(raw)
    reason = _why_unplaced(table)
    lost = table.assign(reason=reason, incidents=1, label=table["label"].fillna(""))[reason != ""]
    return lost.groupby(["reason", "label"], as_index=False)[COUNTS].sum()


def _why_unplaced(table: pd.DataFrame) -> pd.Series:
    late = table["month"] > LAST_FULL_MONTH
    reason = pd.Series("", index=table.index)
    reason = reason.mask(late, "after the last month observed whole, 2025-01")
    reason = reason.mask(table["month"].isna(), "month not stated")
    reason = reason.mask(table["country"].isna(), "no state of the list")
    return reason.mask(table["label"].isna(), "country not stated")


def countries(path: Path = COUNTRIES) -> pd.DataFrame:
    """Read the compiled crosswalk of the country labels: ``label country state citation note``.

    Raises
    ------
    SourceError
        Breaches of the schema.
    """
    return read_compiled(path, COUNTRY_COLUMNS, unique=("label",))
