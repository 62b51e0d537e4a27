"""Before and after: exact ratios of each step of a treatment, and their pool."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pkstats.display.number import (
    write_count,
    write_interval,
    write_list,
    write_number,
    write_p,
    write_ratio,
)
from pkstats.display.style import BLUE, INK, NARROW, VERMILION, style
from pkstats.report.parts.forest import scale_effects
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEAN, SPREAD, NEW = "mean", "spread", "new step"
#: Log ratio beyond which an interval is cut.
REACH: Final = float(np.log(20.0))


def draw_before_after(rows: pd.DataFrame, *, axis: str, width: float = 7.2) -> Figure:
    """Draw each step's exact ratio by unit of the treatment and what the pool makes of it.

    Parameters
    ----------
    rows : DataFrame
        ``before_after`` of one hypothesis.
    axis : str
        What is drawn, with its unit.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
        Thin lines and hollow marks are exact and a step's own; thick lines are posterior. Arrows
        mark intervals that go on.
    """
    steps = write_records(rows[rows["mission"].notna()])
    pool = [row for row in write_records(rows) if row["line"] in (MEAN, NEW)]
    narrow = width < NARROW
    with style():
        figure = Figure(figsize=(width, 1.1 + 0.3 * (len(steps) + len(pool))), layout="constrained")
        axes = figure.add_subplot()
        axes.axvline(1.0, color=INK, lw=0.9)
        for place, row in enumerate([*steps, *pool]):
            own = pd.notna(row["mission"])
            if own:
                _draw_exact(axes, row, place - 0.16)
            _draw_line(axes, row, "shrunken", place + 0.16 * own, colour=BLUE if own else VERMILION)
        scale_effects(axes, REACH, ratio=True)
        names = [_name_step(row, narrow=narrow) for row in steps]
        names += [{MEAN: "pooled mean", NEW: "a step yet to come"}[row["line"]] for row in pool]
        axes.set_yticks(range(len(names)), names, fontsize=7 if narrow else 8)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlabel(textwrap.fill(f"{axis}, 95% intervals (log axis)", 44 if narrow else 90))
    return figure


def tabulate_before_after(rows: pd.DataFrame) -> pd.DataFrame:
    """Lay out the events of every step, its exact ratio and its p-value as text."""
    steps = write_records(rows[rows["mission"].notna()])
    units = {str(row["exposure_unit"]) for row in steps}
    return pd.DataFrame(
        {
            "Step": [str(r["line"]) for r in steps],
            "Rise": [write_number(r["step"], decimals=0) for r in steps],
            "Months before, after": [_write_sides(r, "months") for r in steps],
            "Events before, after": [_write_sides(r, "events") for r in steps],
            f"{write_list(sorted(units)).capitalize()} before, after": [
                _write_sides(r, "exposure") for r in steps
            ],
            "Ratio": [write_ratio(r["estimate"]) for r in steps],
            "Exact 95% interval": [_write_exact(r) for r in steps],
            "p": [write_p(r["p_value"]) for r in steps],
        }
    )


def say_before_after(rows: pd.DataFrame) -> str:
    """Say what the exact ratios show, which exclude one, and what their pool says."""
    steps = rows[rows["mission"].notna()]
    mean, new = (write_records(rows[rows["line"] == line])[0] for line in (MEAN, NEW))
    total = steps["events_before"] + steps["events_after"]
    rates = [steps[f"events_{s}"] / steps[f"exposure_{s}"] for s in ("before", "after")]
    rose, fell = int((rates[1] > rates[0]).sum()), int((rates[1] < rates[0]).sum())
    clear = steps.loc[(steps["conf_low"] > 0) | (steps["conf_high"] < 0), "line"]
    excluded = (
        f"the exact interval excludes 1 at {write_list(clear)}"
        if len(clear)
        else "no exact interval excludes 1"
    )
    first = write_records(rows)[0]
    return (
        f"Of {len(steps)} steps up {int((total > 0).sum())} have an event within "
        f"{write_count(first['window'])} months; the rate rose after {rose} and fell after {fell}, "
        f"and {excluded}. The pooled ratio by unit of the treatment is "
        f"{write_ratio(mean['shrunken'])} "
        f"({write_interval(mean['shrunken_low'], mean['shrunken_high'])}), above 1 with a "
        f"probability of {write_number(mean['probability_positive'])}; for a step yet to come it "
        f"runs from {write_interval(new['shrunken_low'], new['shrunken_high'])}. The prior of the "
        f"mean is normal about a ratio of 1 with a standard deviation of "
        f"{write_number(first['prior_mean_scale'])} on the log scale, that of the spread among "
        f"steps half-normal with a scale of {write_number(first['prior_spread_scale'])}."
    )


def _draw_exact(axes: Axes, row: dict[str, Any], place: float) -> None:
    """Exact interval: a blank end is unbounded, unless no event tells of either."""
    if not row["events_before"] + row["events_after"]:
        axes.text(1.0, place, " no event", va="center", fontsize=7, style="italic")
        return
    low, high = (
        end if pd.isna(row[f"{name}_per_point"]) else float(row[f"{name}_per_point"])
        for name, end in (("conf_low", -np.inf), ("conf_high", np.inf))
    )
    _draw_ends(axes, low, high, place, colour=INK, thick=0.9)
    if pd.notna(row["estimate_per_point"]):
        middle = float(np.exp(np.clip(row["estimate_per_point"], -REACH, REACH)))
        axes.plot(middle, place, "o", color=INK, mfc="none", ms=4)


def _draw_line(axes: Axes, row: dict[str, Any], name: str, place: float, *, colour: str) -> None:
    low, high = (float(row[f"{name}_{end}"]) for end in ("low", "high"))
    _draw_ends(axes, low, high, place, colour=colour, thick=2.2)
    mark = "o" if pd.notna(row["mission"]) else "D"
    axes.plot(float(np.exp(row[name])), place, mark, color=colour, ms=4.5)


def _draw_ends(
    axes: Axes, low: float, high: float, place: float, *, colour: str, thick: float
) -> None:
    ends = np.exp(np.clip([low, high], -REACH, REACH))
    axes.plot(ends, [place] * 2, color=colour, lw=thick, solid_capstyle="butt")
    for beyond, at, mark in ((low < -REACH, ends[0], "<"), (high > REACH, ends[1], ">")):
        if beyond:
            axes.plot(at, place, mark, color=colour, ms=4, clip_on=False)


def _name_step(row: dict[str, Any], *, narrow: bool) -> str:
    sides = f"{write_count(row['events_before'])} to {write_count(row['events_after'])}"
    name = f"{row['line']}, +{row['step']:g}"
    return f"{name}\n{sides} events" if narrow else f"{name}: {sides} events"


def _write_sides(row: dict[str, Any], name: str) -> str:
    return f"{write_count(row[f'{name}_before'])}, {write_count(row[f'{name}_after'])}"


def _write_exact(row: dict[str, Any]) -> str:
    if not row["events_before"] + row["events_after"]:
        return "none"
    low = "0" if pd.isna(row["conf_low"]) else write_ratio(row["conf_low"])
    high = "no bound" if pd.isna(row["conf_high"]) else write_ratio(row["conf_high"])
    return f"{low} to {high}"
