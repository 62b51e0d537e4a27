"""The chapter on speed, on made-up times of known ratio and growth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.errors import SourceError
from pkstats.report.chapters import speed as report

MACHINE = {
    "load_average": 1.0,
    "cores": 2,
    "memory_gibibytes": 8,
    "system": "linux",
    "versions": "python 3",
}


@pytest.fixture
def inference() -> pd.DataFrame:
    columns = report.COLUMNS["inference"].split()[:8]
    rows = [
        ("quick", "peer", 0.01, 0.1, 10.0, 5, np.nan, np.nan),
        ("narrow", "other", 0.01, 0.0505, 5.05, 5, np.nan, np.nan),
        ("slow", "loop of peer", 0.1, 2.9, 29.0, 30, 12, np.nan),
        ("alone", np.nan, 0.5, np.nan, np.nan, np.nan, np.nan, 1),
    ]
    table = pd.DataFrame(rows, columns=columns)
    more = {"repeats": 7, "peer_repeats": 2, "peer_scaled_from": [np.nan] * 3 + ["9 draws"]}
    return table.assign(rows=100, **more, **MACHINE)


@pytest.fixture
def growth() -> pd.DataFrame:
    rows = [("fit", n, 0, 0.001 * n**1.5, 200.0 + n) for n in (10, 100, 1000)]
    rows += [("wild bootstrap", 60, n, 1.0 + 0.01 * n, 210.0) for n in (100, 1000, 10_000)]
    columns = ["work", "units", "draws", "cpu_seconds", "peak_mebibytes"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(rows=1, added_mebibytes=1.0, **MACHINE)


def test_goals_are_judged_from_seconds(inference: pd.DataFrame) -> None:
    assert report.judge_goals(inference).tolist() == ["met", "met", "missed", "met"]
    slower = inference.assign(seconds=inference["seconds"] * 2.01)
    assert report.judge_goals(slower).tolist() == ["missed"] * 4
    assert "1.00 seconds" not in report.say_goals(inference)
    assert "Missed: alone, 1.00 seconds where 1 were allowed" in report.say_goals(slower)
    none = inference.assign(goal=np.nan, most_seconds=np.nan)
    assert set(report.judge_goals(none)) == {"no goal"}


def test_what_is_missed_and_what_is_narrow_is_said(inference: pd.DataFrame) -> None:
    said = report.say_goals(inference)
    assert said.startswith("3 of 4 goals are met.")
    assert "Missed: slow, 29.0 times as fast as a loop of peer where the goal is 30." in said
    assert "Met most narrowly: narrow against other, 5.05 where the goal is 5." in said


def test_the_table_names_the_peer_or_says_that_there_is_none(inference: pd.DataFrame) -> None:
    table = report.tabulate_inference(inference)
    assert table["peer"].tolist() == ["peer", "other", "loop of peer", "no peer"]
    assert table["ratio"].tolist() == ["10.0", "5.05", "29.0", ""]
    assert table["outcome"].tolist() == ["met", "met", "**missed**", "met"]
    assert table["goal"].tolist() == ["5", "5", "30", "under 1 s"]
    assert table["calls timed"].tolist()[2:] == ["7 and 2", "7, scaled from 9 draws"]


def test_exponents_are_recovered(growth: pd.DataFrame) -> None:
    fit, wild = report.fit_exponents(growth).to_dict("records")
    assert (fit["size"], wild["size"]) == ("units", "draws")
    assert fit["exponent"] == pytest.approx(1.5)
    assert fit["last"] == pytest.approx(1.5)
    assert 0 < wild["exponent"] < wild["last"] < 1
    assert report.tabulate_growth(growth)["exponent, all sizes"][0] == "1.50"
    assert "fit 210 to 1,200 MiB while units grow from 10 to 1,000" in report.caption_memory(growth)
    assert "1,200 MiB by units (fit, 1,000 units) and 210 MiB by draws" in report.say_memory(growth)
    assert "fit 1.50 (by units); wild bootstrap" in report.say_growth(growth)
    assert "fit with exponent 1.50" in report.caption_time(growth)


@pytest.mark.parametrize("width", [7.4, 4.1])
@pytest.mark.parametrize("value", ["cpu_seconds", "peak_mebibytes"])
def test_drawing_shows_every_point(growth: pd.DataFrame, value: str, width: float) -> None:
    figure = report.draw_growth(growth, value=value, width=width)
    for axes, work in zip(figure.axes, ("fit", "wild bootstrap"), strict=True):
        marks = next(line for line in axes.lines if line.get_marker() == "o")
        expected = growth.loc[growth["work"] == work, value]
        np.testing.assert_allclose(marks.get_ydata(), expected)
        low, high = axes.get_ylim()
        assert expected.between(low, high).all()
        said = axes.get_legend().get_texts()[0].get_text()
        assert ("exponent" in said) == (value == "cpu_seconds")
        assert axes.get_xlabel() and axes.get_ylabel()


def test_constants_are_read_without_running(tmp_path: Path) -> None:
    script = tmp_path / "bench.py"
    script.write_text("import absent_package\nUNITS, PERIODS = 6, 4\nSEED = 1\nX = print(UNITS)\n")
    assert report.read_constants(script) == {"UNITS": 6, "PERIODS": 4, "SEED": 1}
    with pytest.raises(SourceError, match="absent"):
        report.read_constants(tmp_path / "none.py")


def test_every_absent_file_and_column_is_named(
    inference: pd.DataFrame, growth: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"inference.csv is absent[\s\S]*growth.csv is absent"):
        report.read_benchmarks(tmp_path)
    inference.drop(columns="goal").to_csv(tmp_path / "inference.csv", index=False)
    growth.to_csv(tmp_path / "growth.csv", index=False)
    with pytest.raises(SourceError, match="lacks goal"):
        report.read_benchmarks(tmp_path)
    inference.to_csv(tmp_path / "inference.csv", index=False)
    assert len(report.read_benchmarks(tmp_path).growth) == len(growth)
    assert "2 cores, 8 GiB" in report.say_machine(growth)
