"""The figure, sentence and table of compatibility, made of results alone."""

import numpy as np
import pytest

from pkstats.checks.compatibility import ConfidenceCurve, update
from pkstats.report.parts.compatibility import draw_rows, say_rows, tabulate_readers
from pkstats.results import find_table, read_table

SCALE = "rate ratio per index point"


@pytest.fixture(scope="module")
def rows(root):
    table = read_table(root / "analyses" / "results", "compatibility", prefix="h1")
    return table[table["hypothesis"] == "H1-robustness-attacks"].reset_index(drop=True)


def test_the_sentence_is_that_of_the_estimate(rows):
    first = rows.iloc[0]
    curve = ConfidenceCurve(first["estimate"], first["std_error"], first["df"], SCALE, True)
    told = update(curve, smallest_effect=float(first["smallest_effect"]))
    assert say_rows(rows, scale=SCALE, ratio=True) == repr(told)
    assert say_rows(rows, scale=SCALE, ratio=True).startswith(
        f"At the 90% level the data are compatible with a {SCALE} from "
        f"{np.exp(first['conf_low_90']):.2f} to {np.exp(first['conf_high_90']):.2f}"
    )
    nothing = say_rows(rows.iloc[:0], scale=SCALE, ratio=True)
    assert "standard error is undefined" in nothing


def test_the_table_of_an_update_is_the_declared_one(rows):
    made = update(ConfidenceCurve(0.1, 0.2, 5), smallest_effect=0.3).tabulate()
    place = find_table("compatibility", prefix="h1")
    assert set(place.table.names) - set(made) == {"hypothesis", "model", "cluster"}
    assert set(made) <= set(place.table.names)
    assert set(rows["cluster"]) <= {"host", "mission"}


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_the_figure_draws_every_reader(rows, width):
    figure = draw_rows(rows, scale=SCALE, ratio=True, width=width)
    assert len(figure.axes[1].get_yticklabels()) == len(rows)
    bare = draw_rows(rows.assign(smallest_effect=np.nan), scale=SCALE, ratio=True, width=width)
    assert len(bare.axes[0].patches) == len(figure.axes[0].patches) - 1


def test_every_prior_stands_with_its_reason(rows):
    table = tabulate_readers(rows, ratio=True)
    assert list(table["Reader"]) == ["sceptical", "agnostic", "enthusiastic"]
    assert table["Why this prior"].str.len().min() > 40
