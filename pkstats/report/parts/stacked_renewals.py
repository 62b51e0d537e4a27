"""Stacked renewals: those with a step of the treatment against those without one, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pkstats.display.number import write_bounds, write_count, write_effect, write_number, write_p
from pkstats.report.results import write_records

TERMS = {"post": "after the step", "pre": "late before the step"}


def say_stacked(rows: pd.DataFrame, *, ratio: bool, scale: str) -> str:
    """Say the change after a step, whether the outcome rose before it, and what that means.

    Parameters
    ----------
    rows : DataFrame
        ``stacked_renewals`` of one hypothesis.
    ratio : bool
        Whether the exponential of the coefficient is a ratio.
    scale : str
        What is told, with its unit.
    """
    told = {str(row["term"]): row for row in write_records(rows)}
    post, pre = told["post"], told["pre"]
    parts = [
        f"{write_count(post['steps'])} renewals with a step, compared with others "
        f"{write_count(post['comparisons'])} times, {write_count(post['window'])} months on each "
        f"side: {scale} {_say(post, ratio=ratio)} after the step."
    ]
    low, high = pre["conf_low_90"], pre["conf_high_90"]
    if pd.isna(low):
        parts.append("Whether the outcome rose before the step cannot be told.")
    else:
        moved = "rose" if low > 0 else "fell" if high < 0 else "neither visibly rose nor fell"
        parts.append(
            f"In the months before it the outcome {moved} towards the step, against renewals "
            f"without one ({_say(pre, ratio=ratio)})."
        )
    return " ".join(parts)


def _say(row: dict[str, Any], *, ratio: bool) -> str:
    effect = write_effect(row["estimate"], ratio=ratio)
    if pd.isna(row["conf_low"]):
        return f"{effect}, interval undefined"
    return f"{effect}, 95% interval {write_bounds(row['conf_low'], row['conf_high'], ratio=ratio)}"


def tabulate_stacked(rows: pd.DataFrame, *, ratio: bool) -> pd.DataFrame:
    """Lay out both coefficients with what stands behind them, as text."""
    lines = write_records(rows)
    return pd.DataFrame(
        {
            "Coefficient": [TERMS[str(r["term"])] for r in lines],
            "Ratio" if ratio else "Change": [
                write_effect(r["estimate"], ratio=ratio) for r in lines
            ],
            "95% interval (CRV3)": [
                write_bounds(r["conf_low"], r["conf_high"], ratio=ratio) for r in lines
            ],
            "s.e.": [write_number(r["std_error"], decimals=3) for r in lines],
            "p": [write_p(r["p_value"]) for r in lines],
            "Rows": [write_count(r["rows"]) for r in lines],
            "Events": [write_count(r["events"]) for r in lines],
            "Hosts": [write_count(r["hosts"]) for r in lines],
        }
    )
