"""Coverage of a panel: how many units it holds over time, and which columns are observed when."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from pkstats.display.number import name_extreme, write_count
from pkstats.display.style import BLUE, INK, NARROW, ORANGE, SKY, VERMILION, style
from pkstats.errors import PanelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from pkstats.data.panels import Panel

CLASSES = ("none", "under half", "half or more", "95% or more", "all")
"""How much of a year's rows a column observes; the first includes columns outside their window."""

YEARS = (1900, 2100)
LEAST_SHARES = (0.0, 0.0, 0.5, 0.95, 1.0)
COLOURS = ("none", VERMILION, ORANGE, SKY, BLUE)


def find_years(panel: Panel) -> pd.Series:
    """Calendar year of every row of a panel.

    Its time key, if that is a date or a year; else its column ``year``, else its first column of
    dates. Years of rows without a date are missing.

    Raises
    ------
    PanelError
        The panel has no such column.
    """
    dates = panel.frame.select_dtypes("datetime").columns
    for name in (panel.time, "year", *dates):
        if name in panel.frame:
            values = panel.frame[name]
            if pd.api.types.is_datetime64_any_dtype(values):
                return values.dt.year.astype("Int64")
            if pd.api.types.is_integer_dtype(values) and values.between(*YEARS).all():
                return values.astype("Int64")
    raise PanelError(f"panel {panel.name!r} has no years. Remedy: give it a column of dates")


def count_units(panel: Panel) -> pd.Series:
    """Number of distinct units by year, every year from the first to the last; 0 without rows."""
    counts = panel.frame[panel.unit].groupby(find_years(panel)).nunique()
    years = counts.index.to_numpy(dtype=int)
    counts.index = pd.Index(years)
    return counts.reindex(range(years.min(), years.max() + 1), fill_value=0)


def share_observed(panel: Panel) -> pd.DataFrame:
    """Share of the rows of each year in which a column is not missing.

    Returns
    -------
    DataFrame
        One row a column of the panel, one column a year that has rows; shares of one.
    """
    shares = panel.frame.notna().groupby(find_years(panel)).mean().T
    return shares.set_axis(shares.columns.to_numpy(dtype=int), axis=1)


def classify_shares(shares: pd.DataFrame) -> pd.DataFrame:
    """Place of each share in ``CLASSES``."""
    values = shares.to_numpy(dtype=float)
    classes = (values > 0).astype(int)
    for place in range(2, len(CLASSES)):
        classes = np.where(values >= LEAST_SHARES[place], place, classes)
    return pd.DataFrame(classes, index=shares.index, columns=shares.columns)


def group_columns(shares: pd.DataFrame) -> list[list[str]]:
    """Group columns that look alike over time: the same class in every year.

    Returns
    -------
    list of list of str
        In the order in which the first column of each group stands in the panel.
    """
    groups: dict[tuple[int, ...], list[str]] = {}
    for name, row in zip(shares.index, classify_shares(shares).to_numpy(), strict=True):
        groups.setdefault(tuple(row.tolist()), []).append(str(name))
    return list(groups.values())


def name_group(columns: list[str]) -> str:
    """Name a group by its first column and the number of the others."""
    rest = len(columns) - 1
    return columns[0] + (f" and {rest} more" if rest else "")


def draw_coverage(panel: Panel, *, width: float = 7.2) -> Figure:
    """Draw units by year and, below, the share of rows that each group of columns observes.

    Parameters
    ----------
    panel : Panel
        Any panel.
    width : float, default 7.2
        Inches; below five the names stand above their bands.

    Returns
    -------
    Figure
        Blue: observed in all rows of the year; paler and warmer: in fewer; hollow: in none; no
        band where the panel has no row.
    """
    shares = share_observed(panel)
    groups = group_columns(shares)
    classes = classify_shares(shares).loc[[columns[0] for columns in groups]]
    narrow = width < NARROW
    below = (0.36 if narrow else 0.26) * len(groups) + 0.3
    with style():
        figure = Figure(figsize=(width, below + 2.3), layout="constrained")
        top, bands = figure.subplots(2, 1, sharex=True, height_ratios=[1.15, below])
        counts = count_units(panel)
        top.bar(counts.index, counts.to_numpy(), width=0.85, color=BLUE)
        top.set_title(f"number of units ({panel.unit.replace('_', ' ')}) by year")
        top.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        top.grid(axis="y")
        classes.index = pd.Index([name_group(columns) for columns in groups])
        _draw_bands(bands, classes, narrow=narrow)
        bands.set_title("share of rows observed, by year")
        _add_keys(figure, narrow=narrow)
    return figure


