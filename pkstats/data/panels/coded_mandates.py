"""Coded mandates: resolutions read and coded once a process, for every panel that rests on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from pkstats.data.mandates import elements, read_overrides
from pkstats.data.mandates.coding import hits, read_missions
from pkstats.data.mandates.council_words import count_words
from pkstats.data.mandates.frame import Hit, frame_readings
from pkstats.data.mandates.overrides import Override
from pkstats.data.mandates.preambles import code_preambles
from pkstats.data.registry import CHECKOUT, hash_file, verify
from pkstats.data.sources import missions, resolutions

TEXTS = (
    "unsc_resolutions/unsc_resolutions.zip",
    "unsc_resolutions_1946_2015/unsc_resolutions_1946_2015.zip",
)
OVERRIDES = CHECKOUT / "data" / "compiled" / "mandate_overrides.toml"
KEY = ["mission", "resolution"]

#: Codings remembered: that of the raw folder, and one of other texts to compare it with.
KEPT = 2

# The UN's list writes UNPSG for the Civilian Police Support Group; UNPF is no operation of its own.
ACRONYMS = {"UNCPSG": "UNPSG"}


@dataclass(frozen=True)
class CodedMandates:
    """What the resolutions give to missions, under the acronyms of `pkstats.data.mandates`.

    Attributes
    ----------
    mandates : DataFrame
        As `pkstats.data.mandates.mandate_frame` gives it, with ``source`` ("xml" or "plain").
    places : DataFrame
        mission, resolution, element, paragraphs: numbers of the paragraphs, separated by
        semicolons, in which the text gives the element.
    words : DataFrame
        As `pkstats.data.mandates.council_words.count_words` gives it.
    preambles : DataFrame
        As `pkstats.data.mandates.preambles.code_preambles` gives it.
    """

    mandates: pd.DataFrame
    places: pd.DataFrame
    words: pd.DataFrame
    preambles: pd.DataFrame


def code_mandates(raw: Path) -> CodedMandates:
    """Read and code the resolutions; once a process for the same texts and readings by hand.

    The frames are the caller's own.

    Raises
    ------
    SourceError
        A text source is missing or altered; a reading by hand meets no cell.
    """
    hashes = tuple(verify(raw, TEXTS).values())
    coded = _code(raw, (*hashes, hash_file(OVERRIDES)))
    return CodedMandates(
        mandates=coded.mandates.copy(),
        places=coded.places.copy(),
        words=coded.words.copy(),
        preambles=coded.preambles.copy(),
    )


@lru_cache(maxsize=KEPT)
def _code(raw: Path, _hashes: tuple[str, ...]) -> CodedMandates:
    overrides = read_overrides(OVERRIDES)
    paragraphs = resolutions.read(raw)
    read = [(reading, tuple(hits(reading))) for reading in read_missions(paragraphs)]
    mandates = frame_readings(read, overrides=overrides)
    sources = paragraphs.groupby("resolution")["source"].first()
    mandates["source"] = mandates["resolution"].map(sources)
    found = {(r.mission.acronym, r.resolution): given for r, given in read}
    return CodedMandates(
        mandates=mandates,
        places=list_places(mandates, found, overrides),
        words=count_words(paragraphs, [reading for reading, _ in read]),
        preambles=code_preambles(paragraphs, [reading for reading, _ in read]),
    )


def list_places(
    mandates: pd.DataFrame,
    found: dict[tuple[str, int], tuple[Hit, ...]],
    overrides: tuple[Override, ...],
) -> pd.DataFrame:
    """List the paragraphs that give each element; of a reading by hand, the paragraph it names."""
    by_hand = {(o.mission, o.resolution, o.column): o.paragraph for o in overrides if o.value}
    rows = []
    for row in mandates.to_dict("records"):
        key = (row["mission"], row["resolution"])
        for element in elements():
            if row[element]:
                places = dict.fromkeys(p for name, p, _ in found[key] if name == element)
                text = by_hand.get((*key, element)) or ";".join(places)
                rows.append((*key, element, text))
    return pd.DataFrame(rows, columns=[*KEY, "element", "paragraphs"])


def name_missions(table: pd.DataFrame) -> pd.DataFrame:
    """Keep peacekeeping operations, under the canonical acronyms of the crosswalk."""
    crosswalk = missions.crosswalk()
    inside = set(crosswalk.loc[crosswalk["universe"] == "peacekeeping", "mission"])
    named = table.assign(mission=table["mission"].replace(ACRONYMS))
    return named[named["mission"].isin(inside)].reset_index(drop=True)
