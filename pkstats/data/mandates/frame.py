"""Missions by resolution: role of the resolution, elements, authorised strength, expiry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import pandas as pd

from pkstats.data.mandates.clauses import MISSION
from pkstats.data.mandates.coding import DECIDING, Reading, hits, read_missions
from pkstats.data.mandates.dictionary import elements
from pkstats.data.mandates.overrides import Override, apply
from pkstats.data.mandates.strength import authorised, expiry

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
Hit = tuple[str, str, str]

_NO_SANCTION = r"(?:(?!panel|expert|measures|sanction|ban\b|increase|⟦M⟧)[^;])"
_EXTENDING = re.compile(
    rf"\b(?:extend|renew|prolong|continu)\w*\b{_NO_SANCTION}{{0,140}}?\b(?:mandates?|presence|period"
    rf"|stationing|deployment|operations?|duration|terms? of){_NO_SANCTION}{{0,80}}?{MISSION}"
    rf"|\b(?:extend|renew|prolong|maintain|continue)\w* (?:the )?{MISSION}"
    rf"|{MISSION}[^;]{{0,160}}?\b(?:be|is|are) (?:\w+ )?(?:extended|renewed|prolonged)"
    rf"|{MISSION}[^;]{{0,160}}?\b(?:extend|renew|prolong)\w* its (?:mandate|deployment)"
    rf"|{MISSION} (?:shall|should) (?:be deployed|continue|remain)"
    rf"|authori[sz]es (?:the )?{MISSION} to continue",
    re.IGNORECASE,
)
_ENDING = re.compile(
    rf"decides? to (?:terminate|close|withdraw|end)\b[^;]{{0,80}}?{MISSION}"
    rf"|mandate of (?:the )?{MISSION} (?:shall|will|be) (?:terminated?|end)\b",
    re.IGNORECASE,
)
_RESIZING = re.compile(
    rf"\b(?:increas|decreas|reduc|rais|adjust)\w*\b[^;]{{0,60}}?\b(?:size|strength|ceiling|level)s?\b"
    rf"[^;]{{0,60}}?{MISSION}|{MISSION}[^;]{{0,60}}?\b(?:size|strength|ceiling)s?\b[^;]{{0,60}}?"
    r"\b(?:increas|decreas|reduc|rais|adjust)",
    re.IGNORECASE,
)
_REFERRING = re.compile(
    r"\b(?:as (?:set out|set forth|authori[sz]ed|contained|established|defined|stipulated|provided"
    r"|described|outlined|modified)|pursuant to|in accordance with|on the basis of|consistent with"
    r"|under|specified|described|contained|set out|outlined|mandated) (?:in |by |with )?"
    r"(?:the )?(?:\w+ )?(?:paragraphs?|resolutions?)\b"
)


_ANNOUNCING = re.compile(r"\b(?:mandate|tasks?|functions|responsibilities|activities|following)\b")
_ADDING = re.compile(
    r"\badditional tasks\b|\brevised to include\b|\bin Darfur shall\b"
    r"|continue to implement its mandate|\bin addition to\b|benchmark"
)
MANNERS = frozenset({"poc_physical", "proactive", "robust_posture"})
LEAST_POINTS, LEAST_ELEMENTS = 3, 3


def mandate_frame(paragraphs: pd.DataFrame, *, overrides: tuple[Override, ...]) -> pd.DataFrame:
    """One row a mission and resolution that names it.

    Parameters
    ----------
    paragraphs : DataFrame
        As `pkstats.data.sources.resolutions.read` gives it.
    overrides : tuple of Override
        Readings by hand that replace what the patterns code (`read_overrides`).

    Returns
    -------
    DataFrame
        mission, resolution, date, role; one 0/1 column an element; authorised_military,
        authorised_police (persons, nullable); expiry (date, nullable). Sorted by mission, date.
    """
    read = ((reading, tuple(hits(reading))) for reading in read_missions(paragraphs))
    return frame_readings(read, overrides=overrides)


def frame_readings(
    readings: Iterable[tuple[Reading, Sequence[Hit]]], *, overrides: tuple[Override, ...]
) -> pd.DataFrame:
    """As `mandate_frame`, from resolutions read and the (element, paragraph, verb) found."""
    rows = [_row(reading, {element for element, _, _ in found}) for reading, found in readings]
    frame = pd.DataFrame(rows).astype(
        {"authorised_military": "Int64", "authorised_police": "Int64"}
    )
    frame = apply(frame, overrides)
    return frame.sort_values(["mission", "date", "resolution"], ignore_index=True)


def _row(reading: Reading, found: set[str]) -> dict[str, object]:
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

    A restatement is a task list of at least three points that gives at least three elements
    (`MANNERS` of carrying out a task not counted), under a clause that decides the mandate; an
    extension that refers to earlier paragraphs without such a list incorporates them; numbers
    alone are a ceiling.
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
    ceiling = ceiling or any(_RESIZING.search(text) for text in extended)
    if ceiling and not tasks:
        return "ceiling_only"
    decided = any(DECIDING.match(task.verb) for task in reading.tasks)
    return "amendment" if tasks or decided or ceiling else "mention"


def _restates(reading: Reading) -> bool:
    """Whether a clause that announces the mandate, not additions to it, is followed by a list."""
    openings = reading.operative.drop_duplicates("paragraph").set_index("paragraph")["text"]
    lists: dict[str, list[str]] = {}
    for task in reading.tasks:
        number = task.paragraph.split("(")[0]
        opening = openings.get(number, "")
        announced = _ANNOUNCING.search(opening) and not _ADDING.search(opening)
        if task.listed and announced and DECIDING.match(task.verb):
            lists.setdefault(number, []).append(task.text)
    points = [text for texts in lists.values() for text in texts]
    kinds = {name: e for name, e in elements().items() if name not in MANNERS}
    given = {n for n, e in kinds.items() if any(e.pattern.search(text) for text in points)}
    longest = max((len(texts) for texts in lists.values()), default=0)
    return longest >= LEAST_POINTS and len(given) >= LEAST_ELEMENTS
