from pathlib import Path

import pandas as pd

from pkstats.data.mandates.early_validity import CODED, MENDED, compare_readers, measure_second
from pkstats.report.chapters import early_mandates
from pkstats.report.chapters import mandates as mandate_tables


def test_the_table_says_what_the_dictionary_misses() -> None:
    early = mandate_tables.read_table("mandate_validity_early", early_mandates.COLUMNS)
    assert early is not None
    said = early_mandates.say_early(early)
    assert said.startswith("157 pairs")
    assert "Physical protection of civilians (0.00)" in said
    assert "Chapter VII (" not in said
    for coding in (CODED, MENDED):
        laid = early_mandates.tabulate_early(early, coding)
        assert "Chapter VII" in set(laid["Element"])
        assert "Robust posture" not in set(laid["Element"])  # nobody saw it
        assert laid.astype(str).ne("nan").all(axis=None)


def test_an_absent_table_is_said() -> None:
    assert "absent" in early_mandates.say_early(None)


def test_a_share_of_nothing_is_no_number() -> None:
    table = pd.DataFrame(
        {
            "coding": [CODED],
            "element": ["offensive"],
            "texts": [3],
            "kappa_state": [float("nan")],
            "precision": [float("nan")],
            "recall": [float("nan")],
            "precision_of_changes": [float("nan")],
            "recall_of_changes": [float("nan")],
            "changes_read": [0],
            "changes_coded": [0],
            "doubtful": [1],
        }
    )
    laid = early_mandates.tabulate_early(table, CODED)
    assert len(laid) == 1
    assert laid.loc[0, "Recall"] == mandate_tables.MISSING


def test_two_readings_are_laid_out_and_said(root: Path) -> None:
    compiled = root / "data" / "compiled"
    readers, second = compare_readers(compiled), measure_second(compiled)
    laid = early_mandates.tabulate_readers(readers)
    assert "State authority" in set(laid["Element"])
    assert "Robust posture" not in set(laid["Element"])  # nobody saw it
    said = early_mandates.say_readers(readers)
    assert said.startswith("157 pairs")
    assert "Use of force (1.00)" in said
    assert "State authority (0.00)" in said
    for against in early_mandates.AGAINST:
        shown = early_mandates.tabulate_second(second, against)
        assert "Chapter VII" in set(shown["Element"])
        assert shown.astype(str).ne("nan").all(axis=None)
