from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.command.comparison import compare_folders, compare_frames


@pytest.fixture
def table() -> pd.DataFrame:
    months = pd.date_range("2000-01-01", periods=3, freq="MS")
    return pd.DataFrame(
        {
            "mission": ["MONUC", "MONUC", "UNIFIL"],
            "month": [months[0], months[1], months[0]],
            "deaths": [0, 3, 1],
            "rate": [0.5, np.nan, 1e3],
            "note": ["", None, "a"],
        }
    )


def test_equal_tables_agree_in_every_value(table: pd.DataFrame) -> None:
    found = compare_frames(table, table.copy())
    assert found.differences == ()
    assert found.values == found.agreeing == 15


def test_a_planted_difference_is_found_and_placed(table: pd.DataFrame) -> None:
    other = table.copy()
    other.loc[1, "deaths"] = 4
    found = compare_frames(table, other, file="panels/mission_month.parquet")
    (difference,) = found.differences
    assert str(difference) == (
        "panels/mission_month.parquet | MONUC 2000-02-01 | deaths: expected 3, found 4"
    )
    assert (found.agreeing, found.values) == (14, 15)


@pytest.mark.parametrize(
    ("column", "value", "agrees"),
    [
        ("rate", 1e3 * (1 + 5e-7), True),
        ("rate", 1e3 * (1 + 5e-6), False),
        ("rate", np.nan, False),
        ("rate", np.inf, False),
        ("note", "b", False),
        ("note", None, False),
    ],
)
def test_tolerance(table: pd.DataFrame, column: str, value: object, agrees: bool) -> None:
    other = table.copy()
    other.loc[2, column] = value
    assert (compare_frames(table, other).differences == ()) is agrees


def test_counts_are_exact_even_when_read_as_floats() -> None:
    expected = pd.DataFrame({"k": ["a", "b"], "deaths": [10_000_000.0, np.nan]})
    assert compare_frames(
        expected, expected + pd.DataFrame({"k": ["", ""], "deaths": [1, 0]})
    ).differences


def test_a_column_may_declare_its_own_tolerance(table: pd.DataFrame) -> None:
    other = table.assign(rate=table["rate"] + 5e-4)
    assert len(compare_frames(table, other).differences) == 1
    assert not compare_frames(table, other, tolerances={"rate": 1e-3}).differences


def test_rows_are_met_by_key_not_by_position(table: pd.DataFrame) -> None:
    assert not compare_frames(table, table.iloc[::-1].reset_index(drop=True)).differences


def test_rows_and_columns_of_one_side_only_are_differences(table: pd.DataFrame) -> None:
    fewer = compare_frames(table, table.iloc[:2].drop(columns="note"))
    assert [(d.row, d.column, d.found) for d in fewer.differences] == [
        ("UNIFIL 2000-01-01", "", "absent"),
        ("", "note", "absent"),
    ]
    more = compare_frames(table.iloc[:2], table)
    assert [(d.row, d.expected) for d in more.differences] == [("UNIFIL 2000-01-01", "absent")]


def test_a_repeated_key_is_a_difference(table: pd.DataFrame) -> None:
    twice = pd.concat([table, table.iloc[:1]])
    assert [d.found for d in compare_frames(table, twice).differences] == ["repeated"]


def test_folders(tmp_path: Path, table: pd.DataFrame) -> None:
    for side in ("reference", "rebuilt"):
        (tmp_path / side).mkdir()
        table.to_csv(tmp_path / side / "h1.csv", index=False)
    folders = tmp_path / "reference", tmp_path / "rebuilt"
    agreeing = compare_folders(*folders)
    assert (agreeing.values, agreeing.differences) == (15, ())
    table.assign(rate=table["rate"] + 5e-4).to_csv(tmp_path / "rebuilt" / "h1.csv", index=False)
    assert len(compare_folders(*folders, tolerances={"h2": {"rate": 1e-3}}).differences) == 1
    assert not compare_folders(*folders, tolerances={"h1": {"rate": 1e-3}}).differences
    (tmp_path / "rebuilt" / "h1.csv").rename(tmp_path / "rebuilt" / "h2.csv")
    found = compare_folders(tmp_path / "reference", tmp_path / "rebuilt").differences
    assert [(d.file, d.expected, d.found) for d in found] == [
        ("reference/h1.csv", "present", "absent"),
        ("reference/h2.csv", "absent", "present"),
    ]


def test_a_key_may_be_blank():
    expected = pd.DataFrame({"model": ["a", "a"], "host": ["Mali", None], "value": [1.0, 2.0]})
    assert not compare_frames(expected, expected.copy()).differences
    moved = expected.assign(value=[1.0, 3.0])
    (difference,) = compare_frames(expected, moved).differences
    assert difference.column == "value"
