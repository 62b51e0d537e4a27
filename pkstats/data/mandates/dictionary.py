"""The dictionary of mandate elements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pkstats.data.declarations import match_any, read_declaration


@dataclass(frozen=True)
class Element:
    """One element of a mandate, declared in `dictionary.toml`."""

    name: str
    label: str
    definition: str
    example: str
    pattern: re.Pattern[str]
    exclusion: re.Pattern[str] | None
    verbs: frozenset[str]
    cumulative: bool

    def matches(self, text: str, *, verb: str) -> bool:
        """Whether the words task the mission with this element under the governing verb."""
        if self.verbs and verb not in self.verbs:
            return False
        if self.exclusion is not None:
            text = self.exclusion.sub(" ", text)
        return self.pattern.search(text) is not None


@cache
def elements() -> dict[str, Element]:
    """Every element by name, in the order of the dictionary."""
    return {
        name: Element(
            name=name,
            label=entry["label"],
            definition=entry["definition"],
            example=entry["example"],
            pattern=match_any(entry["patterns"]),
            exclusion=match_any(entry["exclusions"]) if entry.get("exclusions") else None,
            verbs=frozenset(entry.get("verbs", ())),
            cumulative=entry.get("cumulative", False),
        )
        for name, entry in _load()["element"].items()
    }


def version() -> str:
    """Version of the dictionary."""
    return str(_load()["version"])


def cumulative() -> list[str]:
    """Names of the elements that a restated task list does not end."""
    return [name for name, element in elements().items() if element.cumulative]


def _load() -> dict[str, Any]:
    return read_declaration("pkstats.data.mandates", "dictionary.toml")
