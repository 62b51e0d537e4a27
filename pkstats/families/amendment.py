"""Amendment: a correction declared after results had been seen, with the rulings that it moved."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from pkstats.errors import Breaches, HypothesisError

if TYPE_CHECKING:
    from pkstats.families.declaration import Hypothesis

AMENDED: Final = "amendments.toml"
#: What was corrected: the ordered rule, a design, a declaration, the coding of texts, data, or what
#: is described beside the rulings.
Kind = Literal["rule", "design", "declaration", "coding", "data", "description"]


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A correction that was declared after results had been seen.

    Parameters
    ----------
    date : datetime.date
        Of the declaration.
    kind : {"rule", "design", "declaration", "coding", "data", "description"}
        What was corrected.
    what, why : str
        In one sentence each.
    hashes : mapping of str to mapping of str to str
        Second hashes, by table of the freeze and name there; the first stay in the freeze. Several
        amendments of one day may change one part, and the last of them holds its hash.
    rulings : mapping of str to sequence of str
        Ruling before and after, by hypothesis, where it moved.
    """

    date: date
    kind: Kind
    what: str
    why: str
    hashes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rulings: Mapping[str, list[str]] = field(default_factory=dict)

    def concerns(self, hypothesis: Hypothesis) -> bool:
        """Whether it moved the ruling on a hypothesis, or is the declaration's own."""
        own = self.hashes.get("sha256", {}).get(hypothesis.name)
        return hypothesis.name in self.rulings or (own is not None and own == hypothesis.freeze())


def read_amendments() -> tuple[Amendment, ...]:
    """Read the amendments, oldest first.

    Raises
    ------
    HypothesisError
        As :func:`parse_amendments`.
    """
    return parse_amendments(_read().get("amendment", []))


def parse_amendments(entries: list[dict[str, Any]]) -> tuple[Amendment, ...]:
    """Check entries of the file of amendments and put them in order.

    Raises
    ------
    HypothesisError
        Lists every entry without a date, a kind, what was corrected or why, and every field that
        is not known.
    """
    breaches = Breaches(AMENDED)
    known = {f.name: f for f in fields(Amendment)}
    needed = [n for n, f in known.items() if f.default_factory is MISSING]
    for number, entry in enumerate(entries, start=1):
        told = f"amendment {number}"
        for name in needed:
            if not entry.get(name):
                breaches.add(f"{told} has no {name}", remedy=f"{name} = ... in its entry")
        for name in sorted(entry.keys() - known.keys()):
            breaches.add(f"{told}: unknown field {name!r}", remedy=f"one of {', '.join(known)}")
        if entry.get("date") and not isinstance(entry["date"], date):
            breaches.add(f"{told}: {entry['date']!r} is no date", remedy="date = 2026-01-31")
        if entry.get("kind") and entry["kind"] not in get_args(Kind):
            breaches.add(
                f"{told}: kind={entry['kind']!r}", remedy=f"one of {', '.join(get_args(Kind))}"
            )
        for name, pair in entry.get("rulings", {}).items():
            if len(pair) != 2:
                breaches.add(f"{told}: rulings of {name!r}", remedy="[before, after]")
    breaches.raise_as(HypothesisError)
    return tuple(sorted((Amendment(**entry) for entry in entries), key=lambda a: a.date))


def find_amendments(hypothesis: Hypothesis) -> tuple[Amendment, ...]:
    """Amendments that moved the ruling on a hypothesis or its declaration, oldest first."""
    return tuple(a for a in read_amendments() if a.concerns(hypothesis))


def is_amended(hypothesis: Hypothesis) -> bool:
    """Whether a declaration stands under an amendment of its own, not as first frozen."""
    digest = hypothesis.freeze()
    return any(a.hashes.get("sha256", {}).get(hypothesis.name) == digest for a in read_amendments())


def find_frozen_ruling(hypothesis: Hypothesis) -> str:
    """Ruling before the first amendment; empty for a hypothesis that was not judged then."""
    return str(_read().get("frozen_rulings", {}).get(hypothesis.name, ""))


def _read() -> dict[str, Any]:
    place = files("pkstats.families").joinpath(AMENDED)
    return tomllib.loads(place.read_text(encoding="utf-8"))
