"""Figures of the further results of H1."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from pkstats.display.style import BLUE, GREEN, INK, NARROW, VERMILION, style
from pkstats.report.chapters.robustness.tables import name_treatment
from pkstats.report.results import write_records

#: Log ratio beyond which an interval is cut.
REACH: Final = float(np.log(20.0))


def draw_event_study(events: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw rate ratios by half-years around the first robust step, a panel a hypothesis.

    Parameters
    ----------
    events : DataFrame
        ``h1_event_study``: hypothesis, event_time (in the unit of its bins), estimate, conf_low,
        conf_high, reference.
    width : float, default 7.2
        Inches; below five the panels stand one above the other.

    Returns
    -------
    Figure
        The hollow mark at one is the period of reference.
    """
    names = list(dict.fromkeys(events["hypothesis"]))
    narrow = width < NARROW
    with style():
        size = (width, 2.3 * len(names) + 0.3) if narrow else (width, 2.9)
        figure = Figure(figsize=size, layout="constrained")
        shape = (len(names), 1) if narrow else (1, len(names))
        grid = figure.subplots(*shape, squeeze=False, sharey=True)
        for axes, name in zip(grid.flat, names, strict=True):
            _draw_events(axes, events[events["hypothesis"] == name])
            axes.set_title(name, fontsize=8.5)
        figure.supxlabel("half-years since the first robust step", fontsize=9)
        figure.supylabel("rate ratio, 95% interval (log axis)", fontsize=9)
    return figure


def _draw_events(axes: Axes, rows: pd.DataFrame) -> None:
    axes.axhline(1.0, color=INK, lw=0.9)
    axes.axvline(-0.5, color=INK, lw=0.8, ls=":")
    time = rows["event_time"].to_numpy(dtype=float)
    low, middle, high = (
        np.clip(rows[c].to_numpy(dtype=float), -REACH, REACH)
        for c in ("conf_low", "estimate", "conf_high")
    )
    shown = np.isfinite(low) & np.isfinite(high)
    axes.vlines(time[shown], np.exp(low[shown]), np.exp(high[shown]), color=BLUE, lw=1.3)
    reference = rows["reference"].to_numpy(dtype=bool)
    axes.plot(time[~reference], np.exp(middle[~reference]), "o", color=BLUE, ms=4.5)
    axes.plot(time[reference], np.ones(reference.sum()), "o", color=INK, mfc="white", ms=4.5)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="y", which="major")
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))


def draw_cases(paths: pd.DataFrame, titles: dict[str, str], *, width: float = 7.2) -> Figure:
    """Draw each case and its synthetic control, a panel a case.

    Parameters
    ----------
    paths : DataFrame
        ``h1_case_paths``: case, period (quarters from the step), treated, synthetic.
    titles : dict of str to str
        By case.
    width : float, default 7.2
        Inches; below five the panels stand one above the other.

    Returns
    -------
    Figure
        Solid: the mission; dashed: the weighted average of its donors; dotted: the step.
    """
    names = list(dict.fromkeys(paths["case"]))
    narrow = width < NARROW
    with style():
        size = (width, 2.1 * len(names) + 0.5) if narrow else (width, 2.8)
        figure = Figure(figsize=size, layout="constrained")
        shape = (len(names), 1) if narrow else (1, len(names))
        grid = figure.subplots(*shape, squeeze=False)
        for axes, name in zip(grid.flat, names, strict=True):
            rows = paths[paths["case"] == name]
            years = rows["period"].to_numpy(dtype=float) / 4
            axes.axvline(-0.125, color=INK, lw=0.9, ls=":")
            axes.plot(years, rows["treated"], color=VERMILION, lw=1.8, label="mission")
            axes.plot(years, rows["synthetic"], color=BLUE, lw=1.6, ls="--", label="synthetic")
            axes.set_title(textwrap.fill(titles[name], 46 if narrow else 27), fontsize=8)
            axes.set_ylim(bottom=0)
            axes.grid(axis="y")
        grid.flat[0].legend(loc="upper left", fontsize=7.5)
        figure.supxlabel("years since the step", fontsize=9)
        figure.supylabel("fatal incident-days per\n1,000 personnel-years", fontsize=9)
    return figure


