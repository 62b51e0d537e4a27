"""Families of hypotheses: one file a family, each declared and frozen before it is run."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, overload

from pkstats.errors import HypothesisError
from pkstats.families import robustness_attacks
from pkstats.families.hypothesis import Hypothesis, Model, SmallestEffect

if TYPE_CHECKING:
    import pandas as pd

    from pkstats.panels import Panel

__all__ = ["Hypothesis", "Model", "SmallestEffect", "hypotheses", "hypothesis", "prepare"]

_FAMILIES = {robustness_attacks.FAMILY: robustness_attacks}


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
    declared = tuple(h for family in _FAMILIES.values() for h in family.HYPOTHESES)
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
    found = {h.name: h for h in hypotheses()}.get(name)
    if found is None:
        known = ", ".join(h.name for h in hypotheses())
        raise HypothesisError(f"no hypothesis {name!r}. Remedy: choose among {known}")
    frozen = tomllib.loads(files("pkstats.families").joinpath("frozen.toml").read_text())
    if frozen["sha256"].get(name) != found.freeze():
        raise HypothesisError(
            f"hypothesis {name!r} differs from its frozen declaration. "
            "Remedy: undo the change, or declare it as a new hypothesis with a new entry in "
            "frozen.toml and the changelog"
        )
    return found


def prepare(hypothesis: Hypothesis, panel: Panel) -> Panel:
    """Add the lagged and transformed columns that the models of a hypothesis name."""
    return _FAMILIES[hypothesis.family].prepare(panel)
