"""Coding of resolutions: which element each operative paragraph gives to which mission."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from pkstats.data.mandates.clauses import Task, mark, mark_forces, tasks
from pkstats.data.mandates.dictionary import elements
from pkstats.data.mandates.mission_names import Mission, missions

DECIDING = re.compile(r"decide|authori|approve|renew|mandate|endorse|agree|concur|^$")
HIT_COLUMNS = ["resolution", "date", "mission", "element", "paragraph", "verb"]


@dataclass(frozen=True)
class Reading:
    """One resolution read for one mission: marked operative paragraphs and what tasks it."""

    resolution: int
    date: pd.Timestamp
    mission: Mission
    operative: pd.DataFrame
    preamble: tuple[str, ...]
    tasks: tuple[Task, ...]
    own: bool


def code_resolutions(paragraphs: pd.DataFrame) -> pd.DataFrame:
    """Code every resolution for every mission it tasks.

    Parameters
    ----------
    paragraphs : DataFrame
        As `pkstats.data.sources.resolutions.read` gives it.

    Returns
    -------
    DataFrame
        One row a hit: resolution (int), date, mission, element, paragraph, verb (str).
    """
    rows = [
        (r.resolution, r.date, r.mission.acronym, element, paragraph, verb)
        for r in read_missions(paragraphs)
        for element, paragraph, verb in hits(r)
    ]
    return pd.DataFrame(rows, columns=HIT_COLUMNS).drop_duplicates(ignore_index=True)


def read_missions(paragraphs: pd.DataFrame) -> Iterator[Reading]:
    """Yield a `Reading` for each resolution and mission that its operative paragraphs name."""
    for _, rows in paragraphs.groupby("resolution", sort=True):
        resolution, date = int(rows["resolution"].iloc[0]), pd.Timestamp(rows["date"].iloc[0])
        operative = rows.loc[rows["kind"].eq("operative"), ["paragraph", "text"]]
        joined = "\n".join(operative["text"])
        named = {m.acronym: m.count(joined) for m in missions() if _open(m, resolution, date)}
        named = {name: count for name, count in named.items() if count or _founds(name, resolution)}
        if not named:
            continue
        operative = operative.assign(text=[mark_forces(text) for text in operative["text"]])
        preamble = tuple(rows.loc[rows["kind"].eq("preamble"), "text"])
        for mission in missions():
            if mission.acronym in named:
                yield _read(mission, named, resolution, date, operative, preamble)


def _founds(acronym: str, resolution: int) -> bool:
    return any(m.acronym == acronym and resolution in m.founding_resolutions for m in missions())


def _open(mission: Mission, resolution: int, date: pd.Timestamp) -> bool:
    """From the founding resolution to a month after the last day."""
    ended = mission.end is not None and date.date() > mission.end + timedelta(days=31)
    return mission.founding_resolutions[0] <= resolution and not ended


def _read(
    mission: Mission,
    named: dict[str, int],
    resolution: int,
    date: pd.Timestamp,
    operative: pd.DataFrame,
    preamble: tuple[str, ...],
) -> Reading:
    others = [m.any_name.pattern for m in missions() if m is not mission and m.acronym in named]
    acronyms = [re.escape(m.acronym) for m in missions() if m.acronym not in named]
    others.append(rf"\b(?:{'|'.join(acronyms)})\b")
    founded = {m.acronym for m in missions() if resolution in m.founding_resolutions}
    most = named[mission.acronym] >= 0.6 * sum(named.values())
    own = mission.acronym in founded if founded else most
    pattern = re.compile("|".join(others))
    text = [mark(t, mission=mission, others=pattern, own=own) for t in operative["text"]]
    marked = operative.assign(text=text)
    return Reading(resolution, date, mission, marked, preamble, tuple(tasks(marked)), own)


def hits(reading: Reading) -> Iterator[tuple[str, str, str]]:
    """Yield (element, paragraph, verb) for every element a reading gives."""
    for name, element in elements().items():
        if name == "chapter_vii":
            continue
        for task in reading.tasks:
            if element.matches(task.text, verb=task.verb):
                yield name, task.paragraph, task.verb
    decided = any(DECIDING.match(task.verb) for task in reading.tasks)
    if decided or reading.resolution in reading.mission.founding_resolutions:
        yield from _chapter_vii(reading)


def _chapter_vii(reading: Reading) -> Iterator[tuple[str, str, str]]:
    """The whole resolution, a part opened by an unnumbered recital, or one paragraph."""
    pattern = elements()["chapter_vii"].pattern
    if any(pattern.search(text) for text in reading.preamble):
        yield "chapter_vii", "preamble", ""
        return
    tasked = {_number(task.paragraph) for task in reading.tasks}
    tasked |= {_number(p) for p in reading.mission.founding_paragraphs(reading.resolution)}
    for paragraph, text in zip(
        reading.operative["paragraph"], reading.operative["text"], strict=True
    ):
        if not pattern.search(text):
            continue
        if paragraph.startswith("pre-"):
            if any(number >= _number(paragraph) for number in tasked):
                yield "chapter_vii", paragraph, ""
        elif _number(paragraph) in tasked:
            yield "chapter_vii", paragraph, ""


def _number(paragraph: str) -> int:
    found = re.search(r"\d+", paragraph)
    return int(found[0]) if found else 0
