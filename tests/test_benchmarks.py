"""The measured rebuild and loads: whole, and within the targets."""

import runpy
from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def bench(root: Path) -> dict:
    return runpy.run_path(str(root / "benchmarks" / "data.py"), run_name="benchmarks")


@pytest.fixture(scope="module")
def measured(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "benchmarks" / "results" / "data.csv")


def test_the_whole_rebuild_and_loads_are_measured_and_meet_their_targets(bench, measured):
    assert bench["find_misses"](measured.to_dict("records")) == []
    built, loaded = (set(rows["panel"]) for _, rows in measured.groupby("measure"))
    assert built == loaded | {bench["ALL"]}
    assert loaded <= set(bench["name_panels"]()) and len(loaded) >= 10
    assert measured[["wall_seconds", "cpu_seconds", "peak_mebibytes"]].gt(0).all(axis=None)


def test_a_missed_target_is_named(bench):
    columns = ["measure", "panel", "wall_seconds", "cpu_seconds", "load_average_before"]
    rows = [
        ("build", "a", 181, 170, 0.1),
        ("build", "busy", 300, 170, 3.0),
        ("build", "slow and busy", 300, 182, 3.0),
        ("load", "b", 0.6, 0.1, 0.1),
        ("load", "c", 0.4, 0.1, 0.1),
    ]
    measured = [dict(zip(columns, row, strict=True)) | {"peak_mebibytes": 1} for row in rows]
    misses = bench["find_misses"]([*measured, measured[-1] | {"peak_mebibytes": 2049}])
    assert len(misses) == 4
    for miss, part in zip(misses, ("a: 181", "182.0 s (cpu)", "of b: 0.6", "2049"), strict=True):
        assert part in miss
