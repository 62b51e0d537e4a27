"""Contributor-month: what each state sends to all missions together, 1990-11 to 2025-07."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.contributions import (
    STAFF_OFFICERS_FROM,
    drop_before_entry,
    join_listed,
    join_slips,
    read_reports,
    spread_types,
)
from pkstats.data.panels.contributor_covariates import join_covariates
from pkstats.data.panels.own_deaths import count_deaths, join_deaths
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import (
    contributors,
    contributors_ipi,
    contributors_missions,
    contributors_un,
)

NAME = "contributor_month"
KEY = ["contributor", "month"]
FIRST, LAST = pd.Timestamp("1990-11-01"), pd.Timestamp("2025-07-01")
FIRST_REPORT = pd.Timestamp("2015-01-01")
GENDER_MONTHS = (pd.Timestamp("2009-11-01"), pd.Timestamp("2014-02-01"))

PERSONS = ["own_personnel", "own_troops", "own_police", "own_experts"]
DETAILS = ["own_staff_officers", "own_individual_police", "own_formed_police", "own_women"]
ALL = [*PERSONS, *DETAILS, "own_missions"]


def build(raw: Path) -> Panel:
    """Build the panel from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a state that was ever listed as contributor and month, from its entry into the
        list of states on. In a month that a source reports, a contributor that it does not list
        has zero personnel; in a month without any report personnel is missing.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    detailed = [
        arrange_totals(contributors_ipi.read_totals(raw), contributors_ipi.read_gender(raw)),
        sum_types(read_reports(raw)).assign(own_personnel_source="un_monthly"),
        sum_types(contributors_un.read_without_missions(raw)).assign(
            own_personnel_source="un_monthly_without_missions"
        ),
    ]
    whole = sum_missions(contributors_missions.read(raw))
    known = set(pd.concat([table["month"] for table in detailed]))
    listed = pd.concat([*detailed, whole[~whole["month"].isin(known)]], ignore_index=True)
    listed = count_missions(listed, whole)
    frame = mark_slips(complete_months(listed), contributors.read_slips())
    frame = join_deaths(frame, count_deaths(raw), KEY)
    country = contributors.assign_country(frame["contributor"], frame["month"])
    frame = join_covariates(frame.assign(contributor_country=country), raw)
    return assemble_panel(frame, NAME)


def arrange_totals(totals: pd.DataFrame, gender: pd.DataFrame) -> pd.DataFrame:
    """Bring IPI's totals to the columns of the panel, with details where its other table agrees.

    The table by mission and gender gives police by type, women and the number of missions from
    2009-11 to 2014-02; where its sum is not the contributor's total, they stay missing.
    """
    kept = totals.rename(columns={n: f"own_{n}" for n in ("troops", "police", "experts")})
    parts = kept[["own_troops", "own_police", "own_experts"]]
    kept = kept.assign(own_personnel=parts.sum(axis=1))
    summed = gender.groupby(KEY, as_index=False).agg(
        own_individual_police=("individual_police_total", "sum"),
        own_formed_police=("fpu_total", "sum"),
        own_women=("female", "sum"),
        own_missions=("label", "nunique"),
        total=("total", "sum"),
    )
    frame = kept.merge(summed, on=KEY, how="left", validate="1:1")
    agrees = (frame.pop("total") == frame["own_personnel"]).fillna(False)
    details = ["own_individual_police", "own_formed_police", "own_women", "own_missions"]
    frame[details] = frame[details].astype("Int64").where(agrees)
    frame["own_staff_officers"] = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    return frame.assign(own_personnel_source="ipi")


def sum_types(table: pd.DataFrame) -> pd.DataFrame:
    """Sum contributions by contributor and month; missions are counted where they are given."""
    types = spread_types(table["type"], table["total"])
    wide = table[KEY].assign(
        own_personnel=table["total"],
        own_police=types["own_individual_police"] + types["own_formed_police"],
        own_women=table["female"],
        **types,
    )
    columns = [*PERSONS, *DETAILS]
    frame = wide.groupby(KEY, as_index=False)[columns].sum()
    frame = frame.astype(dict.fromkeys(columns, "Int64"))
    if "label" in table:
        missions = table.groupby(KEY)["label"].nunique().rename("own_missions").reset_index()
        frame = frame.merge(missions, on=KEY, validate="1:1")
    else:
        frame["own_missions"] = pd.NA
    return frame.astype({"own_missions": "Int64"})


def sum_missions(table: pd.DataFrame) -> pd.DataFrame:
    """Sum the table of contributors and missions over missions, in the columns of the panel."""
    parts = {n: f"own_{n}" for n in ("troops", "police", "experts")} | {"total": "own_personnel"}
    present = table[table["total"] > 0].rename(columns=parts)
    frame = present.groupby(KEY, as_index=False).agg(
        **{name: (name, "sum") for name in PERSONS}, own_missions=("label", "nunique")
    )
    frame[DETAILS] = pd.NA
    return frame.astype(dict.fromkeys(ALL, "Int64")).assign(
        own_personnel_source="un_mission_contributor"
    )


def count_missions(listed: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Fill in the number of missions where the source of the month does not tell it."""
    counted = whole[[*KEY, "own_missions"]].rename(columns={"own_missions": "told"})
    joined = listed.merge(counted, on=KEY, how="left", validate="1:1")
    told = joined.pop("told").mask(joined["own_personnel"] == 0, 0)
    return joined.assign(own_missions=joined["own_missions"].fillna(told))


def complete_months(listed: pd.DataFrame) -> pd.DataFrame:
    """One row a contributor and month; zero where the month's report does not list it."""
    months = pd.DataFrame({"month": pd.date_range(FIRST, LAST, freq="MS", unit="us")})
    sources = listed[["month", "own_personnel_source"]].drop_duplicates()
    months = months.merge(sources, on="month", how="left", validate="1:1")
    states = contributors.crosswalk()[["contributor"]]
    states = states[states["contributor"].isin(listed["contributor"])]
    frame = join_listed(drop_before_entry(states.merge(months, how="cross")), listed, KEY)
    reported = frame["own_personnel_source"].notna()
    absent = frame["own_personnel"].isna() & reported
    frame["listed"] = (~absent).astype("Int64").where(reported)
    return _fill_zeros(frame, absent)


def _fill_zeros(frame: pd.DataFrame, absent: pd.Series) -> pd.DataFrame:
    """Zeros for unlisted contributors, within what the source of the month observes."""
    source, month = frame["own_personnel_source"], frame["month"]
    reports = source.isin(["un_monthly", "un_monthly_without_missions"])
    gender = (source == "ipi") & month.between(*GENDER_MONTHS)
    observed = {
        **dict.fromkeys(PERSONS, source.notna()),
        "own_staff_officers": reports & (month >= STAFF_OFFICERS_FROM),
        "own_individual_police": reports | gender,
        "own_formed_police": reports | gender,
        "own_women": reports | gender,
        "own_missions": source.notna(),
    }
    filled = frame.copy()
    for name, here in observed.items():
        filled[name] = frame[name].mask(absent, 0).astype("Int64").where(here)
    return filled


def mark_slips(frame: pd.DataFrame, slips: pd.DataFrame) -> pd.DataFrame:
    """Mark known errors of the monthly reports; IPI's totals do not share those of its tables."""
    return join_slips(frame, slips[slips["month"] >= FIRST_REPORT], KEY)
