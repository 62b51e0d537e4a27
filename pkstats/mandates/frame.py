"""Missions by resolution: role of the resolution, elements, authorised strength, expiry."""

from __future__ import annotations

import re
from typing import Literal, get_args

import pandas as pd

from pkstats.mandates.clauses import MISSION
from pkstats.mandates.coding import Reading, hits, read_missions
from pkstats.mandates.dictionary import elements
from pkstats.mandates.overrides import Override, apply
from pkstats.mandates.strength import authorised, expiry

Role = Literal[
    "founding",
    "full_restatement",
    "extension",
    "ceiling_only",
    "incorporation",
    "amendment",
    "termination",
    "mention",
]
ROLES: tuple[Role, ...] = get_args(Role)

_DECIDING = re.compile(r"decide|authori|approve|renew|mandate|endorse|agree|concur|^$")
_EXTENDING = re.compile(
    r"\b(?:extend|renew|prolong)\w*\b (?:\w+ ){0,5}?(?:mandate|authori[sz]ation|presence|period|term"
    rf"|stationing|deployment|operations?|duration)\b[^;]{{0,80}}?{MISSION}"
    rf"|\b(?:extend|renew|prolong|maintain|continue)\w* (?:the )?{MISSION}"
    rf"|{MISSION}[^;]{{0,160}}?\b(?:be|is|are) (?:\w+ )?(?:extended|renewed|prolonged)"
    rf"|{MISSION} (?:shall|should) (?:be deployed|continue|remain)",
    re.IGNORECASE,
)
_ENDING = re.compile(
    rf"\bterminat\w+[^;]{{0,80}}?{MISSION}|{MISSION}[^;]{{0,80}}?\b(?:terminat\w+|shall end|close)\b"
)
_REFERRING = re.compile(
    r"\b(?:as (?:set out|set forth|authori[sz]ed|contained|established|defined|stipulated|provided"
    r"|described|outlined|modified)|pursuant to|in accordance with|on the basis of|consistent with"
    r"|under|specified|described|contained|set out|outlined|mandated) (?:in |by |with )?"
    r"(?:the )?(?:\w+ )?(?:paragraphs?|resolutions?)\b"
)


def mandate_frame(paragraphs: pd.DataFrame, *, overrides: tuple[Override, ...]) -> pd.DataFrame:
    """One row a mission and resolution that names it.

    Parameters
    ----------
    paragraphs : DataFrame
        As `pkstats.sources.resolutions.read` gives it.
    overrides : tuple of Override
        Readings by hand that replace what the patterns code (`read_overrides`).

    Returns
    -------
    DataFrame
        mission, resolution, date, role; one 0/1 column an element; authorised_military,
        authorised_police (persons, nullable); expiry (date, nullable). Sorted by mission, date.
    """
    rows = [_row(reading) for reading in read_missions(paragraphs)]
    frame = pd.DataFrame(rows).astype(
        {"authorised_military": "Int64", "authorised_police": "Int64"}
    )
    frame = apply(frame, overrides)
    return frame.sort_values(["mission", "date", "resolution"], ignore_index=True)


def _row(reading: Reading) -> dict[str, object]:
    found = {element for element, _, _ in hits(reading)}
    military, police = authorised(reading)
    role = classify(reading, found=found, ceiling=military is not None or police is not None)
    if role == "mention":
        found, military, police = set(), None, None
    return {
        "mission": reading.mission.acronym,
        "resolution": reading.resolution,
        "date": reading.date,
        "role": role,
        **{name: int(name in found) for name in elements()},
        "authorised_military": military,
        "authorised_police": police,
        "expiry": expiry(reading),
    }


def classify(reading: Reading, *, found: set[str], ceiling: bool) -> Role:
    """Role of a resolution for a mission.

    A restatement is a task list of at least four points that gives at least three elements, under
    a clause that decides the mandate; an extension that refers to earlier paragraphs without such
    a list incorporates them; numbers alone are a ceiling.
    """
    if reading.resolution in reading.mission.founding_resolutions:
        return "founding"
    deciding = [
        text
        for paragraph, text in zip(
            reading.operative["paragraph"], reading.operative["text"], strict=True
        )
        if MISSION in text and "(" not in paragraph
    ]
    extended = [
        t for t in deciding if re.search(r"\b(?i:decides|authori[sz]es|renews|approves)", t)
    ]
    if _restates(reading):
        return "full_restatement"
    if any(_ENDING.search(text) for text in extended):
        return "termination"
    renewals = [text for text in extended if _EXTENDING.search(text)]
    if renewals:
        return "incorporation" if any(_REFERRING.search(t) for t in renewals) else "extension"
    tasks = found - {"chapter_vii"}
    if ceiling and not tasks:
        return "ceiling_only"
    decided = any(_DECIDING.match(task.verb) for task in reading.tasks)
    return "amendment" if tasks or decided or ceiling else "mention"


def _restates(reading: Reading) -> bool:
    lists: dict[str, list[str]] = {}
    for task in reading.tasks:
        if task.listed and _DECIDING.match(task.verb):
            lists.setdefault(task.paragraph.split("(")[0], []).append(task.text)
    points = [text for texts in lists.values() for text in texts]
    given = {n for n, e in elements().items() if any(e.pattern.search(text) for text in points)}
    return max((len(texts) for texts in lists.values()), default=0) >= 4 and len(given) >= 3
