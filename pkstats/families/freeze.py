"""Freeze: what was declared before estimation cannot be bent afterwards without being refused.

``frozen.toml`` of this room, and one beside each topic that has its own, hold SHA-256 hashes in the
tables of :meth:`pkstats.families.family.Family.freeze` and of the thresholds of the rule.
``amendments.toml`` holds corrections made after results were seen: each adds a second hash, and the
first stays.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pkstats.errors import Breaches, HypothesisError
from pkstats.estimation.specification import Specification
from pkstats.families.amendment import AMENDED, read_amendments
from pkstats.families.code_hash import hash_code
from pkstats.families.declaration import Hypothesis, Model
from pkstats.families.design import Design
from pkstats.families.family import Family, found_family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.families.fact import Fact

FROZEN: Final = "frozen.toml"
#: What each table of the freeze holds, in words.
TABLES: Final = {
    "sha256": "declaration",
    "families": "size and order of the family",
    "facts": "size and order of the facts",
    "multiverses": "choices of the multiverse",
    "designs": "design",
    "preparations": "preparation of columns",
    "measures": "measure of the fact",
    "runs": "draws, seed, panels and cases",
    "thresholds": "thresholds of the rule",
}
Frozen = dict[str, dict[str, str]]


def verify(family: Family, *, thresholds: Mapping[str, str] | None = None) -> None:
    """Hold a family against its freeze.

    A family of which nothing is frozen is a researcher's own and passes; as soon as one name of it
    is frozen, everything must be as it was.

    Parameters
    ----------
    family : Family
        With whatever its modules hold now.
    thresholds : mapping of str to str, optional
        SHA-256 of the thresholds of the rule, by name.

    Raises
    ------
    HypothesisError
        Lists every declaration, order, choice, design, preparation, measure, run or threshold
        whose hash differs from the frozen one or that has none, with old and new hash.
    """
    breaches = Breaches(f"family {family.code!r} differs from its freeze")
    for part, kind in ((family, Family), *((d, Design) for d in family.designs)):
        _refuse_subclass(part, kind, breaches)
    for member in family.hypotheses:
        _refuse_parts(member, breaches)
    breaches.raise_as(HypothesisError)
    frozen, found = read_frozen(), family.freeze()
    names = {name for table in ("sha256", "measures") for name in found[table]} | {family.code}
    own = not any(names & held.keys() for table, held in frozen.items() if table != "thresholds")
    if not own:
        for table, named in found.items():
            _compare(table, named, frozen, breaches)
        _find_missing(family, found, frozen, breaches)
    _compare("thresholds", dict(thresholds or {}), frozen, breaches)
    breaches.raise_as(HypothesisError)


def verify_hypothesis(hypothesis: Hypothesis) -> None:
    """Hold one declaration against the freeze; one that has no entry is a researcher's own.

    Raises
    ------
    HypothesisError
        Its hash is neither the frozen nor an amended one, or its name is free but its family
        frozen without it.
    """
    frozen = read_frozen()
    breaches = Breaches(f"hypothesis {hypothesis.name!r} differs from its frozen declaration")
    _refuse_parts(hypothesis, breaches)
    breaches.raise_as(HypothesisError)
    if hypothesis.name in frozen.get("sha256", {}):
        _compare("sha256", {hypothesis.name: hypothesis.freeze()}, frozen, breaches)
    elif hypothesis.family in frozen.get("families", {}):
        breaches.add(
            f"family {hypothesis.family!r} is frozen without {hypothesis.name!r}",
            remedy="give a hypothesis of your own a family of its own",
        )
    breaches.raise_as(HypothesisError)


def verify_ruling(hypothesis: Hypothesis, design: Design, *, thresholds: Mapping[str, str]) -> None:
    """Hold all that one ruling reads against the freeze: declaration, design and thresholds.

    Raises
    ------
    HypothesisError
        As :func:`verify_hypothesis`; or the design is not the one that the family of a frozen
        hypothesis froze; or a threshold has moved.
    """
    from pkstats.families.catalogue import find_home

    verify_hypothesis(hypothesis)
    frozen = read_frozen()
    breaches = Breaches(f"ruling on {hypothesis.name!r}")
    home = find_home(hypothesis)
    if hypothesis.name in frozen.get("sha256", {}) and home is not None:
        name = f"{hypothesis.family}: {hypothesis.design}"
        _refuse_subclass(design, Design, breaches)
        declared = home.find_design(hypothesis)
        if declared.strip_words() == design.strip_words():
            design = declared
        _compare("designs", {name: design.freeze()}, frozen, breaches)
    _compare("thresholds", thresholds, frozen, breaches)
    breaches.raise_as(HypothesisError)


def verify_fact(fact: Fact) -> None:
    """Hold a fact and its measure against the freeze; one without an entry is one's own.

    Raises
    ------
    HypothesisError
        Declaration or measure differs from the frozen one.
    """
    frozen = read_frozen()
    breaches = Breaches(f"fact {fact.name!r} differs from its frozen declaration")
    if fact.name in frozen.get("sha256", {}):
        _compare("sha256", {fact.name: fact.freeze()}, frozen, breaches)
        _compare("measures", {fact.name: hash_code(fact.measure)}, frozen, breaches)
    breaches.raise_as(HypothesisError)


def read_frozen() -> Frozen:
    """Read the freeze of this room and of every topic.

    Raises
    ------
    HypothesisError
        A name is frozen twice, or a table is unknown.
    """
    merged: Frozen = {}
    breaches = Breaches("freeze")
    for place in _find_freezes():
        for table, named in tomllib.loads(place.read_text(encoding="utf-8")).items():
            if table not in TABLES:
                breaches.add(f"unknown table {table!r}", remedy=f"one of {', '.join(TABLES)}")
                continue
            twice = merged.setdefault(table, {}).keys() & named.keys()
            if twice:
                breaches.add(f"{table}: frozen twice: {', '.join(sorted(twice))}")
            merged[table] |= named
    breaches.raise_as(HypothesisError)
    return merged


def write_freeze(*declared: Family | Hypothesis) -> str:
    """Write the freeze of families as TOML, to be published or put beside their declarations.

    Parameters
    ----------
    *declared : Family or Hypothesis
        Every family of a topic at once; a hypothesis alone is frozen as a family of one.

    Returns
    -------
    str
        A table a kind of part, a line a part: its name and its SHA-256.
    """
    merged: Frozen = {}
    for one in declared:
        family = found_family(one) if isinstance(one, Hypothesis) else one
        if not isinstance(family, Family):
            raise HypothesisError(
                f"{type(one).__name__} cannot be frozen. Remedy: hand families or hypotheses over, "
                "one by one"
            )
        for table, named in family.freeze().items():
            merged.setdefault(table, {}).update(named)
    parts = []
    for table, named in merged.items():
        if named:
            lines = [f'"{name}" = "{digest}"' for name, digest in named.items()]
            parts.append("\n".join([f"[{table}]", *lines]))
    return "\n\n".join(parts) + "\n"


def _refuse_subclass(value: object, kind: type, breaches: Breaches) -> None:
    """A subclass could answer for its own hash."""
    if type(value) is not kind:
        breaches.add(
            f"a {type(value).__name__} stands for a {kind.__name__}",
            remedy=f"pk.{kind.__name__}(...) itself",
        )


def _refuse_parts(hypothesis: Hypothesis, breaches: Breaches) -> None:
    _refuse_subclass(hypothesis, Hypothesis, breaches)
    for model in hypothesis.models:
        _refuse_subclass(model, Model, breaches)
        _refuse_subclass(model.specification, Specification, breaches)


def _find_freezes() -> list[Any]:
    room = files("pkstats.families")
    topics = sorted((p for p in room.iterdir() if p.is_dir()), key=lambda p: p.name)
    places = [room.joinpath(FROZEN), *(topic.joinpath(FROZEN) for topic in topics)]
    return [place for place in places if place.is_file()]


def _compare(table: str, named: Mapping[str, str], frozen: Frozen, breaches: Breaches) -> None:
    known = frozen.get(table, {})
    amended = [a.hashes.get(table, {}) for a in read_amendments()]
    for name, digest in named.items():
        if digest in (known.get(name), *(held.get(name) for held in amended)):
            continue
        old = known.get(name, "none")
        breaches.add(
            f"{TABLES[table]} of {name!r}: frozen {old}, now {digest}",
            remedy="undo the change, declare it under a new name with a freeze of its own, or add "
            f"an amendment to {Path(AMENDED).name}",
        )


def _find_missing(family: Family, found: Frozen, frozen: Frozen, breaches: Breaches) -> None:
    """Frozen parts of a family that it no longer holds."""
    members = {h.name for h in family.hypotheses}
    for table in ("families", "facts", "multiverses", "designs", "preparations", "runs"):
        names = {
            name
            for name in frozen.get(table, {})
            if name == family.code or name.startswith(f"{family.code}: ") or name in members
        }
        for name in sorted(names - found.get(table, {}).keys()):
            breaches.add(f"{TABLES[table]} {name!r} is frozen and absent", remedy="put it back")
