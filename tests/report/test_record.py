"""Records: a family's results read whole, and every breach named at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pkstats.errors import HypothesisError, ResultsError
from pkstats.families import find_family
from pkstats.report.chapter import Chapter
from pkstats.report.record import list_parents, read_family_tables, read_records
from pkstats.results import read_table, write_table


def test_reads_what_was_written(written: Path) -> None:
    first, second = read_records(find_family("H1"), written)
    assert first.hypothesis.name == "H1-robustness-attacks"
    assert first.primary is not None
    assert first.primary["estimate"] == pytest.approx(0.08)
    assert len(first.treatments) * 2 == len(first.keep("estimates"))
    assert set(second.steps["hypothesis"]) == {"H1-robustness-risk"}
    assert set(second.keep_primary("identification")["model"]) == {"risk-incident-days"}
    assert first.keep("multiverse").empty
    assert {"joint_p", "median"} <= set(first.keep("multiverse"))


def test_an_absent_table_names_file_and_remedy(written: Path) -> None:
    (written / "h1_identification.csv").unlink()
    with pytest.raises(ResultsError, match=r"h1_identification\.csv is absent.*make reproduce"):
        read_records(find_family("H1"), written)


def test_a_hypothesis_without_a_verdict_is_named(written: Path) -> None:
    verdict = read_table(written, "verdict", prefix="h1").iloc[:1]
    write_table(verdict, "verdict", written, prefix="h1")
    with pytest.raises(ResultsError, match="no verdict on H1-robustness-risk"):
        read_records(find_family("H1"), written)


def test_a_gated_family_finds_its_rows_in_the_file_of_its_gate(written: Path) -> None:
    gated = find_family("H1-elements")
    assert [family.code for family in list_parents(gated)] == ["H1"]
    name = gated.hypotheses[0].name
    row = ("m", "hostile_incident_days", "total", 1.0, 0.1, 0.0, 0.2, "per year")
    columns = ["model", "outcome", "estimand", "rate", "change", "change_low", "change_high"]
    effects = pd.DataFrame(
        [(*row, name), ("n", *row[1:], "H1-robustness-attacks")],
        columns=[*columns, "unit", "hypothesis"],
    )
    write_table(effects, "effects", written, prefix="h1")
    with pytest.raises(ResultsError, match="h1_elements_estimates"):
        read_family_tables(gated, written)
    own = read_family_tables(find_family("H1"), written)
    assert own["effects"]["hypothesis"].tolist() == ["H1-robustness-attacks"]


def test_an_unknown_hypothesis_lists_the_known(written: Path) -> None:
    with pytest.raises(HypothesisError, match="H1-robustness-attacks, H1-robustness-risk"):
        Chapter(find_family("H1"), written).find("H9")
