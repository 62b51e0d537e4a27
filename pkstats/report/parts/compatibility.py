"""Compatibility: the confidence curve of a hypothesis, and readers before and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.checks.compatibility import LEVEL, ConfidenceCurve, say_readers
from pkstats.display.compatibility import draw_compatibility
from pkstats.display.number import write_bounds, write_effect, write_share
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pkstats.report.record import Record

TABLE = "compatibility"


def draw_rows(rows: pd.DataFrame, *, scale: str, ratio: bool, width: float = 7.2) -> Figure:
    """Draw the rows of one hypothesis.

    Parameters
    ----------
    rows : DataFrame
        A row a reader: estimate, std_error, df, smallest_effect, reader, prior_mean, prior_scale,
        posterior_median, posterior_low, posterior_high.
    scale : str
        What is drawn, with its unit.
    ratio : bool
        Whether exponentials are drawn, on a log axis.
    width : float, default 7.2
        Inches.
    """
    first = write_records(rows)[0]
    return draw_compatibility(
        float(first["estimate"]),
        float(first["std_error"]),
        float(first["df"]),
        readers=rows,
        smallest_effect=_read_smallest(rows),
        unit=scale,
        ratio=ratio,
        width=width,
    )


def draw_record(record: Record, *, width: float = 7.2) -> Figure:
    """Draw a hypothesis whose standard error is defined."""
    rows = record.keep(TABLE)
    return draw_rows(rows, scale=record.scale, ratio=record.ratio, width=width)


def say_rows(rows: pd.DataFrame, *, scale: str, ratio: bool) -> str:
    """Say which effects the data fit, what they rule out, and how far each reader moves."""
    if rows.empty:
        return "There is no confidence curve: the standard error is undefined."
    first = write_records(rows)[0]
    curve = ConfidenceCurve(
        float(first["estimate"]), float(first["std_error"]), float(first["df"]), scale, ratio
    )
    return f"{curve.say(_read_smallest(rows))} {say_readers(rows, ratio=ratio)}"


def say_compatibility(record: Record) -> str:
    """Say it of one hypothesis; the caption of its figure."""
    return say_rows(record.keep(TABLE), scale=record.scale, ratio=record.ratio)


def tabulate_readers(rows: pd.DataFrame, *, ratio: bool) -> pd.DataFrame:
    """Lay out each reader's prior with its reason, and what became of it, as text."""
    records = write_records(rows)
    coverage = f"{LEVEL:.0%} interval"
    return pd.DataFrame(
        {
            "Reader": [str(r["reader"]) for r in records],
            "Prior mean": [write_effect(r["prior_mean"], ratio=ratio) for r in records],
            "Prior standard deviation": [f"{r['prior_scale']:.2f}" for r in records],
            "Posterior median": [write_effect(r["posterior_median"], ratio=ratio) for r in records],
            coverage: [
                write_bounds(r["posterior_low"], r["posterior_high"], ratio=ratio) for r in records
            ],
            "Chance of a positive effect, before and after": [
                _write_change(r, "positive") for r in records
            ],
            "Chance of one too small to matter": [_write_change(r, "negligible") for r in records],
            "Why this prior": [str(r["reason"]) for r in records],
        }
    )


def _write_change(row: dict[str, object], name: str) -> str:
    return f"{write_share(row[f'prior_{name}'])}, {write_share(row[f'probability_{name}'])}"


def _read_smallest(rows: pd.DataFrame) -> float | None:
    value = rows["smallest_effect"].iloc[0]
    return None if pd.isna(value) else float(value)
