"""Mission personnel beyond its number: contributors, women, and what is short of the ceiling."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.panels import contributions
from pkstats.data.panels.splice import FIRST_REPORT, UNPRINTED, keep_missions
from pkstats.data.sources import contributors_ipi, contributors_missions, personnel
from pkstats.data.sources.shortfall import shortfall

KEY = ["mission", "month"]


def join_composition(frame: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Add number of contributors, share of women and shortfall to mission-months.

    Parameters
    ----------
    frame : pandas.DataFrame
        Mission-months, with ``mission`` and ``month``.
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        The frame with ``contributors``, ``women_share`` and ``personnel_shortfall_share``;
        missing where the source of each does not list the mission-month.
    """
    for table in (count_contributors(raw), share_women(raw), shortfall(raw)):
        frame = frame.merge(table, on=KEY, how="left", validate="1:1")
    frame["contributors"] = frame["contributors"].astype("Int64")
    return frame


def count_contributors(raw: Path) -> pd.DataFrame:
    """Count contributors with at least one person: IPI's own count, then the monthly reports.

    IPI to 2014-12 and where a report of 2015-2017 is lost; 2018-03 to 2019-08, which the UN
    printed without missions, from the table of contributors and missions; other months without
    a report by mission and contributor have no row.
    """
    reports = read_reports(raw)
    unprinted = keep_missions(contributors_missions.read(raw), "ipi", "strength")
    unprinted = unprinted[unprinted["month"].between(*UNPRINTED)]
    key = [*KEY, "contributor"]
    listed = pd.concat([reports[[*key, "total"]], unprinted[[*key, "total"]]], ignore_index=True)
    present = listed[listed["total"] > 0].drop_duplicates(key)
    counted = present.groupby(KEY).size().rename("contributors").reset_index()
    ipi = keep_missions(personnel.read_ipi(raw), "ipi")
    ipi = ipi[(ipi["month"] < FIRST_REPORT) | ~ipi["month"].isin(set(reports["month"]))]
    ipi = ipi[ipi["contributors"] > 0]
    return pd.concat([ipi[[*KEY, "contributors"]], counted], ignore_index=True)


def share_women(raw: Path) -> pd.DataFrame:
    """Share of women in uniformed personnel: ``mission month women_share``.

    IPI's table by gender 2009-11 to 2014-02, monthly reports from 2015-01.
    """
    tables = (keep_missions(contributors_ipi.read_gender(raw), "ipi"), read_reports(raw))
    both = pd.concat([table[[*KEY, "female", "total"]] for table in tables], ignore_index=True)
    sums = both.groupby(KEY, as_index=False)[["female", "total"]].sum()
    sums = sums[sums["total"] > 0]
    share = (sums["female"] / sums["total"]).astype("float64").round(4)
    return sums[KEY].assign(women_share=share).reset_index(drop=True)


def read_reports(raw: Path) -> pd.DataFrame:
    """Monthly reports of peacekeeping missions: ``mission month contributor female total``."""
    return keep_missions(contributions.read_reports(raw), "strength")
