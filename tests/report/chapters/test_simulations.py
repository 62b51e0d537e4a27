"""The chapter on the simulation, on made-up results of known size."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.errors import ResultsError
from pkstats.report.chapters import simulation as report

SIZES = {"CRV1, normal": 0.12, "CRV1, t": 0.08, "CRV3, t": 0.05, "wild bootstrap": 0.01}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rows = []
    for family in report.FAMILIES:
        for clusters, treated in ((7, 3), (14, 6)):
            for effect in (0.0, 0.5):
                for method, size in SIZES.items():
                    interval = method.startswith("CRV")
                    rows.append(
                        {
                            "family": family,
                            "clusters": clusters,
                            "treated": treated,
                            "serial_correlation": 0.7,
                            "effect": effect,
                            "method": method,
                            "replications": 400,
                            "answered": 400,
                            "rejected": size + (0.3 if effect else 0),
                            "rejected_error": 0.01,
                            "coverage": 0.95 if interval else np.nan,
                            "coverage_error": 0.01 if interval else np.nan,
                            "bias": 0.002,
                            "bias_error": 0.001,
                            "estimate_sd": 0.3,
                            "std_error_mean": 0.25 if interval else np.nan,
                        }
                    )
    return pd.DataFrame(rows)


def change(table: pd.DataFrame, method: str, **values: object) -> pd.DataFrame:
    changed = table.copy()
    for name, value in values.items():
        changed.loc[changed["method"] == method, name] = value
    return changed


def test_sizes_are_judged_by_bradleys_bounds(table: pd.DataFrame) -> None:
    said = report.say_trust(table, family="linear")
    assert "**CRV1, normal**: about right in 0 of 2 designs; rejects too often with 3 of 7" in said
    assert "**CRV3, t**: about right in 2 of 2 designs (size 5.0 to 5.0%)" in said
    assert "**wild bootstrap**: about right in 0 of 2 designs; rejects too seldom" in said


def test_what_has_no_answer_or_was_not_run_is_said(table: pd.DataFrame) -> None:
    mute = change(table, "CRV3, t", answered=100)
    assert "no answer with 3 of 7 and 6 of 14" in report.say_trust(mute, family="linear")
    assert report.tabulate_sizes(mute, family="linear")["CRV3, t"][0] == "no answer in 75%"
    part = change(table, "CRV3, t", answered=360)
    assert report.tabulate_sizes(part, family="linear")["CRV3, t"][0].endswith("90% answer")
    absent = change(table, "CRV3, t", replications=0, answered=0, rejected=np.nan, coverage=np.nan)
    assert "**CRV3, t**: not run." in report.say_trust(absent, family="linear")
    assert (report.tabulate_sizes(absent, family="poisson")["CRV3, t"] == "not run").all()
    assert report.draw_shares(absent, effect=False)


def test_power_counts_only_where_the_level_is_kept(table: pd.DataFrame) -> None:
    said = report.say_power(table, family="linear")
    assert "35% with 3 of 7 treated (CRV3, t)" in said
    assert "CRV1" not in said


def test_tables_have_a_row_a_design(table: pd.DataFrame) -> None:
    sizes = report.tabulate_sizes(table, family="linear")
    assert sizes["treated of clusters"].tolist() == ["3 of 7", "6 of 14"]
    assert sizes["CRV1, normal"][0] == "12.0 (1.0) **+**"
    coverage = report.tabulate_coverage(table, family="linear")
    assert list(coverage.columns[1:]) == ["CRV1, normal", "CRV1, t", "CRV3, t"]
    assert report.tabulate_bias(table, family="linear")["bias"][0] == "0.002 (0.001)"


@pytest.mark.parametrize("width", [7.4, 4.1])
@pytest.mark.parametrize("effect", [True, False])
def test_drawing_shows_every_mark_inside_its_axes(
    table: pd.DataFrame, width: float, effect: bool
) -> None:
    figure = report.draw_shares(table, effect=effect, width=width)
    for axes in figure.axes:
        marks = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
        assert len(marks) == 2 * len(SIZES)
        right = axes.get_xlim()[1]
        assert all(float(mark.get_xdata()[0]) < right for mark in marks)
        hollow = [m for m in marks if m.get_markerfacecolor() == "none"]
        assert len(hollow) == (4 if effect else 0)


def test_an_absent_file_or_column_is_an_error(table: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="absent"):
        report.read_simulation(tmp_path)
    table.drop(columns="coverage").to_csv(tmp_path / "simulation.csv", index=False)
    with pytest.raises(ResultsError, match="coverage"):
        report.read_simulation(tmp_path)
