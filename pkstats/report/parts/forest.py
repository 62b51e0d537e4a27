"""Forest: estimates one below the other with their intervals."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

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

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

#: Headings of the roles that a model plays, with their colour, in the order shown.
ROLES: Final = {
    "main": ("Main model", VERMILION),
    "secondary outcome": ("Secondary outcome", VERMILION),
    "reset variant": ("Other reset rules of the treatment", GREEN),
    "sample variant": ("Other rows", GREEN),
    "alternative effects": ("Other effects", BLUE),
    "other lag": ("Other lags", BLUE),
    "lead": ("Lead (should show nothing)", PURPLE),
    "placebo": ("Placebo (should show nothing)", PURPLE),
    "source variant": ("Other sources and windows", SKY),
    "control variant": ("Other controls", SKY),
    "element": ("Elements of the treatment", SKY),
    "other treatment": ("Other treatments", SKY),
    "other outcome": ("Other outcomes", SKY),
    "other design": ("Other designs", SKY),
}
RATIOS: Final = (0.001, 0.01, 0.1, 0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0, 10.0, 100.0, 1000.0)
#: Log ratio beyond which an interval is cut.
REACH: Final = float(np.log(20.0))


def draw_forest(
    rows: pd.DataFrame,
    *,
    axis: str,
    ratio: bool = True,
    smallest_effect: float | None = None,
    width: float = 7.2,
) -> Figure:
    """Draw estimates with their intervals, one line each.

    Parameters
    ----------
    rows : DataFrame
        label, estimate, conf_low, conf_high (logs of a ratio, or changes; missing where
        undefined), filled (whether the mark is); perhaps role (groups lines under a heading) and
        dashed (a weaker interval).
    axis : str
        What is drawn, with its unit.
    ratio : bool, default True
        Whether exponentials are drawn, on a log axis.
    smallest_effect : float, optional
        Smallest effect of interest on the scale of the estimates, drawn as a band.
    width : float, default 7.2
        Inches; below five the labels of lines with a heading stand above them.

    Returns
    -------
    Figure
        Arrows mark intervals that go on; a mark without a line has no interval.
    """
    kept = _order(rows)
    narrow = width < NARROW
    above = narrow and kept["role"].ne("").any()
    positions, headings = _place(kept["role"], step=1.65 if above else 1.0)
    last = max(positions, default=0.0)
    with style():
        height = 0.95 + (last + 1.2) * (0.235 if above else 0.27 if headings else 0.34)
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        if smallest_effect is not None and np.isfinite(smallest_effect):
            band = np.array([-abs(smallest_effect), abs(smallest_effect)])
            axes.axvspan(*(np.exp(band) if ratio else band), color=ORANGE, alpha=0.18, lw=0)
        axes.axvline(1.0 if ratio else 0.0, color=INK, lw=0.9)
        reach = _find_reach(kept, ratio=ratio)
        for position, row in zip(positions, write_records(kept), strict=True):
            _draw_line(axes, row, position=position, reach=reach, ratio=ratio)
        scale_effects(axes, reach, ratio=ratio)
        _label(axes, kept["label"], positions=positions, headings=headings, narrow=narrow)
        axes.set_ylim(last + 0.7, -0.7)
        text = f"{axis}, 95% interval{' (log axis)' if ratio else ''}"
        axes.set_xlabel(textwrap.fill(text, 44 if narrow else 90))
    return figure


def scale_effects(axes: Axes, reach: float, *, ratio: bool) -> None:
    """Scale the horizontal axis of effects: ratios on a log axis, changes about zero."""
    if not ratio:
        axes.set_xlim(-reach, reach)
        axes.xaxis.set_major_locator(MaxNLocator(5))
    else:
        limit = float(np.exp(reach))
        axes.set_xscale("log")
        axes.set_xlim(1 / limit, limit)
        inside = [r for r in RATIOS if 1 / limit <= r <= limit]
        axes.set_xticks([r for r in inside if reach < np.log(4) or r not in (0.8, 1.25)])
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(axis="x", which="minor", length=0)
    axes.grid(axis="x", which="major")


def _order(rows: pd.DataFrame) -> pd.DataFrame:
    """Lines with an estimate, by role; columns that may be absent are filled."""
    kept = rows[rows["estimate"].notna()]
    for column, value in (("role", ""), ("dashed", False)):
        if column not in kept:
            kept = kept.assign(**{column: value})
    order = {role: place for place, role in enumerate(ROLES)}
    return kept.sort_values(
        "role", key=lambda roles: roles.map(order).fillna(len(order)), kind="stable"
    ).reset_index(drop=True)


def _place(roles: pd.Series, *, step: float) -> tuple[list[float], dict[str, float]]:
    """Where each line and each heading stands."""
    positions: list[float] = []
    headings: dict[str, float] = {}
    at = 0.0
    for role in roles:
        if role and role not in headings:
            at += 0.15 if headings else 0.0
            headings[role] = at
            at += 0.95 if step == 1.0 else 1.7
        positions.append(at)
        at += step
    return positions, headings


def _find_reach(rows: pd.DataFrame, *, ratio: bool) -> float:
    """Largest value shown: all estimates, and intervals unless they go very far."""
    inside = float(np.nan_to_num(rows["estimate"].abs().max()))
    ends = float(np.nan_to_num(rows[["conf_low", "conf_high"]].abs().max().max()))
    if not ratio:
        return 1.08 * max(inside, ends) or 1.0
    return float(max(np.log(1.6), min(ends * 1.05, max(REACH, inside * 1.15)), inside * 1.15))


def _draw_line(
    axes: Axes, row: dict[str, Any], *, position: float, reach: float, ratio: bool
) -> None:
    low, middle, high = (float(row[c]) for c in ("conf_low", "estimate", "conf_high"))
    filled, main = bool(row["filled"]), row["role"] == "main"
    colour = ROLES.get(str(row["role"]), ("", BLUE if filled or row["role"] else INK))[1]
    turn = np.exp if ratio else np.asarray
    if np.isfinite(low) and np.isfinite(high):
        ends = turn(np.clip([low, high], -reach, reach))
        axes.plot(
            ends,
            [position] * 2,
            color=colour,
            lw=2.4 if main else 1.4,
            ls=(0, (3, 2)) if row["dashed"] else "-",
            solid_capstyle="butt",
        )
        for beyond, at, mark in ((low < -reach, ends[0], "<"), (high > reach, ends[1], ">")):
            if beyond:
                axes.plot(at, position, mark, color=colour, ms=5, clip_on=False)
    axes.plot(
        turn(middle),
        position,
        "D" if main else "o",
        color=colour,
        mfc=colour if filled else "none",
        mew=1.5,
        ms=6.5 if main else 5.2,
    )


def _label(
    axes: Axes,
    labels: pd.Series,
    *,
    positions: list[float],
    headings: dict[str, float],
    narrow: bool,
) -> None:
    beside = axes.get_yaxis_transform()
    if headings and narrow:
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        for text, position in zip(labels, positions, strict=True):
            short = textwrap.shorten(str(text), 58, placeholder=" \u2026")
            line = axes.text(0, position - 0.72, short, transform=beside, va="center", fontsize=8)
            line.set_in_layout(False)
    else:
        wrapped = [textwrap.fill(str(text), 22 if narrow else 40) for text in labels]
        axes.set_yticks(positions, wrapped, fontsize=8)
        axes.tick_params(axis="y", length=0)
    for role, position in headings.items():
        heading = ROLES.get(role, (role, ""))[0]
        place = 0.0 if narrow else 0.01
        line = axes.text(place, position, heading, transform=beside, va="center", weight="bold")
        line.set_in_layout(False)
