"""HKS: the replication data of Hultman, Kathman and Shannon 2013, one row a conflict and month."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.table import Column, Kind, read_table

NAME = "hks2013/hks_ajps_2013.tab"

# Name in the file, name in the frame, kind and whether values may be missing.
FIELDS: tuple[tuple[str, str, Kind, bool], ...] = (
    ("conflict_id", "conflict_id", "integer", False),
    ("gwnoloc", "country", "integer", False),
    ("year", "year", "integer", False),
    ("mon", "month_of_year", "integer", False),
    ("location", "location", "text", False),
    ("osvAll", "civilians_killed", "integer", False),
    ("osvreb1", "civilians_killed_rebels", "integer", False),
    ("osvgov", "civilians_killed_government", "integer", False),
    ("osvAllLagDum", "civilians_killed_lag1_any", "flag", True),
    ("osvreb1Lag", "civilians_killed_rebels_lag1", "integer", True),
    ("osvreb1LagDum", "civilians_killed_rebels_lag1_any", "flag", True),
    ("osvgovLag", "civilians_killed_government_lag1", "integer", True),
    ("osvgovLagDum", "civilians_killed_government_lag1_any", "flag", True),
    ("troopLag", "un_troops_lag1", "number", True),
    ("policeLag", "un_police_lag1", "number", True),
    ("militaryobserversLag", "un_observers_lag1", "number", True),
    ("brv_AllLag", "battle_deaths_lag1", "integer", True),
    ("brv_aLag", "battle_deaths_government_lag1", "integer", True),
    ("brv_bLag", "battle_deaths_rebels_lag1", "integer", True),
    ("PKOdum", "un_operation", "flag", True),
    ("unscres_prearrivalLag", "resolution_before_arrival_lag1", "flag", True),
    ("incomp", "incompatibility", "integer", False),
    ("epduration", "episode_duration_months", "integer", False),
    ("lntpop", "population_log", "number", True),
)


def read(raw: Path) -> pd.DataFrame:
    """Read the conflict-months, 1991-2008.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (3972, 25)
        ``month`` and the columns of the published models, renamed as FIELDS says. Personnel in
        thousands; incompatibility 1 territory, 2 government.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a conflict-month twice.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read from a path without checking its hash; as :func:`read`."""
    bounds: dict[str, tuple[float, float]] = {
        "year": (1991, 2008),
        "month_of_year": (1, 12),
        "incompatibility": (1, 2),
        "country": (2, 990),
    }
    columns = tuple(
        Column(
            name=name,
            rename=rename,
            kind=kind,
            blank=blank,
            minimum=bounds.get(rename, (0, None))[0] if kind != "text" else None,
            maximum=bounds[rename][1] if rename in bounds else None,
        )
        for name, rename, kind, blank in FIELDS
    )
    key = ["conflict_id", "year", "month_of_year"]
    table = read_table(path, columns, unique=key, delimiter="\t")
    month = pd.to_datetime({"year": table["year"], "month": table["month_of_year"], "day": 1})
    table.insert(1, "month", month)
    return table.reset_index(drop=True)
