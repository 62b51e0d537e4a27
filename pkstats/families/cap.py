"""Cap: the most that a ruling can say, with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Cap:
    """What a decided ruling becomes where the outcome is not the claim's own.

    Parameters
    ----------
    name : str
        As a hypothesis names it.
    supported, contradicted, negligible : str
        The ruling that stands for each decided one.
    reading : tuple of (str, str)
        Each capped ruling with what it says in plain words.
    """

    name: str
    supported: str
    contradicted: str
    negligible: str
    reading: tuple[tuple[str, str], ...] = ()

    def say(self, ruling: str) -> str:
        """Return the ruling as far as it may be said."""
        found = {
            "supported": self.supported,
            "contradicted": self.contradicted,
            "negligible": self.negligible,
        }
        return found.get(ruling, ruling)


def _declare(name: str, yes: str, no: str, *readings: str) -> Cap:
    pairs = tuple(zip(dict.fromkeys((yes, no)), readings, strict=True))
    return Cap(name=name, supported=yes, contradicted=no, negligible=no, reading=pairs)


#: Every cap by its name.
CAPS: Final = {
    cap.name: cap
    for cap in (
        Cap(
            name="none",
            supported="supported",
            contradicted="contradicted",
            negligible="negligible",
        ),
        _declare(
            "proxy",
            "consistent with (proxy)",
            "not consistent with (proxy)",
            "A stand-in for the outcome moves as the claim expects.",
            "A stand-in for the outcome does not move as the claim expects.",
        ),
        _declare(
            "association",
            "associated (descriptive)",
            "not associated (descriptive)",
            "The two go together as the claim says; which causes which is not answered.",
            "The two do not go together as the claim says.",
        ),
        _declare(
            "describes",
            "describes Council language",
            "describes Council language",
            "It describes the Council's language, and no more.",
        ),
    )
}
