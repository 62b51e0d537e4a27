"""Coding: the sentences in which a host state names its own mission, and what they speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pkstats.data.sources import missions
from pkstats.data.sources.speeches import FIRST_YEAR, LAST_YEAR, speakers
from pkstats.data.speeches.dictionary import HOST, categories, mission_names
from pkstats.data.speeches.sentences import count_words, split_sentences
from pkstats.errors import SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CONTEXT_YEARS = 3


@dataclass(frozen=True)
class Hosting:
    """One mission in one host state: first and last year with an active day there."""

    country: int
    mission: str
    first_year: int
    last_year: int


def list_hostings() -> tuple[Hosting, ...]:
    """Missions of the crosswalk in each of their host states.

    Raises
    ------
    SourceError
        A mission is not in the names of the dictionary.
    """
    table = missions.crosswalk().query("universe == 'peacekeeping'").dropna(subset="host_countries")
    unnamed = sorted(set(table["mission"]) - set(mission_names()))
    if unnamed:
        raise SourceError(
            f"no names for mission {name_some(unnamed)}. Remedy: add them to speeches/names.toml"
        )
    rows: Iterable[Any] = table.itertuples()
    return tuple(
        Hosting(
            country=int(country),
            mission=row.mission,
            first_year=row.start.year,
            last_year=LAST_YEAR if pd.isna(row.end) else row.end.year,
        )
        for row in rows
        for country in str(row.host_countries).split(";")
    )


def list_host_years(hostings: Sequence[Hosting] | None = None) -> pd.DataFrame:
    """Host-years, with three years of context before and after.

    Returns
    -------
    pandas.DataFrame
        ``country year speaker pattern own missions hosting``: code and name pattern of the state
        in the speeches (missing where it has no seat); ``own``: tuple of the missions that count
        as its own in that year, those of the context years among them; ``missions``: those active
        in the year, joined by semicolons; ``hosting``: whether there is any.
    """
    rows: dict[tuple[int, int], dict[str, set[str]]] = {}
    for hosting in list_hostings() if hostings is None else hostings:
        first = max(FIRST_YEAR, hosting.first_year - CONTEXT_YEARS)
        last = min(LAST_YEAR, hosting.last_year + CONTEXT_YEARS)
        for year in range(first, last + 1):
            cell = rows.setdefault((hosting.country, year), {"own": set(), "active": set()})
            cell["own"].add(hosting.mission)
            if hosting.first_year <= year <= hosting.last_year:
                cell["active"].add(hosting.mission)
    frame = pd.DataFrame(
        [
            (country, year, tuple(sorted(cell["own"])), ";".join(sorted(cell["active"])))
            for (country, year), cell in sorted(rows.items())
        ],
        columns=["country", "year", "own", "missions"],
    )
    seats = speakers()[["iso3", "country", "pattern", "first_year", "last_year"]]
    joined = frame.merge(seats.astype({"country": "int64"}), on="country", how="left")
    seated = joined["year"].between(joined["first_year"], joined["last_year"]).fillna(False)
    joined["speaker"] = joined["iso3"].where(seated.astype(bool))
    joined["hosting"] = joined["missions"] != ""
    return joined[["country", "year", "speaker", "pattern", "own", "missions", "hosting"]]


def cut_speeches(speeches: pd.DataFrame, host_years: pd.DataFrame) -> pd.DataFrame:
    """Speeches of host-years, cut into sentences.

    Parameters
    ----------
    speeches : pandas.DataFrame
        As :func:`pkstats.data.sources.speeches.read`.
    host_years : pandas.DataFrame
        As :func:`list_host_years`.

    Returns
    -------
    pandas.DataFrame
        The host-years that have a speech, with ``words``, the number of words, and ``texts``, the
        list of sentences.
    """
    spoken = host_years.dropna(subset="speaker").merge(speeches, on=["speaker", "year"])
    words = [count_words(text) for text in spoken["text"]]
    texts = [split_sentences(text) for text in spoken["text"]]
    return spoken.drop(columns="text").assign(words=words, texts=pd.Series(texts))


def code_speeches(cut: pd.DataFrame) -> pd.DataFrame:
    """Code every sentence in which a host names its own mission.

    Parameters
    ----------
    cut : pandas.DataFrame
        As :func:`cut_speeches`.

    Returns
    -------
    pandas.DataFrame
        ``country speaker year hosting sentence named by_acronym by_name`` and one 0/1 column a
        category. ``sentence`` counts from 1; ``named``: missions, joined by semicolons; where one
        name fits several, those active in the year. No text.
    """
    rows = [row for speech in cut.itertuples() for row in _code_speech(speech)]
    columns = [
        "country",
        "speaker",
        "year",
        "hosting",
        "sentence",
        "named",
        "by_acronym",
        "by_name",
    ]
    return pd.DataFrame(rows, columns=[*columns, *categories()]).astype({"hosting": bool})


def _code_speech(speech: Any) -> Iterator[tuple[object, ...]]:
    own = [mission_names()[mission] for mission in speech.own]
    active = speech.missions.split(";")
    for number, sentence in enumerate(speech.texts, 1):
        acronym = [name for name in own if name.acronym.search(sentence)]
        spelled = [name for name in own if name.spelled_out.search(sentence)]
        if not acronym and not spelled:
            continue
        named = [name.mission for name in own if name in acronym or name in spelled]
        masked = sentence
        for name in dict.fromkeys([*acronym, *spelled]):
            masked = name.mask(masked)
        masked = re.sub(speech.pattern, HOST, masked)
        yield (
            speech.country,
            speech.speaker,
            speech.year,
            speech.hosting,
            number,
            ";".join([mission for mission in named if mission in active] or named),
            int(bool(acronym)),
            int(bool(spelled)),
            *(int(category.matches(masked)) for category in categories().values()),
        )