def draw_panels(shares: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw for every panel the share of its values that is observed by year.

    Parameters
    ----------
    shares : DataFrame
        As :func:`share_values` gives it.
    width : float, default 7.2
        Inches; below five the names stand above their bands.

    Returns
    -------
    Figure
        Colours as in :func:`draw_coverage`; no band where a panel has no row.
    """
    narrow = width < NARROW
    height = (0.36 if narrow else 0.3) * len(shares) + 1.2
    with style():
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        _draw_bands(axes, classify_shares(shares).where(shares.notna()), narrow=narrow)
        _add_keys(figure, narrow=narrow)
    return figure


def share_values(panels: Iterable[Panel]) -> pd.DataFrame:
    """Share of the values of each panel and year that is observed.

    Parameters
    ----------
    panels : iterable of Panel

    Returns
    -------
    DataFrame
        One row a panel, one column a year; missing where the panel has no row.
    """
    shares = {panel.name: share_observed(panel).mean() for panel in panels}
    frame = pd.DataFrame(shares).T
    years = frame.columns.to_numpy(dtype=int)
    return frame.reindex(columns=range(years.min(), years.max() + 1))


def caption_panels(shares: pd.DataFrame) -> str:
    """Say what the figure of all panels shows."""
    years = shares.apply(lambda row: row.notna().sum(), axis=1)
    first = shares.apply(lambda row: row.first_valid_index(), axis=1)
    means = shares.mean(axis=1)
    return (
        f"{len(shares)} panels, {shares.columns.min()} to {shares.columns.max()}. The longest is "
        f"{name_extreme(years, mark='`')} with {years.max()} years, the latest to begin "
        f"{name_extreme(first, mark='`')} ({first.max()}). The share of values observed is largest "
        f"in {name_extreme(means, mark='`')} ({means.max():.0%}) and smallest in "
        f"{name_extreme(means, smallest=True, mark='`')} ({means.min():.0%})."
    )


def _draw_bands(axes: Axes, classes: pd.DataFrame, *, narrow: bool) -> None:
    for place, (_, row) in enumerate(classes.iterrows()):
        _draw_band(axes, row.dropna().astype(int), place=place, height=0.42 if narrow else 0.74)
    _name_bands(axes, [str(name) for name in classes.index], narrow=narrow)
    axes.set_ylim(len(classes) - 0.4, -0.85 if narrow else -0.6)
    years = classes.columns.to_numpy(dtype=int)
    axes.set_xlim(years.min() - 0.7, years.max() + 0.7)
    axes.xaxis.set_major_locator(MaxNLocator(5 if narrow else 9, integer=True))


def _add_keys(figure: Figure, *, narrow: bool) -> None:
    keys = [Patch(fc=colour, ec=INK, lw=0.6) for colour in COLOURS]
    figure.legend(keys, CLASSES, loc="outside lower center", ncols=3 if narrow else 5)


def _draw_band(axes: Axes, row: pd.Series, *, place: int, height: float) -> None:
    """Draw runs of years of one class as one bar each."""
    years = row.index.to_numpy(dtype=int)
    values = row.to_numpy()
    starts = np.flatnonzero(np.r_[True, (np.diff(values) != 0) | (np.diff(years) != 1)])
    for first, after in zip(starts, np.r_[starts[1:], len(values)], strict=True):
        axes.barh(
            place,
            years[after - 1] - years[first] + 1,
            left=years[first] - 0.5,
            height=height,
            color=COLOURS[values[first]],
            edgecolor=INK,
            lw=0.4,
        )


def _name_bands(axes: Axes, names: list[str], *, narrow: bool) -> None:
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if not narrow:
        wrapped = [textwrap.shorten(name, 44, placeholder=" ...") for name in names]
        axes.set_yticks(range(len(names)), wrapped, fontsize=8)
        return
    axes.set_yticks([])
    for place, name in enumerate(names):
        text = axes.text(
            0, place - 0.46, name, transform=axes.get_yaxis_transform(), va="center", fontsize=8
        )
        text.set_in_layout(False)


def caption_coverage(panel: Panel) -> str:
    """Say what the coverage figure shows: rows, units, period, and the least observed column."""
    counts = count_units(panel)
    present = panel.frame.notna().mean()
    complete = int((present == 1).sum())
    unit = panel.unit.replace("_", " ")
    text = (
        f"{write_count(len(panel.frame))} rows, {write_count(panel.frame[panel.unit].nunique())} "
        f"units ({unit}), {counts.index.min()} to {counts.index.max()}; most units in "
        f"{name_extreme(counts)} ({write_count(counts.max())}), fewest in "
        f"{name_extreme(counts, smallest=True)} ({write_count(counts.min())}). {complete} of "
        f"{len(present)} columns are observed in every row"
    )
    undated = int(find_years(panel).isna().sum())
    if undated:
        text += f" ({write_count(undated)} rows without a date are not in the picture)"
    if complete == len(present):
        return f"{text}."
    least, share = name_extreme(present, smallest=True, mark="`"), 100 * float(present.min())
    return f"{text}; the least observed: {least}, present in {share:.0f}% of the rows."
