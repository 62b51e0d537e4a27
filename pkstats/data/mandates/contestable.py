"""Contestable readings: where a text can be read otherwise than it is coded, and how."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Final

import pandas as pd

from pkstats.data.mandates.dictionary import elements
from pkstats.data.mandates.frame import ROLES
from pkstats.data.mandates.mission_names import missions
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column
from pkstats.errors import Breaches, SourceError, name_some

CONTESTABLE: Final = COMPILED / "mandate_contestable.csv"
#: Where a contest was found.
SOURCES: Final = ("readers differ from the coding", "a change in doubt", "a later reading")
#: Combinations of readings that are estimated at most.
MOST_COMBINATIONS: Final = 256
ROLE: Final = "role"
UNIQUE: Final = ("alternative", "mission", "resolution", "column")
#: What all rows of one alternative share.
SHARED: Final = ("group", "combined", "source", "who", "why")
COLUMNS: Final = (
    Column(name="alternative"),
    Column(name="group"),
    Column(name="combined", kind="flag"),
    Column(name="mission"),
    Column(name="resolution", kind="integer", minimum=1),
    Column(name="column"),
    Column(name="in_force"),
    Column(name="other"),
    Column(name="month", kind="month"),
    Column(name="paragraph"),
    Column(name="source", values=SOURCES),
    Column(name="who"),
    Column(name="why"),
)
NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Recoding:
    """One cell of the coded mandates read otherwise: ``in_force`` becomes ``other``."""

    mission: str
    resolution: int
    column: str
    in_force: int | str
    other: int | str

    def __str__(self) -> str:
        """The cell and both readings: ``UNOCI 2284 poc_physical 0 to 1``."""
        return f"{self.mission} {self.resolution} {self.column} {self.in_force} to {self.other}"


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another reading of one passage or of several that go together.

    Parameters
    ----------
    name, group : str
        Its name; and that of the passage, of which one alternative at most is taken at a time.
    combined : bool
        Whether it enters the combinations with other groups, beside standing alone.
    recodings : tuple of Recoding
        What it changes.
    """

    name: str
    group: str
    combined: bool
    recodings: tuple[Recoding, ...]


Combination = tuple[Alternative, ...]


def read_contestable(path: Path = CONTESTABLE) -> pd.DataFrame:
    """Read the table of contestable readings.

    Parameters
    ----------
    path : Path
        CSV with `COLUMNS`, a row a cell that an alternative reads otherwise.

    Returns
    -------
    pandas.DataFrame
        As the file; month as datetime64, numbers as Int64.

    Raises
    ------
    SourceError
        Columns are not of the schema, a cell stands twice in an alternative, a mission, column or
        value is unknown, both readings are the same, rows of an alternative differ in what they
        share, or there are more than `MOST_COMBINATIONS` combinations: every breach at once.
    """
    return read_compiled(path, COLUMNS, unique=UNIQUE, check=_check)


def _check(table: pd.DataFrame, breaches: Breaches) -> None:
    known = {mission.acronym for mission in missions()}
    for line, row in enumerate(table.to_dict("records"), start=2):
        cell = f"line {line}, {row['alternative']}: {row['mission']} {row['resolution']}"
        if row["mission"] not in known:
            breaches.add(f"{cell}: unknown mission", remedy="an acronym of missions.toml")
        if not all(NAME.fullmatch(str(row[name])) for name in ("alternative", "group")):
            breaches.add(f"{cell}: names are no words joined by hyphens", remedy="a-z, 0-9 and -")
        column, read = str(row["column"]), {str(row["in_force"]), str(row["other"])}
        values = ROLES if column == ROLE else ("0", "1")
        if column != ROLE and column not in elements():
            breaches.add(f"{cell}: unknown column {column!r}", remedy="an element, or role")
        elif read - set(values):
            breaches.add(f"{cell}: {column} is unknown", remedy=f"one of {', '.join(values)}")
        elif len(read) == 1:
            breaches.add(f"{cell}: both readings are {row['other']}", remedy="drop the row")
    for name, rows in table.groupby("alternative", sort=False):
        uneven = [column for column in SHARED if rows[column].nunique() > 1]
        if uneven:
            breaches.add(f"{name}: rows differ in {name_some(uneven)}", remedy="one value for all")
    kept = table.loc[table["combined"].eq(1)].drop_duplicates("alternative")
    count = prod(1 + size for size in kept.groupby("group").size())
    if count > MOST_COMBINATIONS:
        breaches.add(
            f"{count} combinations", remedy=f"at most {MOST_COMBINATIONS}: set some combined to 0"
        )


