"""Canonical text of a panel: the bytes whose sha256 identify it, whatever wrote the parquet."""

from __future__ import annotations

import hashlib

import pandas as pd

from pkstats.panels.panel import Panel
from pkstats.panels.variable import Variable


def canonical_csv(panel: Panel) -> bytes:
    """Canonical CSV: rows by key, columns in the order of the codebook, LF, UTF-8.

    Dates are ISO; whole numbers have no point; continuous values have exactly the decimals of the
    codebook; a missing value is empty.
    """
    frame = panel.frame.sort_values([panel.unit, panel.time], kind="stable")
    written = pd.DataFrame(
        {v.name: _write(frame[v.name], v) for v in panel.codebook}, index=frame.index
    )
    return written.to_csv(index=False, lineterminator="\n").encode("utf-8")


def canonical_hash(panel: Panel) -> str:
    """Sha256 of :func:`canonical_csv`."""
    return hashlib.sha256(canonical_csv(panel)).hexdigest()


def _write(column: pd.Series, variable: Variable) -> pd.Series:
    present = column.notna()
    if pd.api.types.is_datetime64_any_dtype(column):
        text = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_bool_dtype(column) or pd.api.types.is_integer_dtype(column):
        text = column.astype("Int64").astype(str)
    elif pd.api.types.is_float_dtype(column):
        # adding zero turns -0.0 into 0.0
        rounded = column.astype("float64").round(variable.decimals) + 0.0
        text = rounded.map(lambda value: f"{value:.{variable.decimals}f}")
    else:
        text = column.astype(str)
    return text.where(present, "")
