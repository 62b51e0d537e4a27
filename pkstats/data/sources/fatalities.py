"""Fatalities: deaths of UN peacekeeping personnel, one row a casualty."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.missions import declare_label
from pkstats.data.sources.table import Column, read_table

NAME = "un_fatalities/fatalities_2025-04.csv"
EARLIER = "un_fatalities/fatalities_2023-11.csv"

# Last month that the vintage observes whole: the latest incident is of 2025-02-18.
LAST_FULL_MONTH = pd.Timestamp("2025-01-01")

TYPES = (
    "Accident",
    "Illness",
    "Malicious Act",
    "Self-Inflicted",
    "To Be Determined",
    "Unknown",
)
UNIFORMED = ("Military", "Military Observer", "Police")
PERSONNEL = (*UNIFORMED, "International Civilian", "Local", "Other")

# Records whose identifier disagrees with mission or date beyond doubt. incident_date and
# mission_acronym are used as they stand; those outside a mission's window are counted as such.
EXCEPTIONS = {
    "UNOSOM-2003-04-00031": "dated 2003-04-20, eight years after UNOSOM II closed",
    "UNPF-1995-04-00521": "dated 1995-04-22, before UNPF was set up",
    "UNPF-1995-05-00514": "dated 1995-05-01, before UNPF was set up",
    "UNPF-1995-05-00522": "dated 1995-05-21, before UNPF was set up",
    "MINUSCA-2020-02-00007": "identifier of 2020, incident of 2015-08-02",
    "UNMOGIP-2022-12-00001": "identifier of 2022, incident of 2002-12-25",
}


def read(raw: Path) -> pd.DataFrame:
    """Read the fatalities of the vintage of April 2025.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (4423, 11)
        One row a casualty: ``casualty_id date label type personnel uniformed gender nationality
        iso3 m49 last_update``. Six casualties that the file lists twice, under two
        nationalities, stand once (the first row). ``uniformed``: Military, Police or Military
        Observer.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a mission is not in the crosswalk.
    """
    return drop_repeated(parse(locate(raw, NAME)))


def parse(path: Path) -> pd.DataFrame:
    """Read all rows of a file of fatalities without checking its hash; as :func:`read`."""
    columns = (
        Column(name="casualty_id"),
        Column(
            name="incident_date",
            rename="date",
            kind="date",
            minimum="1948-05-29",
            maximum="2025-04-04",
        ),
        declare_label("mission_acronym", "fatalities"),
        Column(name="type_of_casualty", values=("Fatality",)),
        Column(name="type_of_incident", rename="type", values=TYPES),
        Column(name="casualty_personnel_type", rename="personnel", values=PERSONNEL),
        Column(name="gender", blank=True, values=("F", "M")),
        Column(name="casualty_nationality", rename="nationality", blank=True),
        Column(name="isocode3", rename="iso3", blank=True),
        Column(name="m49_code", rename="m49", kind="integer", blank=True, minimum=1, maximum=999),
        Column(name="id", kind="integer", minimum=1),
        Column(name="last_update", kind="date"),
    )
    table = read_table(path, columns, unique=["id"])
    uniformed = table["personnel"].isin(UNIFORMED)
    return table.drop(columns=["type_of_casualty", "id"]).assign(uniformed=uniformed)


def drop_repeated(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the first row of each casualty."""
    return table.drop_duplicates("casualty_id").reset_index(drop=True)
