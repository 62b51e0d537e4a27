"""Contributors, UN: monthly reports without missions, and the UN's own file of contributions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources import contributors
from pkstats.data.sources.missions import declare_label
from pkstats.data.sources.personnel import TYPES
from pkstats.data.sources.table import Column, check_unique, read_table
from pkstats.errors import Breaches, SourceError, name_some

WITHOUT_MISSIONS = "un_contributions/country_type_month_2018_03_2019_08.csv"

# Names of personnel types in the UN's file. Military observers and liaison officers are experts
# on mission; civilian police is the older name of individual police.
HISTORICAL_TYPES = {
    "Troops": "troops",
    "Troop": "troops",
    "Contingent Troop": "troops",
    "Staff Officer": "staff_officer",
    "Staff Officers": "staff_officer",
    "Experts on Mission": "experts",
    "Expert on Mission": "experts",
    "Military Observer": "experts",
    "Military Observers": "experts",
    "Military Liaison Officer": "experts",
    "Individual Police": "individual_police",
    "Individual Police Officer": "individual_police",
    "Civilian Police": "individual_police",
    "Formed Police Unit": "fpu",
    "Formed Police Units": "fpu",
}


def read_without_missions(raw: Path) -> pd.DataFrame:
    """Read contributor x type, 2018-03 to 2019-08, when the UN printed no missions.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (6958, 6)
        ``month contributor type female male total``.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; women and men do not add up.
    """
    return parse_without_missions(locate(raw, WITHOUT_MISSIONS))


def parse_without_missions(path: Path) -> pd.DataFrame:
    """Read from a path without checking its hash; as :func:`read_without_missions`."""
    columns = (
        Column(name="month", kind="month", minimum="2018-03", maximum="2019-08"),
        Column(name="contributor_iso3", rename="contributor"),
        Column(name="ptype", rename="type", values=TYPES),
        *(Column(name=n, kind="integer", minimum=0) for n in ("female", "male", "total")),
    )
    table = read_table(path, columns, unique=["month", "contributor", "type"])
    wrong = table.index[table["female"] + table["male"] != table["total"]]
    if len(wrong):
        raise SourceError(
            f"{path.name}: 'total' is not female + male (line {name_some(wrong)}). "
            "Remedy: correct the file or fetch it again"
        )
    table["contributor"] = contributors.assign(table["contributor"], what=path.name)
    return table.reset_index(drop=True)


def read_historical(path: Path) -> pd.DataFrame:
    """Read the UN's monthly file of contributions (DPO-UCHISTORICAL).

    Parameters
    ----------
    path : Path
        File with the columns contribution_id, isocode3, contributing_country, mission_acronym,
        personnel_type, female_personnel, male_personnel, last_reporting_date. Where the code is
        blank the name decides.

    Returns
    -------
    pandas.DataFrame
        ``month label contributor type female male total gender_fixed``: as the reader of the
        monthly reports returns; several entries of one key are added up.

    Raises
    ------
    SourceError
        The file is not of its schema; a mission, contributor or type is unknown; code and name
        disagree; one mission has two reporting dates in a month.
    """
    columns = (
        Column(name="contribution_id", rename="id"),
        Column(name="isocode3", rename="code", blank=True),
        Column(name="contributing_country", rename="name", blank=True),
        declare_label("mission_acronym", "strength", "fatalities"),
        Column(name="personnel_type", rename="type", values=tuple(HISTORICAL_TYPES)),
        Column(name="female_personnel", rename="female", kind="integer", blank=True, minimum=0),
        Column(name="male_personnel", rename="male", kind="integer", blank=True, minimum=0),
        Column(name="last_reporting_date", rename="date", kind="date", minimum="1990-11-01"),
    )
    table = read_table(path, columns, unique=["id"])
    breaches = Breaches(path.name)
    table["contributor"] = _name_contributor(table, breaches)
    table["month"] = table["date"].dt.to_period("M").dt.start_time.astype(table["date"].dtype)
    dates = table.groupby(["label", "month"])["date"].nunique()
    for label, month in dates.index[dates > 1]:
        breaches.add(
            f"{label} has several reporting dates in {month:%Y-%m}",
            remedy="keep the entries of the last date",
        )
    breaches.raise_as(SourceError)
    table["type"] = table["type"].map(HISTORICAL_TYPES)
    table[["female", "male"]] = table[["female", "male"]].fillna(0)
    key = ["month", "label", "contributor", "type"]
    summed = table.groupby(key, as_index=False)[["female", "male"]].sum()
    summed["total"] = summed["female"] + summed["male"]
    summed = summed[summed["total"] > 0].assign(gender_fixed=0)
    check_unique(summed, key, breaches)
    return summed.astype({"gender_fixed": "Int64"}).reset_index(drop=True)


def _name_contributor(table: pd.DataFrame, breaches: Breaches) -> pd.Series:
    """Contributor by code, else by name; both, where both are known, must agree."""
    blank = table.index[table["code"].isna() & table["name"].isna()]
    if len(blank):
        breaches.add(f"neither code nor name of the contributor (line {name_some(blank)})")
    try:
        by_code = contributors.assign(table["code"])
        by_name = contributors.assign(table["name"].where(table["code"].isna()))
    except SourceError as error:
        breaches.add(str(error))
        return table["code"]
    listed = contributors.list_names()
    named = table["name"].map(listed)
    apart = table.index[by_code.notna() & named.notna() & (named != by_code)]
    if len(apart):
        breaches.add(f"code and name of the contributor disagree (line {name_some(apart)})")
    return by_code.fillna(by_name)
