"""Agreements: peace agreements of the parties to UCDP's armed conflicts, by country and day."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.entries import read_entries
from pkstats.errors import SourceError, name_some

NAME = "ucdp/registry/peace-agreements.yaml"
CONFLICTS = "ucdp/registry/conflicts.yaml"


def read(raw: Path) -> pd.DataFrame:
    """Read peace agreements, 1975-2021.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``agreement date country``: one row an agreement and country where a conflict that it
        settles is located (an agreement of two states counts in both).

    Raises
    ------
    SourceError
        A file is missing, altered or not of its schema; an agreement settles an unknown conflict.
    """
    return parse(locate(raw, NAME), locate(raw, CONFLICTS))


def parse(path: Path, conflicts: Path) -> pd.DataFrame:
    """Read agreements from paths without checking their hashes; as :func:`read`."""
    agreements = read_entries(
        path, {"id": "whole", "date": "date", "conflicts": "wholes"}, unique="id"
    )
    places = read_entries(conflicts, {"id": "whole", "countries": "wholes"}, unique="id")
    long = agreements.rename(columns={"id": "agreement"}).explode("conflicts")
    unknown = long.index[~long["conflicts"].isin(places["id"])]
    if len(unknown):
        raise SourceError(
            f"{path.name}: conflict is not in {conflicts.name}: entry {name_some(unknown)}. "
            "Remedy: take both files of one version"
        )
    located = long.merge(places.explode("countries"), left_on="conflicts", right_on="id")
    located = located.dropna(subset="countries").rename(columns={"countries": "country"})
    located = located[["agreement", "date", "country"]].drop_duplicates()
    located["date"] = located["date"].astype("datetime64[s]")
    located = located.astype({"country": "int64"})
    return located.sort_values(["date", "agreement", "country"], ignore_index=True)
