"""The page that lists the results tables counts and names what the folder holds."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.report.chapters import contract
from pkstats.results import find_table, write_table
from pkstats.results.codebook import describe_columns


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    simulation = root / "analyses" / "results" / "simulation.csv"
    (tmp_path / simulation.name).write_bytes(simulation.read_bytes())
    for prefix in ("h8", "h9"):
        place = find_table("facts", prefix=prefix)
        columns = place.table.columns
        frame = {c.name: [c.categories[0] if c.categories else "made up"] for c in columns}
        write_table(pd.DataFrame(frame), place.table, tmp_path, prefix=prefix)
    return tmp_path


def test_tables_files_and_columns_are_counted(folder: Path) -> None:
    columns = len(describe_columns(folder))
    assert columns == sum(
        len(find_table(name, prefix=prefix).table.names)
        for name, prefix in (("facts", "h9"), ("simulation", ""))
    )
    said = contract.say_contract(folder)
    assert said.startswith(f"2 declared tables in 3 files, {columns} columns in all.")


def test_a_kind_is_one_line_with_the_files_of_every_family(folder: Path) -> None:
    table = contract.tabulate_contract(folder)
    lines = table.set_index("Table")
    assert lines.loc["**Facts**", "Files"] == "`h8_facts.csv`, `h9_facts.csv`"
    assert lines.loc["**Facts**", "A row is known by"] == "`fact`"
    assert len(table) == 2
