"""Estimates: what the primary model found, in words, on the natural scale and as a curve."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pkstats.display.number import (
    write_bounds,
    write_change,
    write_count,
    write_effect,
    write_number,
    write_p,
    write_share,
)
from pkstats.display.specification_curve import draw_curve
from pkstats.report.parts.models import fill_intervals, name_models
from pkstats.report.results import write_records
from pkstats.report.rulings import UNDECIDED
from pkstats.report.scales import add_article
from pkstats.verdicts import thresholds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pkstats.report.record import Record

#: A column's name among words: letters joined by underscores.
COLUMN: Final = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
#: Share of the specifications with another sign from which an option counts as shared by them.
MOST_OF_THEM: Final = 0.75
#: Choices of a multiverse, in the order shown.
CHOICES: Final = ("treatment", "controls", "effects", "sample")


def say_primary(record: Record) -> str:
    """Say the primary estimate, its interval and what the interval admits."""
    row = record.primary
    if row is None:
        return "The primary model has no estimate."
    opening = _say_effect(record, row)
    if pd.isna(row["std_error"]):
        filled: dict[str, Any] = write_records(fill_intervals(pd.DataFrame([row])))[0]
        note = str(row["note"]) if pd.notna(row["note"]) else "a refit without one cluster is lost"
        note = note.split(". Remedy")[0].rstrip(".")
        bounds = write_bounds(filled["conf_low"], filled["conf_high"], ratio=record.ratio)
        return (
            f"{opening}). Its CRV3 interval is undefined ({note}); the weaker "
            f"CRV1 interval runs from {bounds}."
        )
    low, high = float(row["conf_low"]), float(row["conf_high"])
    bounds = write_bounds(low, high, ratio=record.ratio)
    said = f"{opening}, 95% interval {bounds}). {say_interval(low, high, ratio=record.ratio)}"
    return f"{said} {say_clusters(row)}".strip()


def say_clusters(row: dict[str, Any]) -> str:
    """Say how many clusters stand behind an estimate in effect, and its degrees of freedom."""
    effective, freedom = row.get("effective_clusters"), row.get("df_satterthwaite")
    if effective is None or pd.isna(effective):
        return ""
    text = (
        f"It rests on {write_count(row['hosts'])} clusters, which count as "
        f"{write_number(effective, decimals=1)} in effect, as unevenly as they carry it"
    )
    if freedom is None or pd.isna(freedom):
        return f"{text}; Satterthwaite's degrees of freedom are not defined."
    return f"{text}; Satterthwaite's degrees of freedom are {write_number(freedom, decimals=1)}."


def _say_effect(record: Record, row: dict[str, Any]) -> str:
    """Opening of the sentence on an estimate, its bracket left open."""
    outcome, value = record.labels.name(str(row["outcome"])), float(row["estimate"])
    treatment = record.labels.name(str(row["treatment"]))
    step = f"One more {record.step} (*{treatment}*) goes with"
    if record.counts:
        change = write_change(value)
        joined = f"{change} in" if change.startswith("no change") else change
        return f"{step} {joined} {outcome} ({record.scale} {write_effect(value)}"
    effect = write_effect(value, ratio=record.ratio)
    if not record.ratio:
        return f"{step} a change of {effect} in *{outcome}* ({record.scale} {effect}"
    measure = add_article(record.measure)
    return f"{step} {measure} of {effect} for *{outcome}* ({record.scale} {effect}"


def say_interval(low: float, high: float, *, ratio: bool = True) -> str:
    """Say what an interval admits and what it excludes."""
    if low > 0 or high < 0:
        side, other = ("above", "a fall") if low > 0 else ("below", "a rise")
        return (
            f"The interval lies {side} {1 if ratio else 0}: {other}, or no change, is not "
            "compatible with it."
        )
    if not ratio:
        return "The interval holds zero, so the sign itself is open."
    return (
        f"The interval holds both {write_change(low)} and {write_change(high)}, so the sign itself "
        "is open."
    )


def say_randomization(record: Record) -> str:
    """Say the randomization p-value with its draws and its number of distinct assignments."""
    row = record.primary
    if row is None or pd.isna(row["randomization_p"]):
        return "No randomization p-value is available for the primary model."
    distinct = float(row["distinct_assignments"])
    digits, power = f"{distinct:.0e}".split("e")
    many = (
        write_count(distinct) if distinct < 1e6 else rf"about ${digits}\times10^{{{int(power)}}}$"
    )
    smallest = 1 / (1 + float(row["randomization_draws"]))
    return (
        f"Drawing the steps of the treatment anew gives p = {write_p(row['randomization_p'])} "
        f"({write_count(row['randomization_draws'])} draws of {many} distinct assignments; the "
        f"smallest attainable p is {write_p(smallest)})."
    )


def say_detectable(record: Record) -> str:
    """Say which effect could have been found; empty where the ruling is decided or none can."""
    row = record.primary
    known = row is not None and pd.notna(row["minimum_detectable_effect"])
    if row is None or not known or record.ruling not in UNDECIDED:
        return ""
    effect = write_effect(row["minimum_detectable_effect"], ratio=record.ratio)
    return (
        f"An effect would have had to reach {effect} ({record.scale}) to be found with a chance of "
        "80%; a smaller one could be there and stay unseen."
    )


def say_natural(record: Record) -> str:
    """Say the primary estimate as a change of the observed rate, share or mean."""
    rows = write_records(record.keep_primary("effects"))
    if not rows:
        return "The design declares no natural scale, or there is no estimate to tell on it."
    row = rows[0]
    outcome, unit = record.labels.name(str(row["outcome"])), str(row["unit"])
    opening = (
        f"The {_name_level(record, unit)} of {outcome} in the sample is "
        f"{write_number(row['rate'])} {unit}"
    )
    if pd.isna(row["change"]):
        return f"{opening}; there is no estimate of a change."
    text = f"{opening}; one more {record.step} goes with {_sign(row['change'])}"
    if pd.isna(row["change_low"]):
        return f"{text}, with an undefined interval."
    return (
        f"{text}, and anything from {_sign(row['change_low'])} to {_sign(row['change_high'])} fits "
        "the data."
    )


def _name_level(record: Record, unit: str) -> str:
    """Name what a change on the natural scale is held against: a rate, a share or a mean."""
    scale = record.design.scale
    return "rate" if record.counts else "share" if scale and unit == scale.points else "mean"


def _sign(value: Any) -> str:
    """Write a change with its sign, so that it reads back."""
    if pd.isna(value):
        return "n/a"
    if not np.isfinite(float(value)):
        return "beyond all bounds"
    return f"{float(value):+,.2f}" if abs(float(value)) < 1000 else f"{float(value):+.3g}"


def tabulate_effects(records: tuple[Record, ...], *, names: Mapping[str, str]) -> pd.DataFrame:
    """Lay out effects on the natural scale, one line a model, as text.

    Parameters
    ----------
    records : tuple of Record
        Of one family.
    names : mapping of str to str
        What each hypothesis is called.
    """
    lines = []
    for record in records:
        models = name_models(record)
        for row in write_records(record.keep("effects")):
            undefined = pd.isna(row["change_low"])
            bounds = f"{_sign(row['change_low'])} to {_sign(row['change_high'])}"
            lines.append(
                {
                    "Hypothesis": names[record.hypothesis.name],
                    "Model": models[str(row["model"])],
                    "In the sample": write_number(row["rate"]),
                    "Change for one more unit of the treatment": _sign(row["change"]),
                    "95% interval": "undefined" if undefined else bounds,
                    "Unit": str(row["unit"]),
                }
            )
    return pd.DataFrame(lines)


def list_choices(record: Record) -> list[str]:
    """Choices of the multiverse in which its specifications differ."""
    rows = record.keep("specifications")
    return [name for name in CHOICES if name in rows and rows[name].nunique() > 1]


def _name_columns(record: Record, option: str) -> str:
    """Write an option with the plain names of the columns that it holds."""
    return COLUMN.sub(lambda found: record.labels.name(found[0]), option)


def draw_specifications(record: Record, *, width: float = 7.2) -> Figure:
    """Draw the specification curve of a hypothesis, columns among its options by their names."""
    choices = list_choices(record)
    rows = record.keep("specifications")
    named = {c: [_name_columns(record, str(option)) for option in rows[c]] for c in choices}
    return draw_curve(
        rows.assign(**named),
        choices=choices,
        scale=record.scale,
        ratio=record.ratio,
        smallest_effect=record.smallest,
        width=width,
    )


def say_curve(record: Record) -> str:
    """Say what the specification curve shows, and what its joint test found."""
    rows = record.keep("specifications")
    known = rows[rows["estimate"].notna()]
    if rows.empty:
        return "No multiverse was declared or could be run, so no choice is crossed with another."
    passed = known[known["status"] == "identified"]
    failed, none = len(known) - len(passed), len(rows) - len(known)
    text = (
        f"Of {write_count(len(rows))} specifications {write_count(len(passed))} pass the "
        f"identification gate, {write_count(failed)} do not and {write_count(none)} have no "
        "estimate."
    )
    main = passed[passed["main"].astype(bool)]
    if passed.empty or main.empty:
        return f"{text} The main specification is not identified, so no share of signs is given."
    first, low, high = main["estimate"].iloc[0], passed["estimate"].min(), passed["estimate"].max()
    same = (np.sign(passed["estimate"]) == np.sign(first)).mean()
    excluding = int(((passed["conf_low"] > 0) | (passed["conf_high"] < 0)).sum())
    method = find_method(record)
    turned = passed[np.sign(passed["estimate"]) != np.sign(first)]
    return (
        f"{text} Those identified run from {write_bounds(low, high, ratio=record.ratio)} "
        f"({record.scale}), with the median at "
        f"{write_effect(passed['estimate'].median(), ratio=record.ratio)} and the main one at "
        f"{write_effect(first, ratio=record.ratio)}; in {write_count(excluding)} the 95% interval "
        f"excludes {1 if record.ratio else 0}. {write_share(same)} share the sign of the main one, "
        f"where the rule asks for {thresholds.SAME_SIGN_SHARE:.0%}. "
        f"{say_turning(turned, passed, choices=list_choices(record))} Standard errors and t are "
        f"those of {method}. {_say_joint(record)}"
    ).strip()


def find_method(record: Record) -> str:
    """Covariance of the specification curve, in words."""
    method = record.family.curve_method
    known = {"CRV3": "the cluster jackknife (CRV3)", "CRV1": "the cluster sandwich (CRV1)"}
    return known[method]


def say_turning(turned: pd.DataFrame, passed: pd.DataFrame, *, choices: Sequence[str]) -> str:
    """Say which options the specifications share whose sign turns; empty where none does.

    Parameters
    ----------
    turned, passed : DataFrame
        Specifications with the other sign, and all that are identified.
    choices : sequence of str
        Columns of the choices.
    """
    if turned.empty:
        return ""
    shared = []
    for choice in choices:
        options = turned[choice].value_counts()
        option, share = str(options.index[0]), options.iloc[0] / len(turned)
        usual = (passed[choice] == options.index[0]).mean()
        if share >= MOST_OF_THEM and share > usual:
            of = int((passed[choice] == options.index[0]).sum())
            shared.append(
                f"{write_share(share)} of them have {choice} *{option}*, as have "
                f"{write_count(of)} of all {write_count(len(passed))}"
            )
    told = "; ".join(shared) or "no option is shared by most of them"
    return f"Of the {write_count(len(turned))} whose sign turns, {told}."


def _say_joint(record: Record) -> str:
    lines = write_records(record.keep("multiverse"))
    if not lines or pd.isna(lines[0].get("joint_p")):
        return ""
    line = lines[0]
    return (
        f"Joint test on the median t ({write_number(line['median_t'])}) over "
        f"{write_count(line['joint_specifications'])} specifications: p = "
        f"{write_p(line['joint_p'])} ({write_count(line['joint_draws'])} draws; "
        f"{write_count(line['joint_untested'])} with another coding cannot be drawn jointly)."
    )
