"""The page of the longer record: every sentence follows the results beside one another."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from pkstats.report.chapters.robustness import longer


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "analyses" / "results"


@pytest.fixture(scope="module")
def periods(folder: Path) -> longer.Periods:
    return longer.read_periods(folder)


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    for file in folder.glob("h1_*.csv"):
        shutil.copy2(file, tmp_path / file.name)
    return tmp_path


def rewrite(file: Path, column: str, value: object, *, where: tuple[str, str]) -> None:
    table = pd.read_csv(file)
    table.loc[table[where[0]] == where[1], column] = value
    table.to_csv(file, index=False)


def test_the_frozen_ruling_stands_in_front(periods: longer.Periods) -> None:
    said = longer.say_rulings(periods)
    for paragraph, record in zip(said.split("\n\n"), periods.records["H1"], strict=True):
        assert f"**{record.ruling}** on 2000-2025, which is the frozen ruling" in paragraph
        assert paragraph.index("2000-2025") < paragraph.index("1990-2025")
        assert "extended and not confirmatory" in paragraph


def test_a_ruling_that_differs_is_told(copied: Path, periods: longer.Periods) -> None:
    assert "1990-1999, total: not identified in place of inconclusive" in longer.say_differences(
        periods
    )
    for name in ("H1-1990s-robustness-attacks", "H1-1990s-robustness-risk"):
        rewrite(
            copied / "h1_1990s_verdict.csv", "ruling", "inconclusive", where=("hypothesis", name)
        )
    same = longer.say_differences(longer.read_periods(copied))
    assert same == "None of the 4 rulings on other samples differs from the frozen one."
    name = ("hypothesis", "H1-1990-robustness-attacks")
    rewrite(copied / "h1_1990_verdict.csv", "ruling", "supported", where=name)
    other = longer.say_differences(longer.read_periods(copied))
    assert other.startswith("Of 4 rulings on other samples 1 differs")
    assert "1990-2025, total: supported in place of inconclusive" in other


def test_the_lead_and_the_joining_hosts_are_read_from_the_gates(
    copied: Path, periods: longer.Periods
) -> None:
    assert periods.leading == "H1-1990"
    assert "1990-2025** leads this page" in longer.say_lead(periods)
    assert longer.name_joining(periods) == ["Former Yugoslavia", "Rwanda", "Somalia"]
    hosts = pd.read_csv(copied / "h1_longer_blind_hosts.csv")
    hosts.loc[hosts["host"] == "Rwanda", "switches"] = 0
    hosts.to_csv(copied / "h1_longer_blind_hosts.csv", index=False)
    fewer = longer.read_periods(copied)
    assert longer.name_joining(fewer) == ["Former Yugoslavia", "Somalia"]
    assert "Rwanda" not in longer.say_joining(fewer)


def test_bounds_are_told_by_both_rates(copied: Path, periods: longer.Periods) -> None:
    said = longer.say_bounds(periods)
    total, risk = said.split("; ")
    assert "*total*" in total and "*risk per person*" in risk
    for text, record in zip((total, risk), periods.records["H1-1990"], strict=True):
        line = record.primary
        assert line is not None
        reach = max(abs(line["conf_low_90"]), abs(line["conf_high_90"]))
        inside = "is inside" if reach < record.smallest else "is not inside"
        assert inside in text
    where = ("model", "risk-incident-days-1990")
    rewrite(copied / "h1_1990_estimates.csv", "conf_high_90", 3.0, where=where)
    assert "is not inside" in longer.say_bounds(longer.read_periods(copied)).split("; ")[1]


def test_tables_and_figure_hold_every_sample(periods: longer.Periods) -> None:
    table = longer.tabulate_periods(periods)
    assert len(table) == 6 and table["Standing"].value_counts().to_dict() == {
        "extended, not confirmatory": 4,
        "frozen ruling": 2,
    }
    rows = longer.lay_out_periods(periods)
    assert len(rows) == 6 and rows["estimate"].notna().all()
    assert not rows.loc[rows["label"].str.endswith("1990-1999"), "filled"].any()
    assert len(longer.tabulate_gates(periods)) == 6
    figure = longer.draw_periods(periods)
    assert "rate ratio per index point" in figure.axes[0].get_xlabel()
    assert "Hollow marks" in longer.say_figure(periods)
