"""Splice: one series of deployed personnel from IPI, monthly reports and the table behind them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.sources import contributors_missions, missions, personnel

NUMBERS = ["troops", "police", "observers", "total"]
KEY = ["mission", "month"]
COLUMNS = [*KEY, *NUMBERS, "source"]

# Before it IPI alone; from it on the UN's monthly reports, and IPI where a report is lost.
FIRST_REPORT = pd.Timestamp("2015-01-01")
# Months of which the UN printed no missions.
UNPRINTED = (pd.Timestamp("2018-03-01"), pd.Timestamp("2019-08-01"))
# Months without a report between two whole ones, beyond IPI's end.
INTERPOLATED = tuple(pd.Timestamp(m) for m in ("2020-06-01", "2022-07-01", "2023-09-01"))


def splice_personnel(raw: Path) -> pd.DataFrame:
    """Join the personnel tables into one row a peacekeeping mission and month.

    IPI to 2014-12, then the UN's monthly reports to 2025-07. The three months of 2015-2017 whose
    report is lost come from IPI; 2018-03 to 2019-08, which the UN printed without missions, from
    the table of contributors and missions; three further lost months are the mean of the months
    around.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``mission month troops police observers total source``; persons at the end of the month;
        source: ipi, un_monthly, un_mission_contributor or interpolated.
    """
    reports = sum_reports(personnel.read_contributions(raw))
    ipi = keep_missions(personnel.read_ipi(raw), "ipi").assign(source="ipi")
    reported = set(reports["month"])
    ipi = ipi[(ipi["month"] < FIRST_REPORT) | ~ipi["month"].isin(reported)]
    unprinted = sum_contributors(contributors_missions.read(raw))
    unprinted = unprinted[unprinted["month"].between(*UNPRINTED)]
    known = pd.concat([ipi[COLUMNS], reports[COLUMNS], unprinted[COLUMNS]], ignore_index=True)
    known[NUMBERS] = known[NUMBERS].astype("float64")
    whole = pd.concat([known, interpolate(known)], ignore_index=True)
    return whole.sort_values(KEY).reset_index(drop=True)


def sum_reports(contributions: pd.DataFrame) -> pd.DataFrame:
    """Sum the monthly reports over contributors; staff officers count as troops throughout."""
    parts = {
        "troops": "troops",
        "staff_officer": "troops",
        "experts": "observers",
        "individual_police": "police",
        "fpu": "police",
    }
    part = contributions["type"].map(parts)
    table = contributions.assign(part=part).pivot_table(
        index=["label", "month"], columns="part", values="total", aggfunc="sum", fill_value=0
    )
    table = table.reindex(columns=["troops", "police", "observers"], fill_value=0)
    table["total"] = table.sum(axis=1)
    return keep_missions(table.reset_index(), "strength").assign(source="un_monthly")


def sum_contributors(table: pd.DataFrame) -> pd.DataFrame:
    """Sum the table of contributors and missions over contributors, in the columns of the splice.

    A mission that a month does not list has no row, as with the other sources.
    """
    parts = ["troops", "police", "experts", "total"]
    sums = table.groupby(["label", "month"], as_index=False)[parts].sum()
    named = keep_missions(sums.rename(columns={"experts": "observers"}), "ipi", "strength")
    summed = named.groupby(KEY, as_index=False)[NUMBERS].sum()
    return summed[summed["total"] > 0].assign(source="un_mission_contributor")


def interpolate(known: pd.DataFrame) -> pd.DataFrame:
    """Mean of the months before and after each lost month, where a mission has both."""
    step = pd.DateOffset(months=1)
    filled = []
    for month in INTERPOLATED:
        before = known[known["month"] == month - step].set_index("mission")[NUMBERS]
        after = known[known["month"] == month + step].set_index("mission")[NUMBERS]
        mean = ((before + after) / 2).dropna()
        filled.append(mean.reset_index().assign(month=month, source="interpolated"))
    return pd.concat(filled, ignore_index=True)[COLUMNS]


def keep_missions(table: pd.DataFrame, *sources: missions.Labels) -> pd.DataFrame:
    """Keep peacekeeping missions, named canonically as of the last day of the month."""
    month_end = table["month"] + pd.offsets.MonthEnd(0)
    assigned = missions.assign(table["label"], month_end, *sources)
    kept = table.assign(mission=assigned["mission"])[assigned["inside"].to_numpy()]
    return kept.drop(columns="label")
