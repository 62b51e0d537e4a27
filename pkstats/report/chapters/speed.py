"""The chapter on speed: work beside its peers, and how time and memory grow."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pkstats.display.number import write_count
from pkstats.display.style import BLUE, GREEN, INK, NARROW, ORANGE, PURPLE, SKY, VERMILION, style
from pkstats.errors import Breaches, SourceError
from pkstats.report.results import write_records

COLUMNS = {
    "inference": (
        "work peer seconds peer_seconds ratio goal least most_seconds repeats peer_repeats "
        "peer_scaled_from load_average rows cores memory_gibibytes system versions"
    ),
    "growth": (
        "work units draws rows cpu_seconds peak_mebibytes added_mebibytes load_average cores "
        "memory_gibibytes system versions"
    ),
}
"""Columns of ``inference.csv`` and ``growth.csv``, as the benchmarks write them."""

COLOURS = {
    "fit": BLUE,
    "jackknife": VERMILION,
    "wild bootstrap": SKY,
    "wild score bootstrap": GREEN,
    "randomization, linear": ORANGE,
    "randomization, score": PURPLE,
}
MARKS = dict(zip(COLOURS, ("o", "s", "o", "s", "^", "D"), strict=True))
#: Drawn hollow and larger, so that marks of the same place stay in sight.
HOLLOW = ("jackknife", "wild score bootstrap", "randomization, score")
SIZES = {"units": "units", "draws": "draws"}
UNITS_OF = {"cpu_seconds": "CPU time (seconds)", "peak_mebibytes": "peak memory (MiB)"}


@dataclass(frozen=True, kw_only=True)
class Benchmarks:
    """Measured times, as committed.

    Parameters
    ----------
    inference : DataFrame
        One row a work and peer: CPU seconds, the ratio of the peer's to ours, the goal.
    growth : DataFrame
        One row a work and size: CPU seconds, memory in MiB.
    """

    inference: pd.DataFrame
    growth: pd.DataFrame


def read_benchmarks(folder: Path) -> Benchmarks:
    """Read ``inference.csv`` and ``growth.csv`` and check their columns.

    Raises
    ------
    SourceError
        A file or a column is absent; lists every breach.
    """
    breaches = Breaches("benchmarks")
    frames = {}
    for name, columns in COLUMNS.items():
        path = Path(folder) / f"{name}.csv"
        if not path.is_file():
            breaches.add(f"{path.name} is absent", remedy="make bench")
            continue
        frames[name] = pd.read_csv(path)
        absent = [column for column in columns.split() if column not in frames[name]]
        if absent:
            breaches.add(f"{path.name} lacks {', '.join(absent)}", remedy="make bench")
    breaches.raise_as(SourceError)
    return Benchmarks(**frames)


def read_constants(script: Path) -> dict[str, Any]:
    """Read the constants that a benchmark assigns at its top, without running it.

    Raises
    ------
    SourceError
        The script is absent.
    """
    if not Path(script).is_file():
        raise SourceError(f"{Path(script).name} is absent. Remedy: use a checkout of the project")
    found: dict[str, Any] = {}
    for node in ast.parse(Path(script).read_text("utf-8")).body:
        if not isinstance(node, ast.Assign):
            continue
        target = node.targets[0]
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        try:
            value = ast.literal_eval(node.value)
        except ValueError:
            continue
        values = value if isinstance(target, ast.Tuple) else [value]
        pairs = zip(names, values, strict=True)
        found |= {name.id: each for name, each in pairs if isinstance(name, ast.Name)}
    return found


def find_ratios(inference: pd.DataFrame) -> pd.Series:
    """Ratio of the peer's CPU seconds to ours; missing where there is no peer."""
    return inference["peer_seconds"] / inference["seconds"]


def judge_goals(inference: pd.DataFrame) -> pd.Series:
    """Say of each row whether its goal is met, from its seconds.

    Returns
    -------
    Series of str
        ``met`` or ``missed``: the ratio reaches its goal or, without a peer, our seconds stay
        below the most that the goal allows. ``no goal`` where neither is stated.
    """
    ratio = find_ratios(inference)
    met = (ratio >= inference["goal"]) | (inference["seconds"] < inference["most_seconds"])
    stated = inference[["goal", "most_seconds"]].notna().any(axis=1)
    words = np.where(stated, np.where(met, "met", "missed"), "no goal")
    return pd.Series(words, index=inference.index)


def tabulate_inference(inference: pd.DataFrame) -> pd.DataFrame:
    """Work, peer, seconds of both, ratio, goal and whether it is met: one row a comparison."""
    shown = inference.assign(ratio=find_ratios(inference), outcome=judge_goals(inference))
    return pd.DataFrame([_write_comparison(row) for row in write_records(shown)])


