"""The coding curve told and drawn: every sentence from all rows it speaks of."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.mandates.contestable import list_alternatives, read_contestable
from pkstats.display.specification_curve import draw_curve
from pkstats.report.chapters import codings
from pkstats.verdicts.codings import AS_CODED


@pytest.fixture
def contestable() -> pd.DataFrame:
    return read_contestable()


@pytest.fixture
def curve() -> pd.DataFrame:
    rows = [
        (AS_CODED, 0, 0.2, "neither"),
        ("1313-gives", 49, -0.1, "neither"),
        ("2147-gives-none", 12, 0.4, "neither"),
        ("1313-gives + 2147-gives-none", 61, -0.05, "neither"),
    ]
    table = pd.DataFrame(rows, columns=["readings", "months", "estimate", "quick_ruling"])
    return table.assign(
        hypothesis="H1-robustness-risk",
        main=table["readings"].eq(AS_CODED),
        conf_low=table["estimate"] - 0.5,
        conf_high=table["estimate"] + 0.5,
        conf_low_90=table["estimate"] - 0.4,
        conf_high_90=table["estimate"] + 0.4,
        status="identified",
    )


def test_readings_are_spread_by_group(curve: pd.DataFrame, contestable: pd.DataFrame) -> None:
    spread = codings.spread_readings(curve, contestable)
    assert [c for c in spread if c not in curve] == ["unamsil priority tasks", "monusco proactive"]
    assert spread["unamsil priority tasks"].tolist() == ["as coded", "1313 gives"] * 2
    assert spread["monusco proactive"].tolist() == ["as coded"] * 2 + ["2147 gives none"] * 2


def test_range_signs_and_rulings_are_said(curve: pd.DataFrame) -> None:
    said = codings.say_curve(curve)
    assert "As coded the estimate is 1.22; over 4 combinations" in said
    assert "between 0.90 (1313-gives) and 1.49 (2147-gives-none)" in said
    assert (
        "2 change the direction of the effect, so that 50% keep it; all of them take 1313" in said
    )
    assert "no ingredient of the ruling turns" in said
    alike = codings.say_curve(curve.assign(estimate=[0.2, 0.1, 0.3, 0.4]))
    assert "None changes the direction" in alike
    apart = codings.say_curve(curve.assign(estimate=[0.2, -0.1, -0.3, 0.4]))
    assert "2 change the direction" in apart
    assert "no single reading is common" in apart


def test_a_ruling_that_turns_is_said(curve: pd.DataFrame) -> None:
    turned = curve.assign(quick_ruling=["neither", "neither", "away from zero", "gate not passed"])
    said = codings.say_curve(turned)
    assert "That turns in 2 of 4: in 1 " in said
    assert "the cluster-jackknife p is below 0.1" in said
    assert "the identification gate is not passed" in said
    assert "no ingredient" not in said
    nothing = curve.assign(estimate=[float("nan"), 0.1, 0.2, 0.3])
    assert "no estimate" in codings.say_curve(nothing)


def test_the_reading_that_moves_most_is_named(curve: pd.DataFrame) -> None:
    said = codings.say_singles(curve.iloc[:3])
    assert (
        "Of 2 readings taken alone, 1313-gives moves the estimate most: from 1.22 to 0.90" in said
    )
    assert "in 49 mission-months" in said
    assert "stays as it is" not in said
    still = curve.iloc[:3].assign(months=[0, 0, 12])
    assert said.replace("49", "0") + " The index stays as it is under 1." == codings.say_singles(
        still
    )
    table = codings.tabulate_singles(curve.iloc[:2])
    assert table["Rate ratio"].tolist() == ["1.22", "0.90"]
    assert table.loc[1, "95% interval"] == "0.55 to 1.49"


def test_every_reading_is_laid_out(contestable: pd.DataFrame) -> None:
    table = codings.tabulate_contestable(contestable)
    assert table["Reading"].tolist() == [a.name for a in list_alternatives(contestable)]
    rows = table.set_index("Reading")
    assert "2147 para. 4(a)(i) (1 → 0)" in rows.loc["2147-gives-none", "Passages"]
    assert (
        "role: 1906 para. 5 (incorporation → full restatement)"
        in (rows.loc["1906-anew", "Passages"])
    )
    said = codings.say_contestable(contestable)
    assert said.startswith(f"{len(table)} other readings of ")
    found = contestable.drop_duplicates("alternative")["source"].value_counts()
    assert len(found) == 3
    for source, count in found.items():
        assert f"{source} ({count})" in said


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_both_intervals_are_drawn(
    curve: pd.DataFrame, contestable: pd.DataFrame, width: float
) -> None:
    spread = codings.spread_readings(curve, contestable)
    choices = [c for c in spread if c not in curve]

    def draw(rows: pd.DataFrame) -> list[float]:
        figure = draw_curve(rows, choices=choices, rows_are="combinations", width=width)
        above, below = figure.axes
        assert below.get_xlabel() == "combinations in order of their estimates"
        bars = [c for c in above.collections if hasattr(c, "get_segments")]
        return [round(float(c.get_linewidth()[0]), 2) for c in bars if len(c.get_segments()) == 4]

    assert draw(spread) == [0.7, 1.3]
    assert draw(spread.drop(columns=["conf_low_90"])) == [0.7]


def test_the_codebook_lists_files_that_are_there(root: Path) -> None:
    places = [root / "data/compiled", root / "data/panels", root / "pkstats/data/mandates"]
    for name in codings.CODEBOOK:
        assert any((place / name).is_file() for place in places), name
        assert f"`{name}`: " in codings.say_codebook()
    compiled = {f.name for f in (root / "data/compiled").glob("mandate_*")}
    assert compiled - set(codings.CODEBOOK) == {"mandate_periods.csv"}


def test_the_history_names_every_code(root: Path) -> None:
    history = pd.read_csv(root / "data/compiled/mandate_history.csv", dtype=str)
    table = codings.tabulate_history(history)
    assert len(table) == len(history)
    codes = table.loc[table["Code"].ne("")]
    assert len(codes) == history["mission"].notna().sum()
    first = codes.iloc[0]
    assert first["Code"].startswith(
        "UNOCI 2284 para. 15(a), Physical protection of civilians: 1 → 0"
    )
    assert first["Months that moved"] == "2016-04 to 2017-06"
