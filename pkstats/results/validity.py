"""Validity: whether a frame is what its table declares, breach by breach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pkstats.errors import name_some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkstats.data.panels.variable import Variable
    from pkstats.results.table import Table

TEXT = ("key", "category")
NUMBERS = ("count", "binary", "share", "continuous")


def list_breaches(frame: pd.DataFrame, table: Table) -> list[str]:
    """Hold a frame to its table.

    Parameters
    ----------
    frame : DataFrame
        Rows of one results file.
    table : Table
        What it declares.

    Returns
    -------
    list of str
        A column absent or not declared, fewer rows than the table asks for, a key that is
        repeated, a value of another kind, out of its range or categories, or missing without a
        reason; empty where there is none.
    """
    found = []
    absent = [name for name in table.required if name not in frame]
    extra = [str(name) for name in frame if name not in table.names]
    if absent:
        found.append(f"lacks {', '.join(absent)}")
    if extra:
        found.append(f"holds {', '.join(extra)}, which the table does not declare")
    if len(frame) < table.fewest:
        found.append(f"holds {len(frame)} rows, where at least {table.fewest} must stand")
    keys = [name for name in table.key if name in frame]
    repeated = frame.duplicated(keys).to_numpy() if keys else np.zeros(len(frame), dtype=bool)
    if len(keys) == len(table.key) and repeated.any():
        rows = name_rows(frame[repeated], table)
        found.append(f"key {', '.join(keys)} is repeated in {repeated.sum()} rows: {rows}")
    for column in table.columns:
        if column.name in frame:
            found += [
                f"{column.name} {what} in {wrong.sum()} rows: {name_rows(frame[wrong], table)}"
                for what, wrong in _find_wrong(frame[column.name], column)
                if wrong.any()
            ]
    return found


def name_rows(rows: pd.DataFrame, table: Table) -> str:
    """Name some rows by their key, or by their place where the key is absent."""
    keys = [name for name in table.key if name in rows]
    if not keys:
        return name_some(f"row {place}" for place in rows.index)
    return name_some(" ".join(map(str, row)) for row in rows[keys].itertuples(index=False))


def _find_wrong(values: pd.Series, column: Variable) -> Iterator[tuple[str, np.ndarray]]:
    """What may be wrong with a column, and a boolean array, shape (rows,), of where it is."""
    blank = (values.isna() | values.eq("").fillna(False)).to_numpy(dtype=bool)
    if not column.missing:
        yield "is missing without a reason", blank
    other = ~blank & ~_has_kind(values, column)
    yield f"is no {_name_kind(column)}", other
    usable = ~blank & ~other
    if column.categories:
        yield "has an unknown value", usable & ~values.isin(column.categories).to_numpy()
    if column.kind in NUMBERS:
        numbers = np.full(len(values), np.nan)
        numbers[usable] = values.to_numpy(dtype=object)[usable].astype(float)
        if column.minimum is not None:
            yield f"is below {column.minimum:g}", numbers < column.minimum
        if column.maximum is not None:
            yield f"is above {column.maximum:g}", numbers > column.maximum


def _name_kind(column: Variable) -> str:
    return {
        "count": "whole number",
        "binary": "yes or no",
        "date": "date",
        "key": "name",
        "category": "text",
    }.get(column.kind, "number")


def _has_kind(values: pd.Series, column: Variable) -> np.ndarray:
    """Boolean array, shape (rows,): where a value is of the kind of its column."""
    tests = {
        "key": lambda v: isinstance(v, (str, int, np.integer)) and not _is_truth(v),
        "category": lambda v: isinstance(v, str),
        "date": _is_date,
        "count": lambda v: _is_number(v) and float(v).is_integer(),
        "binary": lambda v: _is_truth(v) or (_is_number(v) and v in (0, 1)),
    }
    test = tests.get(column.kind, _is_number)
    return np.array([bool(test(value)) for value in values.to_numpy(dtype=object)], dtype=bool)


def _is_truth(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not _is_truth(value)


def _is_date(value: Any) -> bool:
    if isinstance(value, str):
        return not pd.isna(pd.to_datetime(value, format="%Y-%m-%d", errors="coerce"))
    return isinstance(value, (pd.Timestamp, np.datetime64))
