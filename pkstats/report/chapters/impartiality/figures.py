"""Figures of the results of H2."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pkstats.display.style import (
    BLUE,
    GREEN,
    INK,
    NARROW,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    style,
)
from pkstats.report.results import write_records

PALETTE: Final = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
#: Items of the picture by host; Haiti has one survey.
PICTURE: Final = {
    "Mali": (
        "satisfaction",
        "reproach: does not protect civilians",
        "reproach: complicit with armed groups",
    ),
    "DR Congo": ("stay or leave", "good job protecting civilians"),
    "Kosovo": ("satisfaction",),
    "Haiti": ("stay or leave", "agents commit crimes"),
}
SHORT: Final = {
    "satisfaction": "satisfaction",
    "stay or leave": "should leave",
    "good job protecting civilians": "protects well",
    "reproach: does not protect civilians": "does not protect",
    "reproach: complicit with armed groups": "complicit with armed groups",
    "agents commit crimes": "its members commit crimes",
}


def draw_series(series: pd.DataFrame, changes: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw published percentages by host, with the changes of the mandate as lines.

    Parameters
    ----------
    series : DataFrame
        ``h2_survey_series``.
    changes : DataFrame
        ``h2_mandate_changes``.
    width : float, default 7.2
        Inches; below five one panel stands above the other.

    Returns
    -------
    Figure
        Large marks are whole samples, small ones regions; a triangle up is a share in favour of
        the mission, a circle one against it.
    """
    narrow = width < NARROW
    with style():
        size = (width, 9.6) if narrow else (width, 6.0)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(*((4, 1) if narrow else (2, 2)), squeeze=False)
        for axes, (host, items) in zip(grid.flat, PICTURE.items(), strict=True):
            rows = series[(series["host"] == host) & series["credible"].eq(1)]
            moved = count_years(changes.loc[changes["host"] == host, "month"])
            _draw_host(axes, rows, items, moved)
            axes.set_title(host)
        figure.supylabel("percent of respondents", fontsize=9)
    return figure


def _draw_host(axes: Axes, rows: pd.DataFrame, items: tuple[str, ...], moved: pd.Series) -> None:
    dates = count_years(rows["month"])
    for colour, item in zip(PALETTE, items, strict=False):
        part = rows[rows["item"] == item].assign(date=dates)
        against = part["percent_negative"].notna()
        part = part.assign(
            share=part["percent_negative"].fillna(part["percent_positive"]), against=against
        )
        whole = _is_whole(part["region"], part["national"])
        for kind, marker in ((True, "o"), (False, "^")):
            chosen = part[part["against"] == kind]
            large, small = chosen[whole[chosen.index]], chosen[~whole[chosen.index]]
            axes.plot(large["date"], large["share"], marker, color=colour, ms=6.5)
            axes.plot(small["date"], small["share"], marker, color=colour, ms=3.5, mfc="none")
        axes.plot([], [], "o", color=colour, label=textwrap.fill(SHORT.get(item, item), 26))
    first, last = float(dates.min()) - 1.5, float(dates.max()) + 1.5
    for day in moved[(moved > first) & (moved < last)]:
        axes.axvline(day, color=INK, lw=0.8, ls=":")
    axes.set_xlim(first, last)
    axes.set_ylim(0, 125)
    axes.set_yticks(range(0, 101, 20))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(axis="y")
    axes.legend(loc="upper left", fontsize=7.5, handletextpad=0.3)


def _is_whole(region: pd.Series, national: pd.Series) -> pd.Series:
    """Whether a population is the whole sample of its survey and not one region of it."""
    words = region.str.contains("national|capitals|regions|neighbourhoods|Kosovo", regex=True)
    return words | national.eq(1)


def count_years(month: pd.Series) -> pd.Series:
    """Months as years with a fraction."""
    date = pd.to_datetime(month)
    return date.dt.year + (date.dt.month - 1) / 12


