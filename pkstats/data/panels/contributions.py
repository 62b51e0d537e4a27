"""Contributions: what the panels of contributors do alike with the reports of who sent whom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pkstats.data.sources import contributors, personnel

# From then on staff officers are a type of their own; before, they are troops.
STAFF_OFFICERS_FROM = pd.Timestamp("2017-05-01")

# Column of the panels by type of the sources; troops include staff officers.
TYPES = {
    "troops": "own_troops",
    "staff_officer": "own_staff_officers",
    "individual_police": "own_individual_police",
    "fpu": "own_formed_police",
    "experts": "own_experts",
}


def read_reports(raw: Path) -> pd.DataFrame:
    """Monthly reports, as :func:`pkstats.data.sources.personnel.read_contributions`, by ISO code.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a contributor is unknown.
    """
    reports = personnel.read_contributions(raw)
    return reports.assign(contributor=contributors.assign(reports["contributor"]))


def spread_types(kind: pd.Series, persons: pd.Series) -> dict[str, pd.Series]:
    """Persons under the column of their type, zero under the others; by column of `TYPES`.

    Parameters
    ----------
    kind, persons : pandas.Series, shape (rows,)
        Type and number of persons of each entry.
    """
    columns = {name: persons.where(kind == one, 0) for one, name in TYPES.items()}
    columns["own_troops"] = persons.where(kind.isin(["troops", "staff_officer"]), 0)
    return columns


def drop_before_entry(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the months before a contributor entered the list of states."""
    entered = contributors.crosswalk().set_index("contributor")["independent"]
    since = frame["contributor"].map(entered)
    return frame[since.isna() | (frame["month"] >= since.dt.to_period("M").dt.start_time)]


def join_listed(frame: pd.DataFrame, listed: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Add what the reports list to the rows that the panel has; missing where they list none."""
    entries = listed.drop(columns="own_personnel_source")
    return frame.merge(entries, on=list(key), how="left", validate="1:1")


def join_slips(frame: pd.DataFrame, slips: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Add ``source_slip``: 1 where a source is known to err, else 0."""
    known = slips[list(key)].drop_duplicates().assign(source_slip=1)
    marked = frame.merge(known, on=list(key), how="left", validate="1:1")
    return marked.assign(source_slip=marked["source_slip"].fillna(0).astype("Int64"))
