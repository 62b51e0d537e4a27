"""The chapter on a published table: what was printed, what is computed, and how fragile it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pkstats.display.number import write_count, write_number, write_p, write_ratio, write_share
from pkstats.display.style import BLUE, INK, NARROW, VERMILION, style
from pkstats.report.parts.refits import measure_reach
from pkstats.report.results import write_records
from pkstats.results import read_tables

TROOPS = "un_troops_lag1"
FAMILIES = {"negative_binomial": "negative binomial", "poisson": "Poisson"}
TERMS = {
    "un_troops_lag1": "UN troops (thousands), a month earlier",
    "un_police_lag1": "UN police (thousands), a month earlier",
    "un_observers_lag1": "UN observers (thousands), a month earlier",
    "battle_deaths_lag1": "battle deaths, a month earlier",
    "battle_deaths_rebels_lag1": "battle deaths of rebels, a month earlier",
    "battle_deaths_government_lag1": "battle deaths of the government, a month earlier",
    "civilians_killed_lag1_any": "civilians killed a month earlier (0/1)",
    "civilians_killed_rebels_lag1": "civilians killed by rebels a month earlier",
    "civilians_killed_rebels_lag1_any": "civilians killed by rebels a month earlier (0/1)",
    "civilians_killed_government_lag1": "civilians killed by the government a month earlier",
    "civilians_killed_government_lag1_any": (
        "civilians killed by the government a month earlier (0/1)"
    ),
    "resolution_before_arrival_lag1": "resolution before an operation arrived (0/1)",
    "incompatibility": "incompatibility (2: government)",
    "episode_duration_months": "duration of the episode (months)",
    "population_log": "population (log)",
}
HEADINGS = {
    "1": "1: all killings",
    "2": "2: by rebels",
    "3": "3: by the government",
    "4": "4: only with an operation",
    "5": "5: with resolutions",
}


def read_replication(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of the replication.

    Raises
    ------
    ResultsError
        A file is absent or not as declared; lists every breach.
    """
    return read_tables(folder, prefix="replication")


def say_agreement(printed: pd.DataFrame) -> str:
    """Say how many printed numbers the computed ones equal, and name those that differ."""
    agree = printed["agrees"].astype(bool)
    text = f"{int(agree.sum())} of {len(printed)} printed numbers are reproduced to the last digit."
    if agree.all():
        return text
    differing = printed.loc[~agree, "quantity"] + " " + printed.loc[~agree, "term"].fillna("")
    return f"{text} The others: {', '.join(differing.str.strip())}."


def tabulate_printed(printed: pd.DataFrame) -> pd.DataFrame:
    """Table of printed and computed numbers."""
    term = printed["term"].map(TERMS).fillna("")
    model = np.where(printed["model"] == "poisson", "Poisson, same rows", "model 1")
    return pd.DataFrame(
        {
            "model": model,
            "number": printed["quantity"] + term.where(term == "", ": " + term),
            "printed": printed["printed"],
            "computed": printed["computed"],
            "equal": np.where(printed["agrees"].astype(bool), "yes", "no"),
        }
    )


def tabulate_models(table: pd.DataFrame) -> pd.DataFrame:
    """The five models side by side: coefficient and standard error of every term, and the foot."""
    columns = {}
    for model, rows in table.groupby("model", sort=True):
        cells = {
            TERMS[row["term"]]: f"{row['estimate']:.3f} ({row['std_error']:.3f})"
            for row in write_records(rows)
        }
        foot = write_records(rows)[0]
        cells |= {
            "log of dispersion": f"{foot['log_dispersion']:.3f}",
            "log likelihood": write_number(foot["log_likelihood"], decimals=1),
            "conflict-months": write_count(foot["rows"]),
            "conflicts": write_count(foot["conflicts"]),
        }
        columns[HEADINGS[str(model)]] = cells
    order = [*TERMS.values(), "log of dispersion", "log likelihood", "conflict-months", "conflicts"]
    wide = pd.DataFrame(columns).reindex(order).dropna(how="all").fillna("")
    return wide.rename_axis("").reset_index()


