"""Canonical text of a panel: the bytes whose sha256 identify it, whatever wrote the parquet."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from pkstats.data.panels.panel import Panel
    from pkstats.data.panels.variable import Variable

SPECIAL = r'[,"\r\n]'


def canonical_csv(panel: Panel) -> bytes:
    """Canonical CSV: rows by key, columns in the order of the codebook, LF, UTF-8.

    Dates are ISO; whole numbers have no point; continuous values have exactly the decimals of the
    codebook; a missing value is empty; text is quoted only where it holds a comma, a quotation
    mark or a line break.
    """
    frame = panel.frame.sort_values([panel.unit, panel.time], kind="stable")
    columns = [_write(frame[variable.name], variable) for variable in panel.codebook]
    header = _quote(pa.array([variable.name for variable in panel.codebook])).to_pylist()
    rows = pc.binary_join_element_wise(*columns, ",").to_pylist()
    return "\n".join([",".join(header), *rows, ""]).encode("utf-8")


def canonical_hash(panel: Panel) -> str:
    """Sha256 of :func:`canonical_csv`."""
    return hashlib.sha256(canonical_csv(panel)).hexdigest()


def _write(column: pd.Series, variable: Variable) -> pa.Array:
    """Text of a column, empty where it is missing."""
    if pd.api.types.is_datetime64_any_dtype(column):
        days = pa.array(column).cast(pa.date32(), safe=False)  # time of day is dropped
        text = days.cast(pa.string())
    elif pd.api.types.is_bool_dtype(column) or pd.api.types.is_integer_dtype(column):
        text = pa.array(column.astype("Int64")).cast(pa.string())
    elif pd.api.types.is_float_dtype(column):
        # adding zero turns -0.0 into 0.0
        rounded = column.astype("float64").round(variable.decimals) + 0.0
        form = f"%.{variable.decimals}f"
        text = pa.array([None if v != v else form % v for v in rounded.tolist()], type=pa.string())
    else:
        text = _quote(pa.array(column.astype("str"), type=pa.string()))
    return pc.fill_null(text, "")


def _quote(text: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(text, SPECIAL)
    if not pc.any(special).as_py():
        return text
    quoted = pc.binary_join_element_wise("", pc.replace_substring(text, '"', '""'), "", '"')
    return pc.if_else(special, quoted, text)
