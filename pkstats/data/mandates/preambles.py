"""New text of preambles: what a resolution says of a mission that no earlier one said before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.mandates.clauses import MISSION, OTHER
from pkstats.data.mandates.council_words import codes as council_codes
from pkstats.data.mandates.council_words import find_names, group_missions, read_codes
from pkstats.data.mandates.mission_names import Mission
from pkstats.data.mandates.mission_names import missions as registered

if TYPE_CHECKING:
    from pkstats.data.mandates.coding import Reading

#: Words in a row that also stand in an earlier resolution count as repeated.
SEQUENCE = 6
NEW, ALL = "new_", "preamble_"

_WORD = re.compile(r"(?<!⟦)\b[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_ACRONYM = re.compile(r"\b(?:MIN|MON|UN|ON)[A-Z]{2,}\b")
_STABILIZING = "tabili"


@cache
def codes() -> dict[str, tuple[str, re.Pattern[str]]]:
    """Label and pattern of each code: the Council's words, then those of `preamble_words.toml`."""
    return council_codes() | read_codes("preamble_words.toml")


@dataclass
class Memory:
    """Sequences of words that the resolutions read so far hold."""

    known: set[tuple[str, ...]] = field(default_factory=set)

    def learn(self, texts: Iterable[str]) -> None:
        """Add the sequences of texts, a paragraph each."""
        for text in texts:
            words = [word.lower() for word, _, _ in split_words(text)]
            self.known.update(zip(*(words[i:] for i in range(SEQUENCE)), strict=False))

    def find_new(self, words: Sequence[str]) -> list[bool]:
        """Say of each word whether no sequence that holds it was known.

        A paragraph shorter than `SEQUENCE` words is new.
        """
        new = [True] * len(words)
        for start in range(len(words) - SEQUENCE + 1):
            if tuple(words[start : start + SEQUENCE]) in self.known:
                new[start : start + SEQUENCE] = [False] * SEQUENCE
        return new


def split_words(text: str) -> list[tuple[str, int, int]]:
    """Words of a text with their places; names of missions (⟦M⟧, ⟦X⟧) and numbers are none."""
    return [(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]


def mark_names(text: str, mission: Mission, others: Iterable[Mission] = ()) -> str:
    """Write ⟦M⟧ for every name of the mission and ⟦X⟧ for names of others.

    Parameters
    ----------
    text : str
        A paragraph.
    mission : Mission
        Whose text it is.
    others : iterable of Mission
        Those of the same resolution. Any mission with stabilization in its name is one of them,
        and so is every acronym.
    """
    text = mission.any_name.sub(MISSION, text)
    named = _stabilizing() if _STABILIZING in text else ()
    for other in (*others, *named):
        if other is not mission:
            text = other.any_name.sub(OTHER, text)
    return _ACRONYM.sub(OTHER, text)


@cache
def _stabilizing() -> tuple[Mission, ...]:
    return tuple(mission for mission in registered() if _STABILIZING in mission.name)


def count_codes(text: str, memory: Memory) -> dict[str, int]:
    """Count words and matches of one paragraph, all and new.

    Parameters
    ----------
    text : str
        A paragraph with the names of missions marked.
    memory : Memory
        What earlier resolutions hold.

    Returns
    -------
    dict of str to int
        ``preamble_words``, ``new_words``, and for each code ``preamble_<code>`` and
        ``new_<code>``: matches, and matches that hold at least one new word.
    """
    found = split_words(text)
    new = memory.find_new([word.lower() for word, _, _ in found])
    counts = {f"{ALL}words": len(found), f"{NEW}words": sum(new)}
    for code, (_, pattern) in codes().items():
        spans = [match.span() for match in pattern.finditer(text)]
        fresh = [
            any(n and start < end and begin < stop
                for n, (_, begin, end) in zip(new, found, strict=True))
            for start, stop in spans
        ]  # fmt: skip
        counts[f"{ALL}{code}"], counts[f"{NEW}{code}"] = len(spans), sum(fresh)
    return counts


def code_preambles(paragraphs: pd.DataFrame, readings: Sequence[Reading]) -> pd.DataFrame:
    """Count words in the preambles, by mission and resolution, all and new.

    Parameters
    ----------
    paragraphs : DataFrame
        As `pkstats.data.sources.resolutions.read` gives it.
    readings : sequence of Reading
        The missions and resolutions to count for.

    Returns
    -------
    DataFrame
        mission, resolution and the counts of :func:`count_codes`, summed over the paragraphs of
        the preamble; one that names other missions of the resolution, and not this one, is left
        out. New is what no earlier resolution on the same mission holds, in its preamble or below.
    """
    kept = paragraphs[paragraphs["kind"].ne("heading")]
    texts = {n: list(zip(t["kind"], t["text"], strict=True)) for n, t in kept.groupby("resolution")}
    together = group_missions(readings)
    memories: dict[str, Memory] = {}
    rows = []
    for reading in sorted(readings, key=lambda r: (r.date, r.resolution)):
        memory = memories.setdefault(reading.mission.acronym, Memory())
        opening, marked = [], []
        for kind, text in texts.get(reading.resolution, []):
            names = find_names(text, together[reading.resolution])
            if names and reading.mission.acronym not in names:
                continue
            marked.append(mark_names(text, reading.mission, together[reading.resolution]))
            if kind == "preamble":
                opening.append(marked[-1])
        counted = pd.DataFrame([count_codes(text, memory) for text in opening] or [_none()])
        key = {"mission": reading.mission.acronym, "resolution": reading.resolution}
        rows.append(key | counted.sum().to_dict())
        memory.learn(marked)
    return pd.DataFrame(rows)


def _none() -> dict[str, int]:
    return count_codes("", Memory())
