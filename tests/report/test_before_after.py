"""Figure, table and sentence of missions before and after their own steps."""

import numpy as np
import pandas as pd
import pytest

from pkstats.report.parts.before_after import (
    draw_before_after,
    say_before_after,
    tabulate_before_after,
)
from pkstats.results import read_table


@pytest.fixture(scope="module")
def rows(root) -> pd.DataFrame:
    table = read_table(root / "analyses" / "results", "before_after", prefix="h1")
    return table[table["hypothesis"] == "H1-robustness-attacks"].reset_index(drop=True)


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_every_step_and_the_pool_have_a_line(rows, width):
    figure = draw_before_after(rows, axis="rate ratio per index point", width=width)
    axes = figure.axes[0]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert len(labels) == rows["mission"].notna().sum() + 2
    assert labels[-2:] == ["pooled mean", "a step yet to come"]
    assert "95% intervals" in axes.get_xlabel().replace("\n", " ")
    assert figure.get_size_inches()[0] == pytest.approx(width)
    silent = rows["events_before"].add(rows["events_after"]).eq(0).sum()
    assert sum(text.get_text() == " no event" for text in axes.texts) == silent


def test_the_sentence_follows_the_numbers(rows):
    text = say_before_after(rows)
    steps = rows[rows["mission"].notna()]
    assert text.startswith(f"Of {len(steps)} steps up ")
    assert "no exact interval excludes 1" in text
    own = rows["line"] == "MINUSMA 2016-07"
    clear = say_before_after(rows.assign(conf_low=rows["conf_low"].mask(own, 0.1)))
    assert "the exact interval excludes 1 at MINUSMA 2016-07" in clear
    mean = rows["line"] == "mean"
    moved = say_before_after(rows.assign(shrunken=rows["shrunken"].mask(mean, np.log(3.0))))
    assert "by unit of the treatment is 3.00" in moved
    swapped = rows.rename(
        columns={"events_before": "events_after", "events_after": "events_before",
                 "exposure_before": "exposure_after", "exposure_after": "exposure_before"}
    )  # fmt: skip
    rose = int(text.split("rose after ")[1].split()[0])
    fell = int(text.split("fell after ")[1].split(",")[0])
    assert f"rose after {fell} and fell after {rose}," in say_before_after(swapped)


def test_an_unbounded_interval_is_told_as_one(rows):
    table = tabulate_before_after(rows).set_index("Step")
    assert table.loc["UNIFIL 2006-09", "Exact 95% interval"].endswith("no bound")
    assert table.loc["UNTAET 2000-10", "Exact 95% interval"].startswith("0 to ")
    assert table.loc["UNOCI 2014-07", "Exact 95% interval"] == "none"
    assert "Months before, after" in table
