"""Writing and reading: what is not as declared is refused by name, all breaches at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels.variable import Variable
from pkstats.errors import ResultsError
from pkstats.results import (
    Table,
    find_prefixes,
    list_places,
    list_tables,
    read_family,
    read_table,
    read_tables,
    write_family,
    write_table,
    write_tables,
)
from pkstats.results.codebook import describe_columns, describe_tables, write_codebook

GAP = "not known"
TABLE = Table(
    name="made_up",
    title="Made up",
    description="One row a mission and month.",
    key=("mission", "month"),
    columns=(
        Variable(name="mission", label="Mission", unit="name", kind="key"),
        Variable(name="month", label="Month", unit="date", kind="date"),
        Variable(name="deaths", label="Deaths", unit="deaths", kind="count", minimum=0),
        Variable(name="hosts", label="Hosts", unit="hosts", kind="count", missing=GAP),
        Variable(name="main", label="Main", unit="true or false", kind="binary"),
        Variable(name="p_value", label="p", unit="p", kind="share", minimum=0, maximum=1),
        Variable(name="estimate", label="Estimate", unit="log", kind="continuous", missing=GAP),
        Variable(name="phase", label="Phase", unit="a", kind="category", categories=("x", "y")),
        Variable(name="note", label="Note", unit="text", kind="category", missing="nothing"),
        Variable(name="hypothesis", label="Hypothesis", unit="name", kind="key"),
    ),
    optional={"hypothesis": "where there are several"},
)


def make() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "note": ["", np.nan, "NA"],
            "mission": ["MONUC", "MONUC", "UNIFIL"],
            "month": pd.to_datetime(["2000-01-01", "2000-02-01", "2000-01-01"]),
            "deaths": [0.0, 3.0, 1.0],
            "hosts": [1.0, np.nan, 2.0],
            "main": [True, False, False],
            "p_value": [0.0, 0.5, 1.0],
            "estimate": [-0.5, np.nan, np.inf],
            "phase": ["x", "y", "x"],
        }
    )


def test_what_is_written_is_read_back_in_the_declared_order_and_types(tmp_path: Path) -> None:
    frame = make()
    before = frame.copy()
    path = write_table(frame, TABLE, tmp_path, prefix="h9")
    pd.testing.assert_frame_equal(frame, before)
    assert path.name == "h9_made_up.csv"
    assert b"\r" not in path.read_bytes()
    found = read_table(tmp_path, TABLE, prefix="h9")
    assert tuple(found.columns) == TABLE.required
    assert found["month"].tolist() == frame["month"].tolist()
    assert (str(found["deaths"].dtype), str(found["hosts"].dtype)) == ("int64", "Int64")
    assert found["note"].isna().tolist() == [True, True, False]
    assert found.loc[2, "note"] == "NA"
    assert found["estimate"].tolist()[::2] == [-0.5, np.inf]
    write_table(found, TABLE, tmp_path, prefix="h8")
    pd.testing.assert_frame_equal(read_table(tmp_path, TABLE, prefix="h8"), found)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("mission", ["MONUC", None, "UNIFIL"], "mission is missing without a reason in 1 rows"),
        ("mission", [True, "MONUC", "UNIFIL"], "mission is no name in 1 rows"),
        ("month", ["2000-01-01", "2000-02-01", "January"], "month is no date in 1 rows: UNIFIL"),
        ("deaths", [0.0, 3.5, 1.0], "deaths is no whole number in 1 rows: MONUC 2000-02-01"),
        ("deaths", [0.0, -3.0, 1.0], "deaths is below 0 in 1 rows: MONUC 2000-02-01"),
        ("deaths", ["0", "3", "1"], "deaths is no whole number in 3 rows"),
        ("main", [1, 0, 2], "main is no yes or no in 1 rows: UNIFIL"),
        ("p_value", [0.0, 0.5, 1.5], "p_value is above 1 in 1 rows: UNIFIL"),
        ("p_value", [0.0, np.nan, 0.5], "p_value is missing without a reason in 1 rows: MONUC"),
        ("estimate", ["low", 0.1, 0.2], "estimate is no number in 1 rows: MONUC 2000-01-01"),
        ("estimate", [True, 0.1, 0.2], "estimate is no number in 1 rows: MONUC 2000-01-01"),
        ("phase", ["x", "y", "z"], "phase has an unknown value in 1 rows: UNIFIL"),
        ("note", [1.5, "a", "b"], "note is no text in 1 rows: MONUC 2000-01-01"),
    ],
)
def test_a_value_of_another_kind_is_refused(
    tmp_path: Path, column: str, values: list[Any], message: str
) -> None:
    with pytest.raises(ResultsError, match=message):
        write_table(make().assign(**{column: pd.Series(values, dtype=object)}), TABLE, tmp_path)
    assert not list(tmp_path.iterdir())


def test_every_breach_of_a_frame_is_named_at_once(tmp_path: Path) -> None:
    wrong = make().drop(columns=["deaths", "phase"]).assign(extra=1, more=2)
    wrong.loc[1, "month"] = wrong.loc[0, "month"]
    with pytest.raises(ResultsError) as caught:
        write_table(wrong, TABLE, tmp_path, prefix="h9")
    message = str(caught.value)
    assert "table h9_made_up.csv: 3 breaches" in message
    assert "lacks deaths, phase" in message
    assert "holds extra, more, which the table does not declare" in message
    assert "key mission, month is repeated in 1 rows: MONUC 2000-01-01" in message


def test_an_optional_column_may_stand_or_not(tmp_path: Path) -> None:
    write_table(make().assign(hypothesis="H9-a"), TABLE, tmp_path)
    assert read_table(tmp_path, TABLE)["hypothesis"].eq("H9-a").all()
    with pytest.raises(ResultsError, match="hypothesis is missing without a reason"):
        write_table(make().assign(hypothesis=None), TABLE, tmp_path)


def test_a_file_is_held_to_its_table_when_read(tmp_path: Path) -> None:
    path = write_table(make(), TABLE, tmp_path)
    text = path.read_text()
    path.write_text(text.replace("deaths", "killed"))
    with pytest.raises(ResultsError, match=r"lacks deaths\. Remedy: make reproduce"):
        read_table(tmp_path, TABLE)
    path.write_text(text.replace("0.5,", "5,"))
    with pytest.raises(ResultsError, match=r"p_value is above 1 in 1 rows"):
        read_table(tmp_path, TABLE)


@pytest.fixture
def results(root: Path) -> Path:
    return root / "analyses" / "results"


def test_tables_are_written_all_or_none(results: Path, tmp_path: Path) -> None:
    frames = read_tables(results, "terms", "turn", "elements_verdict", prefix="h1")
    wrong = frames | {"terms": frames["terms"].drop(columns="both")}
    with pytest.raises(ResultsError, match=r"h1_terms\.csv lacks both"):
        write_tables(wrong, tmp_path, prefix="h1")
    assert not list(tmp_path.iterdir())
    write_tables(frames, tmp_path, prefix="h1")
    written = {path.name: path for path in tmp_path.iterdir()}
    assert set(written) == {"h1_terms.csv", "h1_turn.csv", "h1_elements_verdict.csv"}
    for name, path in written.items():
        pd.testing.assert_frame_equal(pd.read_csv(path), pd.read_csv(results / name))


def test_reading_several_names_every_absent_file(tmp_path: Path) -> None:
    with pytest.raises(ResultsError) as caught:
        read_tables(tmp_path, prefix="replication")
    assert str(caught.value).count("is absent. Remedy: make reproduce") == 5
    with pytest.raises(ResultsError) as caught:
        read_family(tmp_path, "effects", prefix="h9")
    due = [t for t in list_tables() if t.prefix is None and not t.when]
    assert str(caught.value).count("is absent") == len(due) + 1


def test_a_new_family_needs_a_prefix_and_nothing_else(results: Path, tmp_path: Path) -> None:
    frames = read_family(results, prefix="h2")
    own = {name: frames[name] for name in ("estimates", "verdict", "verdict_steps", "effects")}
    write_family(own, tmp_path, prefix="h9_second")
    found = read_family(tmp_path, prefix="h9_second")
    assert set(found) - set(own) == {
        *("leave_one_out", "identification", "rows_lost", "bounds"),
    }
    assert found["leave_one_out"].empty
    pd.testing.assert_frame_equal(found["verdict"], frames["verdict"])
    assert find_prefixes(tmp_path, "verdict") == ("h9_second",)
    assert find_prefixes(tmp_path, "facts") == ()
    assert {place.table.name for place in list_places(tmp_path)} == set(found)


#: In the order of the names of their files.
PREFIXES = ("h1_1990", "h1_1990s", "h1_elements", "h1", "h2")


def test_prefixes_are_those_of_families(results: Path) -> None:
    assert find_prefixes(results, "verdict") == PREFIXES
    assert "replication" not in find_prefixes(results, "leave_one_out")


def test_files_that_nobody_declares_and_tables_that_nobody_wrote(
    results: Path, tmp_path: Path
) -> None:
    for path in results.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert len(list_places(tmp_path)) == len(list(results.glob("*.csv")))
    (tmp_path / "h1_trend.csv").rename(tmp_path / "h1_trends.csv")
    (tmp_path / "h2_rows_lost.csv").unlink()
    (tmp_path / "replication_deaths.csv").unlink()
    with pytest.raises(ResultsError) as caught:
        list_places(tmp_path)
    message = str(caught.value)
    assert "4 breaches" in message
    assert "h1_trends.csv is declared by no table" in message
    for name in ("h1_trend.csv", "h2_rows_lost.csv", "replication_deaths.csv"):
        assert f"{name} is declared and no step wrote it" in message
    (tmp_path / "h1_event_study.csv").unlink()  # a table that not every family writes
    with pytest.raises(ResultsError, match="4 breaches"):
        list_places(tmp_path)


def test_the_codebook_tells_every_column_of_every_file(results: Path, tmp_path: Path) -> None:
    written = pd.read_csv(write_codebook(results, tmp_path), keep_default_na=False)
    assert not written.duplicated(["table", "column"]).any()
    for column in ("label", "unit", "kind", "files"):
        assert written[column].str.len().gt(0).all()
    told = {
        (file, column)
        for files, column in zip(written["files"], written["column"], strict=True)
        for file in files.split(", ")
    }
    for path in results.glob("*.csv"):
        assert {(path.name, c) for c in pd.read_csv(path, nrows=0).columns} <= told, path.name
    line = written.set_index(["table", "column"]).loc[("estimates", "randomization_p")]
    assert line["monte_carlo"] == "draws in randomization_draws"
    assert line["missing"]
    assert len(describe_tables(results)) == describe_columns(results)["table"].nunique()


@pytest.fixture
def verdict(results: Path) -> pd.DataFrame:
    return read_table(results, "verdict", prefix="h2")


@pytest.mark.parametrize(
    ("column", "value"),
    [("ruling", "proven"), ("cap", "zz"), ("entering", "guess"), ("seen", "all of it")],
)
def test_an_answer_outside_its_list_is_refused(
    verdict: pd.DataFrame, tmp_path: Path, column: str, value: str
) -> None:
    write_table(verdict, "verdict", tmp_path, prefix="h9")
    with pytest.raises(ResultsError, match=f"{column} has an unknown value in"):
        write_table(verdict.assign(**{column: value}), "verdict", tmp_path, prefix="h9")


def test_a_family_with_hypotheses_has_verdicts(
    results: Path, verdict: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(ResultsError, match="holds 0 rows, where at least 1 must stand"):
        write_table(verdict.iloc[:0], "verdict", tmp_path, prefix="h9")
    frames = read_tables(results, "estimates", "facts", prefix="h2")
    with pytest.raises(ResultsError, match=r"h9_verdict\.csv holds 0 rows"):
        write_family(frames, tmp_path, prefix="h9")
    assert not list(tmp_path.iterdir())
    write_family({"facts": frames["facts"]}, tmp_path, prefix="h9")
    assert [path.name for path in tmp_path.iterdir()] == ["h9_facts.csv"]
    assert [place.prefix for place in list_places(tmp_path)] == ["h9"]


@pytest.mark.parametrize("stranger", ["zzz_verdict.csv", "h1_my_verdict.csv"])
def test_a_prefix_is_that_of_a_family_or_a_topic(
    results: Path, tmp_path: Path, stranger: str
) -> None:
    families = tuple(reversed(PREFIXES))
    for path in results.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert list_places(tmp_path, families=families) == list_places(tmp_path)
    assert find_prefixes(tmp_path, "verdict", families=families) == PREFIXES
    (tmp_path / stranger).write_bytes((results / "h2_verdict.csv").read_bytes())
    message = f"{stranger} has the prefix '{stranger.removesuffix('_verdict.csv')}', which no"
    for refuse in (
        lambda: list_places(tmp_path, families=families),
        lambda: find_prefixes(tmp_path, "verdict", families=families),
        lambda: write_codebook(tmp_path, tmp_path, families=families),
    ):
        with pytest.raises(ResultsError, match=message):
            refuse()
