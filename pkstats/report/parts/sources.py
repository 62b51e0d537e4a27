"""Sources: the results files behind a chapter, to download, with what each column means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.report.page import find_page
from pkstats.results import list_tables

if TYPE_CHECKING:
    from pkstats.families import Family
    from pkstats.results import Table

PLACE = "results"
"""Folder beside the pages that holds the files to download."""


def list_files(family: Family, folder: Path) -> list[tuple[str, Table]]:
    """Results files of a family with their declarations, kinds first.

    Parameters
    ----------
    family : Family
        The declaration.
    folder : Path
        Holds the files.
    """
    tables = [table for table in list_tables() if table.prefix in (None, family.prefix)]
    named = [(table.name_file(family.prefix), table) for table in tables]
    return [(name, table) for name, table in named if (Path(folder) / name).is_file()]


def say_files(files: list[tuple[str, Table]]) -> str:
    """List the files, each with a link to download it and what it holds."""
    if not files:
        return "No results file of this family is in the build."
    return "\n".join(f"- {_link(name)}: {table.description}" for name, table in files)


def _link(name: str) -> str:
    path = f"{PLACE}/{name}"
    return f"[`{name}`]({path})" if find_page(path) else f"`{name}`"


def tabulate_columns(files: list[tuple[str, Table]]) -> pd.DataFrame:
    """Lay out the codebook of the files: one line a column that has one meaning in them."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for _, table in files:
        for column in table.columns:
            key = (column.name, column.label, column.unit)
            found.setdefault(key, []).append(table.name)
    return pd.DataFrame(
        [
            {"Column": f"`{name}`", "Meaning": label, "Unit": unit, "Tables": ", ".join(tables)}
            for (name, label, unit), tables in sorted(found.items())
        ]
    )


def say_source(file: str, *, specification: str, columns: str) -> str:
    """Say which file, specification and panel columns some numbers come from."""
    return f"*Where these numbers come from:* `{file}`; {specification}; {columns}."
