"""Stata: a Stata file of a declared schema, read as strictly as delimited text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats.data.sources.table import Column, parse_table
from pkstats.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read_stata(
    path: Path, columns: Sequence[Column], *, unique: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a Stata file and hold it to its schema.

    Parameters
    ----------
    path : Path
        Stata file of any version.
    columns : sequence of Column
        The columns to keep; every one must be there. Dates are of kind "date".
    unique : sequence of str
        Columns (names in the frame) that identify a row.

    Returns
    -------
    pandas.DataFrame
        As :func:`pkstats.data.sources.table.read_table`; index: the number of the observation.

    Raises
    ------
    SourceError
        The file is no whole Stata file, or breaks its schema: one message with every breach.
    """
    try:
        frame = pd.read_stata(path, convert_categoricals=False)
    except Exception as error:  # pandas raises many kinds on a damaged file
        raise SourceError(
            f"{path.name} is no whole Stata file: {error!r}. Remedy: fetch it again"
        ) from error
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="observation")
    kept = [column.name for column in columns if column.name in frame]
    text = pd.DataFrame({name: _write(frame[name]) for name in kept}, index=frame.index)
    others = frame.columns.difference(kept)
    return parse_table(
        text.assign(**dict.fromkeys(others, "")), columns, unique=unique, name=path.name
    )


def _write(values: pd.Series) -> pd.Series:
    """Values as text, exactly: whole numbers without a point, dates ISO, missing empty."""
    if pd.api.types.is_datetime64_any_dtype(values):
        text = values.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_numeric_dtype(values):
        text = values.map(
            lambda v: (
                ""
                if pd.isna(v)
                else str(int(v))
                if np.isfinite(v) and v == int(v)
                else repr(float(v))
            )
        )
    else:
        text = values.astype(object).map(lambda v: "" if v is None or pd.isna(v) else str(v))
    return text.where(values.notna(), "").astype(object)
