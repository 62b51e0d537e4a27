"""Authorised strength and expiry of a mandate, as a resolution states them."""

from __future__ import annotations

import re

import pandas as pd

from pkstats.data.mandates.clauses import MISSION
from pkstats.data.mandates.coding import Reading

_NUMBER = r"(\d{1,3}(?:[, \u00a0]\d{3})+|\d{2,5})"
LEAST = 30
_KIND = (
    r"(?:United Nations )?(?:military personnel|military(?= |,|;)(?! observers| liaison| advis)"
    r"|troops|soldiers|uniformed personnel)"
)
_MILITARY = re.compile(
    rf"\b(?:up to|maximum|consist\w*|compris\w*|ceiling|strength|level|includ\w*)\b[^;]{{0,140}}?"
    rf"{_NUMBER} {_KIND}"
    r"|\b(?:troops?|military|force)(?: \w+)? (?:strength|ceiling|level|component)s?\b"
    r"[^;.]{0,90}?"
    rf"\b(?:to|at|of|be) (?:up to |a (?:maximum|strength|total) of )?{_NUMBER}\b"
    rf"|authorized troops to {_NUMBER} troops",
    re.IGNORECASE,
)
_POLICE = re.compile(
    rf"{_NUMBER}\s+(?:United Nations )?(?:civilian |individual )?police(?! units)", re.IGNORECASE
)
_STRENGTH = re.compile(r"personnel|troops|strength|ceiling|military|police", re.IGNORECASE)
_DECIDING = re.compile(r"\b(?:decides|authori[sz]es|approves|endorses|shall)\b", re.IGNORECASE)
_STEP = re.compile(
    rf"\b(?:by|increase of|reduction of|decrease of|additional|repatriating|of approximately|from"
    rf"|initial group of|deployment of)(?: up to| an additional| approximately)* {_NUMBER}\b"
    rf"|{_NUMBER} (?:additional|military observers)|\b\d{{1,2}} military\b"
    rf"|\bincrease in (?:(?!maximum|total)[^;]){{0,90}}? (?:of|by)(?: up to)? {_NUMBER}[^;]*"
    r"|[^;]*\b(?:redeploy|transfer|Special Court|model regiment)\w*[^;]*",
    re.IGNORECASE,
)
_SPACED = re.compile(r"(?<=\d), (?=\d{3}\b)")
_MONTHS = {"three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_MONTHS |= {"ten": 10, "twelve": 12, "one": 1, "two": 2, "18": 18, "12": 12, "6": 6}
_DAY = re.compile(
    rf"{MISSION}[^;]{{0,200}}?\b(?:until|to|ending(?: on)?|expir\w+ on) "
    r"(\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{4})"
)
_SPAN = re.compile(
    rf"{MISSION}[^;]{{0,120}}?(?:period of |for )(?:an? )?"
    r"(?:further |additional |initial |period of )*(\w+)[- ](months?|years?)"
    r"|for an initial period of (\w+)[- ](months?|years?)"
)


def authorised(reading: Reading) -> tuple[int | None, int | None]:
    """Authorised military and police strength (persons); None where the text states none."""
    military: int | None = None
    police: int | None = None
    for text in reading.operative["text"]:
        if MISSION not in text or not _STRENGTH.search(text) or not _DECIDING.search(text):
            continue
        found = _MILITARY.search(_STEP.sub(" ", _SPACED.sub(",", text)))
        if found and military is None and _whole(found) >= LEAST:
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
            return pd.to_datetime(day[1], format="%d %B %Y")
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
