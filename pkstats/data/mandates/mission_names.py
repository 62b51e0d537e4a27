"""The missions of the coding: names, founding paragraphs, first and last day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from pkstats.data.declarations import read_declaration


@dataclass(frozen=True)
class Mission:
    """One peacekeeping operation as the texts name it.

    Attributes
    ----------
    acronym : str
        As in the United Nations list of missions.
    name, other_names : str, tuple of str
        Regular expressions of its names; other names count only beside the name or acronym.
    founding : tuple of str
        Founding paragraphs, "resolution:paragraph".
    start, end : date, date or None
        First and last day; None while active.
    """

    acronym: str
    name: str
    founding: tuple[str, ...]
    start: date
    end: date | None = None
    other_names: tuple[str, ...] = ()

    @property
    def founding_resolutions(self) -> tuple[int, ...]:
        """Numbers of the founding resolutions, in order."""
        return tuple(dict.fromkeys(int(x.split(":")[0]) for x in self.founding))

    def founding_paragraphs(self, resolution: int) -> tuple[str, ...]:
        """Paragraphs of a resolution that found the mission; none if it does not."""
        found = (place.split(":") for place in self.founding)
        return tuple(paragraph for number, paragraph in found if int(number) == resolution)

    def count(self, text: str) -> int:
        """How often the text gives the mission's acronym or full name."""
        return (
            len(self._acronym.findall(text))
            if self.acronym in text
            else len(re.findall(self.name, text))
        )

    @property
    def _acronym(self) -> re.Pattern[str]:
        return re.compile(rf"\b{re.escape(self.acronym)}(?! I)\b")

    @property
    def any_name(self) -> re.Pattern[str]:
        """Matches every name, the other names among them; an acronym after a name belongs to it."""
        acronym = self._acronym.pattern
        names = [rf"(?:{self.name})(?: ?\({acronym}\))?", acronym, *self.other_names]
        return re.compile("|".join(names))


@cache
def missions() -> tuple[Mission, ...]:
    """Every mission of `missions.toml`, in its order."""
    return tuple(
        Mission(
            acronym=row["acronym"],
            name=row["name"],
            founding=tuple(row["founding"]),
            start=row["start"],
            end=row.get("end"),
            other_names=tuple(row.get("other_names", ())),
        )
        for row in read_declaration("pkstats.data.mandates", "missions.toml")["mission"]
    )
