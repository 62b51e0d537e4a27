"""Tables behind a verdict: frames in the columns that the contract of the results declares."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from pkstats.results import list_tables

if TYPE_CHECKING:
    import pandas as pd

#: Column that names the hypothesis of a row; it is added where a family's tables are joined.
OWNER: Final = "hypothesis"
#: Kinds of table that every strategy of gathering fills.
GATHERED: Final = ("estimates", "leave_one_out", "identification", "rows_lost")


@cache
def list_columns(kind: str) -> tuple[str, ...]:
    """Declared columns of a kind of table, without the one that names the hypothesis."""
    (table,) = (t for t in list_tables() if t.prefix is None and t.name == kind)
    return tuple(name for name in table.names if name != OWNER)


def shape(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Give a frame the declared columns of its kind; one that it lacks is missing throughout."""
    return frame.reindex(columns=list(list_columns(kind)))
