"""Tables: each takes a tidy frame of results and returns a frame of text, ready to print."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pkstats.display.number import (
    write_count,
    write_interval,
    write_number,
    write_p,
    write_ratio,
    write_share,
)
from pkstats.report import labels
from pkstats.report.results import select_treatments, write_records


def write_markdown(table: pd.DataFrame) -> str:
    """Write a frame of text as a pipe table; line breaks and pipes in cells are made safe.

    Parameters
    ----------
    table : DataFrame
        Text; the index is not written.

    Returns
    -------
    str
    """
    if table.empty:
        return "*No rows.*"

    def write_line(cells: list[str]) -> str:
        safe = [" ".join(cell.split()).replace("|", r"\|") for cell in cells]
        return "| " + " | ".join(safe) + " |"

    text = table.fillna("").astype(str)
    lines = [write_line(list(text.columns)), "|" + " --- |" * len(text.columns)]
    lines += [write_line(list(row)) for row in text.itertuples(index=False)]
    return "\n".join(lines)


def tabulate_estimates(estimates: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a model: rate ratio, interval, standard errors, p-values, rows, clusters.

    Parameters
    ----------
    estimates : DataFrame
        ``h1_estimates``.

    Returns
    -------
    DataFrame
        Text.
    """
    rows = select_treatments(estimates)
    hosts = [
        f"{write_count(a)}, {write_count(b)}, {write_count(c)}"
        for a, b, c in zip(
            rows["hosts"], rows["hosts_scoring"], rows["hosts_switching"], strict=True
        )
    ]
    intervals = zip(rows["conf_low"], rows["conf_high"], strict=True)
    return pd.DataFrame(
        {
            "Model": [labels.name_model(row) for row in write_records(rows)],
            "Role": rows["role"],
            "Rate ratio": rows["estimate"].map(write_ratio),
            "95% interval (CRV3)": [write_interval(low, high) for low, high in intervals],
            "Log estimate": rows["estimate"].map(lambda b: write_number(b, decimals=3)),
            "s.e. CRV3": rows["std_error"].map(lambda b: write_number(b, decimals=3)),
            "s.e. CRV1": rows["std_error_crv1"].map(lambda b: write_number(b, decimals=3)),
            "s.e. CRV3 by mission": rows["std_error_mission"].map(
                lambda b: write_number(b, decimals=3)
            ),
            "p (larger of host, mission)": rows["p_value_larger"].map(write_p),
            "p (randomization)": rows["randomization_p"].map(write_p),
            "Rows": rows["rows"].map(write_count),
            "Events": rows["events"].map(write_count),
            "Hosts: all, scoring, switching": hosts,
            "Smallest detectable ratio": rows["minimum_detectable_effect"].map(write_ratio),
        }
    )


def list_notes(estimates: pd.DataFrame) -> str:
    """List the notes of models that carry one, as a markdown list."""
    rows = select_treatments(estimates)
    rows = rows[rows["note"].notna() & (rows["note"].astype(str) != "")]
    lines = [f"- *{labels.name_model(row)}*: {row['note']}" for row in write_records(rows)]
    return "\n".join(lines).replace("_", r"\_") if lines else "No model carries a note."


