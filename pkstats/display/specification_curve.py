"""Figure of a specification curve: estimates in order, and the options each takes."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from pkstats.display.style import BLUE, INK, NARROW, ORANGE, VERMILION, style

RATIOS = (0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0)
#: Intervals beyond this log ratio, or this many times the largest estimate, are cut.
REACH = np.log(12.0)
#: Letters of a line of the label beside the estimates: more would leave the figure.
MOST_LETTERS = 32


def draw_curve(
    table: pd.DataFrame,
    *,
    choices: Sequence[str],
    scale: str = "rate ratio",
    ratio: bool = True,
    smallest_effect: float | None = None,
    rows_are: str = "specifications",
    width: float = 7.2,
) -> Figure:
    """Draw a specification curve.

    Parameters
    ----------
    table : DataFrame
        One row a specification: main, the choices, estimate, conf_low, conf_high, status; where it
        holds conf_low_90 and conf_high_90, those intervals are drawn thicker within the others.
    choices : sequence of str
        Columns with the labels of the options.
    scale : str
        What is drawn, with its unit.
    ratio : bool, default True
        Whether exponentials are drawn, on a log axis.
    smallest_effect : float, optional
        Smallest effect of interest on the scale of the estimate, drawn as a band.
    rows_are : str
        What the rows are, in words.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
        Above: dots are identified specifications, hollow ones fail the identification gate, the
        diamond is the main one; specifications without an estimate stand at the right as crosses
        on the line of no effect. Below: a mark where a specification takes an option.
    """
    rows = table.sort_values("estimate", kind="stable", ignore_index=True)
    options = [(c, o) for c in choices for o in dict.fromkeys(table[c].astype(str))]
    narrow = width < NARROW
    with style():
        deep = 0.165 * (len(options) + len(choices)) + 0.3
        figure = Figure(figsize=(width, 2.5 + deep), layout="constrained")
        above, below = figure.subplots(nrows=2, sharex=True, height_ratios=[2.2, deep])
        if smallest_effect is not None and np.isfinite(smallest_effect):
            ends = np.array([-abs(smallest_effect), abs(smallest_effect)])
            above.axhspan(*(np.exp(ends) if ratio else ends), color=ORANGE, alpha=0.18, lw=0)
        _draw_estimates(above, rows, log=ratio)
        label = f"{scale}{' (log axis)' if ratio else ''}"
        above.set_ylabel(fill(label, MOST_LETTERS), fontsize=8)
        _draw_matrix(below, rows, options, choices=choices, small=narrow)
        below.set_xlabel(f"{rows_are} in order of their estimates", fontsize=8.5)
    return figure


def _draw_estimates(axes: Axes, rows: pd.DataFrame, *, log: bool) -> None:
    turn = np.exp if log else np.asarray
    none = float(turn(0.0))
    axes.axhline(none, color=INK, lw=0.9)
    place = np.arange(len(rows))
    middle = rows["estimate"].to_numpy(dtype=float)
    known = np.isfinite(middle)
    largest = float(np.abs(middle[known]).max(initial=0.0))
    ends = rows[["conf_low", "conf_high"]].to_numpy(dtype=float)
    widest = np.nanmax(np.abs(ends), initial=largest) if np.isfinite(ends).any() else largest
    reach = max(1e-9, min(widest, max(REACH, 1.1 * largest)) if log else widest) * 1.05
    low, high = (np.clip(ends[:, j], -reach, reach) for j in (0, 1))
    bars = known & np.isfinite(ends).all(axis=1)
    axes.vlines(place[bars], turn(low[bars]), turn(high[bars]), color=BLUE, lw=0.7, alpha=0.35)
    if {"conf_low_90", "conf_high_90"} <= set(rows.columns):
        inner = rows[["conf_low_90", "conf_high_90"]].to_numpy(dtype=float).clip(-reach, reach)
        axes.vlines(place[bars], *turn(inner[bars].T), color=BLUE, lw=1.3, alpha=0.5)
    passed = known & (rows["status"] == "identified").to_numpy()
    size = 9 if len(rows) < 200 else 5
    axes.scatter(place[passed], turn(middle[passed]), s=size, color=BLUE, zorder=3)
    hollow = known & ~passed
    axes.scatter(
        place[hollow], turn(middle[hollow]), s=size, facecolors="none", edgecolors=INK, lw=0.7,
        zorder=3,
    )  # fmt: skip
    axes.scatter(place[~known], np.full((~known).sum(), none), s=14, marker="x", color=INK, lw=0.8)
    main = rows["main"].to_numpy(dtype=bool) & known
    axes.scatter(place[main], turn(middle[main]), s=42, marker="D", color=VERMILION, zorder=4)
    if log:
        _scale_ratios(axes, float(np.exp(reach)))
    axes.grid(axis="y")
    axes.tick_params(axis="x", length=0, labelbottom=False)


def _scale_ratios(axes: Axes, reach: float) -> None:
    axes.set_yscale("log")
    axes.set_ylim(1 / reach, reach)
    axes.set_yticks([r for r in RATIOS if 1 / reach <= r <= reach])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="y", which="minor", length=0)


def _draw_matrix(
    axes: Axes,
    rows: pd.DataFrame,
    options: list[tuple[str, str]],
    *,
    choices: Sequence[str],
    small: bool,
) -> None:
    size = 6.2 if small else 7.2
    edge = axes.get_yaxis_transform()
    at, places, names = 0.0, [], []
    seen = None
    for choice, option in options:
        if choice != seen:
            at += 0.35 if seen is not None else 0.0
            title = axes.text(
                0.0, at, choice.replace("_", " "), transform=edge, va="center", fontsize=size,
                weight="bold",
            )  # fmt: skip
            title.set_in_layout(False)
            at, seen = at + 0.95, choice
        taken = (rows[choice].astype(str) == option).to_numpy()
        place = np.arange(len(rows))
        axes.axhline(at, color=INK, alpha=0.1, lw=0.6)
        axes.vlines(place[taken], at - 0.36, at + 0.36, color=BLUE, lw=max(0.5, 90 / len(rows) / 4))
        main = taken & rows["main"].to_numpy(dtype=bool)
        axes.vlines(place[main], at - 0.45, at + 0.45, color=VERMILION, lw=1.8, zorder=4)
        places.append(at)
        names.append(_shorten(option, 24 if small else 44))
        at += 1.0
    axes.set_yticks(places, names, fontsize=size)
    axes.tick_params(axis="both", length=0)
    axes.set_xticks([])
    axes.set_ylim(at - 0.3, -0.7)
    axes.set_xlim(-1, len(rows))
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"
