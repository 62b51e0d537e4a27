"""Figures draw what the frames hold, and do not change the frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pkstats.report.chapters.robustness.deaths import caption_deaths, draw_deaths, split_missions
from pkstats.report.parts import identification, models, refits
from pkstats.report.parts.forest import draw_forest


def find_marks(figure, marker: str) -> list:
    return [line for line in figure.axes[0].lines if line.get_marker() == marker]


def test_every_model_has_one_mark_at_its_rate_ratio(made_up) -> None:
    record = made_up()
    figure = models.draw_models(record)
    marks = find_marks(figure, "D") + find_marks(figure, "o")
    drawn = sorted(float(mark.get_xdata()[0]) for mark in marks)
    assert drawn == pytest.approx(sorted(np.exp(record.treatments["estimate"])))
    assert len(find_marks(figure, "D")) == 1
    assert figure.axes[0].get_xscale() == "log"
    assert "rate ratio per index point, 95% interval" in figure.axes[0].get_xlabel()


def test_a_change_is_drawn_about_zero(made_up) -> None:
    own = models.lay_out_forest(made_up())
    axes = draw_forest(own, axis="points", ratio=False).axes[0]
    assert axes.get_xscale() == "linear"
    assert sum(axes.get_xlim()) == pytest.approx(0)


def test_undefined_jackknife_is_hollow_and_dashed(made_up) -> None:
    figure = models.draw_models(made_up())
    hollow = [mark for mark in find_marks(figure, "o") if mark.get_markerfacecolor() == "none"]
    assert len(hollow) == 1
    assert sum(line.is_dashed() for line in figure.axes[0].lines) == 1


def test_filled_interval_is_that_of_crv1(made_up) -> None:
    treatments = made_up().treatments
    before = treatments.copy()
    filled = models.fill_intervals(treatments)
    pd.testing.assert_frame_equal(treatments, before)
    row = filled[~filled["defined"]].iloc[0]
    reach = stats.t.ppf(0.975, 12) * 0.15
    assert row["conf_low"] == pytest.approx(row["estimate"] - reach)
    assert row["conf_high"] == pytest.approx(row["estimate"] + reach)
    kept = filled[filled["defined"]]
    assert (kept["conf_low"] == treatments.loc[kept.index, "conf_low"]).all()


def test_a_forest_marks_what_goes_on_and_what_has_no_interval() -> None:
    rows = pd.DataFrame(
        {
            "label": ["a", "b", "c"],
            "estimate": [0.2, 0.5, np.nan],
            "conf_low": [-9.0, np.nan, np.nan],
            "conf_high": [0.4, np.nan, np.nan],
            "filled": [True, False, False],
        }
    )
    axes = draw_forest(rows, axis="rate ratio").axes[0]
    marks = [line.get_marker() for line in axes.lines]
    assert (marks.count("<"), marks.count(">"), marks.count("o")) == (1, 0, 2)
    assert [t.get_text() for t in axes.get_yticklabels()] == ["a", "b"]
    assert axes.get_xlim()[1] < 30


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_no_text_leaves_the_drawing(made_up, deaths, width: float) -> None:
    record = made_up()
    for figure in (
        models.draw_models(record, width=width),
        refits.draw_record(record, width=width),
        identification.draw_record(record, width=width),
        draw_deaths(deaths, width=width),
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
    ranked = refits.rank_moves(frame, kind="host", whole=0.08)
    assert ranked["left_out"].iloc[0] == "Mali"
    moves = (ranked["estimate"].iloc[1:] - 0.08).abs()
    assert moves.is_monotonic_decreasing
    figure = refits.draw_refits(frame, whole=0.08, axis="rate ratio")
    assert any("undefined" in text.get_text() for text in figure.axes[1].texts)


def test_refits_have_the_intervals_of_the_tables_and_every_one_is_drawn(made_up) -> None:
    frame = made_up().keep_primary("leave_one_out").assign(df=4.0)
    frame.loc[frame["left_out"] == "Mali", "df"] = np.nan
    figure = refits.draw_refits(frame, whole=0.08, axis="rate ratio")
    for axes, kind in zip(figure.axes, ("mission", "host"), strict=True):
        ranked = refits.rank_moves(frame, kind=kind, whole=0.08)
        marks = [line for line in axes.lines if line.get_marker() == "o"]
        assert len(marks) == len(ranked)
        drawn = [line.get_xdata() for line in axes.lines if line.get_color() == refits.BLUE]
        drawn = [ends for ends in drawn if len(ends) == 2]
        known = ranked[ranked["df"].notna()]
        reach = stats.t.ppf(0.975, 4) * known["std_error"]
        np.testing.assert_allclose(drawn, np.exp(np.c_[known["estimate"] - reach,
                                                       known["estimate"] + reach]))  # fmt: skip


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


def test_deaths_caption_counts_the_frame(deaths) -> None:
    said = caption_deaths(deaths)
    assert said.startswith(f"{int(deaths['hostile_deaths_uniformed'].sum()):,} uniformed")
    assert "2000 to 2024" in said
    assert f"{int(deaths['hostile_deaths_upper'].sum()):,}" in said


def test_leverage_bars_hold_the_shares(made_up) -> None:
    record = made_up()
    widths = [bar.get_width() for bar in identification.draw_record(record).axes[0].patches]
    shares = 100 * record.keep_primary("identification")["leverage"]
    assert widths == pytest.approx(sorted(shares, reverse=True))