def draw_trend(trend: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw the mean robustness index by year, and below the share of each of its elements.

    Parameters
    ----------
    trend : DataFrame
        ``h1_trend``, the rows by year.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
    """
    rows = trend[trend["by"] == "year"].sort_values("period")
    elements = [c for c in map(str, rows) if c.startswith("text_")]
    years = rows["period"].to_numpy(dtype=float)
    with style():
        figure = Figure(figsize=(width, 4.2), layout="constrained")
        above, below = figure.subplots(nrows=2, sharex=True, height_ratios=[1.0, 1.25])
        above.plot(years, rows["robustness_index"], color=VERMILION, lw=2)
        above.axvline(1999.5, color=INK, lw=0.8, ls=":")
        above.set_ylim(bottom=0)
        above.set_ylabel("mean index", fontsize=8.5)
        above.grid(axis="y")
        shares = 100 * rows[elements].to_numpy(dtype=float).T
        edges = np.append(years - 0.5, years[-1] + 0.5)
        mesh = below.pcolormesh(
            edges, np.arange(len(elements) + 1), shares, cmap="Blues", vmin=0, vmax=100
        )
        names = [name_treatment(c) for c in elements]
        below.set_yticks(np.arange(len(elements)) + 0.5, names, fontsize=8)
        below.invert_yaxis()
        below.tick_params(axis="y", length=0)
        bar = figure.colorbar(mesh, ax=below, location="bottom", shrink=0.5, aspect=30, pad=0.02)
        bar.set_label("share of mission-months with the element (%)", fontsize=8)
    return figure


def draw_ranking(
    ranking: pd.DataFrame, titles: dict[str, str], *, most: int = 10, width: float = 7.2
) -> Figure:
    """Draw the first missions by each measure, with exact intervals; the Mali mission in colour.

    Parameters
    ----------
    ranking : DataFrame
        ``h1_ranking``: fact, unit, rate, conf_low, conf_high, rank.
    titles : dict of str to str
        Title of the panel of each fact.
    most : int, default 10
        Missions drawn a panel.
    width : float, default 7.2
        Inches; below five the panels stand one above the other.

    Returns
    -------
    Figure
    """
    narrow = width < NARROW
    with style():
        count = len(titles)
        size = (width, 2.5 * count) if narrow else (width, 3.1)
        figure = Figure(figsize=size, layout="constrained")
        shape = (count, 1) if narrow else (1, count)
        grid = figure.subplots(*shape, squeeze=False)
        for axes, (fact, title) in zip(grid.flat, titles.items(), strict=True):
            rows = ranking[ranking["fact"] == fact].sort_values("rank").head(most)
            for place, row in enumerate(write_records(rows)):
                own = row["unit"] == "MINUSMA"
                colour = VERMILION if own else BLUE
                axes.plot([row["conf_low"], row["conf_high"]], [place] * 2, color=colour, lw=1.4)
                axes.plot(row["rate"], place, "D" if own else "o", color=colour, ms=5)
            axes.set_yticks(range(len(rows)), rows["unit"], fontsize=8)
            axes.tick_params(axis="y", length=0)
            axes.set_ylim(len(rows) - 0.4, -0.6)
            axes.set_xlim(left=0)
            axes.grid(axis="x")
            axes.set_title(textwrap.fill(title, 40 if narrow else 26), fontsize=8.5)
    return figure


def draw_terms(terms: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw how many mandates of a year carry each word.

    Parameters
    ----------
    terms : DataFrame
        ``h1_terms``: year, stabilization, protection, both, mandates.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
    """
    years = terms["year"].to_numpy(dtype=float)
    with style():
        figure = Figure(figsize=(width, 2.6), layout="constrained")
        axes = figure.add_subplot()
        axes.bar(years, terms["mandates"], width=0.85, color=INK, alpha=0.15, label="all mandates")
        axes.plot(years, terms["protection"], "o-", color=BLUE, ms=4, label="protection task")
        axes.plot(
            years, terms["stabilization"], "s--", color=GREEN, ms=4, label="stabilization in name"
        )
        axes.set_ylabel("founding and full\nmandates a year", fontsize=8.5)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(axis="y")
        axes.legend(loc="upper left", fontsize=7.5)
    return figure
