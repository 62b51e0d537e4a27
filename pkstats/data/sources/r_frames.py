"""R frames: a data frame of an R data file, held to a declared schema."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats.data.sources.table import check_unique
from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pkstats.data.sources.table import Column


def read_frame(
    path: Path, name: str, columns: Sequence[Column], *, unique: Sequence[str] = ()
) -> pd.DataFrame:
    """Read one data frame of an R data file.

    Parameters
    ----------
    path : Path
        File in R's own format (``.rda``).
    name : str
        Name of the data frame in the file.
    columns : sequence of Column
        The columns to keep; text, whole numbers, numbers and flags.
    unique : sequence of str
        Columns (names in the frame) that identify a row.

    Returns
    -------
    pandas.DataFrame
        One row a row of R, numbered from 1; whole numbers as Int64, numbers as float64.

    Raises
    ------
    SourceError
        One message with every breach: no R data, frame absent, column absent or renamed, value
        missing, of wrong type or outside its range, repeated key.
    """
    import rdata

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            objects = rdata.read_rda(path)
    except Exception as error:  # the parser raises errors of many kinds on a damaged file
        raise SourceError(f"{path.name} is no R data: {error}. Remedy: fetch it again") from error
    breaches = Breaches(path.name)
    if not isinstance(objects, dict) or not isinstance(objects.get(name), pd.DataFrame):
        breaches.add(f"there is no data frame {name!r} in the file", remedy="fetch it again")
        breaches.raise_as(SourceError)
    frame = objects[name]
    absent = [column.name for column in columns if column.name not in frame]
    if absent:
        breaches.add(
            f"column {name_some(absent, most=20)} is missing",
            remedy="if the provider renamed it, rename it in the reader",
        )
        breaches.raise_as(SourceError)
    index = pd.RangeIndex(1, len(frame) + 1, name="line")
    table = pd.DataFrame(
        {c.rename or c.name: _convert(frame[c.name].set_axis(index), c, breaches) for c in columns},
        index=index,
    )
    breaches.raise_as(SourceError)
    if unique:
        check_unique(table, unique, breaches)
        breaches.raise_as(SourceError)
    return table


def _convert(values: pd.Series, column: Column, breaches: Breaches) -> pd.Series:
    if column.kind == "text":
        text = values.astype("str").str.strip().where(values.notna() & (values != ""))
        _note(text.isna() & (not column.blank), column, breaches)
        return text
    number = pd.to_numeric(values.astype("object"), errors="coerce").astype("float64")
    # R marks a missing number by a NaN of its own; every one becomes the plain NaN
    number = number.where(np.isfinite(number), np.nan)
    wrong = number.isna() & (values.notna() | (not column.blank))
    if column.kind in ("integer", "flag"):
        wrong |= number % 1 > 0
    low, high = (0, 1) if column.kind == "flag" else (column.minimum, column.maximum)
    if low is not None:
        wrong |= number < float(low)
    if high is not None:
        wrong |= number > float(high)
    _note(wrong, column, breaches)
    whole = column.kind in ("integer", "flag") and not wrong.any()
    return number.astype("Int64") if whole else number


def _note(wrong: pd.Series, column: Column, breaches: Breaches) -> None:
    if wrong.any():
        breaches.add(
            f"column {column.name!r} is missing, no {column.kind} or out of range in "
            f"{int(wrong.sum())} rows: row {name_some(wrong.index[wrong])}",
            remedy="correct the file or fetch it again",
        )
