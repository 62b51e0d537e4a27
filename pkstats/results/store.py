"""Store: results tables written and read, each held to its declaration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.errors import Breaches, ResultsError
from pkstats.results.contract import Place, find_table, list_tables, list_topic
from pkstats.results.table import Table
from pkstats.results.validity import TEXT, list_breaches

if TYPE_CHECKING:
    from collections.abc import Mapping

REMEDY = "make reproduce"


def write_table(frame: pd.DataFrame, table: Table | str, folder: Path, *, prefix: str = "") -> Path:
    """Write a results table, if it is what the declaration says.

    Parameters
    ----------
    frame : DataFrame
        The rows; columns in any order.
    table : Table or str
        The declaration, or its name as :func:`pkstats.results.find_table` takes it.
    folder : Path
        Receives the file.
    prefix : str
        Of the family or topic.

    Returns
    -------
    Path
        ``folder / <prefix>_<name>.csv``, columns in the declared order.

    Raises
    ------
    ResultsError
        A column is absent or not declared, rows are too few, the key is repeated, a value is of
        another kind, out of its range or missing without a reason; lists every breach.
    """
    place = _locate(table, prefix)
    breaches = Breaches(f"table {place.file}")
    for breach in list_breaches(frame, place.table):
        breaches.add(breach)
    breaches.raise_as(ResultsError)
    path = Path(folder) / place.file
    held = [name for name in place.table.names if name in frame]
    frame[held].to_csv(path, index=False, lineterminator="\n")
    return path


def write_tables(frames: Mapping[str, pd.DataFrame], folder: Path, *, prefix: str = "") -> None:
    """Write results tables by name, all or none; as :func:`write_table`.

    Raises
    ------
    ResultsError
        A table is not declared, or a frame is not as declared; lists every breach of every table.
    """
    places = {name: find_table(name, prefix=prefix) for name in frames}
    breaches = Breaches(f"results of {prefix}" if prefix else "results")
    for name, place in places.items():
        for breach in list_breaches(frames[name], place.table):
            breaches.add(f"{place.file} {breach}")
    breaches.raise_as(ResultsError)
    for name, place in places.items():
        write_table(frames[name], place.table, folder, prefix=place.prefix)


def write_family(frames: Mapping[str, pd.DataFrame], folder: Path, *, prefix: str) -> None:
    """Write the tables of a family; what every family writes stands there even without rows.

    A family of facts alone writes those and no more.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        By name of the table.
    folder : Path
        Receives ``<prefix>_<name>.csv``.
    prefix : str
        Of the family.

    Raises
    ------
    ResultsError
        As :func:`write_tables`.
    """
    judged = any("hypothesis" in find_table(name, prefix=prefix).table.names for name in frames)
    due = [t for t in list_tables() if t.prefix is None and not t.when and judged]
    empty = {t.name: pd.DataFrame(columns=list(t.required)) for t in due}
    write_tables({**empty, **frames}, folder, prefix=prefix)


def read_table(folder: Path, table: Table | str, *, prefix: str = "") -> pd.DataFrame:
    """Read a results table and hold it to its declaration.

    Parameters
    ----------
    folder : Path
        Holds ``<prefix>_<name>.csv``.
    table : Table or str
        The declaration, or its name as :func:`pkstats.results.find_table` takes it.
    prefix : str
        Of the family or topic.

    Returns
    -------
    DataFrame
        RangeIndex. Text as text (``NA`` is a name, a blank is missing), dates as dates, counts as
        integers, nullable where a value may be missing.

    Raises
    ------
    ResultsError
        The file is absent or not as declared; lists every breach.
    """
    place = _locate(table, prefix)
    breaches = Breaches(f"table {place.file}")
    frame = _read(Path(folder), place, breaches)
    breaches.raise_as(ResultsError)
    return frame


def read_tables(folder: Path, *names: str, prefix: str = "") -> dict[str, pd.DataFrame]:
    """Read results tables of one family or topic; as :func:`read_table`.

    Parameters
    ----------
    folder : Path
        Holds the files.
    *names : str
        Those wanted; all of the topic by default.
    prefix : str
        Of the family or topic.

    Returns
    -------
    dict of str to DataFrame
        By name, in the order asked for.

    Raises
    ------
    ResultsError
        A file is absent or not as declared; lists every breach of every table.
    """
    places = {n: find_table(n, prefix=prefix) for n in names or list_topic(prefix)}
    breaches = Breaches(f"results of {prefix}" if prefix else "results")
    frames = {name: _read(Path(folder), place, breaches) for name, place in places.items()}
    breaches.raise_as(ResultsError)
    return frames


def read_family(folder: Path, *names: str, prefix: str) -> dict[str, pd.DataFrame]:
    """Read all kinds of table that a family must have written, and those that it wrote besides.

    Parameters
    ----------
    folder : Path
        Holds the files.
    *names : str
        Further tables that the reader cannot do without, such as those of its topic.
    prefix : str
        Of the family.

    Returns
    -------
    dict of str to DataFrame
        By name.

    Raises
    ------
    ResultsError
        A file is absent or not as declared; lists every breach of every table.
    """
    kinds = [t for t in list_tables() if t.prefix is None]
    held = [t.name for t in kinds if not t.when or (Path(folder) / t.name_file(prefix)).is_file()]
    return read_tables(folder, *dict.fromkeys((*held, *names)), prefix=prefix)


def read_cells(path: Path, table: Table) -> pd.DataFrame:
    """Read a results file without holding it to its table: text as text, the rest as it comes."""
    kinds = {column.name: str for column in table.columns if column.kind in (*TEXT, "date")}
    return pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=[""])


def _read(folder: Path, place: Place, breaches: Breaches) -> pd.DataFrame:
    path = folder / place.file
    if not path.is_file():
        breaches.add(f"{place.file} is absent", remedy=REMEDY)
        return pd.DataFrame(columns=list(place.table.required))
    frame = read_cells(path, place.table)
    found = list_breaches(frame, place.table)
    for breach in found:
        breaches.add(f"{place.file} {breach}", remedy=REMEDY)
    return frame if found else _convert(frame, place.table)


def _convert(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give every column the type of its kind."""
    types: dict[str, str] = {}
    for column in table.columns:
        if column.name not in frame:
            continue
        if column.kind == "date":
            types[column.name] = "datetime64[ns]"
        elif column.kind == "count":
            types[column.name] = "Int64" if column.missing else "int64"
    return frame.astype(types)


def _locate(table: Table | str, prefix: str) -> Place:
    if isinstance(table, str):
        return find_table(table, prefix=prefix)
    return Place(table, prefix or table.prefix or "")
