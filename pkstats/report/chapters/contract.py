"""The results tables of a build, told from their declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.report.results import write_records
from pkstats.results.codebook import describe_columns, describe_tables

if TYPE_CHECKING:
    from pathlib import Path


def say_contract(folder: Path) -> str:
    """Count the tables, files and columns of a folder of results."""
    tables, columns = describe_tables(folder), describe_columns(folder)
    files = tables["files"].str.split(", ").map(len).sum()
    return (
        f"{len(tables)} declared tables in {files} files, {len(columns)} columns in all. Each is "
        "declared once in `pkstats/results/tables`; what writes, reads, compares and describes it "
        "follows from there."
    )


def tabulate_contract(folder: Path) -> pd.DataFrame:
    """Lay out one line a table: what it holds, what identifies a row, its files."""
    rows = write_records(describe_tables(folder))
    return pd.DataFrame(
        {
            "Table": [f"**{row['title']}**" for row in rows],
            "Holds": [row["description"] for row in rows],
            "A row is known by": [_mark(row["rows_by"]) for row in rows],
            "Files": [_mark(row["files"]) for row in rows],
        }
    )


def _mark(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))
