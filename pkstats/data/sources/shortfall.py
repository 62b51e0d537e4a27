"""Shortfall: authorised and deployed strength by mission and month, 1990-2015."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources import missions
from pkstats.data.sources.stata import read_stata
from pkstats.data.sources.table import Column
from pkstats.errors import SourceError, name_some

NAME = "personnel_shortfall/shortfall.dta"
FIRST_MONTH, LAST_MONTH = pd.Timestamp("1990-01-01"), pd.Timestamp("2015-05-01")
SHARE = "personnel_shortfall_share"


def read(raw: Path) -> pd.DataFrame:
    """Read the mission-months.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (4833, 6)
        ``label month authorised deployed shortfall share``: strength authorised and deployed (all
        uniformed), the part of the authorised strength that is not deployed (never negative), and
        its share. Missing where the source has no authorised or no deployed strength.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a mission is not in the crosswalk.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the mission-months from a path without checking its hash; as :func:`read`."""
    columns = (
        missions.declare_label("mission", "ipi"),
        Column(name="year", kind="integer", minimum=1990, maximum=2015),
        Column(name="month", rename="month_of_year", kind="integer", minimum=1, maximum=12),
        Column(name="totalauth", rename="authorised", kind="number", blank=True, minimum=0),
        Column(name="total", rename="deployed", kind="number", blank=True, minimum=0),
        Column(name="shortfalltotal", rename="shortfall", kind="number", blank=True, minimum=0),
        Column(
            name="propshortfall", rename="share", kind="number", blank=True, minimum=0, maximum=1
        ),
    )
    table = read_stata(path, columns, unique=["label", "year", "month_of_year"])
    off = (table["shortfall"] / table["authorised"] - table["share"]).abs() > 1e-6
    if off.any():
        raise SourceError(
            f"{path.name}: 'propshortfall' is not shortfall by authorised strength in {off.sum()} "
            f"rows (observation {name_some(table.index[off])}). Remedy: fetch it again"
        )
    month = pd.to_datetime({"year": table["year"], "month": table["month_of_year"], "day": 1})
    table = table.drop(columns=["year", "month_of_year"])
    table.insert(1, "month", month)
    return table.reset_index(drop=True)


def shortfall(raw: Path) -> pd.DataFrame:
    """Share of the authorised strength that is not deployed, by mission and month.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``mission month personnel_shortfall_share``: to 0.01, 0 where a mission is at or above its
        authorised strength; only months of the mission's window that the source observes.

    Raises
    ------
    SourceError
        As :func:`read`; two labels meet in one mission-month.
    """
    table = read(raw).dropna(subset="share").reset_index(drop=True)
    assigned = missions.assign(table["label"], table["month"], "ipi")
    table = table.assign(mission=assigned["mission"])[assigned["inside"]]
    twice = table[table.duplicated(["mission", "month"], keep=False)]
    if len(twice):
        keys = twice["mission"] + " " + twice["month"].dt.strftime("%Y-%m")
        raise SourceError(
            f"{NAME}: several labels in one mission-month: {name_some(keys.unique())}. "
            "Remedy: settle the labels in data/compiled/missions.csv"
        )
    kept = table[["mission", "month"]].assign(**{SHARE: table["share"].round(2)})
    return kept.sort_values(["mission", "month"]).reset_index(drop=True)
