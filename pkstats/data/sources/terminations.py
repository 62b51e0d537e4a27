"""Terminations: episodes of armed conflict and how they ended (UCDP, version 3-2021)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources import missions
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column, parse_table
from pkstats.errors import Breaches, SourceError, name_some

NAME = "ucdp/ucdp-term-acd-3-2021.xlsx"
LINKS = COMPILED / "conflict_missions.csv"
FIRST_YEAR, LAST_YEAR = 1946, 2020

OUTCOMES = {
    1: "peace agreement",
    2: "ceasefire",
    3: "government victory",
    4: "rebel victory",
    5: "low activity",
    6: "actor ceases to exist",
}
TYPES = {
    1: "extrasystemic",
    2: "interstate",
    3: "intrastate",
    4: "internationalized intrastate",
}
INCOMPATIBILITIES = {1: "territory", 2: "government", 3: "territory and government"}

COLUMNS = (
    Column(name="conflictep_id", rename="episode_id", kind="integer", minimum=1),
    Column(name="conflict_id", kind="integer", minimum=1),
    Column(name="conflictepisode", rename="episode", kind="integer", minimum=1),
    Column(name="year", kind="integer", minimum=FIRST_YEAR, maximum=LAST_YEAR),
    Column(name="location"),
    Column(name="gwno_loc", rename="countries"),
    Column(name="type_of_conflict", rename="type", kind="integer", minimum=1, maximum=4),
    Column(name="incompatibility", kind="integer", minimum=1, maximum=3),
    Column(name="intensity_level", rename="intensity", kind="integer", minimum=1, maximum=2),
    Column(name="start_date2", rename="start", kind="date", minimum="1940-01-01"),
    Column(name="confterm", rename="terminated", kind="flag"),
    Column(name="ependdate", rename="end", kind="date", blank=True, minimum="1946-01-01"),
    Column(
        name="ependprec",
        rename="end_precision",
        kind="integer",
        blank=True,
        minimum=1,
        maximum=6,
    ),
    Column(name="outcome", kind="integer", blank=True, minimum=1, maximum=6),
    Column(name="recur", rename="recurrent", kind="flag"),
)


def read(raw: Path) -> pd.DataFrame:
    """Read the conflict episodes, one row an episode and active year.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (2506, 15)
        ``episode_id conflict_id episode year location countries type incompatibility intensity
        start terminated end end_precision outcome recurrent``. countries: Gleditsch-Ward numbers
        separated by semicolons; ``start``: the day by which the episode had caused 25 deaths in a
        year; end and outcome in the last year of a terminated episode only. Ten episodes that
        begin in 2020 bear the number of the one that ended before: they get the next number.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; an episode ends twice, or ends without
        date or outcome.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read from a path without checking its hash; as :func:`read`."""
    table = parse_table(read_sheet(path), COLUMNS, unique=["episode_id", "year"], name=path.name)
    breaches = Breaches(path.name)
    countries = table["countries"].str.replace(r"\s*,\s*", ";", regex=True)
    odd = table.index[~countries.str.fullmatch(r"\d{1,3}(;\d{1,3})*")]
    if len(odd):
        breaches.add(f"column 'gwno_loc' is no list of numbers (line {name_some(odd)})")
    ended = table["terminated"] == 1
    for column in ("end", "outcome"):
        wrong = table.index[ended != table[column].notna()]
        if len(wrong):
            breaches.add(f"'confterm' and {column!r} disagree (line {name_some(wrong)})")
    table = _number_anew(table)
    after = table.groupby("episode_id")["terminated"].cumsum() - table["terminated"]
    late = table.index[(after > 0)]
    if len(late):
        breaches.add(f"an episode goes on after its end (line {name_some(late)})")
    strange = table.index[ended & (table["end"].dt.year != table["year"])]
    if len(strange):
        breaches.add(f"'ependdate' is of another year than 'year' (line {name_some(strange)})")
    breaches.raise_as(SourceError)
    return table.assign(countries=countries).reset_index(drop=True)


def read_links(path: Path = LINKS) -> pd.DataFrame:
    """Operations of a conflict that the list of host states misses: ``conflict_id mission``."""
    columns = (
        Column(name="conflict_id", kind="integer", minimum=1),
        Column(name="mission"),
        Column(name="reason"),
        Column(name="citation"),
    )
    table = read_compiled(path, columns, unique=("conflict_id", "mission"))
    missions.check_known(table["mission"], what=path.name)
    return table[["conflict_id", "mission"]]


def _number_anew(table: pd.DataFrame) -> pd.DataFrame:
    """Give the episodes that begin in 2020 under the number of an ended one the next number."""
    ordered = table.sort_values(["episode_id", "year"])
    ended = (ordered.groupby("episode_id")["terminated"].cumsum() - ordered["terminated"]) > 0
    new = ended & (ordered["year"] == LAST_YEAR)
    shift = new.astype("Int64")
    return ordered.assign(
        episode_id=ordered["episode_id"] + shift, episode=ordered["episode"] + shift
    )


def read_sheet(path: Path) -> pd.DataFrame:
    """First sheet of a workbook as texts, dates in ISO form; index: the row of the sheet."""
    import openpyxl

    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            rows = list(book.worksheets[0].iter_rows(values_only=True))
    except Exception as error:  # archive, XML and cells each have errors of their own
        raise SourceError(f"{path.name} is no workbook: {error}. Remedy: fetch it again") from error
    if len(rows) < 2:
        raise SourceError(f"{path.name}: no row below the header. Remedy: fetch it again")
    header, *body = [[_write(cell) for cell in row] for row in rows]
    index = pd.RangeIndex(2, len(body) + 2, name="line")
    return pd.DataFrame(body, columns=header, index=index, dtype=object)


def _write(cell: object) -> str:
    if cell is None:
        return ""
    return cell.date().isoformat() if isinstance(cell, datetime) else str(cell)
