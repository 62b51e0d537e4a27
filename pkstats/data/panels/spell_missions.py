"""Spell missions: UN operations in the countries of a conflict after an episode ended."""

from __future__ import annotations

import pandas as pd

from pkstats.data.sources import missions, terminations

WINDOWS = (12, 24)
# Observers of an armistice or border between states, by their founding resolutions.
BETWEEN_STATES = ("UNTSO", "UNMOGIP", "UNDOF", "UNIIMOG", "UNIKOM", "UNASOG", "UNMEE")
LAST = pd.Timestamp("2025-12-01")
LAST_OF_TAMM = pd.Timestamp("2015-12-01")


def join_missions(
    spells: pd.DataFrame, crosswalk: pd.DataFrame, tasks: pd.DataFrame
) -> pd.DataFrame:
    """Add presence of UN operations and their number of tasks in the first months of each spell.

    Parameters
    ----------
    spells : pandas.DataFrame
        ``episode_id conflict_id countries conflict_type termination_month spell_months``.
    crosswalk : pandas.DataFrame
        Missions with dates and host countries.
    tasks : pandas.DataFrame
        Mission-months of TAMM.

    Returns
    -------
    pandas.DataFrame
        The spells with ``mission_at_termination``, ``mission_months_12``, ``mission_months_24``
        and ``mission_months_24_any``, ``missions`` and ``tamm_tasks_12``, ``tamm_tasks_24``.
        Months count from the one after the termination to the end of the spell. An operation
        that observes a line between states counts for interstate conflicts alone; ``_any``
        counts it everywhere.
    """
    present = list_presence(spells, crosswalk)
    present = join_tasks(present, tasks)
    related = present[present["related"]]
    frame = spells.set_index("episode_id")
    frame["mission_at_termination"] = _flag(frame, related[related["offset"] == 0])
    for window in WINDOWS:
        frame[f"mission_months_{window}"] = _count(frame, _within(related, window))
        frame[f"tamm_tasks_{window}"] = _average_tasks(frame, _within(related, window), window)
    frame["mission_months_24_any"] = _count(frame, _within(present, 24))
    named = (
        _within(related, 24)
        .groupby("episode_id")["mission"]
        .agg(lambda names: ";".join(sorted(set(names))))
    )
    frame["missions"] = named.reindex(frame.index).astype("str")
    return frame.reset_index()


def list_presence(spells: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """One row a spell, month (0: that of the termination) and operation active in that month."""
    inside = crosswalk[crosswalk["universe"] == "peacekeeping"]
    hosts = inside[["mission", "start", "end"]].assign(
        end=inside["end"].fillna(pd.Timestamp("2025-12-31")),
        place=inside["host_countries"].str.split(";"),
    )
    hosts = hosts.explode("place")
    columns = ["episode_id", "conflict_id", "conflict_type", "termination_month", "spell_months"]
    places = spells[columns].assign(place=spells["countries"].str.split(";")).explode("place")
    linked = spells[columns].merge(terminations.read_links(), on="conflict_id")
    pairs = pd.concat(
        [
            places.merge(hosts.dropna(subset=["place"]), on="place"),
            linked.merge(hosts.drop_duplicates("mission"), on="mission"),
        ]
    )
    pairs = pairs.drop_duplicates(["episode_id", "mission"])
    pairs["offset"] = [range(min(int(n), max(WINDOWS)) + 1) for n in pairs["spell_months"]]
    rows = pairs.explode("offset").astype({"offset": "int64"})
    number = rows["termination_month"].dt.year * 12 + rows["termination_month"].dt.month - 1
    number = number + rows["offset"]
    begun = number >= rows["start"].dt.year * 12 + rows["start"].dt.month - 1
    going = number <= rows["end"].dt.year * 12 + rows["end"].dt.month - 1
    month = pd.to_datetime({"year": number // 12, "month": number % 12 + 1, "day": 1})
    interstate = rows["conflict_type"] == "interstate"
    related = interstate | ~rows["mission"].isin(BETWEEN_STATES)
    rows = rows.assign(month=month, related=related)
    kept = ["episode_id", "mission", "offset", "month", "related"]
    return rows.loc[begun & going, kept].reset_index(drop=True)


def join_tasks(present: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """Add the number of tasks of each operation in each month; missing where TAMM has none."""
    mission = missions.assign(tasks["label"], tasks["month"], "tamm")["mission"]
    counts = tasks[["month", "numtasks"]].assign(mission=mission)
    return present.merge(counts, on=["mission", "month"], how="left", validate="m:1")


def _within(present: pd.DataFrame, window: int) -> pd.DataFrame:
    return present[present["offset"].between(1, window)]


def _flag(frame: pd.DataFrame, present: pd.DataFrame) -> pd.Series:
    return pd.Series(frame.index.isin(present["episode_id"]), index=frame.index).astype("Int64")


def _count(frame: pd.DataFrame, present: pd.DataFrame) -> pd.Series:
    months = present.groupby("episode_id")["offset"].nunique()
    return months.reindex(frame.index).fillna(0).astype("Int64")


def _average_tasks(frame: pd.DataFrame, present: pd.DataFrame, window: int) -> pd.Series:
    """Mean over the months of the window of the tasks of all operations; 0 without operation.

    Missing where the window ends after 2015 or TAMM lacks an operation of a month.
    """
    length = frame["spell_months"].clip(upper=window)
    total = present.groupby("episode_id")["numtasks"].sum().reindex(frame.index).fillna(0)
    lacking = present.loc[present["numtasks"].isna(), "episode_id"]
    month = frame["termination_month"]
    last = month.dt.year * 12 + month.dt.month - 1 + length
    late = last > LAST_OF_TAMM.year * 12 + LAST_OF_TAMM.month - 1
    mean = (total / length).astype("float64")
    return mean.mask(late.astype(bool) | frame.index.isin(lacking))
