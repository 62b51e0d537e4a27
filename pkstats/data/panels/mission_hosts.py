"""Mission hosts: violence, attacks on aid workers and covariates of a mission's host states."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.one_sided import split_country_months
from pkstats.data.sources import aid_workers, conflict_deaths, country_series, displacement
from pkstats.data.sources.regional_missions import COUNTS, parallel_missions_by_mission

KEY = ["mission", "month"]
LAST_YEAR = 2025

CONFLICT = {
    "state_based_deaths": "host_state_based_deaths",
    "non_state_deaths": "host_non_state_deaths",
    "one_sided_deaths": "host_one_sided_deaths",
}
SIDES = {
    f"one_sided_{side}_deaths{bound}": f"host_one_sided_{side}_deaths{bound}"
    for side in ("government", "non_state")
    for bound in ("", "_low", "_high")
}
AID = {
    "incidents": "host_aid_worker_attacks",
    "killed": "host_aid_workers_killed",
    "affected": "host_aid_workers_affected",
}
# Column of the panel by series of the sources; decimals of the rates.
RATES = {
    "gdp_per_capita": ("host_gdp_per_capita", 2),
    "infant_mortality": ("host_infant_mortality", 1),
}
PEOPLE = {
    "refugees_from": "host_refugees_from",
    "internally_displaced": "host_internally_displaced",
    "refugees_hosted": "host_refugees_hosted",
}


def join_hosts(frame: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Add what happens in the host states of each mission.

    Parameters
    ----------
    frame : pandas.DataFrame
        Mission-months, with ``mission month year host_countries``.
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        The frame with conflict deaths by type, one-sided deaths by side with their bounds, attacks
        on aid workers, missions outside the UN, population, displaced
        people, income and infant mortality of the host states.
    """
    hosts = list_hosts(frame)
    listed = keep_listed(hosts, conflict_deaths.read_states(raw))
    deaths = conflict_deaths.read(raw)
    frame = join_conflict(frame, listed, deaths)
    frame = frame.merge(sum_hosts(listed, split_country_months(raw), SIDES), on=KEY, how="left")
    attacks = sum_hosts(hosts, aid_workers.aid_worker_attacks(raw), AID)
    frame = frame.merge(attacks, on=KEY, how="left", validate="1:1")
    observed = frame["month"].between(aid_workers.FIRST_MONTH, aid_workers.LAST_FULL_MONTH)
    frame[list(AID.values())] = frame[list(AID.values())].where(observed)
    parallel = parallel_missions_by_mission(raw)
    frame = frame.merge(parallel, on=KEY, how="left", validate="1:1")
    frame = frame.merge(describe_hosts(hosts, raw), on=KEY, how="left", validate="1:1")
    counts = [*SIDES.values(), *AID.values(), *COUNTS]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def list_hosts(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a mission, month and host state: ``mission month year country``."""
    hosts = frame[[*KEY, "year", "host_countries"]].dropna(subset=["host_countries"])
    hosts = hosts.assign(country=hosts["host_countries"].str.split(";")).explode("country")
    return hosts.astype({"country": "Int64"}).drop(columns="host_countries")


def keep_listed(hosts: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Keep host states that the conflict data list in that year."""
    listed = hosts.merge(states, on="country")
    last = listed["last_year"].fillna(LAST_YEAR)
    listed = listed[(listed["first_year"] <= listed["year"]) & (listed["year"] <= last)]
    return listed.drop_duplicates([*KEY, "country"])


def sum_hosts(hosts: pd.DataFrame, counts: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Sum counts by country and month over the host states; no row of a state is a zero."""
    counts = counts.assign(month=counts["month"].astype(hosts["month"].dtype))
    counts = counts.astype({"country": "Int64"})[["country", "month", *columns]]
    met = hosts.merge(counts, on=["country", "month"], how="left", validate="m:1")
    return met.groupby(KEY, as_index=False)[list(columns)].sum().rename(columns=columns)


def join_conflict(frame: pd.DataFrame, listed: pd.DataFrame, deaths: pd.DataFrame) -> pd.DataFrame:
    """Add the conflict deaths of the host states.

    A month without an event in a listed state is a true zero. Host states outside the list in
    that year are left out of the sum; with none inside, the sum is missing.
    """
    sums = sum_hosts(listed, deaths, CONFLICT)
    sums["host_conflict_deaths"] = sums[list(CONFLICT.values())].sum(axis=1)
    return frame.merge(sums, on=KEY, how="left", validate="1:1")


def describe_hosts(hosts: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Population and displaced people of the host states; income and infant mortality, by year.

    Counts are sums over the host states, rates are weighted by population. Missing where one of
    the host states has no value for the year: a sum over some hosts would describe another place.
    """
    states = hosts.assign(country=hosts["country"].astype("int64"))
    for table in (
        country_series.read_population(raw),
        *(country_series.read(raw, name) for name in RATES),
        displacement.read(raw)[["country", "year", *PEOPLE]],
    ):
        states = states.merge(table, on=["country", "year"], how="left", validate="m:1")
    weighted = states.assign(**{n: states[n] * states["population"] for n in RATES})
    sums = add_whole(weighted, ["population", *PEOPLE, *RATES])
    described = sums[["population", *PEOPLE]].astype("Int64")
    described = described.rename(columns=PEOPLE | {"population": "host_population"})
    groups = states.groupby(KEY)
    for name, (column, decimals) in RATES.items():
        rate = (sums[name] / sums["population"]).astype("float64")
        rate = rate.mask(groups.size() == 1, groups[name].first())
        described[column] = rate.round(decimals)
    return described.reset_index()


def add_whole(states: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Sums over the host states by mission and month; missing where a state has no value."""
    groups = states.groupby(KEY)
    known = groups[columns].count().eq(groups.size(), axis=0)
    return groups[columns].sum().where(known)
