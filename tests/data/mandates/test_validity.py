from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.mandates import elements
from pkstats.data.mandates.validity import (
    BEFORE,
    READ,
    measure_readings,
    read_coding,
    read_readings,
    tabulate_kappa,
    tabulate_validity,
)
from pkstats.data.panels.mandate_columns import ROBUST
from pkstats.errors import SourceError

UNUSABLE = {"joint_operations"}


@pytest.fixture(scope="module")
def readings(compiled: Path) -> pd.DataFrame:
    return read_readings(compiled / "mandate_readings.csv")


@pytest.fixture(scope="module")
def validity(compiled: Path, mandates: pd.DataFrame) -> pd.DataFrame:
    return tabulate_validity(mandates, compiled=compiled)


def test_pairs_are_read_twice_and_halved(readings: pd.DataFrame) -> None:
    assert set(READ) <= set(elements())
    assert readings["pair"].nunique() == 122
    halves = readings.groupby("half")["pair"].agg(["min", "max", "nunique"])
    assert halves.loc["development"].tolist() == [1, 61, 61]
    assert halves.loc["held-out"].tolist() == [62, 122, 61]
    assert not readings["paragraphs"].str.contains(r"[a-z]{4,} [a-z]{4,} [a-z]{4,}").any()


def test_bad_readings_are_named_together(compiled: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(compiled / "mandate_readings.csv")
    frame.loc[0, "proactive"] = 7
    frame.loc[3, "reader"] = "A"
    frame.loc[4, "role"] = "grand plan"
    file = tmp_path / "mandate_readings.csv"
    frame.to_csv(file, index=False)
    with pytest.raises(SourceError, match=r"(?s)pair 2.*pair 1.*pair 3"):
        read_readings(file)
    frame.drop(columns="doubt").to_csv(file, index=False)
    with pytest.raises(SourceError, match="doubt"):
        read_readings(file)


def test_a_pair_without_coding_is_named(compiled: Path, readings: pd.DataFrame) -> None:
    coding = read_coding(compiled / "mandate_readings_coding_1.csv")
    with pytest.raises(SourceError, match="pair 1: UNMISS 2567"):
        measure_readings(readings, coding.query("resolution != 2567"))


def test_figures_before_mending(compiled: Path, readings: pd.DataFrame) -> None:
    coding = read_coding(compiled / "mandate_readings_coding_1.csv")
    found = measure_readings(readings, coding).set_index(["half", "element"]).loc["all"]
    shares = found[["precision_of_changes", "recall_of_changes"]].round(2)
    assert shares.loc["poc_physical"].tolist() == [0.8, 0.44]
    assert shares.loc["state_authority"].tolist() == [0.73, 0.4]
    assert shares.loc["host_security_support"].tolist() == [0.62, 0.48]


def test_usable_elements(validity: pd.DataFrame) -> None:
    usable = validity.groupby("element")["usable"].agg(["min", "max"])
    assert (usable["min"] == usable["max"]).all()
    assert set(usable.index[~usable["min"]]) == UNUSABLE
    assert set(ROBUST) <= set(usable.index[usable["min"]])


def test_usable_elements_pass_the_bar(validity: pd.DataFrame) -> None:
    held = validity.loc[validity["half"].eq("held-out") & validity["usable"]]
    many = held.loc[held["changes_read"] >= 3]
    assert len(many) >= 4
    assert (many[["precision_of_changes", "recall_of_changes"]] >= 0.7).all(axis=None)
    few = held.loc[held["changes_read"] < 3]
    assert few["kappa_state"].min() >= 0.8


def test_mending_helped_where_it_was_not_made(validity: pd.DataFrame) -> None:
    kappa = validity.pivot(index="element", columns="half", values="kappa_state")
    now, before = kappa["held-out"], kappa[f"held-out{BEFORE}"]
    assert (now >= before).all()
    assert before["poc_physical"] < 0.8 < now["poc_physical"]


def test_committed_tables_equal_a_recomputation(
    root: Path, raw: Path, validity: pd.DataFrame, state: pd.DataFrame
) -> None:
    tamm = pd.read_csv(raw / "tamm" / "tamm.csv", low_memory=False)
    made = {"mandate_validity": validity, "mandate_kappa": tabulate_kappa(state, tamm)}
    for name, table in made.items():
        committed = pd.read_csv(root / "data" / "panels" / f"{name}.csv")
        pd.testing.assert_frame_equal(committed, table, check_dtype=False, atol=0.002)
