"""Table: what a results file is, which columns it holds and what identifies its rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.data.panels.variable import Variable


@dataclass(frozen=True, kw_only=True)
class MonteCarlo:
    """Error of a column that random draws make.

    Parameters
    ----------
    draws : str
        Column with the number of draws behind a share p; its standard error is
        ``sqrt(p (1 - p) / draws)``.
    error : str
        Column with the standard error itself. With neither, the error stands in another table.
    """

    draws: str = ""
    error: str = ""

    def measure(self, value: float, row: Mapping[Any, Any]) -> float:
        """Standard error of one value of a row; NaN where the row does not tell."""
        if self.error:
            return float(row[self.error])
        draws = float(row[self.draws]) if self.draws else 0.0
        return math.sqrt(value * (1 - value) / draws) if draws > 0 else math.nan

    def __str__(self) -> str:
        """Where the error stands, in words for the codebook."""
        if self.error:
            return f"standard error in {self.error}"
        return f"draws in {self.draws}" if self.draws else "made of draws of another table"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A results table, or a kind of table that many families write.

    Parameters
    ----------
    name : str
        Last part of the file's name.
    title, description : str
        What it is, in a few words and in one sentence.
    key : tuple of str
        Columns that identify a row.
    columns : tuple of Variable
        In the order of the file.
    prefix : str or None
        First part of the file's name; None for a kind, of which every family has its own file.
    when : str
        In which case a family writes a table of the kind; empty means always.
    optional : mapping of str to str
        Columns that not every file holds, and in which case one does.
    monte_carlo : mapping of str to MonteCarlo
        Columns that random draws make.
    fewest : int
        Rows that a file holds at least.
    """

    name: str
    title: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Variable, ...]
    prefix: str | None = None
    when: str = ""
    optional: Mapping[str, str] = field(default_factory=dict)
    monte_carlo: Mapping[str, MonteCarlo] = field(default_factory=dict)
    fewest: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns in their order, the optional ones among them."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that every file holds, in their order."""
        return tuple(name for name in self.names if name not in self.optional)

    @property
    def tolerances(self) -> dict[str, float]:
        """Absolute tolerance of the comparison, of the columns that declare one."""
        return {column.name: column.tolerance for column in self.columns if column.tolerance}

    def name_file(self, prefix: str | None = None) -> str:
        """Name of the file; a kind asks for the prefix of a family, such as ``h1_elements``."""
        first = self.prefix if prefix is None else prefix
        return f"{first}_{self.name}.csv" if first else f"{self.name}.csv"
