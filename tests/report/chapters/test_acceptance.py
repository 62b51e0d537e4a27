"""Acceptance values: every difference has its reason, and no reason stands without a difference."""

from __future__ import annotations

import importlib
from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.registry import find_shipped, sources
from pkstats.errors import ResultsError
from pkstats.report.chapters import acceptance


@pytest.fixture(scope="module")
def committed(root: Path) -> pd.DataFrame:
    return acceptance.read_acceptance(root / "analyses" / "results")


def test_every_declared_value_is_found_and_differences_are_explained(committed) -> None:
    declared = pd.read_csv(find_shipped("compiled/acceptance.csv"), dtype=str).fillna("")
    assert committed["key"].tolist() == declared["key"].tolist()
    assert committed["expected"].tolist() == declared["expected"].tolist()
    assert (committed["found"] != "").all()
    assert ((committed["found"] != committed["expected"]) == (committed["reason"] != "")).all()
    assert set(declared["source"]) <= {source.id for source in sources()}


def test_the_sentence_counts_and_names_what_is_unexplained(committed) -> None:
    apart = len(acceptance.select_differences(committed))
    said = acceptance.say_acceptance(committed)
    assert said.startswith(f"{len(committed) - apart} of {len(committed)} values")
    assert f"The {apart} others differ for the reasons given." in said
    wrong = committed.assign(reason="")
    assert "Unexplained: rows without a country code" in acceptance.say_acceptance(wrong)


def test_table_shows_expected_and_found(committed) -> None:
    table = acceptance.tabulate_acceptance(committed)
    row = table[table["Value"] == "rows of the casualty list"].iloc[0]
    assert (row["Expected"], row["Found"], row["Agrees"]) == ("4,429", "4,429", "yes")
    apart = acceptance.select_differences(committed)
    assert (acceptance.tabulate_acceptance(apart, reasons=True)["Why"] != "").all()


def test_absent_results_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="make reproduce"):
        acceptance.read_acceptance(tmp_path)


def test_values_of_the_panels_are_those_committed(root: Path, committed) -> None:
    found = importlib.import_module("analyses.data").count_panels(root / "data" / "panels")
    stated = committed.set_index("key")["found"]
    assert {key: str(value) for key, value in found.items()} == stated[list(found)].to_dict()
    assert set(committed.loc[committed["counted_in"] == "panel", "key"]) == set(found)


def test_values_of_the_raw_files_are_those_committed(raw: Path, committed) -> None:
    found = importlib.import_module("analyses.data").count_raw(raw)
    rows = committed[committed["counted_in"] == "raw"].set_index("key")["found"]
    assert rows.to_dict() == {key: str(found[key]) for key in rows.index}


def test_without_raw_files_the_committed_values_stand(
    root: Path, tmp_path: Path, committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PKSTATS_RAW", str(tmp_path / "nowhere"))
    module = importlib.import_module("analyses.data")
    module.main(panels=root / "data" / "panels", results=tmp_path)
    pd.testing.assert_frame_equal(acceptance.read_acceptance(tmp_path), committed)
