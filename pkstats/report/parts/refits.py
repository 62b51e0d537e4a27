"""Refits: the estimate without each unit or group, as a figure and in words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import t as student

from pkstats.arguments import check_arguments
from pkstats.display.number import write_bounds, write_effect, write_list
from pkstats.display.style import BLUE, INK, NARROW, VERMILION, style
from pkstats.report.parts.forest import scale_effects
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pkstats.report.record import Record


def draw_refits(
    leave_one_out: pd.DataFrame,
    *,
    whole: float,
    axis: str,
    ratio: bool = True,
    width: float = 7.2,
) -> Figure:
    """Draw the estimate without each value of each group, every refit, the largest moves first.

    Parameters
    ----------
    leave_one_out : DataFrame
        Refits of one model: left_out_kind, left_out, estimate, std_error, df.
    whole : float
        The estimate on the whole sample.
    axis : str
        What is drawn, with its unit.
    ratio : bool, default True
        Whether exponentials are drawn, on a log axis.
    width : float, default 7.2
        Inches; below five the kinds stand one above the other.

    Returns
    -------
    Figure
        Lines are intervals by Student's t on each refit's own degrees of freedom, as the tables of
        estimates have them; a mark alone has no defined interval.
    """
    kinds = list(dict.fromkeys(leave_one_out["left_out_kind"]))
    shown = {kind: rank_moves(leave_one_out, kind=kind, whole=whole) for kind in kinds}
    reach = _find_reach(shown, whole=whole, ratio=ratio)
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
            _draw(axes, frame, whole=whole, ratio=ratio)
            name_rows(axes, frame["left_out"], width=width)
            scale_effects(axes, reach, ratio=ratio)
            axes.set_title(f"without one {kind.replace('_', ' ')}")
        text = f"{axis}, 95% interval{' (log axis)' if ratio else ''}"
        figure.supxlabel(textwrap.fill(text, 44 if narrow else 90), fontsize=9)
    return figure


def draw_record(record: Record, *, width: float = 7.2) -> Figure:
    """Draw the refits of the primary model of a hypothesis that has an estimate."""
    return draw_refits(
        record.keep_primary("leave_one_out"),
        whole=float(record.verdict["estimate"]),
        axis=record.scale,
        ratio=record.ratio,
        width=width,
    )


def measure_reach(rows: pd.DataFrame, *, level: float = 0.95) -> pd.Series:
    """Half width of each refit's interval by Student's t; missing where it is undefined."""
    check_arguments("refits", level=level)
    if "df" not in rows:
        return pd.Series(np.nan, index=rows.index)
    quantile = student.ppf((1 + level) / 2, rows["df"].astype(float))
    return rows["std_error"].astype(float) * quantile


def rank_moves(leave_one_out: pd.DataFrame, *, kind: str, whole: float) -> pd.DataFrame:
    """Order refits of one kind by how far they move the estimate; undefined refits come first."""
    rows = leave_one_out[leave_one_out["left_out_kind"] == kind]
    move = (rows["estimate"] - whole).abs().fillna(np.inf)
    return rows.assign(move=move).sort_values("move", ascending=False, kind="stable")


def name_rows(axes: Axes, names: pd.Series, *, width: float) -> None:
    """Name the lines of a figure, long names on more than one line."""
    longest = 19 if width < NARROW else 24
    wrapped = [textwrap.fill(str(name), longest) for name in names]
    sizes = [7.0 if "\n" in name else 8.5 for name in wrapped]
    axes.set_yticks(range(len(wrapped)), wrapped)
    for label, size in zip(axes.get_yticklabels(), sizes, strict=True):
        label.set_fontsize(size)
    axes.tick_params(axis="y", length=0)


def _find_reach(shown: dict[str, pd.DataFrame], *, whole: float, ratio: bool) -> float:
    values = pd.concat([frame["estimate"].abs() for frame in shown.values()])
    reaches = pd.concat([measure_reach(frame) for frame in shown.values()])
    inside = max(abs(whole), float(np.nan_to_num(values.max())))
    widest = float(np.nan_to_num(reaches.max()))
    if not ratio:
        return inside + widest or 1.0
    return float(max(inside, np.log(1.3)) + min(widest, 1.2))


def _draw(axes: Axes, frame: pd.DataFrame, *, whole: float, ratio: bool) -> None:
    turn = np.exp if ratio else np.asarray
    none = float(turn(0.0))
    axes.axvline(none, color=INK, lw=0.9)
    axes.axvline(float(turn(whole)), color=VERMILION, lw=1.2, ls="--")
    for place, row in enumerate(write_records(frame.assign(reach=measure_reach(frame)))):
        estimate, reach = float(row["estimate"]), float(row["reach"])
        if np.isnan(estimate):
            axes.text(none, place, " undefined", va="center", fontsize=8, style="italic")
            continue
        if np.isfinite(reach):
            ends = turn(np.array([estimate - reach, estimate + reach]))
            axes.plot(ends, [place] * 2, color=BLUE)
        axes.plot(turn(estimate), place, "o", color=BLUE, ms=4.5)
    axes.set_ylim(len(frame) - 0.4, -0.6)


def say_refits(record: Record) -> str:
    """Say how far leaving one value of a group out moves the estimate, and whether it turns."""
    main, frame = record.primary, record.keep_primary("leave_one_out")
    if main is None or frame.empty:
        return "There is no primary estimate to leave anything out of."
    whole = float(main["estimate"])
    parts = [
        _say_kind(record, rank_moves(frame, kind=kind, whole=whole), kind=kind, whole=whole)
        for kind in dict.fromkeys(frame["left_out_kind"])
    ]
    effect = write_effect(whole, ratio=record.ratio)
    return f"The dashed line is the estimate on the whole sample ({effect}). {' '.join(parts)}"


def _say_kind(record: Record, ranked: pd.DataFrame, *, kind: str, whole: float) -> str:
    known, word = ranked[ranked["estimate"].notna()], kind.replace("_", " ")
    lost = ranked.loc[ranked["estimate"].isna(), "left_out"]
    if known.empty:
        return f"Without one {word} no refit is defined."
    turned = known.loc[np.sign(known["estimate"]) != np.sign(whole), "left_out"]
    first = write_records(known)[0]
    bounds = write_bounds(known["estimate"].min(), known["estimate"].max(), ratio=record.ratio)
    return (
        f"Without one {word} the {record.measure} runs from {bounds} over {len(known)} refits; "
        f"{first['left_out']} moves it most (to "
        f"{write_effect(first['estimate'], ratio=record.ratio)}), and the sign "
        + (f"turns without {write_list(turned, last='or')}." if len(turned) else "never turns.")
        + (f" No estimate is left without {write_list(lost, last='or')}." if len(lost) else "")
    )


def find_turning(record: Record) -> list[str]:
    """Names without which the sign of the primary estimate turns."""
    main, frame = record.primary, record.keep_primary("leave_one_out")
    if main is None:
        return []
    frame = frame[frame["estimate"].notna()]
    turned = frame[np.sign(frame["estimate"]) != np.sign(main["estimate"])]
    return list(dict.fromkeys(map(str, turned["left_out"])))
