import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.command.comparison import compare_folders, compare_frames, compare_results
from pkstats.errors import ResultsError
from pkstats.results import Table, list_tables


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


@pytest.fixture
def results(root: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The committed results, and a copy of them."""
    committed = root / "analyses" / "results"
    shutil.copytree(committed, tmp_path / "results")
    return committed, tmp_path / "results"


def change(path: Path, column: str, value: object, row: int = 0) -> None:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[row, column] = str(value)
    frame.to_csv(path, index=False)


def test_equal_results_agree_in_every_value(results: tuple[Path, Path]) -> None:
    found = compare_results(*results)
    assert found.values > 90_000
    assert found.differences == ()


@pytest.mark.parametrize(
    ("file", "column", "value"),
    [
        ("h1_terms.csv", "both", 3),  # count
        ("h2_survey_series.csv", "credible", 1),  # binary
        ("h1_specifications.csv", "main", "False"),  # binary, as true or false
        ("h1_estimates.csv", "p_value", 0.123),  # share
        ("h2_verdict.csv", "smallest_effect", 0.5),  # continuous
        ("h1_verdict.csv", "ruling", "supported"),  # category
        ("replication_printed.csv", "computed", "-0.530"),  # text, though it looks like a number
        ("h1_cases.csv", "month", "2013-05-01"),  # date
    ],
)
def test_a_changed_value_of_every_kind_is_a_difference(
    results: tuple[Path, Path], file: str, column: str, value: object
) -> None:
    change(results[1] / file, column, value)
    (difference,) = compare_results(*results).differences
    assert (difference.file, difference.column) == (f"results/{file}", column)
    assert difference.found == value or str(difference.found) == str(value)


def test_rows_are_met_by_the_declared_key(results: tuple[Path, Path]) -> None:
    path = results[1] / "h1_case_paths.csv"  # the last column is a part of its key
    pd.read_csv(path).iloc[::-1].to_csv(path, index=False)
    assert not compare_results(*results).differences
    change(path, "case", "another")
    rows = {d.row for d in compare_results(*results).differences}
    assert any(row.startswith("another ") for row in rows)


def test_a_declared_tolerance_is_honoured_and_no_more(results: tuple[Path, Path]) -> None:
    path = results[1] / "h1_cases.csv"
    gap = float(pd.read_csv(path)["gap"].iloc[0])
    change(path, "gap", gap + 5e-4)
    assert not compare_results(*results).differences
    change(path, "gap", gap + 5e-3)
    assert [d.column for d in compare_results(*results).differences] == ["gap"]


def test_a_tolerance_that_is_not_declared_is_caught(
    results: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = results[1] / "h1_cases.csv"
    change(path, "gap", float(pd.read_csv(path)["gap"].iloc[0]) + 5e-4)
    monkeypatch.setattr(Table, "tolerances", {})
    assert [d.column for d in compare_results(*results).differences] == ["gap"]


def test_a_column_that_draws_make_states_its_error(results: tuple[Path, Path]) -> None:
    change(results[1] / "h1_estimates.csv", "randomization_p", 0.5)
    change(results[1] / "simulation.csv", "rejected", 0.5)
    change(results[1] / "h1_verdict.csv", "q_value", 0.5)
    said = {d.column: d for d in compare_results(*results).differences}
    share, draws = float(said["randomization_p"].expected), 1999
    error = (share * (1 - share) / draws) ** 0.5
    assert said["randomization_p"].note == f"Monte Carlo standard error {error:.2g}"
    stated = pd.read_csv(results[0] / "simulation.csv")["rejected_error"].iloc[0]
    assert str(said["rejected"]).endswith(f"(Monte Carlo standard error {stated:.2g})")
    assert said["q_value"].note == "made by random draws"


def test_an_undeclared_or_unwritten_table_is_an_error(results: tuple[Path, Path]) -> None:
    (results[1] / "h1_terms.csv").rename(results[1] / "h1_words.csv")
    with pytest.raises(ResultsError) as caught:
        compare_results(*results)
    assert "h1_words.csv is declared by no table" in str(caught.value)
    assert "h1_terms.csv is declared and no step wrote it" in str(caught.value)


def test_a_new_family_is_one_difference_a_file(results: tuple[Path, Path]) -> None:
    committed, rebuilt = results
    kinds = [t for t in list_tables() if t.prefix is None and not t.when]
    for table in kinds:
        shutil.copy(committed / table.name_file("h2"), rebuilt / table.name_file("h9"))
    found = compare_results(*results).differences
    assert [(d.expected, d.found) for d in found] == [("absent", "present")] * len(kinds)
    assert all(d.file.startswith("results/h9_") for d in found)
