"""The dictionary of mandate elements."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


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
            pattern=_any(entry["patterns"]),
            exclusion=_any(entry["exclusions"]) if entry.get("exclusions") else None,
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
    content = files("pkstats.data.mandates").joinpath("dictionary.toml").read_text(encoding="utf-8")
    return tomllib.loads(content)


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
