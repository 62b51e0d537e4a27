"""Coverage of panels: units by year, shares observed, bands and their sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import Panel, load_panel, panels
from pkstats.data.panels import codebook as definitions
from pkstats.errors import PanelError
from pkstats.report.chapters import coverage
from pkstats.report.page import write_svg


@pytest.fixture
def small() -> Panel:
    frame = pd.DataFrame(
        {
            "mission": ["A", "A", "B", "B", "B"],
            "year": [2000, 2001, 2001, 2003, 2004],
            "whole": [1, 2, 3, 4, 5],
            "late": [np.nan, np.nan, 1.0, 1.0, 1.0],
            "also_late": [np.nan, 2.0, np.nan, 1.0, 1.0],
            "none": [np.nan] * 5,
        }
    )
    return Panel.from_frame(frame, unit="mission", time="year", name="small")


def test_units_are_counted_in_every_year_also_the_empty_one(small) -> None:
    assert coverage.count_units(small).to_dict() == {2000: 1, 2001: 2, 2002: 0, 2003: 1, 2004: 1}


def test_years_come_from_dates_where_the_time_key_holds_none() -> None:
    frame = pd.DataFrame(
        {
            "mission": ["A", "A", "B"],
            "resolution": [50, 1925, 2098],
            "adopted": pd.to_datetime(["1948-05-29", "2010-05-28", None]),
        }
    )
    panel = Panel.from_frame(frame, unit="mission", time="resolution", name="texts")
    assert coverage.count_units(panel).loc[[1948, 1949, 2010]].tolist() == [1, 0, 1]
    coverage.draw_coverage(panel)
    assert "(1 rows without a date are not in the picture)" in coverage.caption_coverage(panel)
    undated = Panel.from_frame(frame[["mission", "resolution"]], unit="mission", time="resolution")
    with pytest.raises(PanelError, match="column of dates"):
        coverage.find_years(undated)


def test_columns_observed_alike_share_a_band(small) -> None:
    shares = coverage.share_observed(small)
    assert shares.loc["late"].to_dict() == {2000: 0.0, 2001: 0.5, 2003: 1.0, 2004: 1.0}
    groups = coverage.group_columns(shares)
    assert groups == [["mission", "year", "whole"], ["late", "also_late"], ["none"]]
    assert coverage.name_group(groups[0]) == "mission and 2 more"


@pytest.mark.parametrize(
    ("share", "place"), [(0, 0), (0.01, 1), (0.49, 1), (0.5, 2), (0.95, 3), (0.999, 3), (1, 4)]
)
def test_classes_hold_their_bounds(share: float, place: int) -> None:
    assert coverage.classify_shares(pd.DataFrame([[share]])).iloc[0, 0] == place


def test_bands_leave_years_without_rows_open(small) -> None:
    figure = coverage.draw_coverage(small)
    bars = [bar for bar in figure.axes[1].patches if bar.get_y() < 0.5]
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(1999.5, 2), (2002.5, 2)]


def test_sentence_counts_rows_units_and_the_least_observed(small) -> None:
    text = coverage.caption_coverage(small)
    assert text.startswith("5 rows, 2 units (mission), 2000 to 2004; most units in 2001 (2)")
    assert "fewest in 2002 (0). 3 of 6 columns" in text
    assert text.endswith("the least observed: `none`, present in 0% of the rows.")


def test_shares_of_all_panels_and_their_sentence(small) -> None:
    shares = coverage.share_values([small])
    assert shares.loc["small", 2001] == pytest.approx((3 + 1) / 6)
    assert np.isnan(shares.loc["small", 2002])
    assert "1 panels, 2000 to 2004" in coverage.caption_panels(shares)
    coverage.draw_panels(shares, width=4.1)


@pytest.mark.parametrize("width", [7.4, 4.1])
@pytest.mark.parametrize("name", ["mission_month", "survey"])
def test_drawing_is_light_and_names_fit(name: str, width: float) -> None:
    figure = coverage.draw_coverage(load_panel(name), width=width)
    assert len(write_svg(figure, name="one")) < 200_000
    edge = figure.bbox.width
    for axes in figure.axes:
        for text in [*axes.texts, *axes.get_yticklabels(), axes.title]:
            box = text.get_window_extent()
            assert box.x0 >= 0, text.get_text()
            assert box.x1 <= edge, text.get_text()


def test_every_panel_states_its_limits() -> None:
    for name in panels():
        sentences = definitions.limits(name)
        assert len(sentences) >= 2, name
        assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences)