def _write_comparison(row: dict[str, Any]) -> dict[str, str]:
    alone = pd.isna(row["peer"])
    calls = f"{row['repeats']}"
    if not alone:
        calls += f" and {row['peer_repeats']}"
    if not pd.isna(row["peer_scaled_from"]):
        calls += f", scaled from {row['peer_scaled_from']}"
    goal = f"{row['goal']:g}" if pd.notna(row["goal"]) else f"under {row['most_seconds']:g} s"
    return {
        "work": row["work"],
        "peer": "no peer" if alone else row["peer"],
        "ours (s)": _write_digits(row["seconds"]),
        "peer (s)": "" if alone else _write_digits(row["peer_seconds"]),
        "ratio": "" if alone else _write_digits(row["ratio"]),
        "goal": goal,
        "outcome": f"**{row['outcome']}**" if row["outcome"] == "missed" else row["outcome"],
        "calls timed": calls,
    }


def _write_digits(value: float) -> str:
    """Write three significant digits, whole numbers in full."""
    return write_count(value) if value >= 100 else f"{value:#.3g}".rstrip(".")


def say_goals(inference: pd.DataFrame) -> str:
    """Say how many goals are met, which are missed and by how much, and which is met barely."""
    outcome, ratio = judge_goals(inference), find_ratios(inference)
    rows = inference.assign(ratio=ratio, share=ratio / inference["goal"])
    missed = write_records(rows[outcome == "missed"])
    text = f"{(outcome == 'met').sum()} of {(outcome != 'no goal').sum()} goals are met."
    for row in missed:
        if pd.isna(row["ratio"]):
            took, most = _write_digits(row["seconds"]), f"{row['most_seconds']:g}"
            text += f" Missed: {row['work']}, {took} seconds where {most} were allowed."
        else:
            text += (
                f" Missed: {row['work']}, {row['ratio']:.1f} times as fast as a "
                f"{row['peer']} where the goal is {row['goal']:g}."
            )
    met = rows[(outcome == "met") & rows["share"].notna()]
    if len(met):
        nearest = write_records(met.sort_values("share"))[0]
        text += (
            f" Met most narrowly: {nearest['work']} against {nearest['peer']}, "
            f"{nearest['ratio']:.2f} where the goal is {nearest['goal']:g}."
        )
    return text


def fit_exponents(growth: pd.DataFrame) -> pd.DataFrame:
    r"""Exponent b of :math:`t = a\,n^b` by work: least squares on logarithms.

    Parameters
    ----------
    growth : DataFrame
        Column ``work``, ``units``, ``draws`` and ``cpu_seconds``.

    Returns
    -------
    DataFrame
        ``work``, ``size`` (units or draws), ``points``, ``first`` and ``largest`` (sizes),
        ``exponent`` (over all points), ``last`` (between the two largest sizes), ``seconds`` and
        ``peak_mebibytes`` at the largest size.
    """
    found = []
    for work, rows in growth.groupby("work", sort=False):
        size = "draws" if rows["draws"].gt(0).all() else "units"
        given = rows.sort_values(size)
        x, y = np.log(given[size].to_numpy(float)), np.log(given["cpu_seconds"].to_numpy(float))
        found.append(
            {
                "work": work,
                "size": size,
                "points": len(given),
                "first": given[size].iloc[0],
                "largest": given[size].iloc[-1],
                "exponent": float(np.polyfit(x, y, 1)[0]),
                "last": float((y[-1] - y[-2]) / (x[-1] - x[-2])),
                "seconds": given["cpu_seconds"].iloc[-1],
                "peak_mebibytes": given["peak_mebibytes"].iloc[-1],
            }
        )
    return pd.DataFrame(found)


def tabulate_growth(growth: pd.DataFrame) -> pd.DataFrame:
    """Exponents with the largest size, its seconds and its memory: one row a work."""
    return pd.DataFrame(
        {
            "work": row["work"],
            "by": row["size"],
            "sizes": f"{write_count(row['first'])} to {write_count(row['largest'])}",
            "exponent, all sizes": f"{row['exponent']:.2f}",
            "exponent, last two": f"{row['last']:.2f}",
            "CPU seconds at the largest": _write_digits(row["seconds"]),
            "peak memory at the largest (MiB)": write_count(row["peak_mebibytes"]),
        }
        for row in write_records(fit_exponents(growth))
    )


