"""Conflict spell: the time after a conflict episode ended, until it recurs or 2025 ends."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.panel import Panel
from pkstats.data.panels.spell_missions import join_missions
from pkstats.data.sources import active_conflicts, dyads, missions, tamm, terminations

NAME = "conflict_spell"
FIRST_YEAR = 1989
LAST = pd.Timestamp("2025-12-01")
LAST_OF_RELEASE = pd.Timestamp("2020-12-01")
DEATHS_OF_AN_ACTIVE_YEAR = 25


def build(raw: Path) -> Panel:
    """Build the panel from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row an episode that ended in 1989-2019, with how it ended, whether and when the same
        conflict was active again, and the UN operations in its countries afterwards.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    episodes = summarize_episodes(terminations.read(raw))
    spells = list_spells(episodes)
    years = active_conflicts.read(raw)
    spells = join_later_recurrence(spells, years, find_months(raw, years))
    spells = mark_revisions(spells, years)
    spells = mark_other_conflicts(spells, episodes)
    spells = join_missions(spells, missions.crosswalk(), tamm.read(raw))
    return assemble_panel(spells, NAME)


def summarize_episodes(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an episode: first and last year, start, end, outcome, whether it reached war."""
    ordered = rows.sort_values(["conflict_id", "episode", "year"])
    grouped = ordered.groupby("episode_id")
    episodes = grouped.last().assign(
        first_year=grouped["year"].min(),
        start=grouped["start"].first(),
        war=(grouped["intensity"].max() == 2).astype("Int64"),
    )
    episodes = episodes.reset_index().sort_values(["conflict_id", "episode"])
    following = episodes.groupby("conflict_id")["start"].shift(-1)
    return episodes.assign(next_start=following).reset_index(drop=True)


def list_spells(episodes: pd.DataFrame) -> pd.DataFrame:
    """Episodes that ended in 1989-2019, with recurrence as the release of terminations has it."""
    ended = episodes[(episodes["terminated"] == 1) & (episodes["year"] >= FIRST_YEAR)].copy()
    ended["termination_month"] = _start_month(ended["end"])
    again = _start_month(ended["next_start"])
    to_2020 = again.fillna(LAST_OF_RELEASE)
    return ended.assign(
        termination_year=ended["year"],
        termination_type=ended["outcome"].map(terminations.OUTCOMES).astype("str"),
        conflict_type=ended["type"].map(terminations.TYPES).astype("str"),
        incompatibility=ended["incompatibility"].map(terminations.INCOMPATIBILITIES).astype("str"),
        country=ended["countries"].str.split(";").str[0].astype("Int64"),
        episode_months=_count_months(_start_month(ended["start"]), ended["termination_month"]),
        recurrence_month=again,
        recurrence_source=again.notna().map({True: "terminations", False: pd.NA}).astype("str"),
        recurrence_to_2020=again.notna().astype("Int64"),
        spell_months_to_2020=_count_months(ended["termination_month"], to_2020),
    ).reset_index(drop=True)


def find_months(raw: Path, years: pd.DataFrame) -> pd.DataFrame:
    """Month in which an active conflict's deaths of the year reached 25, by conflict and year.

    The deaths are the best estimates of state-based violence by dyad and month. Where they stay
    below 25 (the year counts as active by other accounts), the conflict-year is left out.
    """
    deaths = dyads.read(raw)
    deaths = deaths[deaths["type"] == "state_based"].merge(
        active_conflicts.read_dyads(raw), on="dyad"
    )
    monthly = deaths.groupby(["conflict_id", "month"], as_index=False)["deaths"].sum()
    monthly["year"] = monthly["month"].dt.year
    monthly["reached"] = monthly.groupby(["conflict_id", "year"])["deaths"].cumsum()
    reached = monthly[monthly["reached"] >= DEATHS_OF_AN_ACTIVE_YEAR]
    first = reached.groupby(["conflict_id", "year"], as_index=False)["month"].min()
    return years.merge(first, on=["conflict_id", "year"], how="left", validate="1:1")


def join_later_recurrence(
    spells: pd.DataFrame, years: pd.DataFrame, months: pd.DataFrame
) -> pd.DataFrame:
    """Follow spells without recurrence by 2020 to the end of 2025, in the registry of conflicts.

    A year without a month in which 25 deaths were reached counts from its December.
    """
    after = years[years["year"] > LAST_OF_RELEASE.year]
    later = after.groupby("conflict_id", as_index=False).agg(year=("year", "min"))
    later = later.merge(months, on=["conflict_id", "year"], how="left", validate="1:1")
    december = pd.to_datetime({"year": later["year"], "month": 12, "day": 1})
    later["later_month"] = later["month"].fillna(december).astype("datetime64[us]")
    columns = ["conflict_id", "later_month"]
    frame = spells.merge(later[columns], on="conflict_id", how="left", validate="m:1")
    new = frame["recurrence_month"].isna() & frame["later_month"].notna()
    month = frame["recurrence_month"].fillna(frame["later_month"])
    source = frame["recurrence_source"].mask(new, "registry")
    end = month.fillna(LAST)
    return frame.assign(
        recurrence_month=month,
        recurrence_source=source,
        recurrence=month.notna().astype("Int64"),
        spell_months=_count_months(frame["termination_month"], end),
    )


def mark_revisions(spells: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Mark spells in which the later registry has an active year that the terminations lack."""
    pairs = spells[["episode_id", "conflict_id", "termination_year", "recurrence_month"]]
    pairs = pairs.merge(years, on="conflict_id")
    until = pairs["recurrence_month"].dt.year.fillna(LAST.year + 1)
    inside = (pairs["year"] > pairs["termination_year"]) & (pairs["year"] < until)
    revised = spells["episode_id"].isin(pairs.loc[inside, "episode_id"])
    return spells.assign(revised=revised.astype("Int64"))


def mark_other_conflicts(spells: pd.DataFrame, episodes: pd.DataFrame) -> pd.DataFrame:
    """Mark spells that began while another conflict of the same countries was active."""
    places = episodes[["episode_id", "conflict_id", "countries", "start", "end"]].assign(
        place=episodes["countries"].str.split(";")
    )
    places = places.explode("place")
    pairs = places.merge(places, on="place", suffixes=("", "_other"))
    pairs = pairs[pairs["conflict_id"] != pairs["conflict_id_other"]]
    going = (pairs["start_other"] <= pairs["end"]) & (
        pairs["end_other"].isna() | (pairs["end_other"] > pairs["end"])
    )
    other = spells["episode_id"].isin(pairs.loc[going, "episode_id"])
    return spells.assign(other_conflict=other.astype("Int64"))


def _start_month(date: pd.Series) -> pd.Series:
    return date.dt.to_period("M").dt.start_time.astype("datetime64[us]")


def _count_months(first: pd.Series, last: pd.Series) -> pd.Series:
    years = last.dt.year - first.dt.year
    return (years * 12 + last.dt.month - first.dt.month).astype("Int64")
