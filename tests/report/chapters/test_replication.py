"""The chapter on a published table, from the committed results."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pkstats.errors import ResultsError
from pkstats.report.chapters import replication as report


@pytest.fixture(scope="module")
def tables(root: Path) -> dict[str, pd.DataFrame]:
    return report.read_replication(root / "analyses" / "results")


def test_every_printed_number_is_reproduced(tables) -> None:
    printed = tables["printed"]
    assert len(printed) == 11
    assert printed["agrees"].all()
    assert (printed["printed"] == printed["computed"]).all()
    said = report.say_agreement(printed)
    assert said == "11 of 11 printed numbers are reproduced to the last digit."
    wrong = printed.assign(agrees=printed["quantity"] != "AIC")
    assert report.say_agreement(wrong).endswith("The others: AIC.")


def test_fragility_is_that_of_the_notes_on_the_data(tables) -> None:
    rows = tables["fragility"].query("term == 'un_troops_lag1' and family == 'poisson'")
    assert rows["estimate"].round(3).tolist() == [-0.170, -0.024, 0.045]
    assert tables["deaths"]["civilians_killed"].iloc[0] == 145_844
    said = report.say_fragility(tables["fragility"], tables["deaths"])
    assert "145,844" in said and "0.045 without Rwanda in 1994" in said


def test_the_jackknife_is_wider_than_the_published_error(tables) -> None:
    said = report.say_inference(tables["fragility"])
    row = tables["fragility"].iloc[0]
    assert row["std_error_crv1"] == pytest.approx(0.0855, abs=5e-5)
    assert f"{row['std_error_crv3']:.3f}" in said
    undefined = tables["fragility"].assign(std_error_crv3=np.nan, note="without 86")
    assert "undefined: without 86" in report.say_inference(undefined)


def test_the_table_has_five_models_and_no_term_is_lost(tables) -> None:
    shown = report.tabulate_models(tables["table"])
    assert shown.shape[1] == 6
    cells = (shown.iloc[:, 1:] != "").sum().sum()
    assert cells == len(tables["table"]) + 4 * 5


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_drawings_show_every_row(tables, width: float) -> None:
    figure = report.draw_fragility(tables["fragility"], width=width)
    diamonds = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert len(diamonds) == 6
    refits = tables["leave_one_out"]
    left = report.draw_left_out(refits, width=width)
    for axes, family in zip(left.axes, report.FAMILIES, strict=True):
        known = refits[(refits["family"] == family) & refits["estimate"].notna()]
        marks = [line for line in axes.lines if line.get_marker() == "o"]
        assert len(marks) == len(known)
        row = report.rank_conflicts(known, family=family).iloc[0]
        reach = stats.t.ppf(0.975, row["df"]) * row["std_error"]
        ends = next(
            line
            for line in axes.lines
            if len(line.get_xdata()) == 2 and list(line.get_ydata()) != [0, 1]
        ).get_xdata()
        assert list(ends) == pytest.approx(
            list(np.exp(row["estimate"] + np.array([-reach, reach])))
        )


def test_absent_files_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"(?s)replication_table.*replication_deaths"):
        report.read_replication(tmp_path)
