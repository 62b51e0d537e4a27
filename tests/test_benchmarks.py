"""The measured times: whole, consistent, and the rebuild and loads within their targets."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.report.chapters import speed


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


@pytest.fixture(scope="module")
def timed(root: Path) -> speed.Benchmarks:
    return speed.read_benchmarks(root / "benchmarks" / "results")


def test_stored_ratios_are_those_of_the_seconds(timed: speed.Benchmarks) -> None:
    rows = timed.inference.dropna(subset="peer")
    assert len(rows) >= 7
    np.testing.assert_allclose(speed.find_ratios(rows), rows["ratio"], rtol=2e-3)  # four digits
    assert timed.inference[["seconds", "repeats", "load_average"]].gt(0).all(axis=None)


def test_every_work_has_a_peer_of_known_version_or_says_that_there_is_none(
    timed: speed.Benchmarks,
) -> None:
    table = speed.tabulate_inference(timed.inference)
    for shown, row in zip(table["peer"], timed.inference.itertuples(), strict=True):
        named = [n for n in ("pyfixest", "statsmodels", "wildboottest") if n in shown]
        assert named or shown == "no peer"
        assert all(f"{name} " in row.versions for name in named)
        assert ("not installed" not in shown) and (row.peer_repeats > 0) == bool(named)


def test_goals_are_stated_and_a_missed_one_stays_above_its_least(timed: speed.Benchmarks) -> None:
    outcome, rows = speed.judge_goals(timed.inference), timed.inference
    assert set(outcome) <= {"met", "missed"}
    missed = rows[outcome == "missed"]
    assert speed.say_goals(rows).count("Missed:") == len(missed)
    below = missed[~(speed.find_ratios(missed) >= missed["least"])]
    assert below["work"].tolist() == []


def test_growth_spans_the_sizes_asked_for(timed: speed.Benchmarks) -> None:
    found = speed.fit_exponents(timed.growth).set_index("work")
    assert set(found.index) == set(speed.COLOURS)
    assert (found.loc["fit", "first"], found.loc["fit", "largest"]) == (60, 5_000)
    by_draws = found[found["size"] == "draws"]
    assert by_draws["first"].eq(100).all() and by_draws["largest"].eq(100_000).all()
    assert timed.growth[["cpu_seconds", "peak_mebibytes"]].gt(0).all(axis=None)
