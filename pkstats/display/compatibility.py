"""Figure of compatibility: a confidence curve, and readers before and after beneath it."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm
from scipy.stats import t as student

from pkstats.display.style import BLUE, INK, NARROW, ORANGE, VERMILION, style
from pkstats.display.terms import scale_ratios

#: Log ratio beyond which nothing is drawn.
FURTHEST = float(np.log(20.0))
#: Coverages that are marked on the curve.
LEVELS = (0.90, 0.95)


def draw_compatibility(
    estimate: float,
    std_error: float,
    df: float,
    *,
    readers: pd.DataFrame,
    smallest_effect: float | None = None,
    unit: str = "coefficient",
    ratio: bool = True,
    width: float = 7.2,
) -> Figure:
    """Draw the p-value of every effect, and what readers believe before and after.

    Parameters
    ----------
    estimate, std_error, df : float
        Coefficient, its standard error and degrees of freedom of Student's t.
    readers : DataFrame
        A row a reader: reader, prior_mean, prior_scale, posterior_median, posterior_low,
        posterior_high; without rows the curve stands alone.
    smallest_effect : float, optional
        Half width of the region of effects too small to matter, drawn as a band.
    unit : str
        What is drawn, for the axis: ``rate ratio per index point``.
    ratio : bool, default True
        Whether exponentials are drawn, on a log axis.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
        Above: the curve, with the 90% and the 95% interval as cuts. Below: thin lines and hollow
        marks are a reader's prior (90%), thick lines and filled marks the posterior.
    """
    turn = np.exp if ratio else np.asarray
    low, high = _find_range(estimate, std_error, df, readers, ratio=ratio)
    narrow = width < NARROW
    with style():
        below = 0.42 * len(readers)
        figure = Figure(figsize=(width, 2.9 + below), layout="constrained")
        grid = figure.subplots(
            nrows=2 if len(readers) else 1, sharex=True, squeeze=False,
            height_ratios=[2.2, max(below, 0.1)] if len(readers) else [1],
        )  # fmt: skip
        for axes in grid.flat:
            if smallest_effect is not None and np.isfinite(smallest_effect):
                band = turn(np.array([-smallest_effect, smallest_effect]))
                axes.axvspan(*band, color=ORANGE, alpha=0.18, lw=0)
            axes.axvline(float(turn(0.0)), color=INK, lw=0.9)
        _draw_curve(grid[0, 0], estimate, std_error, df, span=(low, high), ratio=ratio)
        if len(readers):
            _draw_readers(grid[1, 0], readers, ratio=ratio)
        last = grid[-1, 0]
        last.set_xlim(*turn(np.array([low, high])))
        if ratio:
            scale_ratios(last, "x")
        text = f"{unit}{' (log axis)' if ratio else ''}"
        last.set_xlabel(textwrap.fill(text, 44 if narrow else 90))
    return figure


def _find_range(
    estimate: float, std_error: float, df: float, readers: pd.DataFrame, *, ratio: bool
) -> tuple[float, float]:
    """Range of effects shown: nearly all of the curve, no effect, and the readers' intervals."""
    reach = float(student.ppf(0.99, df)) * std_error
    ends = [0.0, estimate - reach, estimate + reach]
    if len(readers):
        wide = norm.ppf(0.95) * readers["prior_scale"]
        ends += [*(readers["prior_mean"] - wide), *(readers["prior_mean"] + wide)]
    low, high = min(ends), max(ends)
    space = 0.04 * (high - low)
    if ratio:
        return max(low - space, -FURTHEST), min(high + space, FURTHEST)
    return low - space, high + space


def _draw_curve(
    axes: Axes,
    estimate: float,
    std_error: float,
    df: float,
    *,
    span: tuple[float, float],
    ratio: bool,
) -> None:
    turn = np.exp if ratio else np.asarray
    effects = np.unique(np.r_[np.linspace(*span, 400), np.clip(estimate, *span)])
    p = 2 * student.sf(np.abs(estimate - effects) / std_error, df)
    axes.plot(turn(effects), p, color=BLUE, lw=1.8)
    for level in LEVELS:
        reach = float(student.ppf((1 + level) / 2, df)) * std_error
        ends = np.clip([estimate - reach, estimate + reach], *span)
        axes.plot(turn(ends), [1 - level] * 2, color=VERMILION, lw=1.4)
        axes.annotate(
            f"{level:.0%}", (float(turn(ends[1])), 1 - level), xytext=(3, 0), fontsize=7.5,
            textcoords="offset points", va="center",
        )  # fmt: skip
    axes.set_ylim(0, 1.03)
    axes.set_ylabel("p-value of the effect")
    axes.grid(axis="x")


def _draw_readers(axes: Axes, readers: pd.DataFrame, *, ratio: bool) -> None:
    turn = np.exp if ratio else np.asarray
    wide = float(norm.ppf(0.95))
    for place, row in enumerate(readers.to_dict("records")):
        mean, scale = float(row["prior_mean"]), float(row["prior_scale"])
        prior = turn(np.array([mean - wide * scale, mean + wide * scale]))
        axes.plot(prior, [place - 0.16] * 2, color=INK, lw=0.9)
        axes.plot(turn(mean), place - 0.16, "o", color=INK, mfc="white", ms=4.5)
        ends = turn(np.array([row["posterior_low"], row["posterior_high"]], dtype=float))
        axes.plot(ends, [place + 0.16] * 2, color=VERMILION, lw=2.2, solid_capstyle="butt")
        axes.plot(turn(float(row["posterior_median"])), place + 0.16, "o", color=VERMILION, ms=5)
    axes.set_yticks(range(len(readers)), [str(name) for name in readers["reader"]])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(readers) - 0.45, -0.55)
    axes.grid(axis="x")
