"""Authorised strength and expiry of a mandate, as a resolution states them."""

from __future__ import annotations

import re

import pandas as pd

from pkstats.mandates.clauses import MISSION
from pkstats.mandates.coding import Reading

_NUMBER = r"(\d{1,3}(?:[, \u00a0]\d{3})+|\d{2,5})"
_TO = (
    r"(?:up to|(?:a )?(?:maximum|total|ceiling|strength|level)s?(?: \w+){0,6}? of(?: up to)?"
    r"|ceilings? (?:of|at|to)|comprise|comprising|consist(?:ing)? of|include|including|from [\d, ]+ to|to|of|at|be)"
)
_MILITARY = re.compile(
    rf"{_TO} (?:a maximum of |up to |a total of )?{_NUMBER}\s+"
    r"(?:additional )?(?:United Nations )?(?:military personnel|military|troops|soldiers|uniformed personnel)"
    rf"|(?:troops?|military)(?: \w+)? (?:strength|ceiling|level|component)s?[^;.]{{0,60}}? {_TO} {_NUMBER}",
    re.IGNORECASE,
)
_POLICE = re.compile(
    rf"{_NUMBER}\s+(?:United Nations )?(?:civilian |individual )?police(?! units)", re.IGNORECASE
)
_STRENGTH = re.compile(r"personnel|troops|strength|ceiling|military|police", re.IGNORECASE)
_DECIDING = re.compile(r"\b(?:decides|authori[sz]es|approves|endorses|shall)\b", re.IGNORECASE)
_STEP = re.compile(rf"\b(?:by|additional|increase of|reduction of)\s+(?:up to\s+)?{_NUMBER}\b")
_MONTHS = {"three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_MONTHS |= {"ten": 10, "twelve": 12, "one": 1, "two": 2, "18": 18, "12": 12, "6": 6}
_DAY = re.compile(
    rf"{MISSION}[^;]{{0,200}}?\b(?:until|to|ending(?: on)?|expir\w+ on)\s+(\d{{1,2}}\s+[A-Z][a-z]+\s+\d{{4}})"
)
_SPAN = re.compile(
    rf"{MISSION}[^;]{{0,120}}?(?:period of |for )(?:an? )?(?:further |additional |initial |period of )*"
    r"(\w+)[- ](months?|years?)|for an initial period of (\w+)[- ](months?|years?)"
)


def authorised(reading: Reading) -> tuple[int | None, int | None]:
    """Authorised military and police strength (persons); None where the text states none."""
    military: int | None = None
    police: int | None = None
    for text in reading.operative["text"]:
        if MISSION not in text or not _STRENGTH.search(text) or not _DECIDING.search(text):
            continue
        found = _MILITARY.search(_STEP.sub(" ", text))
        if found and military is None:
            military = _whole(found)
            after = _POLICE.search(text)
            police = _whole(after) if after and police is None else police
    return military, police


def expiry(reading: Reading) -> pd.Timestamp | None:
    """Day on which the mandate ends, if the resolution states a day or a period."""
    for text in reading.operative["text"]:
        if MISSION not in text or not re.search(r"(?i)extend|renew|establish|deploy|period", text):
            continue
        if day := _DAY.search(text):
            return pd.to_datetime(day[1], format="%d %B %Y", errors="coerce")
        if span := _SPAN.search(text):
            number, unit = span[1] or span[3], span[2] or span[4]
            count = _MONTHS.get(number.lower())
            if count:
                months = count * (12 if unit.startswith("year") else 1)
                return reading.date + pd.DateOffset(months=months)
    return None


def _whole(found: re.Match[str]) -> int:
    text = next(group for group in found.groups() if group)
    return int(re.sub(r"\D", "", text))