def tabulate_fragility(fragility: pd.DataFrame) -> pd.DataFrame:
    """Coefficient of troops by family and sample, with both standard errors and p-values."""
    rows = fragility[fragility["term"] == TROOPS]
    return pd.DataFrame(
        {
            "model": rows["family"].map(FAMILIES),
            "sample": rows["sample"],
            "coefficient": rows["estimate"].map("{:.3f}".format),
            "CRV1 (as published)": rows["std_error_crv1"].map("{:.3f}".format),
            "p": rows["p_value_crv1"].map(write_p),
            "CRV3": [_write_error(value) for value in rows["std_error_crv3"]],
            "p, CRV3": rows["p_value_crv3"].map(write_p),
            "killed": rows["events"].map(write_count),
        }
    )


def _write_error(value: float) -> str:
    return "undefined" if np.isnan(value) else f"{value:.3f}"


def say_fragility(fragility: pd.DataFrame, deaths: pd.DataFrame) -> str:
    """Say what the largest month holds and what becomes of the coefficient without it."""
    worst = write_records(deaths)[0]
    month = pd.Timestamp(worst["month"])
    text = (
        f"One conflict-month, {worst['location']} in {month:%B %Y}, holds "
        f"{write_count(worst['civilians_killed'])} of the deaths, {write_share(worst['share'])} of "
        "all in the sample."
    )
    for family, name in FAMILIES.items():
        rows = fragility[(fragility["family"] == family) & (fragility["term"] == TROOPS)]
        values = dict(zip(rows["sample"], rows["estimate"], strict=True))
        others = ", ".join(f"{value:.3f} {sample}" for sample, value in list(values.items())[1:])
        text += f" {name[0].upper()}{name[1:]}: {values['all rows']:.3f} on all rows, {others}."
    return text


def say_inference(fragility: pd.DataFrame) -> str:
    """Say how far the two standard errors of the published coefficient lie apart."""
    rows = fragility[fragility["term"] == TROOPS]
    rows = rows[(rows["family"] == "negative_binomial") & (rows["sample"] == "all rows")]
    row = write_records(rows)[0]
    ratio = row["std_error_crv3"] / row["std_error_crv1"]
    if np.isnan(ratio):
        return f"The cluster jackknife of the published coefficient is undefined: {row['note']}."
    return (
        f"The published standard error is {row['std_error_crv1']:.3f} (p {_say_p(row, 'crv1')}); "
        f"the cluster jackknife gives {row['std_error_crv3']:.3f}, {ratio:.1f} times as large "
        f"(p {_say_p(row, 'crv3')}), with {write_count(row['conflicts'])} conflicts as clusters."
    )


def _say_p(row: dict, kind: str) -> str:
    text = write_p(row[f"p_value_{kind}"])
    return text if text.startswith("<") else f"= {text}"


