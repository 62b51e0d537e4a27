"""Mission-month: UN peacekeeping operations, 1990-01 to 2025-12."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.mandate_columns import join_mandates
from pkstats.data.panels.mission import name_stabilization
from pkstats.data.panels.mission_hosts import join_hosts
from pkstats.data.panels.mission_personnel import join_composition
from pkstats.data.panels.panel import Panel
from pkstats.data.panels.reconstruction_error import tabulate_errors
from pkstats.data.panels.splice import splice_personnel
from pkstats.data.sources import fatalities, missions, tamm

NAME = "mission_month"
FIRST, LAST = pd.Timestamp("1990-01-01"), pd.Timestamp("2025-12-01")
KEY = ["mission", "month"]

DEATHS = [
    "hostile_deaths_uniformed",
    "hostile_deaths_all",
    "hostile_deaths_upper",
    "hostile_incident_days",
    "accident_deaths",
    "illness_deaths",
    "self_inflicted_deaths",
]
TAMM = {
    "ch7": "tamm_chapter_vii",
    "prociv": "tamm_civilian_protection",
    "unpersonnel_protect": "tamm_personnel_protection",
    "numtasks": "tamm_tasks",
}
PERSONNEL = {
    "total": "personnel",
    "troops": "personnel_troops",
    "police": "personnel_police",
    "observers": "personnel_observers",
    "source": "personnel_source",
}


def build(raw: Path) -> Panel:
    """Build the panel of mission-months from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a mission and month with at least one active day; columns as in the codebook.
        Outside the window of a variable it is missing, never zero.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    frame = list_mission_months(missions.crosswalk())
    frame = join_deaths(frame, fatalities.read(raw))
    frame = join_tamm(frame, tamm.read(raw))
    frame = join_mandates(frame, raw)
    frame = join_personnel(frame, splice_personnel(raw))
    frame = join_composition(frame, raw)
    frame = join_hosts(frame, raw)
    return assemble_panel(frame, NAME)


def list_mission_months(crosswalk: pd.DataFrame) -> pd.DataFrame:
    """List every peacekeeping mission and month with at least one active day."""
    inside = crosswalk[crosswalk["universe"] == "peacekeeping"]
    start = inside["start"].dt.to_period("M")
    end = inside["end"].fillna(LAST).dt.to_period("M")
    kept = ["mission", "host", "country", "host_countries"]
    frame = inside[kept].assign(
        stabilization_name=name_stabilization(inside["name"]),
        month=pd.Series(
            [
                list(pd.period_range(max(s, FIRST.to_period("M")), e, freq="M"))
                for s, e in zip(start, end, strict=True)
            ],
            index=inside.index,
        ),
        started=start,
    )
    frame = frame.explode("month").dropna(subset=["month"]).reset_index(drop=True)
    month = pd.PeriodIndex(frame["month"], freq="M")
    started = pd.PeriodIndex(frame["started"], freq="M")
    return frame.drop(columns="started").assign(
        month=month.to_timestamp().as_unit("us"),
        year=month.year.astype("int64"),
        mission_age_months=(month.year - started.year) * 12 + month.month - started.month,
    )


def attribute_deaths(casualties: pd.DataFrame) -> pd.DataFrame:
    """Mission and month of each casualty, and why it is outside the panel where it is.

    Returns
    -------
    pandas.DataFrame
        The casualties with ``mission``, ``month`` and ``reason`` (missing: in the panel).
    """
    assigned = missions.assign(casualties["label"], casualties["date"], "fatalities")
    month = casualties["date"].dt.to_period("M").dt.start_time.astype(casualties["date"].dtype)
    reason = assigned["reason"]
    reason = reason.mask(month < FIRST, "before 1990")
    late = reason.isna() & (month > fatalities.LAST_FULL_MONTH)
    reason = reason.mask(late, "after the last month observed whole, 2025-01")
    return casualties.assign(mission=assigned["mission"], month=month, reason=reason)


def excluded_deaths(raw: Path) -> pd.DataFrame:
    """Count the deaths that the panel leaves out, by mission and reason.

    Returns
    -------
    pandas.DataFrame
        ``mission reason deaths hostile_deaths_all hostile_deaths_uniformed``. With the panel they
        add up to every casualty of the source.
    """
    deaths = attribute_deaths(fatalities.read(raw))
    hostile = deaths["type"] == "Malicious Act"
    outside = deaths.assign(
        deaths=1,
        hostile_deaths_all=hostile.astype("int64"),
        hostile_deaths_uniformed=(hostile & deaths["uniformed"]).astype("int64"),
    ).dropna(subset=["reason"])
    counts = ["deaths", "hostile_deaths_all", "hostile_deaths_uniformed"]
    return outside.groupby(["mission", "reason"], as_index=False)[counts].sum()


def reconstruction_error(raw: Path) -> pd.DataFrame:
    """Errors of the personnel once reconstructed; as :func:`tabulate_errors`."""
    return tabulate_errors(raw)


def join_deaths(frame: pd.DataFrame, casualties: pd.DataFrame) -> pd.DataFrame:
    """Add the deaths by mission and month of incident; zero within the window, else missing."""
    deaths = attribute_deaths(casualties)
    deaths = deaths[deaths["reason"].isna()]
    hostile = deaths["type"] == "Malicious Act"
    open_cause = deaths["type"].isin(["To Be Determined", "Unknown"])
    uniformed = deaths["uniformed"]
    marks = deaths[KEY].assign(
        hostile_deaths_uniformed=hostile & uniformed,
        hostile_deaths_all=hostile,
        hostile_deaths_upper=(hostile | open_cause) & uniformed,
        accident_deaths=(deaths["type"] == "Accident") & uniformed,
        illness_deaths=(deaths["type"] == "Illness") & uniformed,
        self_inflicted_deaths=(deaths["type"] == "Self-Inflicted") & uniformed,
    )
    counts = marks.groupby(KEY).sum()
    days = deaths[hostile & uniformed].groupby(KEY)["date"].nunique()
    counts["hostile_incident_days"] = days.reindex(counts.index).fillna(0)
    counts = counts.astype("Int64").reset_index()
    joined = frame.merge(counts, on=KEY, how="left", validate="1:1")
    observed = joined["month"] <= fatalities.LAST_FULL_MONTH
    joined[DEATHS] = joined[DEATHS].fillna(0).astype("Int64").where(observed)
    return joined


def join_tamm(frame: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Add Chapter VII, civilian and personnel protection and the number of tasks."""
    assigned = missions.assign(rows["label"], rows["month"], "tamm")
    kept = rows[["month", *TAMM]].assign(mission=assigned["mission"]).rename(columns=TAMM)
    return frame.merge(kept, on=KEY, how="left", validate="1:1")


def join_personnel(frame: pd.DataFrame, spliced: pd.DataFrame) -> pd.DataFrame:
    """Add deployed personnel and where the figure comes from."""
    renamed = spliced.rename(columns=PERSONNEL)
    return frame.merge(renamed, on=KEY, how="left", validate="1:1")
