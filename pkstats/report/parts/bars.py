"""Bars: what must hold beside the estimate, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from pkstats.display.number import (
    write_bounds,
    write_count,
    write_interval,
    write_number,
    write_p,
    write_ratio,
)
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from pkstats.report.record import Record

STEP: Final = "bar to supported"
"""Step of the rule that a bar is."""
CONTROLS: Final = (
    "Two coefficients answer of each negative control: the *response* of the control itself, from "
    "the same model with it as outcome, and the *contrast* of outcome and control in one stack, "
    "with effects for each row, for unit and kind, and for time and kind. A control *passes* if "
    "the 90% interval of its response lies inside the smallest effect of interest; it *explains* "
    "the effect if it responds and the outcome does not respond differently; else it is "
    "*uninformative*."
)


def say_bars(record: Record) -> str:
    """List each bar with what was asked and what was found."""
    rows = write_records(record.steps[record.steps["step"] == STEP])
    if not rows:
        return (
            "The design declares no negative control, placebo or hazard, so nothing beside the "
            "estimate could bar a ruling."
        )
    return "\n".join(
        f"- {row['condition']}: **{row['outcome']}**. Found: {_write(row['value'])} (asked: "
        f"{row['threshold']})."
        for row in rows
    )


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
        + " Where the past predicts a step, the comparison before and after is not clean, and no "
        "effect can be ruled to exist."
    )


def tabulate_hazard(record: Record) -> pd.DataFrame:
    """Lay out what predicts a step of the treatment: coefficients of its hazard, as text."""
    rows = record.keep("predictable_steps")
    intervals = zip(rows["conf_low"], rows["conf_high"], strict=True)
    table: dict[str, Any] = {
        "Effects": rows["effects"],
        "Predictor": [record.labels.name(str(term)) for term in rows["term"]],
        "Log hazard ratio": [write_number(value, decimals=3) for value in rows["estimate"]],
        "95% interval (CRV3)": [write_bounds(low, high, ratio=False) for low, high in intervals],
        "p": rows["p_value"].map(write_p),
        "Rows": rows["rows"].map(write_count),
        "Steps": rows["steps"].map(write_count),
    }
    if rows["note"].notna().any():
        table["Note"] = rows["note"].fillna("")
    return pd.DataFrame(table).reset_index(drop=True)
