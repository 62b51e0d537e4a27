"""Catalogue of families: every topic of this room, found by its folder."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, overload

from pkstats.errors import Breaches, HypothesisError
from pkstats.families.freeze import verify, verify_hypothesis

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd

    from pkstats.families.declaration import Hypothesis
    from pkstats.families.fact import Fact
    from pkstats.families.family import Family


def list_families() -> tuple[Family, ...]:
    """Return every family, topics in the order of their first code.

    A topic is a folder of this room whose ``__init__`` holds ``FAMILIES``, a tuple of
    :class:`~pkstats.families.family.Family`.

    Raises
    ------
    HypothesisError
        A topic without ``FAMILIES``, a code, hypothesis, fact or model declared twice.
    """
    breaches = Breaches("families")
    topics = []
    for topic in list_topics():
        declared = tuple(getattr(topic, "FAMILIES", ()))
        if declared:
            topics.append(declared)
        else:
            breaches.add(f"topic {topic.__name__!r} declares no FAMILIES", remedy="declare them")
    listed = tuple(f for topic in sorted(topics, key=lambda t: _order(t[0].code)) for f in topic)
    _check_names(listed, breaches)
    breaches.raise_as(HypothesisError)
    return listed


def list_topics() -> tuple[ModuleType, ...]:
    """Return the package of every topic: the folders of this room."""
    import pkstats.families as room

    found = (f.name for f in pkgutil.iter_modules(room.__path__) if f.ispkg)
    return tuple(import_module(f"pkstats.families.{name}") for name in found)


def find_family(code: str) -> Family:
    """Return one family by its code.

    Raises
    ------
    HypothesisError
        Unknown code; the message lists the known ones.
    """
    found = {f.code: f for f in list_families()}
    if code not in found:
        raise HypothesisError(f"no family {code!r}. Remedy: choose among {', '.join(found)}")
    return found[code]


def find_home(declared: Hypothesis | Fact) -> Family | None:
    """Return the family that declares a hypothesis or fact of this name, or None."""
    for family in list_families():
        names = {h.name for h in family.hypotheses} | {f.name for f in family.facts}
        if declared.name in names or (family.hypotheses and declared.family == family.code):
            return family
    return None


@overload
def hypotheses(*, as_frame: Literal[False] = False) -> tuple[Hypothesis, ...]: ...
@overload
def hypotheses(*, as_frame: Literal[True]) -> pd.DataFrame: ...
def hypotheses(*, as_frame: bool = False) -> tuple[Hypothesis, ...] | pd.DataFrame:
    """Return every declared hypothesis.

    Parameters
    ----------
    as_frame : bool, default False
        Return a DataFrame with one row a hypothesis instead of a tuple.
    """
    declared = tuple(h for family in list_families() for h in family.hypotheses)
    if not as_frame:
        return declared
    import pandas as pd

    columns = ["hypothesis", "family", "claims", "statement", "estimand", "seen", "models"]
    rows = [
        (h.name, h.family, ", ".join(h.claims), h.statement, h.estimand, h.seen, len(h.models))
        for h in declared
    ]
    return pd.DataFrame(rows, columns=columns).assign(frozen=[h.freeze() for h in declared])


def hypothesis(name: str, *, amended: bool = False) -> Hypothesis:
    """Return one hypothesis by its name.

    Parameters
    ----------
    name : str
        Public name.
    amended : bool, default False
        Return the declaration as amended after results were seen, in place of the frozen one.

    Raises
    ------
    HypothesisError
        Unknown name (the message lists the known ones), or a declaration that differs from the
        frozen one.
    """
    corrected = tuple(h for family in list_families() for h in family.amended)
    kind = "amended hypothesis" if amended else "hypothesis"
    found: Hypothesis = _find(name, corrected if amended else hypotheses(), kind)
    verify_hypothesis(found)
    return found


@overload
def facts(*, as_frame: Literal[False] = False) -> tuple[Fact, ...]: ...
@overload
def facts(*, as_frame: Literal[True]) -> pd.DataFrame: ...
def facts(*, as_frame: bool = False) -> tuple[Fact, ...] | pd.DataFrame:
    """Return every declared fact: context claims with the condition that confirms them.

    Parameters
    ----------
    as_frame : bool, default False
        Return a DataFrame with one row a fact instead of a tuple.
    """
    declared = tuple(f for family in list_families() for f in family.facts)
    if not as_frame:
        return declared
    import pandas as pd

    columns = ["fact", "family", "claims", "statement", "condition", "seen", "frozen"]
    rows = [
        (f.name, f.family, ", ".join(f.claims), f.statement, f.condition, f.seen, f.freeze())
        for f in declared
    ]
    return pd.DataFrame(rows, columns=columns)


def find_fact(name: str) -> Fact:
    """Return one fact by its name.

    Raises
    ------
    HypothesisError
        Unknown name, or a declaration or measure that differs from the frozen one.
    """
    found: Fact = _find(name, facts(), "fact")
    home = find_home(found)
    assert home is not None
    verify(home)
    return found


def _find(name: str, declared: tuple[Any, ...], kind: str) -> Any:
    found = {d.name: d for d in declared}
    if name not in found:
        known = f"choose among {', '.join(found)}" if found else "there is none yet"
        raise HypothesisError(f"no {kind} {name!r}. Remedy: {known}")
    return found[name]


def _order(code: str) -> list[tuple[str, int]]:
    """Order of codes in which numbers count as numbers: H2 before H10."""
    return [(word, int(n or 0)) for word, n in re.findall(r"(\D+)(\d*)", code)]


def _check_names(listed: tuple[Family, ...], breaches: Breaches) -> None:
    names = [
        *(f.code for f in listed),
        *(h.name for f in listed for h in f.hypotheses),
        *(fact.name for f in listed for fact in f.facts),
        *(m.name for f in listed for h in f.hypotheses for m in h.models),
    ]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        breaches.add(f"declared twice: {', '.join(twice)}", remedy="give each a name of its own")
