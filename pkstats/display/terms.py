"""One estimate shown: its terms as text and as a table, and its intervals as a figure."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats.arguments import check_arguments
from pkstats.display.style import BLUE, INK, VERMILION, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Columns of a terminal.
WIDTH = 80
#: Longest heading of the interval.
LONGEST = 26


def format_terms(table: pd.DataFrame, *, ratio: str = "", level: float = 0.95) -> pd.DataFrame:
    """Terms as short text, one row each.

    Parameters
    ----------
    table : DataFrame
        As ``tidy()``: term estimate std_error statistic df p_value conf_low conf_high.
    ratio : str
        What an exponential is, for example "Rate ratio"; the interval is then of the ratio, which
        precedes it. Empty on a linear scale.
    level : float
        Coverage of the interval, for its heading.

    Returns
    -------
    DataFrame
        Text columns: term, estimate, std. error, t, df, p, and the interval.
    """
    check_arguments("table of terms", level=level)
    bounds = table[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
    with np.errstate(over="ignore"):
        bounds = np.exp(bounds) if ratio else bounds
    intervals = [
        (f"{_digits(middle)} " if ratio else "") + f"[{_digits(low)}, {_digits(high)}]"
        for middle, low, high in bounds
    ]
    intervals = [
        text if np.isfinite(row).any() else "undefined"
        for text, row in zip(intervals, bounds, strict=True)
    ]
    heading = f"{level:.0%} interval"
    return pd.DataFrame(
        {
            "term": table["term"].astype(str),
            "estimate": [_digits(x, 4) for x in table["estimate"]],
            "std. error": [_digits(x, 4) for x in table["std_error"]],
            "t": [_fixed(x, 2) for x in table["statistic"]],
            "df": [_fixed(x, 0 if float(x).is_integer() else 1) for x in table["df"]],
            "p": ["<0.0001" if x < 5e-5 else _fixed(x, 4) for x in table["p_value"]],
            f"{ratio.lower()}, {heading}" if ratio else heading: intervals,
        }
    )


def write_terms(table: pd.DataFrame, *, ratio: str = "", level: float = 0.95) -> list[str]:
    """Lines of text for a terminal of 80 columns; a long term stands on a line of its own."""
    shown = format_terms(table, ratio=ratio, level=level)
    *middle, last = (str(c) for c in shown if c != "term")
    heading = last if len(last) <= LONGEST else f"ratio, {level:.0%} interval"
    widths = {c: 2 + max(len(c), int(shown[c].str.len().max())) for c in middle}
    taken = sum(widths.values()) + 2 + max(len(heading), int(shown[last].str.len().max()))
    room = max(4, min(int(shown["term"].str.len().max()), WIDTH - taken))
    lines = ["term".ljust(room) + "".join(c.rjust(widths[c]) for c in middle) + f"  {heading}"]
    for row in shown.to_dict("records"):
        term = str(row["term"])
        if len(term) > room:
            lines.append(term)
            term = ""
        numbers = "".join(str(row[c]).rjust(widths[c]) for c in middle)
        lines.append(f"{term.ljust(room)}{numbers}  {row[last]}")
    return lines


def wrap(text: str) -> list[str]:
    """Lines of at most 80 columns; what runs over is indented."""
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False) or [""]


def draw_terms(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    outcome: str,
    scale: str,
    ratio: str = "",
    level: float = 0.95,
) -> Axes:
    """Draw every term with its interval, the first (the treatment) in colour.

    Parameters
    ----------
    table : DataFrame
        As ``tidy()``.
    ax : Axes, optional
        Where; a figure of its own otherwise.
    outcome : str
        For the label.
    scale, ratio : str
        What a coefficient is, and its exponential; with a ratio the axis is logarithmic.
    level : float
        Coverage, for the label.

    Returns
    -------
    Axes
        A hollow mark has no defined interval.
    """
    import matplotlib.pyplot as plt

    check_arguments("figure of terms", level=level)
    with style():
        if ax is None:
            _, ax = plt.subplots(figsize=(6.4, 0.9 + 0.38 * len(table)), layout="constrained")
        numbers = table[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
        numbers = np.exp(numbers) if ratio else numbers
        ax.axvline(1 if ratio else 0, color=INK, linewidth=0.8, alpha=0.6)
        place = np.arange(len(table))[::-1]
        for y, (middle, low, high), first in zip(place, numbers, place == place[0], strict=True):
            colour = VERMILION if first else BLUE
            defined = np.isfinite(low) and np.isfinite(high)
            ax.hlines(y, low, high, color=colour, linewidth=1.8)
            ax.plot(middle, y, "o", color=colour, mfc=colour if defined else "white", ms=5.5)
        ax.set_yticks(place, table["term"])
        ax.set_ylim(-0.6, len(table) - 0.4)
        if ratio:
            scale_ratios(ax, "x")
        what = f"{ratio} of {outcome}" if ratio else scale.replace("the outcome", outcome)
        axis = ", log axis" if ratio else ""
        ax.set_xlabel(f"{what} per unit of each term, {level:.0%} interval{axis}")
    return ax


def draw_event_times(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    reference: int,
    outcome: str,
    time: str,
    scale: str,
    ratio: str = "",
    level: float = 0.95,
    binned: bool = True,
) -> Axes:
    """Draw coefficients by event time; the reference is a hollow mark without interval.

    Parameters
    ----------
    table : DataFrame
        event_time estimate conf_low conf_high.
    ax : Axes, optional
        Where; a figure of its own otherwise.
    reference : int
        Event time against which the others are measured.
    outcome, time : str
        For the labels; ``time`` with its unit.
    scale, ratio : str
        What a coefficient is, and its exponential; with a ratio the axis is logarithmic.
    level : float
        Coverage, for the label.
    binned : bool
        Whether the first and last time hold all that is further away.
    """
    import matplotlib.pyplot as plt

    check_arguments("figure of event times", level=level)
    with style():
        if ax is None:
            _, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
        numbers = table[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
        middle, low, high = (np.exp(numbers) if ratio else numbers).T
        times = table["event_time"].to_numpy()
        before, own = times < 0, times == reference
        ax.axhline(1 if ratio else 0, color=INK, linewidth=0.8, alpha=0.6)
        ax.axvline(times[before].max() / 2, color=INK, linewidth=0.8, alpha=0.6, linestyle=":")
        for chosen, colour in ((before & ~own, BLUE), (~before, VERMILION)):
            ax.vlines(times[chosen], low[chosen], high[chosen], color=colour, linewidth=1.8)
            ax.plot(times[chosen], middle[chosen], "o", color=colour, ms=5)
        ax.plot(times[own], middle[own], "o", color=INK, mfc="white", ms=5)
        step = max(1, len(times) // 12) * max(1, int(np.diff(times).min(initial=1)))
        shown = [t for t in times if t % step == 0 or t in (times[0], times[-1])]
        ends = {times[0]: f"\u2264{times[0]}", times[-1]: f"\u2265{times[-1]}"} if binned else {}
        ax.set_xticks(shown, [ends.get(t, f"{t}") for t in shown])
        if ratio:
            scale_ratios(ax, "y")
        ax.set_xlabel(time)
        ax.set_ylabel(f"{ratio} of {outcome}" if ratio else scale.replace("the outcome", outcome))
        ax.set_title(f"Against time {reference}; {level:.0%} intervals", loc="left")
    return ax


def scale_ratios(ax: Axes, which: str) -> None:
    """Give an axis of ratios a log scale with plain labels."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = ax.get_xlim() if which == "x" else ax.get_ylim()
    low, high = max(low, 1e-6), max(high, 2e-6)
    (ax.set_xscale if which == "x" else ax.set_yscale)("log")
    if high / low < 6:
        ticks = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high)
        axis.set_major_locator(FixedLocator([t for t in ticks if low <= t <= high]))
    else:
        axis.set_major_locator(
            LogLocator(subs=(1, 2, 5) if high / low < 1e3 else (1,), numticks=30)
        )
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def _digits(value: float, most: int = 3) -> str:
    return f"{value:#.{most}g}".rstrip(".") if np.isfinite(value) else "undefined"


def _fixed(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if np.isfinite(value) else "-"
