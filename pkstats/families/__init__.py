"""Families of hypotheses: each file declares its own, frozen before they are run."""

from __future__ import annotations

import hashlib
import json
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, overload

from pkstats.errors import HypothesisError
from pkstats.families.declaration import Hypothesis, Model, SmallestEffect
from pkstats.families.fact import Check, Fact, Finding, check
from pkstats.families.impartiality import choices as impartiality_choices
from pkstats.families.impartiality import facts as impartiality_facts
from pkstats.families.impartiality import hypotheses as impartiality
from pkstats.families.robustness import attacks as robustness_attacks
from pkstats.families.robustness import choices as robustness_choices
from pkstats.families.robustness import elements as robustness_elements
from pkstats.families.robustness import facts as robustness_context

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd

    from pkstats.checks.multiverse import Multiverse
    from pkstats.data.panels import Panel

__all__ = [
    "Check", "Fact", "Finding", "Hypothesis", "Model", "SmallestEffect", "check", "facts",
    "find_fact", "find_multiverse", "freeze_choices", "freeze_family", "hypotheses",
    "hypothesis", "prepare",
]  # fmt: skip

#: Files that declare: ``HYPOTHESES`` (with ``prepare``), ``FACTS``, or both.
_DECLARING: tuple[ModuleType, ...] = (
    robustness_attacks,
    robustness_elements,
    robustness_context,
    impartiality,
    impartiality_facts,
)
#: Files that choose what a multiverse crosses, for the families they name.
_CHOOSING: tuple[ModuleType, ...] = (robustness_choices, impartiality_choices)


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
    declared = tuple(h for module in _DECLARING for h in getattr(module, "HYPOTHESES", ()))
    if not as_frame:
        return declared
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "hypothesis": h.name,
                "family": h.family,
                "claims": ", ".join(h.claims),
                "statement": h.statement,
                "estimand": h.estimand,
                "seen": h.seen,
                "models": len(h.models),
                "frozen": h.freeze(),
            }
            for h in declared
        ]
    )


def hypothesis(name: str) -> Hypothesis:
    """Return one hypothesis by its name.

    Raises
    ------
    HypothesisError
        Unknown name (the message lists the known ones), or a declaration that differs from the
        frozen one.
    """
    return _find(name, hypotheses(), "hypothesis")


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
    declared = tuple(f for module in _DECLARING for f in getattr(module, "FACTS", ()))
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
        Unknown name, or a declaration that differs from the frozen one.
    """
    return _find(name, facts(), "fact")


def freeze_family(family: str) -> str:
    """SHA-256 of a family's size and order: the names of its hypotheses as they are declared."""
    names = [h.name for h in hypotheses() if h.family == family]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def freeze_choices(hypothesis: Hypothesis) -> str:
    """SHA-256 of the declared choices about the primary model; empty where there are none."""
    for module in _CHOOSING:
        if hypothesis.family in module.FAMILIES:
            text = json.dumps(module.choose(hypothesis), ensure_ascii=False)
            return hashlib.sha256(text.encode()).hexdigest()
    return ""


def find_multiverse(hypothesis: Hypothesis) -> Multiverse | None:
    """Return the declared multiverse about the primary model, or None where none is declared.

    Raises
    ------
    HypothesisError
        The choices differ from the frozen ones.
    """
    from pkstats.checks.multiverse import Multiverse

    found = freeze_choices(hypothesis)
    if found != _read_frozen("multiverses").get(hypothesis.name, ""):
        raise HypothesisError(
            f"the multiverse of {hypothesis.name!r} differs from its frozen choices. "
            "Remedy: undo the change"
        )
    for module in _CHOOSING:
        if hypothesis.family in module.FAMILIES:
            return Multiverse(hypothesis.primary.specification, module.choose(hypothesis))
    return None


def prepare(hypothesis: Hypothesis, panel: Panel) -> Panel:
    """Add the lagged and transformed columns that the models of a hypothesis name.

    Raises
    ------
    HypothesisError
        No file declares a hypothesis of this name.
    """
    for module in _DECLARING:
        if hypothesis.name in {h.name for h in getattr(module, "HYPOTHESES", ())}:
            prepared: Panel = module.prepare(panel)
            return prepared
    raise HypothesisError(
        f"no file prepares hypothesis {hypothesis.name!r}. Remedy: declare it in pkstats/families"
    )


def _find(name: str, declared: tuple[Any, ...], kind: str) -> Any:
    found = {d.name: d for d in declared}.get(name)
    if found is None:
        known = ", ".join(d.name for d in declared)
        raise HypothesisError(f"no {kind} {name!r}. Remedy: choose among {known}")
    if _read_frozen("sha256").get(name) != found.freeze():
        raise HypothesisError(
            f"{kind} {name!r} differs from its frozen declaration. "
            f"Remedy: undo the change, or declare it as a new {kind} with a new entry in "
            "frozen.toml and the changelog"
        )
    return found


def _read_frozen(table: str) -> dict[str, str]:
    frozen = tomllib.loads(files("pkstats.families").joinpath("frozen.toml").read_text())
    found: dict[str, str] = frozen.get(table, {})
    return found
