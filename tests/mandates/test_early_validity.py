"""Mandates of 1990-1999 against one reader: what the dictionary sees, and what was taken over."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.errors import SourceError
from pkstats.mandates import read_overrides
from pkstats.mandates.early_validity import (
    CODED,
    MENDED,
    READINGS,
    measure_early,
    read_early_readings,
    tabulate_early,
)
from pkstats.mandates.validity import READ


@pytest.fixture(scope="module")
def readings(root: Path) -> pd.DataFrame:
    return read_early_readings(root / "data" / "compiled" / READINGS)


@pytest.fixture(scope="module")
def table(root: Path, mandates: pd.DataFrame) -> pd.DataFrame:
    made = tabulate_early(mandates, compiled=root / "data" / "compiled")
    return made.set_index(["coding", "element"])


def test_the_sample(readings: pd.DataFrame, mandates: pd.DataFrame) -> None:
    assert readings["stratum"].value_counts().to_dict() == {
        "decision": 57,
        "extension": 38,
        "founding": 37,
        "mention": 25,
    }
    dates = readings.merge(mandates[["mission", "resolution", "date"]])["date"]
    assert len(dates) == len(readings)
    assert dates.dt.year.between(1990, 1999).all()
    assert not readings["paragraphs"].str.contains(r"[a-z]{4,} [a-z]{4,}").any()


def test_every_founding_and_decision_of_the_nineties_is_read(
    readings: pd.DataFrame, mandates: pd.DataFrame
) -> None:
    early = mandates[mandates["date"].dt.year.between(1990, 1999)]
    due = early[~early["role"].isin(["extension", "mention"])]
    read = set(zip(readings["mission"], readings["resolution"], strict=True))
    assert set(zip(due["mission"], due["resolution"], strict=True)) <= read


def test_the_dictionary_misses_changes_that_a_reader_sees(table: pd.DataFrame) -> None:
    alone = table.loc[CODED]
    assert alone.loc["chapter_vii", ["changes_read", "recall_of_changes"]].tolist() == [2, 1.0]
    assert alone.loc["poc_physical", "recall_of_changes"] == 0
    assert alone.loc["host_security_support", "recall"] == 0.3
    assert alone["precision"].dropna().eq(1).all()


def test_what_is_taken_over_was_read_without_doubt(
    root: Path, readings: pd.DataFrame, table: pd.DataFrame
) -> None:
    keyed = readings.set_index(["mission", "resolution"])
    overrides = read_overrides(root / "data" / "compiled" / "mandate_overrides.toml")
    taken = [o for o in overrides if (o.mission, o.resolution) in keyed.index and o.column in READ]
    assert len(taken) == 13
    for override in taken:
        row = keyed.loc[(override.mission, override.resolution)]
        assert row[override.column] == override.value
        assert override.column not in row["doubt"].split(";")
    assert (table.loc[MENDED, "recall"].dropna() >= table.loc[CODED, "recall"].dropna()).all()
    assert table.loc[(MENDED, "poc_physical"), "kappa_state"] == 1


def test_the_committed_table_equals_a_recomputation(root: Path, table: pd.DataFrame) -> None:
    committed = pd.read_csv(root / "data" / "panels" / "mandate_validity_early.csv")
    made = table.reset_index()
    pd.testing.assert_frame_equal(committed, made, check_dtype=False, atol=0.002)


def test_bad_readings_are_named_together(root: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(root / "data" / "compiled" / READINGS, keep_default_na=False)
    frame.loc[0, "proactive"] = 7
    frame.loc[2, "doubt"] = "courage"
    frame.loc[4, ["mission", "resolution"]] = frame.loc[5, ["mission", "resolution"]]
    file = tmp_path / READINGS
    frame.to_csv(file, index=False)
    with pytest.raises(SourceError, match=r"(?s)pair 1: .*pair 3: .*pair 6: "):
        read_early_readings(file)
    frame.drop(columns="doubt").to_csv(file, index=False)
    with pytest.raises(SourceError, match="doubt"):
        read_early_readings(file)


def test_a_text_without_coding_is_named(readings: pd.DataFrame, mandates: pd.DataFrame) -> None:
    with pytest.raises(SourceError, match="UNPROFOR 836 is not among"):
        measure_early(readings, mandates.query("resolution != 836"))
