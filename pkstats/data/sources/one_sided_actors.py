"""One-sided actors: who killed civilians, where and in which years (UCDP's registry)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.entries import read_entries

NAME = "ucdp/registry/onesided.yaml"


def read(raw: Path) -> pd.DataFrame:
    """Read the actors of one-sided violence.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (378, 5)
        ``actor name government countries years``: countries (Gleditsch-Ward) and years (with at
        least 25 deaths) as tuples.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the actors from a path without checking its hash; as :func:`read`."""
    fields = {
        "id": "whole",
        "name": "text",
        "government": "truth",
        "countries": "wholes",
        "active_years": "wholes",
    }
    frame = read_entries(path, fields, unique="id")  # type: ignore[arg-type]
    frame["name"] = frame["name"].str.strip()
    return frame.rename(columns={"id": "actor", "active_years": "years"}).reset_index(drop=True)
