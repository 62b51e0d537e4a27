"""Fact: a descriptive claim that a table can check, with the condition declared beforehand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pkstats.display.markup import write_frame, write_paragraph

if TYPE_CHECKING:
    import pandas as pd

    from pkstats.data.panels import Panel

Answer = Literal["confirmed", "not confirmed", "cannot be checked"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the data say of a fact.

    Parameters
    ----------
    holds : bool or None
        Whether the condition holds; None where the data cannot tell.
    value : str
        The numbers that decide, in words.
    table : pandas.DataFrame
        Behind them.
    """

    holds: bool | None
    value: str
    table: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A context claim made checkable.

    Parameters
    ----------
    name : str
        Public name.
    family : str
        Family whose chapter shows it.
    claims : tuple of str
        Claims that it answers.
    statement : str
        The fact in one sentence.
    condition : str
        What must hold in the data for it to be confirmed.
    panels : tuple of str
        Panels that the measure reads.
    measure : callable
        From the panels by name to a :class:`Finding`.
    seen : {"none", "descriptives", "estimates"}
        What was known of these data when the condition was declared.
    limits : str
        What the data cannot tell of it.
    """

    name: str
    family: str
    claims: tuple[str, ...]
    statement: str
    condition: str
    panels: tuple[str, ...]
    measure: Callable[[Mapping[str, Panel]], Finding]
    seen: Literal["none", "descriptives", "estimates"]
    limits: str

    def freeze(self) -> str:
        """SHA-256 of the declaration; the measure counts by its name."""
        parts = [
            self.name, self.family, self.claims, self.statement, self.condition, self.panels,
            self.measure.__name__, self.seen, self.limits,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Check:
    """A fact held against the data.

    Parameters
    ----------
    fact : Fact
        What was declared.
    ruling : {"confirmed", "not confirmed", "cannot be checked"}
        By the declared condition.
    finding : Finding
        The numbers.
    """

    fact: Fact
    ruling: Answer
    finding: Finding

    def row(self) -> dict[str, object]:
        """Return the check as one row of a table."""
        return {
            "fact": self.fact.name,
            "claim": ", ".join(self.fact.claims),
            "ruling": self.ruling,
            "statement": self.fact.statement,
            "condition": self.fact.condition,
            "value": self.finding.value,
            "limits": self.fact.limits,
            "seen": self.fact.seen,
        }

    def __str__(self) -> str:
        """Return ruling, statement and numbers."""
        return (
            f"{self.fact.name}: {self.ruling}\n"
            f"  {self.fact.statement}\n"
            f"  condition: {self.fact.condition}\n"
            f"  found: {self.finding.value}\n"
            f"  limits: {self.fact.limits}"
        )

    def _repr_html_(self) -> str:
        head = f"{self.fact.name}: {self.ruling}"
        told = write_paragraph(str(self.finding.value), head=head)
        return f"{told}{write_frame(self.finding.table)}"


def check(fact: Fact, panels: Mapping[str, Panel]) -> Check:
    """Hold a fact against the panels it reads.

    Raises
    ------
    HypothesisError
        The fact or its measure differs from the frozen one.
    """
    from pkstats.families.freeze import verify_fact

    verify_fact(fact)
    finding = fact.measure(panels)
    answers: dict[bool | None, Answer] = {
        True: "confirmed", False: "not confirmed", None: "cannot be checked"
    }  # fmt: skip
    return Check(fact=fact, ruling=answers[finding.holds], finding=finding)