def draw_fragility(fragility: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw the rate ratio per thousand troops by family and sample, with both intervals.

    Parameters
    ----------
    fragility : DataFrame
        ``replication_fragility``; the rows of troops are drawn.
    width : float, default 7.2
        Inches; below five the labels stand above their intervals.

    Returns
    -------
    Figure
        Thick: 95% interval by CRV1, as published; thin: by CRV3.
    """
    rows = write_records(fragility[fragility["term"] == TROOPS])
    narrow = width < NARROW
    step = 1.7 if narrow else 1.0
    with style():
        figure = Figure(figsize=(width, 0.95 + 0.36 * step * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        axes.axvline(1.0, color=INK, lw=0.9)
        for place, row in enumerate(rows):
            colour = VERMILION if row["family"] == "negative_binomial" else BLUE
            at = place * step
            for kind, line, shift in (("crv1", 3.2, 0.0), ("crv3", 1.2, 0.22)):
                ends = np.exp([row[f"conf_low_{kind}"], row[f"conf_high_{kind}"]])
                axes.plot(ends, [at + shift] * 2, color=colour, lw=line, solid_capstyle="butt")
            axes.plot(np.exp(row["estimate"]), at, "D", color=colour, ms=5.5)
        labels = [f"{FAMILIES[row['family']]}, {row['sample']}" for row in rows]
        if narrow:
            axes.set_yticks([])
            for place, text in enumerate(labels):
                axes.text(
                    0, place * step - 0.6, text, transform=axes.get_yaxis_transform(), fontsize=8
                )
        else:
            axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(step * (len(rows) - 1) + 0.7, -1.0)
        axes.grid(axis="x")
        axes.set_xlabel("rate ratio of civilians killed per thousand UN troops, 95% interval")
    return figure


def caption_fragility(fragility: pd.DataFrame) -> str:
    """Say what the drawing shows."""
    rows = fragility[fragility["term"] == TROOPS]
    inside = (rows["conf_low_crv3"] < 0) & (rows["conf_high_crv3"] > 0)
    low, high = (write_ratio(rows["estimate"].agg(pick)) for pick in ("min", "max"))
    return (
        f"The rate ratio runs from {low} to {high} by family and sample; {int(inside.sum())} of "
        f"{len(rows)} intervals by the cluster jackknife (thin) hold 1. Thick lines are the "
        "intervals by CRV1, as published."
    )


def draw_left_out(left_out: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw the rate ratio per thousand troops without each conflict, the largest moves first.

    Every refit is drawn. The intervals are by Student's t, as those of the table.

    Parameters
    ----------
    left_out : DataFrame
        ``replication_leave_one_out``.
    width : float, default 7.2
        Inches; below five the two families stand one above the other.

    Returns
    -------
    Figure
        Dashed: the estimate on all conflicts. Lines: 95% intervals by CRV1.
    """
    narrow = width < NARROW
    rows, columns = (len(FAMILIES), 1) if narrow else (1, len(FAMILIES))
    with style():
        most = int(left_out.groupby("family").size().max())
        size = (width, (0.22 * most + 0.9) * rows)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, (family, name) in zip(grid.flat, FAMILIES.items(), strict=True):
            shown = rank_conflicts(left_out, family=family)
            _draw_refits(axes, shown)
            axes.set_title(name)
        figure.supxlabel("rate ratio per thousand UN troops, 95% interval (CRV1)", fontsize=9)
    return figure


def rank_conflicts(left_out: pd.DataFrame, *, family: str) -> pd.DataFrame:
    """Order the refits of one family by how far they move the estimate; undefined ones first."""
    rows = left_out[left_out["family"] == family]
    move = (rows["estimate"] - rows["whole"]).abs().fillna(np.inf)
    return rows.assign(move=move).sort_values("move", ascending=False, kind="stable")


def _draw_refits(axes: Axes, rows: pd.DataFrame) -> None:
    axes.axvline(1.0, color=INK, lw=0.9)
    axes.axvline(np.exp(rows["whole"].iloc[0]), color=VERMILION, lw=1.2, ls="--")
    for place, row in enumerate(write_records(rows.assign(reach=measure_reach(rows)))):
        if np.isnan(row["estimate"]):
            axes.text(1.0, place, " undefined", va="center", fontsize=8, style="italic")
            continue
        ends = np.exp([row["estimate"] - row["reach"], row["estimate"] + row["reach"]])
        axes.plot(ends, [place] * 2, color=BLUE, lw=1.3)
        axes.plot(np.exp(row["estimate"]), place, "o", color=BLUE, ms=4.5)
    names = [
        f"{row['location'].partition(' (')[0].replace('_', chr(39))} ({row['left_out']})"
        for row in write_records(rows)
    ]
    short = [name.replace("Democratic Republic of Congo", "DR Congo") for name in names]
    axes.set_yticks(range(len(short)), short, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="x")


def caption_left_out(left_out: pd.DataFrame) -> str:
    """Say which conflict moves the estimate most, in each family."""
    parts = []
    for family, name in FAMILIES.items():
        ranked = rank_conflicts(left_out, family=family)
        first = write_records(ranked)[0]
        parts.append(
            f"{name}: without {first['location']} (conflict {first['left_out']}) the rate ratio is "
            f"{write_ratio(first['estimate'])} instead of {write_ratio(first['whole'])}"
        )
    text = ". ".join(part[0].upper() + part[1:] for part in parts)
    return f"{text}. The number beside a name is the conflict's in UCDP's list."
