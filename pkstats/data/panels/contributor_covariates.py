"""Contributor covariates: population, income, votes, region and conflict of the sending state."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.panels.countries import TOTALS, count_events
from pkstats.data.sources import conflict_deaths, country_series, ideal_points, missions

STATE = "contributor_country"
POPULATION, INCOME = "contributor_population", "contributor_gdp_per_capita"
IDEAL_POINT, REGION = "contributor_ideal_point", "contributor_region"
CONFLICT, NEAR = "contributor_conflict_deaths", "contributor_in_host_region"
COVARIATES = [POPULATION, INCOME, IDEAL_POINT, CONFLICT, REGION]


def join_covariates(frame: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Add what is known of the contributing state, by year or month.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ``contributor_country`` (Gleditsch-Ward) and ``month``.
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        The frame with `COVARIATES`: population, GDP a head, ideal point in the UN General
        Assembly of the year; deaths in organized violence on the state's territory in the month,
        zero without an event where UCDP observes the state; region of the list of states. Never
        filled: missing where the source has no value.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    table = frame.assign(year=frame["month"].dt.year)
    for values, name in (
        (country_series.read_population(raw), POPULATION),
        (country_series.read(raw, "gdp_per_capita").round({"gdp_per_capita": 2}), INCOME),
        (ideal_points.read(raw).round({"ideal_point": 3}), IDEAL_POINT),
    ):
        values = values.set_axis([STATE, "year", name], axis=1).astype({STATE: "Int64"})
        values["year"] = values["year"].astype(table["year"].dtype)
        table = table.merge(values, on=[STATE, "year"], how="left", validate="m:1")
    violence = sum_violence(raw)
    violence["month"] = violence["month"].astype(table["month"].dtype)
    table = table.merge(violence, on=[STATE, "month"], how="left", validate="m:1")
    table[REGION] = table[STATE].map(read_regions(raw))
    return table.drop(columns="year").astype(
        {POPULATION: "Int64", CONFLICT: "Int64", REGION: "str"}
    )


def sum_violence(raw: Path) -> pd.DataFrame:
    """Deaths in organized violence by state and month: ``contributor_country month`` and deaths."""
    events = count_events(raw)
    deaths = events[TOTALS].sum(axis=1, min_count=len(TOTALS)).astype("Int64")
    return pd.DataFrame(
        {STATE: events["country"].astype("Int64"), "month": events["month"], CONFLICT: deaths}
    )


def read_regions(raw: Path) -> pd.Series:
    """Region of each state, by Gleditsch-Ward number."""
    return (
        conflict_deaths.read_states(raw).drop_duplicates("country").set_index("country")["region"]
    )


def mark_neighbours(frame: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Add whether the contributor lies in the region of one of the mission's host states.

    Missing where the contributor or every host is outside the list of states.
    """
    hosts = missions.crosswalk()[["mission", "host_countries"]].dropna()
    hosts = hosts.assign(host=hosts["host_countries"].str.split(";")).explode("host")
    region = hosts["host"].astype("int64").map(read_regions(raw))
    around = region.dropna().groupby(hosts["mission"]).agg(frozenset).to_dict()
    none: frozenset[str] = frozenset()
    known = [around.get(mission, none) for mission in frame["mission"]]
    near = pd.Series(
        [own in found for own, found in zip(frame[REGION], known, strict=True)], frame.index
    )
    sound = frame[REGION].notna() & pd.Series([bool(found) for found in known], frame.index)
    return frame.assign(**{NEAR: near.astype("Int64").where(sound)})