def draw_speeches(years: pd.DataFrame, *, speaker: str, width: float = 7.2) -> Figure:
    """Draw a host's sentences on its own missions by year, those on their end filled.

    Parameters
    ----------
    years : DataFrame
        ``h2_speech_years``.
    speaker : str
        Code of the host.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
        A dotted line marks the first year with stabilization in the name.
    """
    rows = years[(years["speaker"] == speaker) & years["sentences"].notna()]
    rest = rows["mission_sentences"] - rows["exit_sentences"]
    with style():
        figure = Figure(figsize=(width, 2.7), layout="constrained")
        axes = figure.add_subplot()
        axes.bar(rows["year"], rows["exit_sentences"], color=VERMILION, label="on its end")
        axes.bar(
            rows["year"], rest, bottom=rows["exit_sentences"], color=SKY, label="on other things"
        )
        silent = rows.loc[rows["mission_sentences"] == 0, "year"]
        axes.plot(silent, np.zeros(len(silent)), "x", color=INK, ms=4, label="speech without any")
        named = rows.loc[rows["stabilization_name"] == 1, "year"]
        if len(named):
            axes.axvline(named.min() - 0.5, color=INK, lw=0.8, ls=":")
        axes.set_ylabel("sentences a speech")
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.grid(axis="y")
        axes.legend(loc="upper left")
    return figure


def draw_words(words: pd.DataFrame, names: dict[str, str], *, width: float = 7.2) -> Figure:
    """Draw phrases per 1,000 words of new text, after mandates without and with host support.

    Parameters
    ----------
    words : DataFrame
        ``h2_council_words``.
    names : dict of str to str
        Names of the codes, in the order of the picture; the placebo is left to the table.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
    """
    codes = [c for c in names if c != "boilerplate"]
    narrow = width < NARROW
    with style():
        figure = Figure(figsize=(width, 0.46 * len(codes) + 0.9), layout="constrained")
        axes = figure.add_subplot()
        sides = dict(zip(("none", "one element or more"), (SKY, BLUE), strict=True))
        for shift, (side, colour) in zip((-0.19, 0.19), sides.items(), strict=True):
            part = words[words["mandate_before"] == side].set_index("code").reindex(codes)
            places = np.arange(len(codes)) + shift
            label = f"mandate before: {side}"
            axes.barh(places, part["rate"], 0.36, color=colour, label=label)
            for place, row in zip(places, write_records(part), strict=True):
                if pd.notna(row["rate"]):
                    axes.text(row["rate"] + 0.01, place, f"{row['new']:.0f}", va="center", size=7.5)
        labels = [textwrap.fill(names[c], 18 if narrow else 44) for c in codes]
        axes.set_yticks(np.arange(len(codes)), labels)
        axes.invert_yaxis()
        axes.set_xlabel("per 1,000 new words; number beside")
        axes.grid(axis="x")
        axes.margins(x=0.08)
        figure.legend(loc="outside upper left", fontsize=8, ncols=1 if narrow else 2)
    return figure


def draw_south_sudan(years: pd.DataFrame, steps: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw deaths in fighting between groups in South Sudan, a month's mean by year.

    Parameters
    ----------
    years : DataFrame
        ``h2_south_sudan``: deaths of the months with the mission.
    steps : DataFrame
        ``h2_south_sudan_steps``: changes of the mandate, dotted.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
    """
    means = years["host_non_state_deaths"] / years["months"]
    with style():
        figure = Figure(figsize=(width, 2.5), layout="constrained")
        axes = figure.add_subplot()
        axes.bar(years["year"], means, color=BLUE)
        for month in pd.to_datetime(steps["month"]).drop_duplicates():
            axes.axvline(month.year + (month.month - 1) / 12 - 0.5, color=INK, lw=0.8, ls=":")
        axes.set_ylabel("deaths a month")
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.grid(axis="y")
    return figure
