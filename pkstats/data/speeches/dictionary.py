"""The dictionary of the speeches: categories of content, and the names of missions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pkstats.data.declarations import match_any, read_declaration

UNITED_NATIONS = r"(?:United Nations|UN|U\.N\.)(?: peace-? ?keeping)?"
MISSION, HOST = "⟦M⟧", "⟦H⟧"


@dataclass(frozen=True)
class Category:
    """What a sentence may speak of, declared in `dictionary.toml`."""

    name: str
    label: str
    definition: str
    pattern: re.Pattern[str]
    exclusion: re.Pattern[str] | None

    def matches(self, sentence: str) -> bool:
        """Whether a sentence, with mission and host masked, falls into the category."""
        if self.exclusion is not None:
            sentence = self.exclusion.sub(" ", sentence)
        return self.pattern.search(sentence) is not None


@dataclass(frozen=True)
class MissionName:
    """How speakers name one mission: by acronym (case kept) and by spelled-out name."""

    mission: str
    acronym: re.Pattern[str]
    spelled_out: re.Pattern[str]

    def mask(self, sentence: str) -> str:
        """Put the sign of the mission where the sentence names it."""
        return self.spelled_out.sub(MISSION, self.acronym.sub(MISSION, sentence))


@cache
def categories() -> dict[str, Category]:
    """Every category by name, in the order of the dictionary."""
    return {
        name: Category(
            name=name,
            label=entry["label"],
            definition=entry["definition"],
            pattern=match_any(entry["patterns"]),
            exclusion=match_any(entry["exclusions"]) if entry.get("exclusions") else None,
        )
        for name, entry in _load("dictionary.toml")["category"].items()
    }


def version() -> str:
    """Version of the dictionary of categories."""
    return str(_load("dictionary.toml")["version"])


@cache
def mission_names() -> dict[str, MissionName]:
    """How each mission is named, by its acronym in the crosswalk."""
    return {
        mission: MissionName(
            mission=mission,
            acronym=re.compile(rf"\b(?:{'|'.join(entry.get('acronyms', [re.escape(mission)]))})\b"),
            spelled_out=match_any(
                [name.replace("⟦UN⟧", UNITED_NATIONS) for name in entry["names"]]
            ),
        )
        for mission, entry in _load("names.toml")["mission"].items()
    }


def _load(name: str) -> dict[str, Any]:
    return read_declaration("pkstats.data.speeches", name)
