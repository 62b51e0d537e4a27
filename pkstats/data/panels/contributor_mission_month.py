"""Contributor-mission-month: who sent whom to which mission, 1990-11 to 2025-07."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.coded_mandates import code_mandates
from pkstats.data.panels.contributions import (
    STAFF_OFFICERS_FROM,
    TYPES,
    drop_before_entry,
    join_listed,
    join_slips,
    read_reports,
    spread_types,
)
from pkstats.data.panels.contributor_covariates import (
    CONFLICT,
    IDEAL_POINT,
    INCOME,
    NEAR,
    POPULATION,
    REGION,
    join_covariates,
    mark_neighbours,
)
from pkstats.data.panels.mandate_columns import ROBUST, derive_columns
from pkstats.data.panels.own_deaths import DEATHS, count_deaths, join_deaths
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import (
    contributors,
    contributors_ipi,
    contributors_missions,
    contributors_un,
    missions,
)

NAME = "contributor_mission_month"
KEY = ["contributor", "mission", "month"]

WOMEN = [name.replace("own_", "own_women_") for name in TYPES.values()]
COUNTS = ["own_personnel", "own_police", *TYPES.values(), "own_women", *WOMEN]
# What the table of contributors and missions tells; no kind of police, no women.
TOLD = ["own_personnel", "own_police", "own_troops", "own_experts"]
WHOLE = "un_mission_contributor"
OTHERS = "others_hostile_deaths"
# Column of the panel by column of the mandate in force (mission_month has every element).
MANDATE = {
    "mandate_resolution": "mission_mandate_resolution",
    "robustness_index": "mission_robustness_index",
    **{f"text_{name}": f"mission_{name}" for name in ROBUST},
}
NUMBERS = [POPULATION, CONFLICT, NEAR, *MANDATE.values()]
STAFF = ["own_staff_officers", "own_women_staff_officers"]


def build(raw: Path) -> Panel:
    """Build the panel from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a contributor, mission and month, for every mission and month that a source
        reports and every contributor that is ever listed in that mission. A contributor that the
        report does not list has zero personnel there. Months without a report by contributor and
        mission are absent (data/compiled/personnel_months.csv says why).

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    detailed = [
        arrange_gender(contributors_ipi.read_gender(raw)),
        arrange_contributions(read_reports(raw)),
    ]
    whole = arrange_whole(contributors_missions.read(raw))
    known = set(pd.concat([table["month"] for table in detailed]))
    listed = pd.concat([*detailed, whole[~whole["month"].isin(known)]], ignore_index=True)
    frame = complete_pairs(listed)
    frame = mark_slips(frame, contributors.read_slips())
    deaths = count_deaths(raw)
    frame = join_deaths(frame, deaths, KEY)
    frame = join_deaths_of_others(frame, deaths)
    return assemble(join_context(frame, raw), NAME)


def assemble(frame: pd.DataFrame, name: str) -> Panel:
    """Add the key of the unit and order the columns as in the codebook."""
    frame = frame.assign(contributor_mission=frame["contributor"] + " " + frame["mission"])
    return assemble_panel(frame, name)


def join_context(frame: pd.DataFrame, raw: Path | None) -> pd.DataFrame:
    """Add the contributing state, its covariates and the mission's mandate of the month.

    Without a raw folder all but the state are missing.
    """
    country = contributors.assign_country(frame["contributor"], frame["month"])
    frame = frame.assign(contributor_country=country)
    if raw is None:
        blank = {name: pd.Series(pd.NA, index=frame.index, dtype="Int64") for name in NUMBERS}
        blank |= dict.fromkeys((INCOME, IDEAL_POINT), pd.Series(float("nan"), index=frame.index))
        return frame.assign(**blank, **{REGION: pd.Series(None, index=frame.index, dtype="str")})
    frame = mark_neighbours(join_covariates(frame, raw), raw)
    mandates = derive_columns(code_mandates(raw).mandates).rename(columns=MANDATE)
    mandates = mandates[["mission", "month", *MANDATE.values()]]
    mandates["month"] = mandates["month"].astype(frame["month"].dtype)
    return frame.merge(mandates, on=["mission", "month"], how="left", validate="m:1")


def arrange_gender(table: pd.DataFrame) -> pd.DataFrame:
    """Bring IPI's table to the columns of the panel; staff officers are not told apart."""
    mission = missions.assign(table["label"], table["month"], "ipi")["mission"]
    types = {kind: name for kind, name in TYPES.items() if kind != "staff_officer"}
    columns = {
        **{name: table[f"{kind}_total"] for kind, name in types.items()},
        **{
            name.replace("own_", "own_women_"): table[f"{kind}_female"]
            for kind, name in types.items()
        },
        "own_personnel": table["total"],
        "own_police": table["individual_police_total"] + table["fpu_total"],
        "own_women": table["female"],
    }
    frame = table[["contributor", "month"]].assign(mission=mission, **columns)
    return frame.assign(own_personnel_source="ipi", gender_fixed=0).astype(
        {"gender_fixed": "Int64"}
    )


def arrange_whole(table: pd.DataFrame) -> pd.DataFrame:
    """Bring the table of contributors and missions to the columns of the panel.

    It tells troops, police and experts, for months of which no other source tells more.
    """
    month_end = table["month"] + pd.offsets.MonthEnd(0)
    mission = missions.assign(table["label"], month_end, "ipi", "strength")["mission"]
    parts = {n: f"own_{n}" for n in ("troops", "police", "experts")} | {"total": "own_personnel"}
    frame = table.assign(mission=mission).rename(columns=parts)
    return frame[[*KEY, *TOLD]].assign(
        own_personnel_source=WHOLE, gender_fixed=pd.Series(0, index=frame.index, dtype="Int64")
    )