def list_alternatives(table: pd.DataFrame) -> tuple[Alternative, ...]:
    """Make the alternatives of a table that `read_contestable` gives, in its order."""
    return tuple(
        Alternative(
            name=str(name),
            group=str(rows["group"].iloc[0]),
            combined=bool(rows["combined"].iloc[0]),
            recodings=tuple(_read_cell(row) for row in rows.astype(str).to_dict("records")),
        )
        for name, rows in table.groupby("alternative", sort=False)
    )


def _read_cell(row: Mapping[Hashable, str]) -> Recoding:
    is_role = row["column"] == ROLE
    return Recoding(
        mission=row["mission"],
        resolution=int(row["resolution"]),
        column=row["column"],
        in_force=row["in_force"] if is_role else int(row["in_force"]),
        other=row["other"] if is_role else int(row["other"]),
    )


def combine(alternatives: Iterable[Alternative]) -> tuple[Combination, ...]:
    """List all combinations of the alternatives that enter them; the first takes none.

    Of each group one alternative at most is taken.

    Raises
    ------
    SourceError
        There are more than `MOST_COMBINATIONS`.
    """
    groups: dict[str, list[Combination]] = {}
    for alternative in alternatives:
        if alternative.combined:
            groups.setdefault(alternative.group, [()]).append((alternative,))
    count = prod(len(options) for options in groups.values())
    if count > MOST_COMBINATIONS:
        raise SourceError(
            f"{count} combinations of contestable readings. Remedy: at most {MOST_COMBINATIONS}; "
            "set combined to 0 for some alternatives"
        )
    taken = product(*groups.values())
    return tuple(sum(options, ()) for options in taken)


def read_coded(panel: pd.DataFrame) -> pd.DataFrame:
    """Take the coded mandates from the frame of the panel ``mandate``, so that no text is needed.

    Returns
    -------
    pandas.DataFrame
        As `mandate_frame` gives it: mission, resolution, date, role, one 0/1 column an element,
        authorised_military, authorised_police.
    """
    names = {f"text_{name}": name for name in elements()}
    kept = ["mission", "resolution", "date", ROLE, *names]
    strengths = ["authorised_military", "authorised_police"]
    frame = panel[[*kept, *strengths]].rename(columns=names)
    return frame.assign(date=pd.to_datetime(frame["date"]))


def recode(mandates: pd.DataFrame, alternatives: Sequence[Alternative]) -> pd.DataFrame:
    """Put other readings into coded mandates; the frame given stays as it is.

    Parameters
    ----------
    mandates : pandas.DataFrame
        As `read_coded` or `mandate_frame` gives it.
    alternatives : sequence of Alternative
        To take together.

    Raises
    ------
    SourceError
        A cell is absent or not coded as the table says, or two alternatives are of one group or
        read one cell: every breach at once.
    """
    breaches = Breaches("contestable readings")
    groups = [alternative.group for alternative in alternatives]
    for group in dict.fromkeys(g for g in groups if groups.count(g) > 1):
        breaches.add(f"group {group} is taken {groups.count(group)} times", remedy="take one")
    result = mandates.copy()
    cells: set[tuple[str, int, str]] = set()
    for recoding in (r for alternative in alternatives for r in alternative.recodings):
        cell = (recoding.mission, recoding.resolution, recoding.column)
        met = result["mission"].eq(cell[0]) & result["resolution"].eq(cell[1])
        found = list(mandates.loc[met, recoding.column]) if recoding.column in mandates else []
        if cell in cells:
            breaches.add(f"{recoding}: the cell is read twice", remedy="keep one reading of it")
        elif found != [recoding.in_force]:
            said = f"coded {found[0]}" if len(found) == 1 else f"meets {len(found)} cells"
            breaches.add(f"{recoding}: {said}", remedy=f"correct {CONTESTABLE.name}")
        cells.add(cell)
        result.loc[met, recoding.column] = recoding.other
    breaches.raise_as(SourceError)
    return result
