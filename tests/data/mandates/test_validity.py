from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.mandates import elements, usability
from pkstats.data.mandates.usability import NOT_USABLE, TOO_FEW, USABLE, judge_element
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
    assert (validity.groupby("element")["usable"].nunique() == 1).all()
    standing = validity.groupby("element")["usable"].first()
    assert set(standing.index[standing.eq(USABLE)]) == {
        "robust_posture",
        "proactive",
        "host_security_support",
        "state_authority",
    }
    assert set(standing.index[standing.eq(NOT_USABLE)]) == {"joint_operations"}
    few = {"chapter_vii", "use_of_force", "poc_physical", "offensive", "counter_terrorism"}
    assert set(standing.index[standing.eq(TOO_FEW)]) == few
    assert few <= set(ROBUST)


def test_usable_elements_pass_the_bar(validity: pd.DataFrame) -> None:
    shares = ["precision_of_changes", "recall_of_changes"]
    passed = validity.loc[validity["usable"].eq(USABLE)].set_index("half")
    whole = passed.loc["all"]
    assert (whole[["changes_read", "changes_coded"]] >= 5).all(axis=None)
    assert (whole["kappa_readers"] >= 0.7).all()
    for half in ("all", "held-out"):
        assert (passed.loc[half, shares] >= 0.7).all(axis=None)


def measure(**changed: float) -> dict[str, float]:
    least = {"changes_read": 5, "changes_coded": 5, "kappa_readers": 0.7}
    return {**least, "precision_of_changes": 0.7, "recall_of_changes": 0.7, **changed}


def test_five_changes_read_and_five_coded_are_asked_for() -> None:
    held = measure(changes_read=1, changes_coded=1)
    assert judge_element(held, measure()) == USABLE
    for number in ("changes_read", "changes_coded"):
        assert judge_element(held, measure(**{number: 4})) == TOO_FEW
        assert judge_element(held, measure(**{number: 0})) == TOO_FEW
    assert (usability.LEAST_CHANGES_READ, usability.LEAST_CHANGES_CODED) == (5, 5)


@pytest.mark.parametrize("share", ["precision_of_changes", "recall_of_changes"])
def test_shares_are_held_to_the_bar_in_both(share: str) -> None:
    assert judge_element(measure(**{share: 0.69}), measure()) == NOT_USABLE
    assert judge_element(measure(), measure(**{share: 0.69})) == NOT_USABLE
    assert judge_element(measure(**{share: float("nan")}), measure()) == TOO_FEW
    # Too few changes say nothing of a share, good or bad.
    assert judge_element(measure(**{share: 0.1}), measure(changes_read=4)) == TOO_FEW


def test_readers_must_agree_first() -> None:
    for kappa in (0.69, float("nan")):
        few = measure(kappa_readers=kappa, changes_read=0)
        assert judge_element(measure(), few) == NOT_USABLE


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
