"""Bars: what must hold beside the estimate, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from pkstats.display.number import (
    write_bounds,
    write_count,
    write_interval,
    write_list,
    write_number,
    write_p,
    write_ratio,
)
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from pkstats.report.record import Record

CHECK: Final = "check on "
"""Start of the step of the rule that a check is; its threat follows."""
LAST: Final = 5
"""Place in the rule of what all decided rulings need."""
BAR: Final = "bar to "
"""Start of the step that holds a ruling against a threat; the ruling follows."""
CONTROLS: Final = (
    "Two coefficients answer of each negative control: the *response* of the control itself, from "
    "the same model with it as outcome, and the *contrast* of outcome and control in one stack, "
    "with effects for each row, for unit and kind, and for time and kind. A control *passes* if "
    "the 90% interval of its response lies inside the smallest effect of interest; it *explains* "
    "the effect if it responds and the outcome does not respond differently, in a contrast no "
    "wider than the estimate itself; else it is *uninformative*."
)


def say_bars(record: Record) -> str:
    """List each check with its state and what was found, then what stands against each ruling."""
    steps = record.steps
    checks = write_records(steps[steps["step"].astype(str).str.startswith(CHECK)])
    if not checks:
        return (
            "The design declares no negative control, placebo or hazard for this estimand, so "
            "nothing beside the estimate could bar a ruling."
        )
    listed = "\n".join(
        f"- {row['condition']}: **{row['outcome']}**. Found: {_write(row['value'])} (clear: "
        f"{row['threshold']})."
        for row in checks
    )
    return f"{listed}\n\n{say_barred(record)}"


def say_barred(record: Record) -> str:
    """Say which decided rulings the checks stand against, and by what."""
    steps = record.steps
    barred: dict[str, list[str]] = {}
    asked = steps[steps["step"].astype(str).str.startswith(BAR) & (steps["order"] < LAST)]
    for row in write_records(asked):
        ruling = str(row["step"]).removeprefix(BAR)
        barred.setdefault(ruling, [])
        if row["outcome"] != "met":
            barred[ruling].append(str(row["condition"]).rpartition(" from ")[2])
    stands = [f"*{name}* ({write_list(found)})" for name, found in barred.items() if found]
    free = [f"*{name}*" for name, found in barred.items() if not found]
    parts = [f"They stand against {write_list(stands)}." if stands else ""]
    parts.append(f"They leave {write_list(free)} open." if free else "")
    return " ".join(part for part in parts if part)


def _write(value: Any) -> str:
    return "nothing" if value is None or pd.isna(value) else str(value).split(". Remedy")[0]


def say_control_rows(record: Record) -> str:
    """Say in which rows a negative control is fit for use; empty where all are."""
    limited = [control for control in record.design.controls if control.rows]
    if not limited:
        return ""
    listed = "; ".join(f"{record.labels.name(c.outcome)} where `{c.rows}`" for c in limited)
    return f"Rows fit for use: {listed}."


def tabulate_controls(record: Record) -> pd.DataFrame:
    """Lay out how each control responds, and the contrast of the outcome with it, as text."""
    rows = record.keep("negative_control")
    treatment = record.hypothesis.primary.specification.treatment
    intervals = zip(rows["conf_low_90"], rows["conf_high_90"], strict=True)
    return pd.DataFrame(
        {
            "Control": [record.labels.name(str(control)) for control in rows["control"]],
            "Coefficient": [
                "response of the control" if term == treatment else "contrast: outcome over control"
                for term in rows["term"].astype(str)
            ],
            "Rate ratio": rows["estimate"].map(write_ratio),
            "90% interval (CRV3)": [write_interval(low, high) for low, high in intervals],
            "Rows": rows["rows"].map(write_count),
            "Events": rows["events"].map(write_count),
            "Answer": rows["ruling"].fillna("n/a"),
        }
    ).reset_index(drop=True)


def say_hazard(record: Record) -> str:
    """Say what the hazard of a step is modelled on; empty where the design has none."""
    hazard = record.design.hazard
    if hazard is None:
        return ""
    held = ", ".join(record.labels.name(c) for c in hazard.controls)
    rows = f" The rows are those where `{hazard.rows}`." if hazard.rows else ""
    return (
        f"The outcome is a step of the treatment ({record.labels.name(hazard.step)}), the "
        f"predictor *{record.labels.name(hazard.past)}*"
        + (f", holding {held}." if held else ".")
        + rows
        + " Where steps follow bad times, better ones follow the steps, and the estimate is biased "
        "downward: that threatens a ruling that the effect is negligible or the reverse of the "
        "claim, more than one that supports it."
    )


def tabulate_hazard(record: Record) -> pd.DataFrame:
    """Lay out what predicts a step of the treatment: coefficients of its hazard, as text."""
    rows = record.keep("predictable_steps")
    intervals = zip(rows["conf_low_90"], rows["conf_high_90"], strict=True)
    table: dict[str, Any] = {
        "Effects": rows["effects"],
        "Predictor": [record.labels.name(str(term)) for term in rows["term"]],
        "Log hazard ratio": [write_number(value, decimals=3) for value in rows["estimate"]],
        "90% interval (CRV3)": [write_bounds(low, high, ratio=False) for low, high in intervals],
        "p": rows["p_value"].map(write_p),
        "Rows": rows["rows"].map(write_count),
        "Steps": rows["steps"].map(write_count),
    }
    if rows["note"].notna().any():
        table["Note"] = rows["note"].fillna("")
    return pd.DataFrame(table).reset_index(drop=True)
