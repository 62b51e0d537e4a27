"""Figures: each takes a tidy frame and returns a matplotlib Figure."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from scipy import stats

from pkstats.display.style import BLUE, GREEN, INK, NARROW, ORANGE, PURPLE, SKY, VERMILION, style
from pkstats.report import labels
from pkstats.report.results import select_treatments, write_records

ROLE_COLOURS = {
    "main": VERMILION,
    "secondary outcome": VERMILION,
    "alternative effects": BLUE,
    "other lag": BLUE,
    "lead": PURPLE,
    "reset variant": GREEN,
    "source variant": SKY,
    "control variant": SKY,
}
RATIOS = (0.1, 0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0, 10.0)


def fill_intervals(treatments: pd.DataFrame) -> pd.DataFrame:
    """Give models without a CRV3 interval the interval of their CRV1 standard error.

    Parameters
    ----------
    treatments : DataFrame
        One row a model: ``estimate std_error std_error_crv1 df conf_low conf_high`` (logs).

    Returns
    -------
    DataFrame
        A copy in which ``defined`` says whether CRV3 is; where it is not, ``conf_low`` and
        ``conf_high`` are ``estimate`` minus and plus the 97.5% quantile of t(df) times
        ``std_error_crv1``.
    """
    filled = treatments.copy()
    filled["defined"] = filled["std_error"].notna() & filled["conf_low"].notna()
    reach = stats.t.ppf(0.975, filled["df"].clip(lower=1)) * filled["std_error_crv1"]
    filled["conf_low"] = filled["conf_low"].where(filled["defined"], filled["estimate"] - reach)
    filled["conf_high"] = filled["conf_high"].where(filled["defined"], filled["estimate"] + reach)
    return filled


def draw_coefficients(
    estimates: pd.DataFrame, *, smallest_effect: float | None = None, width: float = 7.2
) -> Figure:
    """Draw the rate ratio per index point with its 95% interval, every model, on a log axis.

    Parameters
    ----------
    estimates : DataFrame
        ``h1_estimates``: logs of rate ratios; only the treatment's row of a model is drawn.
    smallest_effect : float, optional
        Smallest effect of interest as a log rate ratio; drawn as a band around 1.
    width : float, default 7.2
        Inches; below five the labels stand above their intervals.

    Returns
    -------
    Figure
        Filled marks carry CRV3 intervals; hollow ones CRV1, because CRV3 is undefined.
    """
    rows = fill_intervals(select_treatments(estimates))
    rows = rows[rows["estimate"].notna()]
    order = {role: place for place, role in enumerate(labels.ROLES)}
    rows = rows.assign(place=rows["role"].map(order).fillna(len(order)))
    rows = rows.sort_values("place", kind="stable").reset_index(drop=True)
    narrow = width < NARROW
    positions, headings = _place_rows(rows["role"], step=1.65 if narrow else 1.0)
    with style():
        height = 0.9 + (max(positions, default=0) + 1.2) * (0.235 if narrow else 0.27)
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        if smallest_effect is not None and np.isfinite(smallest_effect):
            band = np.exp([-abs(smallest_effect), abs(smallest_effect)])
            axes.axvspan(*band, color=ORANGE, alpha=0.18, lw=0)
        axes.axvline(1.0, color=INK, lw=0.9)
        limits = _limit_ratios(rows)
        for position, row in zip(positions, write_records(rows), strict=True):
            _draw_interval(axes, row, position=position, limits=limits)
        alike = rows["estimand"].nunique() == 1
        texts = [labels.name_model(row, estimand=not alike) for row in write_records(rows)]
        _label_rows(axes, texts, positions=positions, headings=headings, narrow=narrow)
        _scale_ratios(axes, limits)
        axes.set_ylim(max(positions, default=0) + 0.8, -0.7)
        axes.set_xlabel("rate ratio per index point, 95% interval (log axis)")
    return figure


def _place_rows(roles: pd.Series, *, step: float) -> tuple[list[float], dict[str, float]]:
    positions: list[float] = []
    headings: dict[str, float] = {}
    at = 0.0
    for role in roles:
        if role not in headings:
            at += 0.15 if headings else 0.0
            headings[role] = at
            at += 0.95 if step == 1.0 else 1.7
        positions.append(at)
        at += step
    return positions, headings


def _limit_ratios(rows: pd.DataFrame) -> tuple[float, float]:
    """Axis limits that show all estimates; intervals beyond a factor of 12 are cut, with arrows."""
    inside = rows["estimate"].abs().max() if len(rows) else 0.0
    ends = rows[["conf_low", "conf_high"]].abs().max().max() if len(rows) else 0.0
    reach = max(np.log(1.6), min(ends * 1.08, max(np.log(12.0), inside * 1.1)))
    return float(np.exp(-reach)), float(np.exp(reach))


def _draw_interval(
    axes: Axes, row: dict[str, Any], *, position: float, limits: tuple[float, float]
) -> None:
    colour = ROLE_COLOURS.get(str(row["role"]), INK)
    main = row["role"] == "main"
    low, middle, high = np.exp([row["conf_low"], row["estimate"], row["conf_high"]])
    defined = bool(row["defined"])
    cut_low, cut_high = max(low, limits[0]), min(high, limits[1])
    axes.plot(
        [cut_low, cut_high],
        [position] * 2,
        color=colour,
        lw=2.4 if main else 1.4,
        ls="-" if defined else (0, (3, 2)),
        solid_capstyle="butt",
    )
    for beyond, at, mark in ((low < limits[0], cut_low, "<"), (high > limits[1], cut_high, ">")):
        if beyond:
            axes.plot(at, position, mark, color=colour, ms=5, clip_on=False)
    axes.plot(
        middle,
        position,
        "D" if main else "o",
        color=colour,
        mfc=colour if defined else "none",
        mew=1.5,
        ms=6.5 if main else 5,
    )
    if not defined:
        axes.annotate(
            "CRV1",
            (min(cut_high, limits[1]), position),
            xytext=(5, 0) if cut_high < limits[1] else (-2, 5),
            textcoords="offset points",
            ha="left" if cut_high < limits[1] else "right",
            va="center",
            fontsize=7.5,
        )


def _label_rows(
    axes: Axes,
    texts: list[str],
    *,
    positions: list[float],
    headings: dict[str, float],
    narrow: bool,
) -> None:
    beside = axes.get_yaxis_transform()
    if narrow:
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        for text, position in zip(texts, positions, strict=True):
            line = axes.text(0, position - 0.72, text, transform=beside, va="center", fontsize=8)
            line.set_in_layout(False)
    else:
        axes.set_yticks(positions, [textwrap.fill(text, 40) for text in texts], fontsize=8)
        axes.tick_params(axis="y", length=0)
    for role, position in headings.items():
        heading = labels.ROLES.get(role, role)
        place = 0.0 if narrow else 0.01
        line = axes.text(place, position, heading, transform=beside, va="center", weight="bold")
        line.set_in_layout(False)


def _scale_ratios(axes: Axes, limits: tuple[float, float]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(*limits)
    inside = [ratio for ratio in RATIOS if limits[0] <= ratio <= limits[1]]
    axes.set_xticks(inside)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="minor", length=0)
    axes.grid(axis="x", which="major")


def draw_leave_one_out(
    leave_one_out: pd.DataFrame, *, whole: float, most: int = 12, width: float = 7.2
) -> Figure:
    """Draw the estimate without each mission and without each host, the largest moves first.

    Parameters
    ----------
    leave_one_out : DataFrame
        ``h1_leave_one_out`` of one model: logs of rate ratios.
    whole : float
        The estimate on the whole sample, a log rate ratio.
    most : int, default 12
        How many refits of each kind are drawn.
    width : float, default 7.2
        Inches; below five the two kinds stand one above the other.

    Returns
    -------
    Figure
    """
    kinds = list(dict.fromkeys(leave_one_out["left_out_kind"]))
    shown = {kind: rank_moves(leave_one_out, kind=kind, whole=whole).head(most) for kind in kinds}
    reach = max((f["estimate"].abs().max() for f in shown.values() if len(f)), default=0.0)
    widest = max((f["std_error"].max() for f in shown.values() if len(f)), default=0.0)
    widest = 0.0 if np.isnan(widest) else float(widest)
    limit = float(np.exp(max(abs(whole), reach, np.log(1.3)) + min(2 * widest, 1.2)))
    narrow = width < NARROW
    with style():
        tall = sum(len(f) for f in shown.values()) if narrow else max(map(len, shown.values()))
        height = 0.24 * tall + (1.1 * len(kinds) if narrow else 1.2)
        figure = Figure(figsize=(width, height), layout="constrained")
        if narrow:
            heights = [max(len(frame), 1) + 1.5 for frame in shown.values()]
            grid = figure.subplots(nrows=len(kinds), height_ratios=heights, squeeze=False)
        else:
            grid = figure.subplots(ncols=len(kinds), squeeze=False)
        for axes, (kind, frame) in zip(grid.flat, shown.items(), strict=True):
            _draw_refits(axes, frame, whole=whole)
            _name_rows(axes, frame["left_out"], width=width)
            _scale_ratios(axes, (1 / limit, limit))
            axes.set_title(f"without one {kind}")
        figure.supxlabel("rate ratio per index point, 95% interval (log axis)", fontsize=9)
    return figure


def rank_moves(leave_one_out: pd.DataFrame, *, kind: str, whole: float) -> pd.DataFrame:
    """Order refits of one kind by how far they move the estimate; undefined refits come first."""
    rows = leave_one_out[leave_one_out["left_out_kind"] == kind]
    move = (rows["estimate"] - whole).abs().fillna(np.inf)
    return rows.assign(move=move).sort_values("move", ascending=False, kind="stable")


def _draw_refits(axes: Axes, frame: pd.DataFrame, *, whole: float) -> None:
    places = range(len(frame))
    axes.axvline(1.0, color=INK, lw=0.9)
    axes.axvline(np.exp(whole), color=VERMILION, lw=1.2, ls="--")
    for place, row in zip(places, write_records(frame), strict=True):
        estimate, error = row["estimate"], row["std_error"]
        if np.isnan(estimate):
            axes.text(1.0, place, " undefined", va="center", fontsize=8, style="italic")
            continue
        reach = 1.96 * error if np.isfinite(error) else 0.0
        ends = np.exp([estimate - reach, estimate + reach])
        axes.plot(ends, [place] * 2, color=BLUE, lw=1.3)
        axes.plot(np.exp(estimate), place, "o", color=BLUE, ms=4.5)
    axes.set_ylim(len(frame) - 0.4, -0.6)


def _name_rows(axes: Axes, names: pd.Series, *, width: float) -> None:
    longest = 19 if width < NARROW else 24
    wrapped = [textwrap.fill(str(name), longest) for name in names]
    sizes = [7.0 if "\n" in name else 8.5 for name in wrapped]
    axes.set_yticks(range(len(wrapped)), wrapped)
    for label, size in zip(axes.get_yticklabels(), sizes, strict=True):
        label.set_fontsize(size)
    axes.tick_params(axis="y", length=0)


def draw_deaths(
    deaths: pd.DataFrame, *, most: int = 8, width: float = 7.2, first_year: int | None = None
) -> Figure:
    """Draw uniformed hostile deaths a year, one small panel for each of the worst-hit missions.

    Parameters
    ----------
    deaths : DataFrame
        ``h1_deaths_by_mission_year``: ``mission year hostile_deaths_uniformed
        hostile_deaths_upper`` (persons a year).
    most : int, default 8
        Missions with a panel of their own; the others are summed in the last panel.
    width : float, default 7.2
        Inches; below five there are two columns of panels, else three.
    first_year : int, optional
        First year shown; default the first of the frame.

    Returns
    -------
    Figure
        Bars: uniformed hostile deaths; pale tops: up to the upper bound, deaths whose type the
        source leaves undetermined counted as hostile. Every panel has its own scale.
    """
    kept = deaths if first_year is None else deaths[deaths["year"] >= first_year]
    panels = split_missions(kept, most=most)
    columns = 2 if width < NARROW else 3
    lines = -(-len(panels) // columns)
    years = np.arange(kept["year"].min(), kept["year"].max() + 1)
    with style():
        figure = Figure(figsize=(width, 1.35 * lines + 0.5), layout="constrained")
        grid = figure.subplots(lines, columns, sharex=True, squeeze=False)
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        for axes, (name, frame) in zip(grid.flat, panels.items(), strict=False):
            by_year = frame.groupby("year")[["hostile_deaths_uniformed", "hostile_deaths_upper"]]
            sums = by_year.sum(min_count=1).reindex(years)
            _draw_years(axes, sums, years=years)
            total = int(sums["hostile_deaths_uniformed"].sum())
            axes.set_title(f"{name}: {total}", fontsize=8.5)
        figure.supylabel("hostile deaths a year (persons)", fontsize=9)
    return figure


def split_missions(deaths: pd.DataFrame, *, most: int) -> dict[str, pd.DataFrame]:
    """Split by mission, worst-hit first; missions beyond ``most`` are pooled as the last entry."""
    column = "hostile_deaths_uniformed"
    totals = deaths.groupby("mission")[column].sum().sort_values(ascending=False, kind="stable")
    first = [mission for mission in totals.index[:most] if totals[mission] > 0]
    panels = {str(mission): deaths[deaths["mission"] == mission] for mission in first}
    others = deaths[~deaths["mission"].isin(first)]
    if not others.empty:
        count = others["mission"].nunique()
        panels[f"{count} other{'s' if count > 1 else ''}"] = others
    return panels


def _draw_years(axes: Axes, sums: pd.DataFrame, *, years: np.ndarray) -> None:
    deaths = sums["hostile_deaths_uniformed"].fillna(0).to_numpy(dtype=float)
    above = sums["hostile_deaths_upper"].fillna(0).to_numpy(dtype=float) - deaths
    axes.bar(years, deaths, width=0.85, color=VERMILION)
    axes.bar(years, above.clip(min=0), bottom=deaths, width=0.85, color=ORANGE, alpha=0.55)
    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.tick_params(labelbottom=True, labelsize=8)


def draw_leverage(
    identification: pd.DataFrame, *, largest: float, most: int = 12, width: float = 7.2
) -> Figure:
    """Draw each host's share of the treatment's partial leverage, with the line of the gate.

    Parameters
    ----------
    identification : DataFrame
        ``h1_identification`` of one model: ``host switches events events_around_switch
        leverage`` (leverage: share of one).
    largest : float
        Largest share of one host that the gate admits.
    most : int, default 12
        Hosts drawn, largest share first.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
        Dark bars: hosts where the treatment changes and hostile events occur; at the right, the
        number of changes and of events.
    """
    rows = identification.sort_values("leverage", ascending=False, kind="stable").head(most)
    counted = (rows["switches"] > 0) & (rows["events"] > 0)
    with style():
        figure = Figure(figsize=(width, 0.29 * len(rows) + 1.1), layout="constrained")
        axes = figure.add_subplot()
        places = range(len(rows))
        share = 100 * rows["leverage"].to_numpy(dtype=float)
        axes.barh(places, share, color=np.where(counted, BLUE, SKY).tolist(), height=0.72)
        line = 100 * largest
        axes.axvline(line, color=VERMILION, lw=1.4, ls="--")
        label = f"gate: {line:g}%"
        axes.text(line - 1, -1, label, color=VERMILION, ha="right", va="center", fontsize=8)
        notes = [f"{row['switches']:.0f} / {row['events']:.0f}" for row in write_records(rows)]
        edge = axes.get_yaxis_transform()
        for place, note in zip((-1, *places), ("changes / events", *notes), strict=True):
            axes.text(1.0, place, note, transform=edge, ha="right", va="center", fontsize=8)
        _name_rows(axes, rows["host"], width=width)
        axes.set_ylim(len(rows) - 0.4, -1.5)
        room = 1.95 if width < NARROW else 1.5
        axes.set_xlim(0, room * max(line, float(np.nanmax(share, initial=0.0))))
        axes.set_xlabel("share of the coefficient's leverage (%)")
    return figure
