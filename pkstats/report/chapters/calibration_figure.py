"""The one picture of the calibration: what the rule calls falsely, and what it hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.figure import Figure

from pkstats.display.style import BLUE, INK, NARROW, ORANGE, style
from pkstats.report.chapters.calibration import (
    NOMINAL,
    NORMAL,
    count_false,
    name_estimand,
    order_power,
)
from pkstats.report.results import write_records
from pkstats.simulation.calibration.design import NULLS, POWER
from pkstats.simulation.calibration.summary import TROOPS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLOURS: Final = (BLUE, ORANGE)
MARKS: Final = ("o", "s")
#: Distance between the marks of two estimands on the axis of kinds.
SHIFT: Final = 0.16
#: The same on the axis of effects, as a share of the largest.
APART: Final = 0.02


def draw_answer(rulings: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw false alarms by kind of world, and the power of the whole rule by planted effect.

    Parameters
    ----------
    rulings : pandas.DataFrame
        ``calibration_rulings``.
    width : float, default 7.2
        Inches; below five the panels stand one above the other.

    Returns
    -------
    Figure
        Whiskers: 95% Monte Carlo intervals. Panels without a world that was judged say so.
    """
    narrow = width < NARROW
    grid, size = ((2, 1), (width, 6.0)) if narrow else ((1, 2), (width, 3.5))
    with style():
        figure = Figure(figsize=size, layout="constrained")
        left, right = figure.subplots(*grid)
        _draw_alarms(left, count_false(rulings))
        _draw_power(right, rulings)
        names = list(dict.fromkeys(rulings["hypothesis"]))
        for name, colour, mark in zip(names, COLOURS, MARKS, strict=True):
            left.plot([], [], mark, color=colour, ms=5, label=name_estimand(name))
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def _draw_alarms(axes: Axes, false: pd.DataFrame) -> None:
    kinds = [kind.name for kind in NULLS]
    for place, (_, given) in enumerate(false.groupby("hypothesis", sort=False)):
        for row in write_records(given[given["worlds"].gt(0)]):
            at = kinds.index(row["kind"]) + (place - 0.5) * 2 * SHIFT
            reach = NORMAL * row["false_error"]
            ends = [100 * max(row["false"] - reach, 0), 100 * (row["false"] + reach)]
            axes.plot(ends, [at, at], color=COLOURS[place], lw=1.2)
            axes.plot(100 * row["false"], at, MARKS[place], color=COLOURS[place], ms=5)
    axes.axvline(100 * NOMINAL, color=INK, lw=0.9, ls="--")
    axes.set_yticks(range(len(kinds)), kinds)
    axes.set_ylim(len(kinds) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.grid(axis="x")
    axes.set_title("Crying wolf: no effect")
    axes.set_xlabel("supported or contradicted\n(% of worlds; dashed: 5%)")
    axes.set_ylabel("kind of world")
    _say_empty(axes, empty=not false["worlds"].sum())


def _draw_power(axes: Axes, rulings: pd.DataFrame) -> None:
    widest = 0.0
    for place, (_, given) in enumerate(rulings.groupby("hypothesis", sort=False)):
        rows = order_power(given)
        if rows.empty:
            continue
        added = rows["attacks_added"].to_numpy(dtype=float)
        share = 100 * rows["supported"].to_numpy(dtype=float)
        reach = 100 * NORMAL * rows["supported_error"].to_numpy(dtype=float)
        low = np.maximum(share - reach, 0)
        widest = max(widest, float(added.max()))
        added = added + (place - 0.5) * APART * float(added.max())
        axes.plot(added, share, MARKS[place], ls="-", color=COLOURS[place], lw=1.2, ms=5)
        axes.vlines(added, low, np.minimum(share + reach, 100), color=COLOURS[place], lw=1.2)
    axes.axhline(100 * POWER, color=INK, lw=0.9, ls="--")
    axes.set_ylim(0, 100)
    axes.set_xlim(-0.08 * (widest or 1), 1.08 * (widest or 1))
    axes.grid(axis="y")
    axes.set_title("Hearing: a planted effect")
    axes.set_xlabel(f"planted effect: fatal attacks more\n(a year, {TROOPS:,} troops, index point)")
    axes.set_ylabel(f"supported (% of worlds; dashed: {POWER:.0%})")
    _say_empty(axes, empty=not widest)


def _say_empty(axes: Axes, *, empty: bool) -> None:
    if empty:
        axes.text(0.5, 0.5, "not run yet", ha="center", va="center", transform=axes.transAxes)


def caption_answer(rulings: pd.DataFrame) -> str:
    """Say what the picture shows; the answer stands above it in words."""
    judged = int(rulings["worlds"].sum())
    return (
        "Left: share of worlds without an effect in which the whole rule says supported or "
        "contradicted. Right: share of worlds with a planted effect that it calls supported; at "
        f"zero, the restricted worlds. Whiskers: 95% Monte Carlo intervals of {judged:,} worlds."
    )
