"""The chapter on the simulation: size, coverage and power where the truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
from pkstats.results import read_table

COLOURS = {
    "CRV1, normal": VERMILION,
    "CRV1, t": ORANGE,
    "CRV2, Satterthwaite": GREEN,
    "CRV3, t": BLUE,
    "wild bootstrap": SKY,
    "randomization": PURPLE,
}
FAMILIES = {"linear": "linear", "poisson": "rare counts (Poisson)"}
MAIN_CORRELATION = 0.7
NOMINAL = 0.05
#: Bradley's (1978) liberal bounds of a test that is about right at 5%.
BOUNDS = (0.025, 0.075)
#: Share of replications below which a method is said to have no answer.
FEWEST_ANSWERS = 0.5
#: Whiskers are of shares of many replications, whose Monte Carlo error is normal and known: no
#: estimate of a model is drawn with it.
NORMAL = 1.96


def read_simulation(folder: Path) -> pd.DataFrame:
    """Read ``simulation.csv``.

    Raises
    ------
    ResultsError
        The file is absent or not as declared.
    """
    return read_table(folder, "simulation")


def select_main(table: pd.DataFrame, *, family: str, effect: bool) -> pd.DataFrame:
    """Worlds of the main serial correlation, one family, without or with an effect."""
    kept = table["family"].eq(family) & table["serial_correlation"].eq(MAIN_CORRELATION)
    return table[kept & table["effect"].ne(0).eq(effect)].reset_index(drop=True)


def name_design(row: pd.Series) -> str:
    """Name clusters and treated clusters of a world."""
    return f"{row['treated']} of {row['clusters']}"


def judge_size(row: pd.Series) -> str:
    """Say of one method in one world without effect whether it errs as often as it says.

    Returns
    -------
    str
        ``not run``, ``no answer`` (in most replications), ``too often``, ``too seldom`` or
        ``about right``, by Bradley's bounds.
    """
    if not row["replications"]:
        return "not run"
    if row["answered"] < FEWEST_ANSWERS * row["replications"]:
        return "no answer"
    if row["rejected"] > BOUNDS[1]:
        return "too often"
    return "too seldom" if row["rejected"] < BOUNDS[0] else "about right"


def tabulate_sizes(table: pd.DataFrame, *, family: str) -> pd.DataFrame:
    """Size in percent with its Monte Carlo error, by design (rows) and method (columns)."""
    rows = select_main(table, family=family, effect=False)
    return _spread(rows, rows.apply(_write_size, axis=1))


def _write_size(row: pd.Series) -> str:
    verdict = judge_size(row)
    if verdict == "not run":
        return verdict
    if verdict == "no answer":
        share = row["answered"] / row["replications"]
        return f"no answer in {100 * (1 - share):.0f}%"
    mark = {"too often": " **+**", "too seldom": " **−**"}.get(verdict, "")
    text = f"{100 * row['rejected']:.1f} ({100 * row['rejected_error']:.1f}){mark}"
    share = 100 * row["answered"] / row["replications"]
    return text if round(share) == 100 else f"{text}, {share:.0f}% answer"


def tabulate_coverage(table: pd.DataFrame, *, family: str) -> pd.DataFrame:
    """Coverage of 95% intervals in percent, worlds with an effect, of methods that give one."""
    rows = select_main(table, family=family, effect=True)
    given = table.loc[table["coverage"].notna(), "method"]
    rows = rows[rows["method"].isin(given)]
    return _spread(rows, rows.apply(_write_coverage, axis=1))


def _write_coverage(row: pd.Series) -> str:
    if np.isnan(row["coverage"]):
        return "no answer" if row["replications"] else "not run"
    return f"{100 * row['coverage']:.1f} ({100 * row['coverage_error']:.1f})"


def tabulate_bias(table: pd.DataFrame, *, family: str) -> pd.DataFrame:
    """Bias, spread of the estimates and mean standard errors, worlds with an effect."""
    rows = select_main(table, family=family, effect=True)
    first = rows[rows["method"] == "CRV1, t"]
    shown = pd.DataFrame(
        {
            "treated of clusters": first.apply(name_design, axis=1),
            "truth": first["effect"].map("{:.2f}".format),
            "bias": [f"{b:.3f} ({e:.3f})" for b, e in first[["bias", "bias_error"]].to_numpy()],
            "standard deviation": first["estimate_sd"].map("{:.3f}".format),
        }
    ).reset_index(drop=True)
    for method in ("CRV1, t", "CRV2, Satterthwaite", "CRV3, t"):
        errors = rows.loc[rows["method"] == method, "std_error_mean"]
        if len(errors) == len(shown):
            name = f"mean error, {method.partition(',')[0]}"
            shown[name] = errors.map("{:.3f}".format).to_numpy()
    return shown


def tabulate_correlations(table: pd.DataFrame) -> pd.DataFrame:
    """Size by serial correlation, for the one design in which it varies."""
    others = table[table["serial_correlation"].ne(MAIN_CORRELATION)]
    sizes = set(zip(others["clusters"], others["treated"], strict=True))
    at = [pair in sizes for pair in zip(table["clusters"], table["treated"], strict=True)]
    rows = table[np.array(at, dtype=bool) & table["effect"].eq(0)]
    rows = rows.sort_values(["family", "serial_correlation"], kind="stable")
    labels = rows["family"].map(FAMILIES) + ", " + rows["serial_correlation"].map("{:.1f}".format)
    cells = rows.apply(_write_size, axis=1)
    return _pivot(labels, rows["method"], cells, first="family, serial correlation")


def _spread(rows: pd.DataFrame, cells: pd.Series) -> pd.DataFrame:
    labels = rows.apply(name_design, axis=1)
    return _pivot(labels, rows["method"], cells, first="treated of clusters")


def _pivot(labels: pd.Series, methods: pd.Series, cells: pd.Series, *, first: str) -> pd.DataFrame:
    long = pd.DataFrame({first: labels, "method": methods, "cell": cells})
    wide = long.pivot(index=first, columns="method", values="cell").fillna("")
    order = [method for method in COLOURS if method in wide]
    return wide.loc[labels.drop_duplicates(), order].rename_axis(None, axis=1).reset_index()


def say_trust(table: pd.DataFrame, *, family: str) -> str:
    """Say of every method in how many designs its size is about right, and where it is not."""
    rows = select_main(table, family=family, effect=False)
    rows = rows.assign(design=rows.apply(name_design, axis=1), size=rows.apply(judge_size, axis=1))
    lines = []
    for method in COLOURS:
        given = rows[rows["method"] == method]
        if given.empty:
            continue
        right, run = given["size"] == "about right", given["size"] != "not run"
        if not run.any():
            lines.append(f"- **{method}**: not run.")
            continue
        parts = [f"about right in {right.sum()} of {run.sum()} designs"]
        for verdict in ("too often", "too seldom", "no answer", "not run"):
            wrong = given[given["size"] == verdict]
            if len(wrong):
                word = f"rejects {verdict}" if verdict.startswith("too") else verdict
                parts.append(f"{word} with {_join(list(wrong['design']))} treated")
        answered = given[~given["size"].isin(["no answer", "not run"])]["rejected"]
        span = ""
        if len(answered):
            span = f" (size {100 * answered.min():.1f} to {100 * answered.max():.1f}%)"
        lines.append(f"- **{method}**: {'; '.join(parts)}{span}.")
    return "\n".join(lines)


def say_power(table: pd.DataFrame, *, family: str) -> str:
    """Say the best power by number of treated clusters, of methods that keep their level."""
    sizes = select_main(table, family=family, effect=False)
    earned = sizes[sizes.apply(judge_size, axis=1).isin(["about right", "too seldom"])]
    keys = ["clusters", "treated", "method"]
    rows = select_main(table, family=family, effect=True)
    rows = rows[_has_answers(rows)].merge(earned[keys], on=keys)
    parts = []
    for treated, given in rows.groupby("treated", sort=True):
        best = write_records(given.sort_values("rejected", ascending=False))[0]
        parts.append(
            f"{100 * best['rejected']:.0f}% with {treated} of {best['clusters']} treated "
            f"({best['method']})"
        )
    if not parts:
        return "not run."
    return f"the best power of a method that keeps its level is {_join(parts)}."


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def say_design(table: pd.DataFrame) -> str:
    """Say how much was simulated and how large the Monte Carlo error is."""
    null = table[table["effect"].eq(0) & table["replications"].gt(0)]
    worlds = table[["family", "clusters", "treated", "serial_correlation", "effect"]]
    few, many = null["replications"].min(), null["replications"].max()
    error = 100 * null["rejected_error"].max()
    return (
        f"{len(worlds.drop_duplicates())} worlds; {few:,} to {many:,} replications of each world "
        f"without effect, so that the standard error of a size is at most {error:.1f} points."
    )


def draw_shares(
    table: pd.DataFrame, *, effect: bool, width: float = 7.2, nominal: bool = True
) -> Figure:
    """Draw the share of rejections at 5% by design and method, one panel a family.

    Parameters
    ----------
    table : DataFrame
        ``simulation``.
    effect : bool
        Worlds without an effect (the share is the size) or with one (the power).
    width : float, default 7.2
        Inches; below five the families stand one above the other.
    nominal : bool
        Whether the line of the nominal level is drawn.

    Returns
    -------
    Figure
        Whiskers: 95% Monte Carlo intervals. Hollow in a drawing of power: methods whose size is
        too large in that design, so that their power is not earned.
    """
    narrow = width < NARROW
    lines, columns = (len(FAMILIES), 1) if narrow else (1, len(FAMILIES))
    designs = select_main(table, family="linear", effect=effect)[["clusters", "treated"]]
    tall = 0.62 * len(designs.drop_duplicates()) + 0.6
    with style():
        figure = Figure(figsize=(width, tall * lines + 0.8), layout="constrained")
        grid = figure.subplots(lines, columns, squeeze=False)
        for axes, (family, name) in zip(grid.flat, FAMILIES.items(), strict=True):
            rows = select_main(table, family=family, effect=effect)
            sizes = select_main(table, family=family, effect=False)
            _draw_family(axes, rows, sizes=sizes if effect else None)
            if nominal and not effect:
                axes.axvline(100 * NOMINAL, color=INK, lw=0.9)
                axes.axvspan(100 * BOUNDS[0], 100 * BOUNDS[1], color=INK, alpha=0.07, lw=0)
            axes.set_title(name)
            axes.set_xlim(0, 100 * min(1, 1.04 * _find_largest(table, effect=effect)))
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2 if narrow else 3)
        what = "power" if effect else "size"
        figure.supxlabel(f"{what}: rejections at 5% (% of replications answered)", fontsize=9)
        figure.supylabel("treated of all clusters", fontsize=9)
    return figure


def _find_largest(table: pd.DataFrame, *, effect: bool) -> float:
    """End of the longest whisker of both families."""
    rows = pd.concat([select_main(table, family=f, effect=effect) for f in FAMILIES])
    rows = rows[_has_answers(rows)]
    return float((rows["rejected"] + NORMAL * rows["rejected_error"]).max())


def _draw_family(axes: Axes, rows: pd.DataFrame, *, sizes: pd.DataFrame | None) -> None:
    designs = rows.apply(name_design, axis=1)
    places = {name: place for place, name in enumerate(designs.drop_duplicates())}
    methods = [method for method in COLOURS if method in set(rows["method"])]
    liberal = set()
    if sizes is not None:
        verdicts = sizes.apply(judge_size, axis=1)
        large = sizes[verdicts == "too often"]
        liberal = set(zip(large.apply(name_design, axis=1), large["method"], strict=True))
    for number, method in enumerate(methods):
        given = rows[rows["method"] == method]
        given = given[_has_answers(given)]
        shift = (number - (len(methods) - 1) / 2) * 0.8 / len(methods)
        label = method
        for row in write_records(given):
            name = f"{row['treated']} of {row['clusters']}"
            at, share = places[name] + shift, 100 * row["rejected"]
            reach = 100 * NORMAL * row["rejected_error"]
            face = "none" if (name, method) in liberal else COLOURS[method]
            ends = [max(share - reach, 0), share + reach]
            axes.plot(ends, [at, at], color=COLOURS[method], lw=1.1)
            axes.plot(share, at, "o", color=COLOURS[method], mfc=face, ms=4.5)
        axes.plot([], [], "o", color=COLOURS[method], ms=4.5, label=label)
    axes.set_yticks(list(places.values()), list(places))
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(places) - 0.5, -0.5)
    axes.grid(axis="x")


def _has_answers(rows: pd.DataFrame) -> pd.Series:
    enough = rows["answered"] >= FEWEST_ANSWERS * rows["replications"]
    return enough & rows["replications"].gt(0)


def caption_sizes(table: pd.DataFrame) -> str:
    """Say what the drawing of sizes shows."""
    parts = []
    for family, name in FAMILIES.items():
        rows = select_main(table, family=family, effect=False)
        rows = rows[_has_answers(rows)]
        worst = write_records(rows.sort_values("rejected", ascending=False))[0]
        parts.append(
            f"{name}: the largest size is {100 * worst['rejected']:.1f}% ({worst['method']}; "
            f"{worst['treated']} of {worst['clusters']} treated)"
        )
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}. The line is the nominal 5%, the band 2.5 to 7.5%."
