"""Table: a delimited text file of a declared schema, read strictly."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

Kind = Literal["text", "integer", "number", "flag", "date", "month"]

NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
LARGEST = 2**53  # whole numbers up to here are exact in float64
FORMATS = {
    "date": ("%Y-%m-%d", r"\d{4}-\d{2}-\d{2}"),
    "month": ("%Y-%m", r"\d{4}-\d{2}"),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a raw file.

    Parameters
    ----------
    name : str
        Header in the file.
    kind : {"text", "integer", "number", "flag", "date", "month"}
        How values are written; a flag is 0 or 1, a month YYYY-MM.
    rename : str
        Name in the frame; by default the header.
    blank : bool
        Whether values may be missing.
    empty : tuple of str
        Spellings of a missing value beside the empty one.
    values : collection of str
        Admitted texts; empty admits any.
    minimum, maximum : float or str
        Admitted range of numbers, or of dates as ISO text.
    remedy : str
        What to do about an unknown value.
    """

    name: str
    kind: Kind = "text"
    rename: str = ""
    blank: bool = False
    empty: tuple[str, ...] = ()
    values: Collection[str] = ()
    minimum: float | str | None = None
    maximum: float | str | None = None
    remedy: str = "read the new value's definition and add it to the reader"


def read_table(
    path: Path,
    columns: Sequence[Column],
    *,
    unique: Sequence[str] = (),
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> pd.DataFrame:
    """Read a delimited file and hold it to its schema.

    Parameters
    ----------
    path : Path
        Text with a header, plain or gzip.
    columns : sequence of Column
        The columns to keep; every one must be there.
    unique : sequence of str
        Columns (names in the frame) that identify a row.
    delimiter : str, default ","
        What separates the fields.
    encoding : str, default "utf-8-sig"
        By default UTF-8, with or without byte order mark.

    Returns
    -------
    pandas.DataFrame
        One row a line; text stripped of outer blanks; integers as Int64, numbers as float64,
        dates as datetime64; index: the number of the line in the file.

    Raises
    ------
    SourceError
        One message with every breach: unreadable text, short or long lines (a truncated file),
        column absent or renamed, value missing, of wrong type, outside its range or unknown,
        repeated key. Rows are numbered by line of the file.
    """
    breaches = Breaches(path.name)
    frame = _split(_read_text(path, encoding), delimiter, breaches)
    breaches.raise_as(SourceError)
    return parse_table(frame, columns, unique=unique, name=path.name)


def parse_table(
    frame: pd.DataFrame, columns: Sequence[Column], *, unique: Sequence[str] = (), name: str
) -> pd.DataFrame:
    """Hold a frame of texts to its schema; as :func:`read_table`, for a file named ``name``."""
    breaches = Breaches(name)
    _check_header(frame, columns, breaches)
    breaches.raise_as(SourceError)
    parsed = {}
    for column in columns:
        parsed[column.rename or column.name] = _parse(frame[column.name], column, breaches)
    breaches.raise_as(SourceError)
    table = pd.DataFrame(parsed, index=frame.index)
    if unique:
        check_unique(table, unique, breaches)
        breaches.raise_as(SourceError)
    return table


def check_unique(table: pd.DataFrame, key: Sequence[str], breaches: Breaches) -> None:
    """Note the rows that repeat a key."""
    twice = table[table.duplicated(list(key), keep=False)]
    if len(twice):
        first = twice[list(key)].astype(str).agg(" ".join, axis=1)
        breaches.add(
            f"{' x '.join(key)} repeats in {len(twice)} rows: "
            + name_some(f"{k} (line {i})" for i, k in first.items()),
            remedy="keep one row a key",
        )


def _read_text(path: Path, encoding: str) -> str:
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        return content.decode(encoding)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise SourceError(f"{path.name} cannot be read: {error}. Remedy: fetch it again") from error


def _split(text: str, delimiter: str, breaches: Breaches) -> pd.DataFrame:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        what = f"line {reader.line_num} is no delimited text: {error}"
        breaches.add(what, remedy="fetch it again")
        return pd.DataFrame()
    if len(rows) < 2:
        breaches.add("no row below the header", remedy="fetch it again")
        return pd.DataFrame()
    header, body = rows[0], rows[1:]
    uneven = [n for n, row in zip(lines[1:], body, strict=True) if len(row) != len(header)]
    if uneven:
        breaches.add(
            f"{len(uneven)} lines have not the {len(header)} fields of the header (truncated?): "
            f"line {name_some(uneven)}",
            remedy="fetch it again",
        )
        return pd.DataFrame()
    if len(set(header)) < len(header):
        breaches.add(f"header repeats a name: {name_some(header, most=60)}")
        return pd.DataFrame()
    return pd.DataFrame(body, columns=header, index=pd.Index(lines[1:], name="line"), dtype=object)


def _check_header(frame: pd.DataFrame, columns: Sequence[Column], breaches: Breaches) -> None:
    wanted = [column.name for column in columns]
    absent = [name for name in wanted if name not in frame]
    if absent:
        others = [name for name in frame if name not in wanted]
        breaches.add(
            f"column {name_some(absent, most=20)} is missing; not in the schema: "
            f"{name_some(others, most=20) or 'none'}",
            remedy="if the provider renamed it, rename it in the reader",
        )


def _parse(values: pd.Series, column: Column, breaches: Breaches) -> pd.Series:
    text = values.astype("str").str.strip()
    missing = (text == "") | text.isin(column.empty)
    if missing.any() and not column.blank:
        _note(breaches, column, "is missing", text[missing], shown=False)
    present = text[~missing]
    if column.kind == "text":
        if column.values:
            unknown = present[~present.isin(list(column.values))]
            if len(unknown):
                _note(breaches, column, "has unknown values", unknown)
        return text.where(~missing)
    parsed = _convert(present, column, breaches)
    _check_range(parsed, present, column, breaches)
    if column.kind in ("date", "month"):
        return pd.to_datetime(parsed.reindex(text.index))
    whole = parsed.reindex(text.index)
    return whole if column.kind == "number" else whole.astype("Int64")


def _convert(present: pd.Series, column: Column, breaches: Breaches) -> pd.Series:
    """Dates or finite float64, with unreadable values noted and dropped."""
    converted: pd.Series
    bad: pd.Series
    if column.kind in FORMATS:
        layout, pattern = FORMATS[column.kind]
        exact = present.where(present.str.fullmatch(pattern))
        converted = pd.to_datetime(exact, format=layout, errors="coerce")
        bad = converted.isna()
    else:
        plain = present.where(present.str.fullmatch(NUMBER))
        converted = pd.to_numeric(plain, errors="coerce").astype("float64")
        bad = ~converted.abs().lt(np.inf)
        if column.kind in ("integer", "flag"):
            bad |= converted.mod(1).ne(0) | converted.abs().gt(LARGEST)
    if bad.any():
        _note(breaches, column, f"is no {column.kind}", present[bad])
    return converted[~bad]


def _check_range(parsed: pd.Series, present: pd.Series, column: Column, breaches: Breaches) -> None:
    low, high = column.minimum, column.maximum
    if column.kind == "flag":
        low, high = 0, 1
    bound = pd.Timestamp if column.kind in FORMATS else float
    if low is not None and (below := parsed < bound(low)).any():
        _note(breaches, column, f"is below {low}", present[parsed.index[below]])
    if high is not None and (above := parsed > bound(high)).any():
        _note(breaches, column, f"is above {high}", present[parsed.index[above]])


def _note(
    breaches: Breaches, column: Column, breach: str, values: pd.Series, *, shown: bool = True
) -> None:
    lines = f"line {name_some(values.index)}"
    what = f": {name_some(repr(v) for v in dict.fromkeys(values))}" if shown else ""
    remedy = column.remedy if "unknown" in breach else "correct the file or fetch it again"
    breaches.add(
        f"column {column.name!r} {breach} in {len(values)} rows{what} ({lines})", remedy=remedy
    )
