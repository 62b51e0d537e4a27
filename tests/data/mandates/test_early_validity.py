"""Mandates of 1990-1999 against one reader: what the dictionary sees, and what was taken over."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.mandates import read_overrides
from pkstats.data.mandates.early_validity import (
    AGREED,
    CODED,
    CODING,
    MENDED,
    READINGS,
    SECOND,
    SECOND_READER,
    compare_readers,
    measure_early,
    measure_second,
    read_both,
    read_early_readings,
    tabulate_early,
)
from pkstats.data.mandates.validity import READ
from pkstats.errors import SourceError

MENDED_LATER = {("UNPROFOR", number) for number in (758, 769, 776, 795)} | {("UNOSOM II", 897)}


@pytest.fixture(scope="module")
def readings(compiled: Path) -> pd.DataFrame:
    return read_early_readings(compiled / READINGS)


@pytest.fixture(scope="module")
def table(compiled: Path, mandates: pd.DataFrame) -> pd.DataFrame:
    made = tabulate_early(mandates, compiled=compiled)
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
    unread = set(zip(due["mission"], due["resolution"], strict=True)) - read
    assert unread == MENDED_LATER  # mentions until history 2.2, so never drawn as decisions


def test_the_dictionary_misses_changes_that_a_reader_sees(table: pd.DataFrame) -> None:
    alone = table.loc[CODED]
    assert alone.loc["chapter_vii", ["changes_read", "recall_of_changes"]].tolist() == [2, 1.0]
    assert alone.loc["poc_physical", "recall_of_changes"] == 0
    assert alone.loc["host_security_support", "recall"] == 0.3
    assert alone["precision"].dropna().eq(1).all()


def test_what_is_taken_over_was_read_without_doubt(
    compiled: Path, readings: pd.DataFrame, table: pd.DataFrame
) -> None:
    keyed = readings.set_index(["mission", "resolution"])
    overrides = read_overrides(compiled / "mandate_overrides.toml")
    taken = [o for o in overrides if (o.mission, o.resolution) in keyed.index and o.column in READ]
    assert len(taken) == 14  # Chapter VII of 824 came with the roles of history 2.2
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


def test_bad_readings_are_named_together(compiled: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(compiled / READINGS, keep_default_na=False)
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


def test_the_second_reader_read_the_same_pairs(compiled: Path) -> None:
    first, second = read_both(compiled)
    keys = ["pair", "mission", "resolution", "stratum"]
    pd.testing.assert_frame_equal(first[keys], second[keys])
    assert not first[list(READ)].equals(second[list(READ)])
    assert not second["paragraphs"].str.contains(r"[a-z]{4,} [a-z]{4,}").any()
    located = second["paragraphs"].map(lambda text: text.count(":"))
    assert (located == second[list(READ)].sum(axis=1)).all()


def test_the_agreement_of_the_readers(compiled: Path) -> None:
    table = compare_readers(compiled).set_index("element")
    assert table["texts"].eq(157).all()
    assert (table["given_both"] <= table[["given_first", "given_second"]].min(axis=1)).all()
    both, first, second = table.loc[
        "chapter_vii", ["given_both", "given_first", "given_second"]
    ].tolist()
    apart = first + second - 2 * both
    assert table.loc["chapter_vii", "agreement"] == pytest.approx(1 - apart / 157)
    chance = (first * second + (157 - first) * (157 - second)) / 157**2
    assert table.loc["chapter_vii", "kappa_readers"] == pytest.approx(
        (1 - apart / 157 - chance) / (1 - chance)
    )
    assert table.loc["state_authority", ["given_first", "kappa_readers"]].tolist() == [0, 0]
    assert pd.isna(table.loc["robust_posture", "kappa_readers"])


def test_the_dictionary_against_the_second_reader(compiled: Path) -> None:
    table = measure_second(compiled).set_index(["against", "element"])
    readers = compare_readers(compiled).set_index("element")
    assert table.loc[SECOND_READER, "texts"].eq(157).all()
    alike = (readers["agreement"] * 157).round().astype(int)
    assert table.loc[AGREED, "texts"].to_dict() == alike.to_dict()
    assert table.loc[(AGREED, "chapter_vii"), "precision"] == 1
    assert table.loc[(SECOND_READER, "chapter_vii"), "precision"] < 1  # the readers differ here
    assert table.loc[(SECOND_READER, "poc_physical"), "recall_of_changes"] == 0


def test_a_pair_read_once_is_named(compiled: Path, tmp_path: Path) -> None:
    for name in (READINGS, SECOND, CODING):
        frame = pd.read_csv(compiled / name, keep_default_na=False)
        if name == SECOND:
            frame = frame.query("not (mission == 'UNPROFOR' and resolution == 836)")
        frame.to_csv(tmp_path / name, index=False)
    with pytest.raises(SourceError, match="UNPROFOR 836 was read by one reader only"):
        compare_readers(tmp_path)
