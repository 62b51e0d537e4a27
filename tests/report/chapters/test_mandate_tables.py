"""The chapter on mandates: what it says with and without the tables of validity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import load_panel
from pkstats.data.registry import find_shipped
from pkstats.errors import SourceError
from pkstats.report.chapters import mandates as coding


@pytest.fixture
def validity() -> pd.DataFrame:
    rows = [
        ("chapter_vii", 122, 0.91, 0.99, 0.98, 1.0, 0.9, 10, 9, "usable"),
        ("proactive", 122, 0.74, 0.8, 0.7, 0.5, 0.4, 8, 12, "not usable"),
        ("offensive", 122, np.nan, 1.0, 1.0, np.nan, np.nan, 0, 1, "too few to tell"),
    ]
    return pd.DataFrame(rows, columns=coding.VALIDITY.split())


@pytest.fixture
def kappa() -> pd.DataFrame:
    rows = [
        ("poc", "prociv", 3000, 0.95, 120, 0.9),
        ("elections", "election_assist;election_monitor", 3000, 0.61, 120, 0.7),
    ]
    return pd.DataFrame(rows, columns=coding.KAPPA.split())


def test_absent_tables_are_said_plainly() -> None:
    assert coding.read_table("no_such_table", coding.KAPPA) is None
    assert "absent" in coding.say_validity(None)
    assert "absent" in coding.say_kappa(None)


def test_table_without_a_column_is_refused() -> None:
    with pytest.raises(SourceError, match=r"excluded_deaths\.csv lacks kappa"):
        coding.read_table("excluded_deaths", "mission kappa")


def test_validity_counts_the_table_and_names_the_unusable(validity) -> None:
    said = coding.say_validity(validity)
    assert "122 pairs" in said
    assert "between 0.74 and 0.91" in said
    assert "Readers see 18 changes, the coding 22" in said
    assert "1 of 3 elements are usable; not usable" in said
    assert "specification: Proactive; too few" in said
    assert said.endswith("to tell: Offensive operations.")
    table = coding.tabulate_validity(validity)
    assert table["Usable"].tolist() == ["yes", "**no**", "*too few to tell*"]
    assert table.loc[2, "Precision of changes"] == "n/a"


def test_the_index_is_told_element_by_element(validity) -> None:
    said = coding.say_index(validity, ("chapter_vii", "proactive", "offensive", "unheard"))
    assert "Of the 3 elements" in said
    assert "1 are usable by the bar, 1 are not, 1 have too few changes to tell" in said
    assert "1 are not" not in coding.say_index(validity, ("chapter_vii", "offensive"))
    assert "No reading" in coding.say_index(None, ("chapter_vii",))


def test_halves_are_kept_apart(validity) -> None:
    halves = pd.concat([validity.assign(half="all"), validity.assign(half="held-out", pairs=61)])
    assert "122 pairs" in coding.say_validity(halves)
    assert set(coding.keep_half(halves, "held-out")["pairs"]) == {61}
    assert coding.keep_half(validity, "held-out") is validity
    assert coding.order_halves(halves) == ["held-out", "all"]
    assert coding.order_halves(validity) == ["held-out"]


def test_kappa_names_the_ends(kappa) -> None:
    said = coding.say_kappa(kappa)
    assert "from 0.61 (Elections) to 0.95 (Protection of civilians)" in said
    assert "lower for 1 of 2 elements" in said
    assert coding.tabulate_kappa(kappa)["Kappa there"].tolist() == ["0.90", "0.70"]


def test_caption_names_the_lowest_marks(validity, kappa) -> None:
    said = coding.caption_validity(validity, kappa)
    assert "recall of changes 0.40 (Proactive)" in said
    assert "kappa with TAMM, all months 0.61 (Elections)" in said
    assert "TAMM" not in coding.caption_validity(validity, None)


@pytest.mark.parametrize("width", [7.4, 4.1])
@pytest.mark.parametrize("without", ["", "validity", "kappa"])
def test_figure_marks_every_value(validity, kappa, width: float, without: str) -> None:
    first = None if without == "validity" else validity
    second = None if without == "kappa" else kappa
    figure = coding.draw_validity(first, second, width=width)
    assert len(figure.axes) == 2 - bool(without)
    if first is not None:
        names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        assert names[1] == "Proactive (not usable)"
        assert list(figure.axes[0].lines[0].get_xdata())[:2] == [0.91, 0.74]


def test_trap_is_found_where_the_panel_is_wrong() -> None:
    months = load_panel("mission_month").frame
    traps = pd.read_csv(find_shipped("compiled/mandate_traps.csv"))
    checked = coding.check_traps(traps, months)
    assert checked["holds"].all(), checked[~checked["holds"]].to_string()
    turned = months.assign(text_offensive=1 - months["text_offensive"])
    wrong = coding.check_traps(traps, turned)
    assert set(wrong.loc[~wrong["holds"], "column"]) == {"text_offensive"}
    said = coding.say_traps(wrong)
    assert said.startswith(f"{len(traps) - 2} of {len(traps)} checks hold; not: MONUSCO 2053")
    gone = coding.check_traps(traps.assign(resolution=9999), months)
    assert not gone["holds"].any()


def test_elements_are_defined_with_an_example() -> None:
    table = coding.tabulate_elements(("chapter_vii",))
    assert table["Definition"].str.len().min() > 20
    assert table["Example"].str.fullmatch(r"S/RES/\d+ (preamble|para\. \S+)").all()
    assert (table["In the index"] == "yes").sum() == 1
    assert (table["Ends"] == "never").any()
