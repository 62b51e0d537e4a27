"""The Council's own words on obstruction, attacks, consent, impartiality and disinformation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.declarations import match_any, read_declaration
from pkstats.data.mandates.clauses import MISSION
from pkstats.data.mandates.mission_names import Mission
from pkstats.data.mandates.mission_names import missions as registered

if TYPE_CHECKING:
    from pkstats.data.mandates.coding import Reading

VIOLENT = ("attack", "assault", "acts of violence", "act of violence", "kill", "ambush", "targeted")
# Every pattern of the dictionary needs one of these; a paragraph without any is passed over.
STEMS = (
    *("obstruct", "imped", "hind", "movement", "access", "status", "sofa", "soma"),
    *("consent", "impartial", "information", "false", *VIOLENT),
)


@cache
def codes() -> dict[str, tuple[str, re.Pattern[str]]]:
    """Label and pattern of each code of `council_words.toml`, in its order."""
    return read_codes("council_words.toml")


def read_codes(name: str) -> dict[str, tuple[str, re.Pattern[str]]]:
    """Label and pattern of each code of a TOML file of this folder, in its order."""
    return {
        code: (entry["label"], match_any(entry["patterns"]))
        for code, entry in read_declaration("pkstats.data.mandates", name)["code"].items()
    }


def count_words(paragraphs: pd.DataFrame, readings: Sequence[Reading]) -> pd.DataFrame:
    """Count paragraphs that hold the Council's words, by mission and resolution.

    Parameters
    ----------
    paragraphs : DataFrame
        As `pkstats.data.sources.resolutions.read` gives it.
    readings : sequence of Reading
        The missions and resolutions to count for.

    Returns
    -------
    DataFrame
        mission, resolution, words and preamble_words (of the whole text, of its preamble); for
        each code ``<code>`` and ``preamble_<code>``: paragraphs that match. A paragraph that names
        other missions of the resolution, and not this one, is left out.
    """
    wanted = {reading.resolution for reading in readings}
    kept = paragraphs[paragraphs["resolution"].isin(wanted) & paragraphs["kind"].ne("heading")]
    texts = dict(list(kept.groupby("resolution")))
    rows = []
    for number, missions in group_missions(readings).items():
        opening, blocks = texts[number]["kind"].eq("preamble"), texts[number]["text"]
        found = [
            (first, len(text.split()), names, find_codes(text, names))
            for first, text in zip(opening, blocks, strict=True)
            for names in [find_names(text, missions)]
        ]
        rows += [
            {"mission": mission.acronym, "resolution": number, **_count(found, mission.acronym)}
            for mission in missions
        ]
    return pd.DataFrame(rows)


def group_missions(readings: Sequence[Reading]) -> dict[int, list[Mission]]:
    """Missions that share a resolution, by its number."""
    together: dict[int, list[Mission]] = {}
    for reading in readings:
        together.setdefault(reading.resolution, []).append(reading.mission)
    return together


def find_names(text: str, missions: list[Mission]) -> set[str]:
    """Acronyms of the missions that a paragraph names, where several share the resolution."""
    if len(missions) == 1:
        return {missions[0].acronym}
    return {mission.acronym for mission in missions if mission.any_name.search(text)}


def find_codes(text: str, missions: set[str]) -> set[str]:
    """Codes that a paragraph holds; `missions` are those it names."""
    lowered = text.lower()
    if not any(word in lowered for word in STEMS):
        return set()
    if any(word in lowered for word in VIOLENT):
        for mission in registered():
            if mission.acronym in missions:
                text = mission.any_name.sub(MISSION, text)
    return {code for code, (_, pattern) in codes().items() if pattern.search(text)}


def _count(blocks: list[tuple[bool, int, set[str], set[str]]], mission: str) -> dict[str, int]:
    counts = dict.fromkeys(["words", "preamble_words"], 0)
    counts |= {prefix + code: 0 for prefix in ("", "preamble_") for code in codes()}
    for opening, size, names, found in blocks:
        if names and mission not in names:
            continue
        counts["words"] += size
        counts["preamble_words"] += size * int(opening)
        for code in found:
            counts[code] += 1
            counts[f"preamble_{code}"] += int(opening)
    return counts