def tabulate_identification(identification: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a host: changes of the treatment, events, events around them, leverage.

    Parameters
    ----------
    identification : DataFrame
        ``h1_identification`` of one model.

    Returns
    -------
    DataFrame
        Text, largest leverage first.
    """
    rows = identification.sort_values("leverage", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "Host": rows["host"],
            "Missions": rows["missions"].map(_write_names),
            "Changes of the index": rows["switches"].map(write_count),
            "Events": rows["events"].map(write_count),
            "Events within 12 months of a change": rows["events_around_switch"].map(write_count),
            "Share of leverage": rows["leverage"].map(write_share),
        }
    ).reset_index(drop=True)


def _write_names(names: Any) -> str:
    return str(names).replace(";", ", ").replace(",  ", ", ")


def tabulate_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """Lay out the ordered rule, one line a condition.

    Parameters
    ----------
    steps : DataFrame
        ``h1_verdict_steps``.

    Returns
    -------
    DataFrame
        Text, in the order in which the rule asks.
    """
    rows = steps
    return pd.DataFrame(
        {
            "": rows["order"].map(write_count),
            "Step": rows["step"],
            "Condition": rows["condition"],
            "Found": rows["value"].map(_write_cell),
            "Threshold": rows["threshold"].map(_write_cell),
            "Outcome": rows["outcome"],
        }
    ).reset_index(drop=True)


def _write_cell(value: Any) -> str:
    if value is None or pd.isna(value):
        return "not available"
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return write_number(number, decimals=3) if number != int(number) else write_count(number)


def tabulate_rows_lost(rows_lost: pd.DataFrame, *, most: int = 8) -> pd.DataFrame:
    """Lay out rows lost by reason, with the first names.

    Parameters
    ----------
    rows_lost : DataFrame
        ``h1_rows_lost`` of one model; names are separated by ``;`` or ``,``.
    most : int, default 8
        How many names are written out.

    Returns
    -------
    DataFrame
        Text.
    """
    return pd.DataFrame(
        {
            "Reason": rows_lost["reason"].map(_name_reason),
            "Rows lost": rows_lost["rows"].map(write_count),
            "Events lost": rows_lost["events"].map(write_count),
            "Which": [_shorten_names(names, most=most) for names in rows_lost["names"]],
        }
    ).reset_index(drop=True)


def _name_reason(reason: str) -> str:
    if not reason.startswith("missing "):
        return reason.replace("_", " ")
    return f"missing: {labels.name_column(reason.removeprefix('missing '))}"


def _shorten_names(names: Any, *, most: int) -> str:
    if names is None or pd.isna(names):
        return ""
    mark = ";" if ";" in str(names) else ","
    listed = [name.strip() for name in str(names).split(mark) if name.strip()]
    rest = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {rest} more" if rest > 0 else "")


def tabulate_controls(negative_control: pd.DataFrame) -> pd.DataFrame:
    """Lay out how each control responds, and the contrast of hostile deaths with it.

    Parameters
    ----------
    negative_control : DataFrame
        ``h1_negative_control``: two rows a control, its response and the contrast (whose term
        names the treatment times hostile).

    Returns
    -------
    DataFrame
        Text.
    """
    rows = negative_control
    contrast = rows["term"].astype(str).str.contains("hostile")
    intervals = zip(rows["conf_low_90"], rows["conf_high_90"], strict=True)
    return pd.DataFrame(
        {
            "Control": rows["control"].map(labels.name_column),
            "Coefficient": contrast.map(
                {True: "contrast: hostile over control", False: "response of the control"}
            ),
            "Rate ratio": rows["estimate"].map(write_ratio),
            "90% interval (CRV3)": [write_interval(low, high) for low, high in intervals],
            "Rows": rows["rows"].map(write_count),
            "Events": rows["events"].map(write_count),
            "Ruling": rows["ruling"].fillna("n/a"),
        }
    ).reset_index(drop=True)


def tabulate_predictors(predictable_steps: pd.DataFrame) -> pd.DataFrame:
    """Lay out what predicts a step of the mandate: coefficients of the hazard of a step.

    Parameters
    ----------
    predictable_steps : DataFrame
        ``h1_predictable_steps``: the hazard without and with mission effects.

    Returns
    -------
    DataFrame
        Text.
    """
    rows = predictable_steps
    intervals = zip(rows["conf_low"], rows["conf_high"], strict=True)
    table: dict[str, Any] = {
        "Effects": rows["effects"],
        "Predictor": rows["term"].map(labels.name_column),
        "Log hazard ratio": rows["estimate"].map(lambda b: write_number(b, decimals=3)),
        "95% interval (CRV3)": [_write_range(low, high) for low, high in intervals],
        "p": rows["p_value"].map(write_p),
        "Renewals": rows["rows"].map(write_count),
        "Steps": rows["steps"].map(write_count),
    }
    if rows["note"].notna().any():
        table["Note"] = rows["note"].fillna("")
    return pd.DataFrame(table).reset_index(drop=True)


def _write_range(low: Any, high: Any) -> str:
    if pd.isna(low) or pd.isna(high):
        return "undefined"
    return f"{write_number(low, decimals=3)} to {write_number(high, decimals=3)}"


def tabulate_trace(trace: pd.DataFrame) -> pd.DataFrame:
    """Lay out the printed counts with the panel, column and rows they come from.

    Parameters
    ----------
    trace : DataFrame
        ``h1_trace``.

    Returns
    -------
    DataFrame
        Text.
    """
    return pd.DataFrame(
        {
            "Number": trace["number"].astype(str).str.replace("_", " "),
            "Value": trace["value"].map(_write_cell),
            "Panel": trace["panel"],
            "Column": [f"`{column}`" for column in trace["column"]],
            "Mission-months": trace["rows"].map(_write_cell),
        }
    ).reset_index(drop=True)
