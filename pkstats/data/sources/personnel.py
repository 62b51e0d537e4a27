"""Personnel: uniformed personnel deployed, by mission and month, from three tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.missions import declare_label
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import SourceError, name_some

IPI = "ipi_personnel/mission_month.csv"
CONTRIBUTIONS = "un_contributions/contributions_2015_2025.csv.gz"
STRENGTH = "un_contributions/strength_1990_2025.csv"

TYPES = ("troops", "staff_officer", "experts", "individual_police", "fpu")
SOURCES = {
    "IPI": "ipi",
    "UN monthly report": "un_monthly",
    "reconstructed": "reconstructed",
    "interpolated": "interpolated",
}
PARTS = ["troops", "police", "observers"]


def read_ipi(raw: Path) -> pd.DataFrame:
    """Read uniformed personnel at the end of each month, 1990-11 to 2017-03 (IPI).

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (5330, 8)
        ``label date month contributors troops police observers total``. A blank part is zero:
        the totals equal the sums of the parts in every row. November 2016 is absent.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a total is not the sum of its parts.
    """
    return parse_ipi(locate(raw, IPI))


def parse_ipi(path: Path) -> pd.DataFrame:
    """Read the mission-months from a path without checking its hash; as :func:`read_ipi`."""
    numbers = {"Troops": "troops", "Police": "police", "Observers": "observers"}
    columns = (
        declare_label("Mission", "ipi"),
        Column(name="Date", rename="date", kind="date", minimum="1990-11-30", maximum="2017-03-31"),
        Column(name="Number of Contributors", rename="contributors", kind="integer", minimum=0),
        *(
            Column(name=n, rename=r, kind="integer", blank=True, empty=("NA",), minimum=0)
            for n, r in numbers.items()
        ),
        Column(name="Total", rename="total", kind="integer", minimum=0),
    )
    table = read_table(path, columns, unique=["label", "date"])
    table[PARTS] = table[PARTS].fillna(0)
    wrong = table.index[table[PARTS].sum(axis=1) != table["total"]]
    if len(wrong):
        raise SourceError(
            f"{path.name}: 'Total' is not Troops + Police + Observers (line {name_some(wrong)}). "
            "Remedy: correct the file or fetch it again"
        )
    table.insert(2, "month", _start_month(table["date"]))
    return table.reset_index(drop=True)


def read_contributions(raw: Path) -> pd.DataFrame:
    """Read the UN's monthly reports: month x mission x contributor x type, 2015-01 to 2025-07.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (97313, 8)
        ``month label contributor type female male total gender_fixed``. 103 of 127 months; staff
        officers are troops until 2017-04.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; women and men do not add up.
    """
    return parse_contributions(locate(raw, CONTRIBUTIONS))


def parse_contributions(path: Path) -> pd.DataFrame:
    """Read the contributions from a path without checking its hash."""
    columns = (
        Column(name="month", kind="month", minimum="2015-01", maximum="2025-07"),
        declare_label("mission", "strength"),
        Column(name="contributor_iso3", rename="contributor"),
        Column(name="ptype", rename="type", values=TYPES),
        *(Column(name=n, kind="integer", minimum=0) for n in ("female", "male", "total")),
        Column(name="gender_fixed", kind="flag"),
        Column(name="source", values=("UN monthly report",)),
    )
    table = read_table(path, columns, unique=["month", "label", "contributor", "type"])
    wrong = table.index[table["female"] + table["male"] != table["total"]]
    if len(wrong):
        raise SourceError(
            f"{path.name}: 'total' is not female + male (line {name_some(wrong)}). "
            "Remedy: correct the file or fetch it again"
        )
    return table.drop(columns="source").reset_index(drop=True)


def read_strength(raw: Path) -> pd.DataFrame:
    """Read the compiled splice of IPI and monthly reports, with its reconstructed months.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (7568, 7)
        ``label month troops police observers total source``. Reconstructed and interpolated
        months are fractional: estimates from margins, or means of the months around.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse_strength(locate(raw, STRENGTH))


def parse_strength(path: Path) -> pd.DataFrame:
    """Read the splice from a path without checking its hash; as :func:`read_strength`."""
    numbers = {
        "troops_incl_staff": "troops",
        "police": "police",
        "experts": "observers",
        "total": "total",
    }
    columns = (
        declare_label("mission", "strength"),
        Column(name="month", kind="month", minimum="1990-11", maximum="2025-07"),
        *(Column(name=n, rename=r, kind="number", minimum=0) for n, r in numbers.items()),
        Column(name="src", rename="source", values=tuple(SOURCES)),
    )
    table = read_table(path, columns, unique=["label", "month"])
    apart = (table[PARTS].sum(axis=1) - table["total"]).abs()
    wrong = table.index[apart > 0.35]  # parts of estimates are rounded to a tenth each
    if len(wrong):
        raise SourceError(
            f"{path.name}: 'total' is not the sum of its parts (line {name_some(wrong)}). "
            "Remedy: correct the file or fetch it again"
        )
    return table.assign(source=table["source"].map(SOURCES)).reset_index(drop=True)


def _start_month(date: pd.Series) -> pd.Series:
    return date.dt.to_period("M").dt.start_time.astype(date.dtype)
