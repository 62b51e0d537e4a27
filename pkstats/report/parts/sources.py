"""Sources: the results files behind a chapter, to download, with their codebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pkstats.report.page import find_page
from pkstats.results import list_tables
from pkstats.results.codebook import FILE

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
    """List the files, each with a link to download it and what it holds, and their codebook."""
    if not files:
        return "No results file of this family is in the build."
    listed = [f"- {_link(f'{PLACE}/{name}')}: {table.description}" for name, table in files]
    told = "What each column means, its unit, and why a value may be blank"
    return "\n".join([*listed, f"- {_link(FILE)}: {told}."])


def _link(path: str) -> str:
    name = path.rpartition("/")[2]
    return f"{{download}}`{name} <{path}>`" if find_page(path) else f"`{name}`"


def say_source(file: str, *, specification: str, columns: str) -> str:
    """Say which file, specification and panel columns some numbers come from."""
    return f"*Where these numbers come from:* `{file}`; {specification}; {columns}."
