"""Conflicts: in which years each conflict was active (UCDP's registry)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.conflict_deaths import LAST_YEAR
from pkstats.data.sources.entries import read_entries

NAME = "ucdp/registry/conflicts.yaml"
DYADS = "ucdp/registry/dyads.yaml"


def read(raw: Path) -> pd.DataFrame:
    """Read the years with at least 25 battle-related deaths, 1946-2025.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``conflict_id year``: one row a conflict and active year.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read from a path without checking its hash; as :func:`read`."""
    frame = read_entries(path, {"id": "whole", "active_years": "wholes"}, unique="id")
    years = frame.explode("active_years").dropna(subset=["active_years"])
    years = years.rename(columns={"id": "conflict_id", "active_years": "year"})
    years = years.astype({"year": "int64"})
    return years[years["year"] <= LAST_YEAR].reset_index(drop=True)


def read_dyads(raw: Path) -> pd.DataFrame:
    """Read which conflict each dyad belongs to: ``dyad conflict_id``.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse_dyads(locate(raw, DYADS))


def parse_dyads(path: Path) -> pd.DataFrame:
    """Read from a path without checking its hash; as :func:`read_dyads`."""
    frame = read_entries(path, {"id": "whole", "conflict": "whole"}, unique="id")
    return frame.rename(columns={"id": "dyad", "conflict": "conflict_id"}).reset_index(drop=True)
