"""Codebook of the results: every column of every table in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.panels.store import write_table as write_whole
from pkstats.results.contract import list_tables
from pkstats.results.inventory import list_places

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pkstats.results.table import Table

FILE = "results_codebook.csv"


def describe_tables(folder: Path) -> pd.DataFrame:
    """List the tables that a folder of results holds.

    Parameters
    ----------
    folder : Path
        Holds the results.

    Returns
    -------
    DataFrame
        One row a table: table title description files rows_by (the key).

    Raises
    ------
    ResultsError
        The files are not those declared; as :func:`pkstats.results.list_places`.
    """
    return pd.DataFrame(
        [
            {
                "table": name,
                "title": table.title,
                "description": table.description,
                "files": ", ".join(files),
                "rows_by": ", ".join(table.key),
            }
            for name, (table, files) in _gather_files(folder).items()
        ]
    )


def describe_columns(folder: Path) -> pd.DataFrame:
    """Tell every column of the results that a folder holds.

    Parameters
    ----------
    folder : Path
        Holds the results.

    Returns
    -------
    DataFrame
        One row a table and column: table title files column label unit kind key (yes or no)
        missing (why a value may be blank) stands (in which case the column does, empty where
        always) tolerance (absolute, of the comparison; 0 is the common one) monte_carlo.

    Raises
    ------
    ResultsError
        The files are not those declared; as :func:`pkstats.results.list_places`.
    """
    return pd.DataFrame(
        [
            {
                "table": name,
                "title": table.title,
                "files": ", ".join(files),
                "column": column.name,
                "label": column.label,
                "unit": column.unit,
                "kind": column.kind,
                "key": "yes" if column.name in table.key else "no",
                "missing": column.missing,
                "stands": table.optional.get(column.name, ""),
                "tolerance": column.tolerance,
                "monte_carlo": str(table.monte_carlo.get(column.name, "")),
            }
            for name, (table, files) in _gather_files(folder).items()
            for column in table.columns
        ]
    )


def write_codebook(folder: Path, target: Path, *, families: Collection[str] | None = None) -> Path:
    """Write the codebook of the results in a folder as ``target / results_codebook.csv``.

    Parameters
    ----------
    folder, target : Path
        Holds the results; receives the codebook.
    families : collection of str, optional
        Prefixes of all families, as :func:`pkstats.results.list_places` takes them.

    Raises
    ------
    ResultsError
        The files are not those declared; as :func:`pkstats.results.list_places`.
    """
    list_places(folder, families=families)
    return write_whole(describe_columns(folder), target / FILE)


def _gather_files(folder: Path) -> dict[str, tuple[Table, list[str]]]:
    """Tables that a folder holds with their files, in the order of the declarations."""
    places = list_places(folder)
    found: dict[str, tuple[Table, list[str]]] = {}
    for table in list_tables():
        files = [place.file for place in places if place.table is table]
        if files:
            name = table.name if table.prefix is None else table.name_file().removesuffix(".csv")
            found[name] = (table, files)
    return found
