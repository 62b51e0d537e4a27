"""Identification: which clusters carry the coefficient, and whether the gate is passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pkstats.display.number import name_extreme, write_count, write_share
from pkstats.display.style import BLUE, NARROW, SKY, VERMILION, style
from pkstats.report.parts.refits import name_rows
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from pkstats.report.record import Record

GATE = "not identified"
"""Step of the rule that asks for the gate."""


def draw_leverage(
    identification: pd.DataFrame, *, largest: float, most: int = 12, width: float = 7.2
) -> Figure:
    """Draw each cluster's share of the treatment's partial leverage, with the line of the gate.

    Parameters
    ----------
    identification : DataFrame
        Of one model: ``host switches events leverage`` (leverage: share of one).
    largest : float
        Largest share of one cluster that the gate admits.
    most : int, default 12
        Clusters drawn, largest share first.
    width : float, default 7.2
        Inches.

    Returns
    -------
    Figure
        Dark bars: clusters where the treatment changes and events occur; at the right, the
        number of changes and of events.
    """
    rows = identification.sort_values("leverage", ascending=False, kind="stable").head(most)
    counted = (rows["switches"] > 0) & (rows["events"] > 0)
    with style():
        figure = Figure(figsize=(width, 0.29 * len(rows) + 1.1), layout="constrained")
        axes = figure.add_subplot()
        places = range(len(rows))
        share = 100 * rows["leverage"].to_numpy(dtype=float)
        axes.barh(places, share, color=np.where(counted, BLUE, SKY).tolist(), height=0.72)
        line = 100 * largest
        axes.axvline(line, color=VERMILION, lw=1.4, ls="--")
        label = f"gate: {line:g}%"
        axes.text(line - 1, -1, label, color=VERMILION, ha="right", va="center", fontsize=8)
        notes = [f"{row['switches']:.0f} / {row['events']:.0f}" for row in write_records(rows)]
        edge = axes.get_yaxis_transform()
        for place, note in zip((-1, *places), ("changes / events", *notes), strict=True):
            axes.text(1.0, place, note, transform=edge, ha="right", va="center", fontsize=8)
        name_rows(axes, rows["host"], width=width)
        axes.set_ylim(len(rows) - 0.4, -1.5)
        room = 1.95 if width < NARROW else 1.5
        axes.set_xlim(0, room * max(line, float(np.nanmax(share, initial=0.0))))
        axes.set_xlabel("share of the coefficient's leverage (%)")
    return figure


def draw_record(record: Record, *, width: float = 7.2) -> Figure:
    """Draw the leverage of the primary model of a hypothesis."""
    return draw_leverage(
        record.keep_primary("identification"), largest=record.design.gate.largest, width=width
    )


def say_gate(record: Record) -> str:
    """Say what the gate asks for, in the words of the rule, and what was found."""
    rows = write_records(record.steps[record.steps["step"] == GATE])
    if not rows:
        return f"The gate asks for {record.asked}; the rule was not put to it."
    row = rows[0]
    answer = "passed" if row["outcome"] == "met" else "not passed"
    found = str(row["value"]).split(". Remedy")[0]
    return f"The gate asks for {row['threshold']}. Found: {found}. It is **{answer}**."


def say_leverage(record: Record) -> str:
    """Say which cluster carries most of the coefficient, and what the gate says."""
    frame = record.keep_primary("identification")
    if frame.empty or frame["leverage"].isna().all():
        return f"No leverage is available. {say_gate(record)}"
    shares = frame.set_index("host")["leverage"].astype(float)
    holders = name_extreme(shares)
    verb = "holds" if holders in shares.index else "hold each"
    counted = int(((frame["switches"] > 0) & (frame["events"] > 0)).sum())
    return (
        f"{holders} {verb} {write_share(shares.max())} of the leverage; in {counted} of "
        f"{len(frame)} clusters the treatment changes and events occur (dark bars). "
        f"{say_gate(record)}"
    )


def tabulate_identification(rows: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a cluster: changes, events, events around them, leverage, as text."""
    rows = rows.sort_values("leverage", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "Cluster": rows["host"],
            "Units": rows["missions"].map(_write_names),
            "Changes of the treatment": rows["switches"].map(write_count),
            "Events": rows["events"].map(write_count),
            "Events around a change": rows["events_around_switch"].map(write_count),
            "Share of leverage": rows["leverage"].map(write_share),
        }
    ).reset_index(drop=True)


def _write_names(names: Any) -> str:
    return str(names).replace(";", ", ").replace(",  ", ", ")


def tabulate_rows_lost(record: Record, *, most: int = 8) -> pd.DataFrame:
    """Lay out the rows that the primary model lost, by reason, with the first names, as text."""
    rows = record.keep_primary("rows_lost")
    return pd.DataFrame(
        {
            "Reason": [_name_reason(record, str(reason)) for reason in rows["reason"]],
            "Rows lost": rows["rows"].map(write_count),
            "Events lost": rows["events"].map(write_count),
            "Which": [_shorten_names(names, most=most) for names in rows["names"]],
        }
    ).reset_index(drop=True)


def _name_reason(record: Record, reason: str) -> str:
    if not reason.startswith("missing "):
        return reason.replace("_", " ")
    return f"missing: {record.labels.name(reason.removeprefix('missing '))}"


def _shorten_names(names: Any, *, most: int) -> str:
    if names is None or pd.isna(names):
        return ""
    mark = ";" if ";" in str(names) else ","
    listed = [name.strip() for name in str(names).split(mark) if name.strip()]
    rest = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {rest} more" if rest > 0 else "")
