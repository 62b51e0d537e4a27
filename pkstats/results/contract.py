"""Contract: the declared tables (``tables/*.toml``), and which table a file is."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_args

from pkstats.data.panels.variable import Kind, Variable
from pkstats.errors import Breaches, ResultsError, name_some
from pkstats.results.table import MonteCarlo, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOM = "pkstats.results"


@dataclass(frozen=True)
class Place:
    """A results file: its table, and the prefix of the family or topic that wrote it."""

    table: Table
    prefix: str

    @property
    def file(self) -> str:
        """Name of the file."""
        return self.table.name_file(self.prefix)


@cache
def list_tables() -> tuple[Table, ...]:
    """All declared tables: kinds first, those that every family writes before all others.

    Raises
    ------
    ResultsError
        A declaration names a column that is not defined, or a key that is no column.
    """
    texts = {
        entry.name: tomllib.loads(entry.read_text(encoding="utf-8"))
        for entry in files(ROOM).joinpath("tables").iterdir()
        if entry.name.endswith(".toml")
    }
    shared = tomllib.loads(files(ROOM).joinpath("columns.toml").read_text(encoding="utf-8"))
    breaches = Breaches("declarations of the results")
    tables = [
        declare_table({"prefix": text.get("prefix")} | entry, shared, breaches)
        for _, text in sorted(texts.items())
        for entry in text["table"]
    ]
    breaches.raise_as(ResultsError)
    return tuple(sorted(tables, key=lambda t: (t.prefix is not None, bool(t.when))))


def list_topic(prefix: str) -> tuple[str, ...]:
    """Names of the tables that a topic alone writes, such as ``h1`` or ``replication``."""
    return tuple(table.name for table in list_tables() if table.prefix == prefix)


def declare_table(
    entry: Mapping[str, Any], shared: Mapping[str, Mapping[str, Any]], breaches: Breaches
) -> Table:
    """Make a table of its declaration.

    Parameters
    ----------
    entry : mapping
        One ``[[table]]``: name, title, description, key, columns (names), and perhaps prefix,
        when, optional, monte_carlo, fewest and ``own``, which defines columns or restates parts of
        them.
    shared : mapping
        Columns that tables share, by name.
    breaches : Breaches
        Receives what is wrong.
    """
    own, optional = entry.get("own", {}), entry.get("optional", {})
    names = entry["columns"]
    columns = []
    for name in names:
        definition: dict[str, Any] = {**shared.get(name, {}), **own.get(name, {})}
        if definition.get("kind") not in get_args(Kind) or not {"label", "unit"} <= set(definition):
            breaches.add(f"{entry['name']}: column {name!r} has no label, unit or known kind")
            continue
        definition["categories"] = tuple(definition.get("categories", ()))
        columns.append(Variable(name=name, **definition))
    drawn = {name: MonteCarlo(**error) for name, error in entry.get("monte_carlo", {}).items()}
    behind = [name for error in drawn.values() for name in (error.draws, error.error) if name]
    named = [*entry["key"], *own, *optional, *drawn, *behind]
    unknown = [name for name in dict.fromkeys(named) if name not in names]
    if unknown:
        breaches.add(f"{entry['name']}: {name_some(unknown)} stand in no column")
    if set(entry["key"]) & set(optional):
        breaches.add(f"{entry['name']}: a column of the key is optional")
    simple = {key: entry[key] for key in ("name", "title", "description")}
    return Table(
        **simple,
        key=tuple(entry["key"]),
        columns=tuple(columns),
        prefix=entry.get("prefix"),
        when=entry.get("when", ""),
        optional=optional,
        monte_carlo=drawn,
        fewest=entry.get("fewest", 0),
    )


def find_place(file: str) -> Place | None:
    """Say which table a file is, by its name; None where no table declares it.

    A table of a topic is met by its whole name, a kind by the end of the name: what stands before
    it is the prefix of the family, and the longest name wins.

    Examples
    --------
    >>> place = find_place("h1_elements_verdict_steps.csv")
    >>> (place.table.name, place.prefix)
    ('verdict_steps', 'h1_elements')
    """
    for table in list_tables():
        if table.prefix is not None and table.name_file() == file:
            return Place(table, table.prefix)
    stem = file.removesuffix(".csv")
    kinds = [t for t in list_tables() if t.prefix is None and stem.endswith(f"_{t.name}")]
    if not kinds or stem == file:
        return None
    kind = max(kinds, key=lambda t: len(t.name))
    return Place(kind, stem.removesuffix(f"_{kind.name}"))


def find_table(name: str, *, prefix: str = "") -> Place:
    """Find the table ``<prefix>_<name>.csv``.

    Parameters
    ----------
    name : str
        Name of the table; of a family whose files begin with more than the prefix, with that
        before it (``elements_verdict``).
    prefix : str
        Of the family or topic: ``h1``, ``replication``, empty for the simulation.

    Raises
    ------
    ResultsError
        No such table is declared; the message lists those that are.
    """
    place = find_place(f"{prefix}_{name}.csv" if prefix else f"{name}.csv")
    if place is None:
        known = [t.name for t in list_tables() if t.prefix in (None, prefix)]
        raise ResultsError(
            f"no table declares {name!r} with prefix {prefix!r}. Remedy: declare it in "
            f"pkstats/results/tables, or choose among {', '.join(known)}"
        )
    return place
