"""Results are read whole, and every breach is named at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pkstats.errors import HypothesisError, ResultsError
from pkstats.report import read_results


def test_reads_what_was_written(written: Path) -> None:
    results = read_results(written)
    assert results.hypotheses == ("H1-robustness-attacks", "H1-robustness-risk")
    assert results.primary is not None
    assert results.primary["estimate"] == pytest.approx(0.08)
    assert len(results.treatments) * 2 == len(results.estimates)


def test_every_breach_in_one_message(written: Path) -> None:
    (written / "h1_rows_lost.csv").unlink()
    estimates = pd.read_csv(written / "h1_estimates.csv").drop(columns=["rows", "events"])
    estimates.to_csv(written / "h1_estimates.csv", index=False)
    with pytest.raises(ResultsError) as caught:
        read_results(written)
    message = str(caught.value)
    for part in ("h1_rows_lost.csv is absent", "lacks rows, events", "Remedy: make reproduce"):
        assert part in message


def test_a_family_without_a_verdict_is_refused(written: Path) -> None:
    pd.read_csv(written / "h1_verdict.csv").iloc[:0].to_csv(written / "h1_verdict.csv", index=False)
    with pytest.raises(ResultsError, match=r"h1_verdict\.csv holds no verdict"):
        read_results(written)


def test_a_family_without_controls_has_a_table_without_rows(written: Path) -> None:
    (written / "h1_negative_control.csv").unlink()
    controls = read_results(written).negative_control
    assert controls.empty
    assert {"control", "ruling", "hypothesis"} <= set(controls)


def test_pick_takes_one_hypothesis_everywhere(made_up) -> None:
    results = made_up().pick("H1-robustness-risk")
    assert results.hypotheses == ("H1-robustness-risk",)
    assert set(results.steps["hypothesis"]) == {"H1-robustness-risk"}
    assert set(results.keep_primary("identification")["model"]) == {"risk-incident-days"}
    assert results.negative_control.empty


def test_unknown_hypothesis_lists_the_known(made_up) -> None:
    with pytest.raises(HypothesisError, match="H1-robustness-attacks, H1-robustness-risk"):
        made_up().pick("H9")


def test_missing_text_is_not_read_as_missing_value(written: Path) -> None:
    # "NA" is a name (Namibia), not a gap; an empty cell is a gap.
    path = written / "h1_rows_lost.csv"
    columns = ["model", "reason", "rows", "events", "names"]
    pd.DataFrame([("m", "NA", 3, 0, "")], columns=columns).to_csv(path, index=False)
    lost = read_results(written).rows_lost
    assert lost["reason"].tolist() == ["NA"]
    assert lost["names"].isna().all()
