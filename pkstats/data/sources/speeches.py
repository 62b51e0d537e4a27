"""Speeches: the General Debate of the UN General Assembly, one text a state and year, 1990-2024."""

from __future__ import annotations

import re
import zipfile
import zlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.registry import verify
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column
from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

NAME = "unga_speeches/ungdc_1990_2024.zip"
SPEAKERS = COMPILED / "speakers.csv"

DAMAGE = (
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)

FIRST_YEAR, LAST_YEAR = 1990, 2024
FIRST_SESSION = 1945  # session n opens in the year 1945 + n
_MEMBER = re.compile(r"(?P<speaker>[A-Z]{3}|EU_?)_(?P<session>\d{2})_(?P<year>\d{4})\.txt")

SPEAKER_COLUMNS = (
    Column(name="iso3"),
    Column(name="country", kind="integer", minimum=2, maximum=990),
    Column(name="name"),
    Column(name="pattern"),
    Column(name="first_year", kind="integer", minimum=FIRST_YEAR, maximum=LAST_YEAR),
    Column(name="last_year", kind="integer", minimum=FIRST_YEAR, maximum=LAST_YEAR),
    Column(name="citation"),
    Column(name="note", blank=True),
)


def read(raw: Path, *, speakers: Collection[str] | None = None) -> pd.DataFrame:
    """Read the speeches.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources; the bundle is an archive or a folder of its members.
    speakers : collection of str, optional
        Three-letter codes to keep; by default all, the European Union among them.

    Returns
    -------
    pandas.DataFrame, shape (6522, 4)
        ``speaker year session text``: texts as they stand, without byte order mark; sorted by
        speaker and year.

    Raises
    ------
    SourceError
        The bundle is missing or altered; a member is no UTF-8 text, empty, badly named, of a
        session that is not its year's, or the second of its speaker and year.
    """
    verify(raw, [NAME])
    path = raw / NAME
    return parse(path if path.is_file() else path.parent, speakers=speakers)


def parse(path: Path, *, speakers: Collection[str] | None = None) -> pd.DataFrame:
    """Read an archive or a folder of speeches without checking its hash; as :func:`read`."""
    breaches = Breaches(path.name)
    rows = []
    for member, load in _open_members(path):
        found = _MEMBER.fullmatch(Path(member).name)
        if found is None:
            breaches.add(f"{member} is not named SPEAKER_SESSION_YEAR.txt", remedy="fetch it again")
            continue
        speaker, session, year = (
            found["speaker"].rstrip("_"),
            int(found["session"]),
            int(found["year"]),
        )
        if session + FIRST_SESSION != year or not FIRST_YEAR <= year <= LAST_YEAR:
            breaches.add(f"{member}: session {session} is not that of {year}")
        if speakers is not None and speaker not in speakers:
            continue
        try:
            text = load().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            breaches.add(f"{member} is no UTF-8 text: {error}", remedy="fetch it again")
            continue
        except DAMAGE as error:
            breaches.add(f"{member} is damaged: {error}", remedy="fetch it again")
            continue
        if not text.strip():
            breaches.add(f"{member} is empty", remedy="fetch it again")
        rows.append((speaker, year, session, text))
    if not rows:
        breaches.add("no speech found", remedy="fetch it again")
    frame = pd.DataFrame(rows, columns=["speaker", "year", "session", "text"])
    twice = frame[frame.duplicated(["speaker", "year"])]
    if len(twice):
        breaches.add(
            f"second speech of {name_some(twice['speaker'] + ' ' + twice['year'].astype(str))}"
        )
    breaches.raise_as(SourceError)
    return frame.sort_values(["speaker", "year"]).reset_index(drop=True)


def _open_members(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Names of the members, each with a way to load it."""
    if path.is_dir():
        for member in sorted(path.glob("*.txt")):
            yield member.name, member.read_bytes
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith("/"):
                    yield name, partial(archive.read, name)
    except DAMAGE as error:
        raise SourceError(
            f"{path.name} is no whole archive: {error}. Remedy: fetch it again"
        ) from error


def speakers(path: Path = SPEAKERS) -> pd.DataFrame:
    """Read the compiled table of host states that can speak in the General Debate.

    Returns
    -------
    pandas.DataFrame
        ``iso3 country name pattern first_year last_year citation note``: code in the corpus,
        Gleditsch-Ward number, name, regular expression of the name in speeches, first and last
        year in which the code could speak.

    Raises
    ------
    SourceError
        Breaches of the schema.
    """
    return read_compiled(path, SPEAKER_COLUMNS, unique=("iso3",), check=_check_patterns)


def _check_patterns(table: pd.DataFrame, breaches: Breaches) -> None:
    for code, pattern in zip(table["iso3"], table["pattern"], strict=True):
        try:
            re.compile(pattern)
        except re.error as error:
            breaches.add(f"{code}: pattern {pattern!r} is no regular expression: {error}")
