"""The declared tables, and the committed results held to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pkstats.errors import Breaches, ResultsError
from pkstats.results import Table, find_place, find_table, list_tables, read_table
from pkstats.results.contract import declare_table

FILES = sorted((Path(__file__).parents[2] / "analyses" / "results").glob("*.csv"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_committed_file_is_declared_and_agrees(path: Path) -> None:
    place = find_place(path.name)
    assert place is not None, f"{path.name} is declared by no table"
    assert place.file == path.name
    frame = read_table(path.parent, place.table, prefix=place.prefix)
    assert len(frame) > 0
    assert not frame.duplicated(list(place.table.key)).any()


def test_every_declared_table_has_a_committed_file() -> None:
    written = {path.name for path in FILES}
    topics = {t.name_file() for t in list_tables() if t.prefix is not None}
    assert topics <= written, topics - written
    places = [find_place(name) for name in written]
    kinds = {place.table.name for place in places if place and place.table.prefix is None}
    assert kinds == {t.name for t in list_tables() if t.prefix is None}


@pytest.mark.parametrize("table", list_tables(), ids=lambda t: t.name_file(t.prefix or "any"))
def test_every_table_and_column_is_told_in_words(table: Table) -> None:
    assert len(table.description.split()) > 3
    assert table.description.endswith(".")
    assert table.key
    assert len(set(table.names)) == len(table.names)
    for column in table.columns:
        assert len(column.label) > 5, column.name
        assert column.unit, column.name
        assert column.label[0].isupper() or column.label.startswith(("p-value", "t statistic"))


def test_solver_made_columns_alone_declare_a_tolerance() -> None:
    declared = {
        (t.name, name): limit for t in list_tables() for name, limit in t.tolerances.items()
    }
    assert {table for table, _ in declared} == {
        *("cases", "case_paths", "case_placebos"),
    }
    assert set(declared.values()) == {1e-3}


@pytest.mark.parametrize(
    ("file", "name", "prefix"),
    [
        ("h1_elements_verdict_steps.csv", "verdict_steps", "h1_elements"),
        ("h1_predictable_steps.csv", "predictable_steps", "h1"),
        ("h2_south_sudan_steps.csv", "south_sudan_steps", "h2"),
        ("replication_leave_one_out.csv", "leave_one_out", "replication"),
        ("h9_leave_one_out.csv", "leave_one_out", "h9"),
        ("simulation.csv", "simulation", ""),
    ],
)
def test_a_file_is_placed_by_its_name(file: str, name: str, prefix: str) -> None:
    place = find_place(file)
    assert place is not None
    assert (place.table.name, place.prefix, place.file) == (name, prefix, file)


def test_a_topic_keeps_its_tables_to_itself() -> None:
    assert find_place("h9_trend.csv") is None
    assert find_place("verdict.csv") is None
    assert find_place("h1_verdict.parquet") is None
    place = find_place("replication_leave_one_out.csv")
    assert place is not None
    assert place.table.prefix == "replication"
    assert "whole" in place.table.names


def test_an_undeclared_table_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ResultsError, match=r"no table declares 'verdicts'.*verdict_steps"):
        find_table("verdicts", prefix="h9")


def declare(**changes: Any) -> list[str]:
    entry = {
        "name": "made_up",
        "title": "Made up",
        "description": "A table that is made up.",
        "key": ["unit"],
        "columns": ["unit", "count"],
        "own": {"count": {"label": "A count", "unit": "persons", "kind": "count"}},
    }
    breaches = Breaches("declarations")
    shared = {"unit": {"label": "A unit", "unit": "name", "kind": "key"}}
    declare_table(entry | changes, shared, breaches)
    return breaches.found


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": ["unit", "count", "other"]}, "'other' has no label, unit or known kind"),
        ({"own": {"count": {"label": "A", "unit": "b", "kind": "tally"}}}, "'count' has no label"),
        ({"key": ["unit", "year"]}, "year stand in no column"),
        ({"optional": {"unit": "where there is one"}}, "a column of the key is optional"),
        ({"monte_carlo": {"count": {"draws": "draws"}}}, "draws stand in no column"),
    ],
)
def test_a_wrong_declaration_is_refused(changes: dict[str, Any], message: str) -> None:
    assert not declare()
    assert [message in breach for breach in declare(**changes)] == [True]


def test_a_shared_column_can_be_restated_in_part() -> None:
    whole = find_table("estimates", prefix="h9").table
    lost = find_table("rows_lost", prefix="h9").table
    rows = {t.name: next(c for c in t.columns if c.name == "rows") for t in (whole, lost)}
    assert rows["estimates"].label != rows["rows_lost"].label
    assert rows["estimates"].unit == rows["rows_lost"].unit == "rows"


def test_reading_types_by_declaration() -> None:
    folder = FILES[0].parent
    changes = read_table(folder, "mandate_changes", prefix="h2")
    assert pd.api.types.is_datetime64_any_dtype(changes["month"])
    estimates = read_table(folder, "elements_estimates", prefix="h1")
    assert str(estimates["rows"].dtype) == "Int64"
    assert estimates["rows"].isna().any()
    assert str(read_table(folder, "terms", prefix="h1")["both"].dtype) == "int64"
    printed = read_table(folder, "printed", prefix="replication")
    assert printed["printed"].map(type).eq(str).all()
