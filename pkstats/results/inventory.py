"""Inventory: the results files of a folder, those that nobody declares and those that are due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pkstats.errors import Breaches, ResultsError
from pkstats.results.contract import Place, find_place, list_tables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def list_places(folder: Path, *, families: Collection[str] | None = None) -> tuple[Place, ...]:
    """Say of every csv file of a folder which table it is, by the files' names.

    Parameters
    ----------
    folder : Path
        Holds the results.
    families : collection of str, optional
        Prefixes of all families; by default any prefix may be that of a family.

    Raises
    ------
    ResultsError
        A file is declared by no table, its prefix is that of no family or topic, or a table is
        due that no file holds: all of a topic that has one, and what every family writes of a
        prefix that has one of these. Names every one.
    """
    names = sorted(path.name for path in Path(folder).glob("*.csv"))
    places = {name: find_place(name) for name in names}
    breaches = Breaches(f"results in {Path(folder).name}")
    for name, place in places.items():
        if place is None:
            breaches.add(
                f"{name} is declared by no table",
                remedy="declare it in pkstats/results/tables, or write it no more",
            )
    known = [place for place in places.values() if place is not None]
    _refuse_strangers(known, families, breaches)
    for name in sorted(_name_due(known) - set(names)):
        breaches.add(
            f"{name} is declared and no step wrote it",
            remedy="write it with pkstats.results.write_table, or take it out of the declaration",
        )
    breaches.raise_as(ResultsError)
    return tuple(known)


def find_prefixes(
    folder: Path, kind: str, *, families: Collection[str] | None = None
) -> tuple[str, ...]:
    """Prefixes of the families that wrote a kind of table, in the order of the files' names.

    Parameters
    ----------
    folder : Path
        Holds the results.
    kind : str
        Such as ``verdict`` or ``facts``.
    families : collection of str, optional
        Prefixes of all families; by default any prefix may be that of a family.

    Raises
    ------
    ResultsError
        The prefix of a file is that of no family or topic; names every one.
    """
    found = (find_place(path.name) for path in sorted(Path(folder).glob(f"*_{kind}.csv")))
    kept = [p for p in found if p and p.table.prefix is None and p.table.name == kind]
    breaches = Breaches(f"results in {Path(folder).name}")
    _refuse_strangers(kept, families, breaches)
    breaches.raise_as(ResultsError)
    return tuple(place.prefix for place in kept)


def _refuse_strangers(
    places: Iterable[Place], families: Collection[str] | None, breaches: Breaches
) -> None:
    """Note each file whose prefix is that of no family, nor of a topic with tables of its own."""
    if families is None:
        return
    topics = {table.prefix for table in list_tables() if table.prefix}
    for place in places:
        if place.table.prefix is None and place.prefix not in topics.union(families):
            breaches.add(
                f"{place.file} has the prefix {place.prefix!r}, which no family has",
                remedy=f"declare the family, or one of {', '.join(sorted(families))}",
            )


def _name_due(places: Iterable[Place]) -> set[str]:
    """Files that must be there when some are."""
    due = set()
    every = [t for t in list_tables() if t.prefix is None and not t.when]
    for place in places:
        if place.table.prefix is not None:
            same = [t for t in list_tables() if t.prefix == place.table.prefix]
        else:
            same = every if not place.table.when else []
            same = [*same, *(t for t in list_tables() if t.prefix == place.prefix)]
        due |= {table.name_file(place.prefix) for table in same}
    return due
