"""Compiled table: a table of ``data/compiled``, read once for each state of its file."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pandas as pd

from pkstats.data.registry import CHECKOUT, stamp_file
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import Breaches, SourceError

Check = Callable[[pd.DataFrame, Breaches], None]

COMPILED = CHECKOUT / "data" / "compiled"

#: Tables remembered: the fourteen of the project, and as many of paths that a caller names.
KEPT = 32


def read_compiled(
    path: Path,
    columns: tuple[Column, ...],
    *,
    unique: tuple[str, ...] = (),
    check: Check | None = None,
) -> pd.DataFrame:
    """Read a compiled table and hold it to its schema; a file that did not change is read once.

    Parameters
    ----------
    path : Path
        CSV with a header.
    columns : tuple of Column
        The columns to keep; their admitted values are tuples.
    unique : tuple of str
        Columns that identify a row.
    check : callable, optional
        A function of a module, called with the table and the `Breaches` to which it adds what is
        wrong beyond the schema. It runs when the file is read, so it looks at this table alone.

    Returns
    -------
    pandas.DataFrame
        As :func:`pkstats.data.sources.table.read_table`, with a RangeIndex. The frame is the
        caller's own: what is done to it reaches no other caller. A file whose size or time of
        change is another is read anew.

    Raises
    ------
    SourceError
        The file cannot be read or is not of its schema, or the check finds a breach.
    """
    try:
        stamp = stamp_file(path)
    except OSError as error:
        raise SourceError(
            f"{path.name} cannot be read: {error}. Remedy: restore it from a checkout"
        ) from error
    return _read(stamp, columns, unique, check).copy()


@lru_cache(maxsize=KEPT)
def _read(
    stamp: tuple[str, int, int],
    columns: tuple[Column, ...],
    unique: tuple[str, ...],
    check: Check | None,
) -> pd.DataFrame:
    path = Path(stamp[0])
    table = read_table(path, columns, unique=unique).reset_index(drop=True)
    if check is not None:
        breaches = Breaches(path.name)
        check(table, breaches)
        breaches.raise_as(SourceError)
    return table
