"""Figures draw what the frames hold, and do not change the frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pkstats.report import (
    draw_coefficients,
    draw_deaths,
    draw_leave_one_out,
    draw_leverage,
)
from pkstats.report.figures import fill_intervals, rank_moves, split_missions


def find_marks(figure, marker: str) -> list:
    return [line for line in figure.axes[0].lines if line.get_marker() == marker]


def test_every_model_has_one_mark_at_its_rate_ratio(made_up) -> None:
    results = made_up()
    figure = draw_coefficients(results.estimates, smallest_effect=0.1)
    marks = find_marks(figure, "D") + find_marks(figure, "o")
    drawn = sorted(float(mark.get_xdata()[0]) for mark in marks)
    assert drawn == pytest.approx(sorted(np.exp(results.treatments["estimate"])))
    assert len(find_marks(figure, "D")) == 2
    assert figure.axes[0].get_xscale() == "log"


def test_undefined_jackknife_is_hollow_and_says_so(made_up) -> None:
    figure = draw_coefficients(made_up().estimates)
    hollow = [mark for mark in find_marks(figure, "o") if mark.get_markerfacecolor() == "none"]
    assert len(hollow) == 1
    assert [text.get_text() for text in figure.axes[0].texts].count("CRV1") == 1


def test_filled_interval_is_that_of_crv1(made_up) -> None:
    treatments = made_up().treatments
    before = treatments.copy()
    filled = fill_intervals(treatments)
    pd.testing.assert_frame_equal(treatments, before)
    row = filled[~filled["defined"]].iloc[0]
    reach = stats.t.ppf(0.975, 12) * 0.15
    assert row["conf_low"] == pytest.approx(row["estimate"] - reach)
    assert row["conf_high"] == pytest.approx(row["estimate"] + reach)
    kept = filled[filled["defined"]]
    assert (kept["conf_low"] == treatments.loc[kept.index, "conf_low"]).all()


def test_interval_beyond_the_axis_is_cut_and_marked(made_up) -> None:
    estimates = made_up().estimates
    estimates.loc[0, ["conf_low", "conf_high"]] = [-20.0, 20.0]
    figure = draw_coefficients(estimates)
    assert find_marks(figure, "<")
    assert find_marks(figure, ">")
    assert figure.axes[0].get_xlim()[1] < 30


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_no_text_leaves_the_drawing(made_up, deaths, width: float) -> None:
    results = made_up()
    left_out = results.keep_primary("leave_one_out")
    for figure in (
        draw_coefficients(results.estimates, smallest_effect=0.1, width=width),
        draw_leave_one_out(left_out, whole=0.08, width=width),
        draw_deaths(deaths, width=width),
        draw_leverage(results.keep_primary("identification"), largest=0.5, width=width),
    ):
        figure.canvas.draw()
        edge = figure.bbox
        for axes in figure.axes:
            for text in [*axes.texts, axes.title, axes.xaxis.label]:
                if text.get_text() and text.get_visible() and axes.get_visible():
                    box = text.get_window_extent()
                    assert box.x0 >= edge.x0 - 2, text
                    assert box.x1 <= edge.x1 + 2, text


def test_undefined_refit_is_named_first(made_up) -> None:
    frame = made_up().keep_primary("leave_one_out")
    frame.loc[frame["left_out"] == "Mali", "estimate"] = np.nan
    ranked = rank_moves(frame, kind="host", whole=0.08)
    assert ranked["left_out"].iloc[0] == "Mali"
    moves = (ranked["estimate"].iloc[1:] - 0.08).abs()
    assert moves.is_monotonic_decreasing
    figure = draw_leave_one_out(frame, whole=0.08)
    assert any("undefined" in text.get_text() for text in figure.axes[1].texts)


def test_deaths_panels_sum_to_all_deaths(deaths) -> None:
    panels = split_missions(deaths, most=4)
    assert list(panels)[-1] == "2 others"
    column = "hostile_deaths_uniformed"
    assert sum(p[column].sum() for p in panels.values()) == deaths[column].sum()
    figure = draw_deaths(deaths, most=4)
    heights = sum(
        patch.get_height()
        for axes in figure.axes
        for patch in axes.patches
        if patch.get_alpha() is None
    )
    assert heights == deaths[column].sum()


def test_leverage_bars_hold_the_shares(made_up) -> None:
    hosts = made_up().keep_primary("identification")
    figure = draw_leverage(hosts, largest=0.5)
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == pytest.approx(sorted(100 * hosts["leverage"], reverse=True))
