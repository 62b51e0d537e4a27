"""Regional missions: peacekeeping outside the UN beside UN missions, by month, 1993-2016."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources import missions
from pkstats.data.sources.stata import read_stata
from pkstats.data.sources.table import Column
from pkstats.errors import SourceError, name_some

NAME = "regional_missions/missions.dta"
FIRST_MONTH, LAST_MONTH = pd.Timestamp("1993-01-01"), pd.Timestamp("2016-12-01")
ORGANISATIONS = {1: "United Nations", 2: "regional", 3: "international"}

# Territories that the source places under another state than pkstats: East Timor under Indonesia.
TERRITORIES = {850: 860}

# Territory of missions whose crosswalk names several hosts or none: Kosovo, East Timor, Western
# Sahara (under Morocco), Chad and the Central African Republic. UNDOF stands between states, and
# UNPREDEP left before the conflict that brings North Macedonia into the source.
PLACES = {
    "UNMIK": (345,),
    "UNTAET": (860,),
    "UNMISET": (860,),
    "UNMIT": (860,),
    "MINURSO": (600,),
    "MINURCAT": (482, 483),
    "UNPROFOR": (344, 346),
    "UNOMUR": (517,),
    "UNISFA": (625,),
    "UNDOF": (),
    "UNPREDEP": (),
}
COUNTS = ["parallel_missions", "parallel_missions_military"]


def read(raw: Path) -> pd.DataFrame:
    """Read the missions by conflict and month.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (8100, 7)
        ``country month mission mission_id conflict_id organisation only_police``: one row a
        mission, conflict and month with uniformed personnel; a mission with a mandate for several
        conflicts has several rows a month. ``country``: Gleditsch-Ward number of the conflict's
        location, East Timor as 860 throughout.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the missions from a path without checking its hash; as :func:`read`."""
    columns = (
        Column(name="ccode", rename="country", kind="integer", minimum=2, maximum=990),
        Column(
            name="date", rename="month", kind="date", minimum="1993-01-01", maximum="2016-12-01"
        ),
        Column(name="mission"),
        Column(name="missionid", rename="mission_id", kind="integer", minimum=1),
        Column(name="conflictid", rename="conflict_id", kind="integer", minimum=1),
        Column(name="org", kind="integer", minimum=1, maximum=3),
        Column(name="onlypolice", rename="only_police", kind="flag"),
    )
    table = read_stata(path, columns, unique=["mission_id", "conflict_id", "month"])
    odd = table.index[table["month"].dt.day != 1]
    if len(odd):
        raise SourceError(
            f"{path.name}: date is no first of a month (observation {name_some(odd)})"
        )
    table["country"] = table["country"].replace(TERRITORIES)
    table["organisation"] = table["org"].map(ORGANISATIONS).astype("str")
    order = [
        "country",
        "month",
        "mission",
        "mission_id",
        "conflict_id",
        "organisation",
        "only_police",
    ]
    return table[order].reset_index(drop=True)


def parallel_missions(raw: Path) -> pd.DataFrame:
    """Count missions outside the UN by country and month.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``country month parallel_missions parallel_missions_military``: every month 1993-01 to
        2016-12 of every country that the source covers, 0 where no such mission had uniformed
        personnel there; military: without missions of police alone. A country outside the source
        is unknown, not zero.

    Raises
    ------
    SourceError
        As :func:`read`.
    """
    table = read(raw)
    grid = pd.MultiIndex.from_product(
        [
            sorted(int(code) for code in table["country"].unique()),
            pd.date_range(FIRST_MONTH, LAST_MONTH, freq="MS").as_unit("us"),
        ],
        names=["country", "month"],
    )
    return _count(table, grid.to_frame(index=False))


def parallel_missions_by_mission(raw: Path) -> pd.DataFrame:
    """Count missions outside the UN beside each UN mission, by mission and month.

    Returns
    -------
    pandas.DataFrame
        ``mission month parallel_missions parallel_missions_military``: months of the mission's
        window in 1993-2016. Only missions on a territory that the source covers have rows: it
        covers civil conflicts, so that UNTSO, UNFICYP, UNDOF, UNIFIL, UNMOGIP, UNIKOM, UNMEE
        and UNPREDEP have none. Each mission outside the UN counts once, however many conflicts it
        served.

    Raises
    ------
    SourceError
        As :func:`read`.
    """
    table = read(raw)
    rows = [
        (mission, country, month)
        for mission, countries, first, last in _list_places(set(table["country"]))
        for month in pd.date_range(first, last, freq="MS")
        for country in countries
    ]
    cells = pd.DataFrame(rows, columns=["mission", "country", "month"])
    other = table[table["organisation"] != "United Nations"]
    met = cells.assign(month=cells["month"].astype(table["month"].dtype)).merge(
        other.rename(columns={"mission": "other"}), on=["country", "month"], how="left"
    )
    met["soldiers"] = met["mission_id"].where(met["only_police"] == 0)
    counts = met.groupby(["mission", "month"], as_index=False).agg(
        parallel_missions=("mission_id", "nunique"),
        parallel_missions_military=("soldiers", "nunique"),
    )
    return counts.astype(dict.fromkeys(COUNTS, "int64"))


def _count(table: pd.DataFrame, grid: pd.DataFrame) -> pd.DataFrame:
    other = table[table["organisation"] != "United Nations"]
    soldiers = other[other["only_police"] == 0]
    counted = grid.astype({"country": "Int64"})
    for name, part in zip(COUNTS, (other, soldiers), strict=True):
        found = (
            part.groupby(["country", "month"])["mission_id"].nunique().rename(name).reset_index()
        )
        counted = counted.merge(found, on=["country", "month"], how="left")
    return counted.fillna(dict.fromkeys(COUNTS, 0)).astype(
        {"country": "int64", **dict.fromkeys(COUNTS, "int64")}
    )


def _list_places(covered: set[int]) -> Iterator[tuple[str, tuple[int, ...], Any, Any]]:
    """Each peacekeeping mission, the covered countries where it stood, its months in the source."""
    rows: Iterable[Any] = missions.crosswalk().query("universe == 'peacekeeping'").itertuples()
    for row in rows:
        own = () if pd.isna(row.country) else (int(row.country),)
        found = tuple(code for code in PLACES.get(row.mission, own) if code in covered)
        first = max(row.start.replace(day=1), FIRST_MONTH)
        last = LAST_MONTH if pd.isna(row.end) else min(row.end, LAST_MONTH)
        if found and first <= last:
            yield row.mission, found, first, last