def arrange_contributions(table: pd.DataFrame) -> pd.DataFrame:
    """Bring contributions by type to the columns of the panel.

    Parameters
    ----------
    table : pandas.DataFrame
        ``month label contributor type female total gender_fixed``.

    Returns
    -------
    pandas.DataFrame
        One row a contributor, mission and month; troops include staff officers, who are missing
        as a type of their own before 2017-05.
    """
    mission = missions.assign(table["label"], table["month"], "strength")["mission"]
    table = table.assign(mission=mission)
    return _spread(table, KEY).assign(own_personnel_source="un_monthly")


def _spread(table: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """One column a type, persons and women, from one row a type."""
    women = spread_types(table["type"], table["female"])
    wide = table[key].assign(
        own_personnel=table["total"],
        own_police=table["total"].where(table["type"].isin(["individual_police", "fpu"]), 0),
        own_women=table["female"],
        **spread_types(table["type"], table["total"]),
        **{name.replace("own_", "own_women_"): persons for name, persons in women.items()},
    )
    frame = wide.groupby(key, as_index=False)[COUNTS].sum().astype(dict.fromkeys(COUNTS, "Int64"))
    frame[STAFF] = frame[STAFF].where(frame["month"] >= STAFF_OFFICERS_FROM)
    if "gender_fixed" in table:
        fixed = table.groupby(key, as_index=False)["gender_fixed"].max()
        frame = frame.merge(fixed, on=key, validate="1:1")
    return frame


def complete_pairs(listed: pd.DataFrame) -> pd.DataFrame:
    """Add a row of zeros where a contributor of the mission is not in that month's report.

    Every pair of contributor and mission that is ever listed gets a row for each month in which
    the mission is reported, from the month the contributor entered the list of states.
    """
    reported = listed[["mission", "month", "own_personnel_source"]].drop_duplicates()
    pairs = listed[["contributor", "mission"]].drop_duplicates()
    frame = drop_before_entry(pairs.merge(reported, on="mission"))
    frame = join_listed(frame, listed, KEY)
    frame["listed"] = frame["own_personnel"].notna().astype("Int64")
    brief = frame["own_personnel_source"] == WHOLE
    told = ~brief & (frame["own_personnel_source"] != "ipi")
    details = [name for name in COUNTS if name not in (*TOLD, *STAFF)]
    frame[TOLD] = frame[TOLD].fillna(0)
    frame[details] = frame[details].fillna(0).where(~brief)
    frame[STAFF] = frame[STAFF].fillna(0).where(told & (frame["month"] >= STAFF_OFFICERS_FROM))
    frame["gender_fixed"] = frame["gender_fixed"].fillna(0)
    return frame


def mark_slips(frame: pd.DataFrame, slips: pd.DataFrame) -> pd.DataFrame:
    """Mark known errors of a source; where one hides the contributor, personnel is missing."""
    marked = join_slips(frame, slips, KEY)
    hidden = (marked["source_slip"] == 1) & (marked["listed"] == 0)
    marked[COUNTS] = marked[COUNTS].mask(hidden)
    return marked


def join_deaths_of_others(frame: pd.DataFrame, deaths: pd.DataFrame) -> pd.DataFrame:
    """Add the hostile deaths of the mission's other contributors and of unknown nationals."""
    key = ["mission", "month"]
    total = deaths.groupby(key, as_index=False).agg(
        hostile_deaths_of_mission=("own_hostile_deaths", "sum")
    )
    joined = frame.merge(total, on=key, how="left", validate="m:1")
    whole = joined.pop("hostile_deaths_of_mission").fillna(0).astype("Int64")
    joined[OTHERS] = whole - joined[DEATHS[0]]
    return joined


def read_historical(path: Path, *, raw: Path | None = None) -> Panel:
    """Read the UN's own monthly file of contributions in the form of the panel.

    Refreshes personnel beyond the months that pkstats holds. The file is DPO-UCHISTORICAL of the
    UN's Peace and Security Data Hub.

    Parameters
    ----------
    path : Path
        CSV with the columns contribution_id, isocode3, contributing_country, mission_acronym,
        personnel_type, female_personnel, male_personnel, last_reporting_date.
    raw : Path, optional
        Folder of the raw sources; with it own deaths, covariates and the mission's mandate are
        joined, without it they are missing.

    Returns
    -------
    Panel
        Columns of ``contributor_mission_month``, any month; source ``un_file``.

    Raises
    ------
    SourceError
        The file is not of its schema; a mission, contributor or type is unknown.
    """
    listed = arrange_contributions(contributors_un.read_historical(path))
    frame = complete_pairs(listed.assign(own_personnel_source="un_file"))
    frame["source_slip"] = pd.Series(0, index=frame.index, dtype="Int64")
    if raw is None:
        empty = pd.Series(pd.NA, index=frame.index, dtype="Int64")
        frame = frame.assign(**dict.fromkeys([*DEATHS, OTHERS], empty))
    else:
        deaths = count_deaths(raw)
        frame = join_deaths_of_others(join_deaths(frame, deaths, KEY), deaths)
    panel = assemble(join_context(frame, raw), NAME)
    joined = {*DEATHS, OTHERS, *NUMBERS, INCOME, IDEAL_POINT, REGION}
    why = "no raw folder given, or outside the window of the source"
    variables = tuple(
        replace(v, window=None, missing=why if v.name in joined else v.missing)
        for v in panel.codebook
    )
    return replace(panel, codebook=variables)
