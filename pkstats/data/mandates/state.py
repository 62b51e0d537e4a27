"""Mandate in force by mission and month."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import pandas as pd

from pkstats.data.mandates.dictionary import cumulative, elements
from pkstats.data.mandates.mission_names import Mission, missions

Reset = Literal["restatement", "never", "always"]
RENEWING = frozenset({"founding", "full_restatement", "extension", "incorporation"})
RESETTING: dict[Reset, frozenset[str]] = {
    "restatement": frozenset({"full_restatement"}),
    "never": frozenset(),
    "always": frozenset({"full_restatement", "extension", "incorporation"}),
}
FIRST, LAST = pd.Timestamp("1990-01-01"), pd.Timestamp("2025-12-01")


def state_by_month(
    mandates: pd.DataFrame, *, reset: Reset, among: Collection[str] | None = None
) -> pd.DataFrame:
    """Carry the mandate forward by month, from the founding text on.

    A resolution takes effect in its month of adoption. It adds the elements it gives; where it
    resets, the tasks it does not give end. Cumulative elements never end.

    Parameters
    ----------
    mandates : DataFrame
        As `mandate_frame` gives it.
    reset : {"restatement", "never", "always"}
        Whether tasks end at a full restatement, never, or at every renewal.
    among : collection of str, optional
        Acronyms of the missions wanted; by default all.

    Returns
    -------
    DataFrame
        mission, month (datetime64, first day), one 0/1 column an element, resolution (the latest
        that decided on the mandate), renewal (1 in a month with such a decision), restatement (1
        in a month with a founding text or full restatement),
        authorised_military, authorised_police (persons, nullable); 1990-01 to 2025-12, sorted.
    """
    decided = mandates.loc[mandates["role"].ne("mention")]
    frames = [
        _mission_state(mission, decided.loc[decided["mission"].eq(mission.acronym)], reset)
        for mission in missions()
        if among is None or mission.acronym in among
    ]
    state = pd.concat(frames, ignore_index=True)
    return state.sort_values(["mission", "month"], ignore_index=True)


def _mission_state(mission: Mission, decided: pd.DataFrame, reset: Reset) -> pd.DataFrame:
    names, lasting = list(elements()), set(cumulative())
    current = dict.fromkeys(names, 0)
    strength: dict[str, object] = {"authorised_military": pd.NA, "authorised_police": pd.NA}
    snapshots = []
    for row in decided.sort_values(["date", "resolution"]).to_dict("records"):
        ends = row["role"] in RESETTING[reset]
        for name in names:
            kept = current[name] if name in lasting or not ends else 0
            current[name] = max(kept, int(row[name]))
        for column in strength:
            if pd.notna(row[column]):
                strength[column] = row[column]
        month = row["date"].to_period("M").to_timestamp()
        snapshots.append({"month": month, **current, "resolution": row["resolution"], **strength})
    first = pd.Timestamp(mission.start).to_period("M").to_timestamp()
    last = LAST if mission.end is None else pd.Timestamp(mission.end).to_period("M").to_timestamp()
    months = pd.DataFrame({"month": pd.date_range(max(first, FIRST), min(last, LAST), freq="MS")})
    changes = pd.DataFrame(snapshots).drop_duplicates("month", keep="last")
    state = pd.merge_asof(months, changes, on="month")
    renewed = decided["date"].dt.to_period("M").dt.to_timestamp()
    state.insert(1, "renewal", state["month"].isin(renewed).astype("int64"))
    state.insert(0, "mission", mission.acronym)
    restated = decided["role"].isin(["founding", "full_restatement"])
    state.insert(2, "restatement", state["month"].isin(renewed[restated]).astype("int64"))
    whole = {**dict.fromkeys([*names, "resolution"], "int64")}
    strengths = dict.fromkeys(strength, "Int64")
    return state.astype({**whole, **strengths})[
        ["mission", "month", *names, "resolution", "renewal", "restatement", *strength]
    ]
