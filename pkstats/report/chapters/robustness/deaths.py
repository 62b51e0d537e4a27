"""Deaths: uniformed hostile deaths a year by mission, as a figure and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pkstats.display.number import name_extreme, write_count, write_share
from pkstats.display.style import NARROW, ORANGE, VERMILION, style


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


def caption_deaths(deaths: pd.DataFrame, *, most: int = 8) -> str:
    """Say what the figure of deaths over time shows."""
    column = "hostile_deaths_uniformed"
    total = deaths[column].sum()
    if not total:
        return "No uniformed hostile death is recorded."
    panels = split_missions(deaths, most=most)
    name, worst = next(iter(panels.items()))
    first = write_share(worst[column].sum() / total)
    by_year = deaths.groupby("year")[column].sum()
    upper = deaths["hostile_deaths_upper"].sum()
    known = deaths.loc[deaths[column].notna(), "year"]
    return (
        f"{write_count(total)} uniformed peacekeepers died of hostile acts in missions, "
        f"{known.min()} to {known.max()}; {name} alone has {write_count(worst[column].sum())} of "
        f"them ({first}). Most died in {name_extreme(by_year)}: {write_count(by_year.max())}. "
        f"Counting every death of undetermined type as hostile gives {write_count(upper)} "
        "(pale tops of the bars). Every panel has its own scale."
    )


def say_undetermined(deaths: pd.DataFrame) -> str:
    """Say how many deaths have no determined type, and where most of them fall in time."""
    above = deaths["hostile_deaths_upper"] - deaths["hostile_deaths_uniformed"]
    total = above.sum()
    if not total:
        return "- No uniformed death is of undetermined type."
    half = int(deaths["year"].median())
    late = above[deaths["year"] > half].sum()
    return (
        f"- For {write_count(total)} deaths the source leaves the type open "
        f"({write_share(late / total)} of them after {half}); the upper bound counts them as "
        "hostile."
    )