def draw_growth(growth: pd.DataFrame, *, value: str, width: float = 7.4) -> Figure:
    """Draw time or peak memory by units and by draws, all axes logarithmic.

    Parameters
    ----------
    growth : DataFrame
        ``Benchmarks.growth``.
    value : str
        ``cpu_seconds``, whose fitted lines and exponents are shown, or ``peak_mebibytes``.
    width : float, default 7.4
        Inches; below five the panels stand one above the other.

    Returns
    -------
    Figure
    """
    narrow = width < NARROW
    lines, columns = (2, 1) if narrow else (1, 2)
    exponents = fit_exponents(growth)
    with style():
        figure = Figure(figsize=(width, 3.6 * lines), layout="constrained")
        grid = figure.subplots(lines, columns, squeeze=False)
        for axes, (size, name) in zip(grid.flat, SIZES.items(), strict=True):
            for row in write_records(exponents[exponents["size"] == size]):
                given = growth[growth["work"] == row["work"]].sort_values(size)
                _draw_work(axes, given, row=row, value=value)
            axes.set(xscale="log", yscale="log", title=f"by number of {name}")
            axes.set_xlabel(f"number of {name} (log scale)")
            axes.set_ylabel(f"{UNITS_OF[value]}, log scale")
            axes.grid(axis="both")
            axes.legend(loc="upper left")
            low, high = growth[value].min(), growth[value].max()
            reach = high / low
            axes.set_ylim(low / reach**0.06, high * reach**0.45)  # room for the legend
        _name_memory(grid, value)
    return figure


def _draw_work(axes: Axes, given: pd.DataFrame, *, row: dict[str, Any], value: str) -> None:
    """Marks of one work; of times also the fitted line, whose exponent the legend holds."""
    work, x, y = row["work"], given[row["size"]], given[value]
    timed = value == "cpu_seconds"
    label = f"{work}: exponent {row['exponent']:.2f}" if timed else work
    look: dict[str, Any] = {
        "color": COLOURS.get(work, INK),
        "marker": MARKS.get(work, "o"),
        "ms": 4.5,
    }
    if work in HOLLOW:
        look |= {"mfc": "none", "ms": 7.5}
    axes.plot(x, y, ls="" if timed else "-", lw=1.1, label=label, **look)
    if timed:
        level = np.log(y).mean() - row["exponent"] * np.log(x).mean()
        line = np.exp(level + row["exponent"] * np.log(x))
        axes.plot(x, line, color=look["color"], lw=1.1)


def _name_memory(grid: Any, value: str) -> None:
    """Plain numbers beside axes of memory, which spans less than a power of ten."""
    if value != "peak_mebibytes":
        return
    for axes in grid.flat:
        low, high = axes.get_ylim()
        ticks = [tick for tick in (100, 200, 400, 800, 1600) if low <= tick <= high]
        axes.set_yticks(ticks, [write_count(tick) for tick in ticks])
        axes.set_yticks([], minor=True)


def caption_time(growth: pd.DataFrame) -> str:
    """Say what the drawing of times shows, by units and by draws."""
    parts = []
    for size, rows in fit_exponents(growth).groupby("size", sort=False):
        each = [
            f"{row['work']} with exponent {row['exponent']:.2f} ({row['last']:.2f} between its two "
            f"largest sizes), {_write_digits(row['seconds'])} s at "
            f"{write_count(row['largest'])} {size}"
            for row in write_records(rows)
        ]
        parts.append(f"By {size}: {'; '.join(each)}.")
    return "CPU time, log-log, with fitted lines. " + " ".join(parts)


def say_growth(growth: pd.DataFrame) -> str:
    """Say in one sentence how each work grows between its two largest sizes."""
    rows = write_records(fit_exponents(growth))
    each = [f"{row['work']} {row['last']:.2f} (by {row['size']})" for row in rows]
    return f"Exponents between the two largest sizes: {'; '.join(each)}."


def say_memory(growth: pd.DataFrame) -> str:
    """Say in one sentence the most memory by units and by draws."""
    exponents, parts = fit_exponents(growth), []
    for size, rows in exponents.groupby("size", sort=False):
        given = growth[growth["work"].isin(rows["work"])]
        top = write_records(given.sort_values("peak_mebibytes", ascending=False))[0]
        parts.append(
            f"{write_count(top['peak_mebibytes'])} MiB by {size} ({top['work']}, "
            f"{write_count(top[str(size)])} {size})"
        )
    return f"The most memory is {' and '.join(parts)}."


def caption_memory(growth: pd.DataFrame) -> str:
    """Say what the drawing of memory shows: the span over sizes of each work."""
    parts = []
    for row in write_records(fit_exponents(growth)):
        given = growth[growth["work"] == row["work"]].sort_values(row["size"])
        peak = given["peak_mebibytes"]
        parts.append(
            f"{row['work']} {write_count(peak.iloc[0])} to {write_count(peak.iloc[-1])} MiB while "
            f"{row['size']} grow from {write_count(row['first'])} to {write_count(row['largest'])}"
        )
    return f"Largest resident memory of the process: {'; '.join(parts)}."


def say_machine(table: pd.DataFrame) -> str:
    """Say on what machine, how busy, and with which versions a table was measured."""
    parts = []
    for row in write_records(table.drop_duplicates(["cores", "system", "versions"])):
        parts.append(
            f"{row['system']}, {row['cores']} cores, {row['memory_gibibytes']:g} GiB of memory; "
            f"{row['versions']}"
        )
    low, high = table["load_average"].min(), table["load_average"].max()
    return f"{'; and '.join(parts)}. Load average when the rows began: {low:.1f} to {high:.1f}."
