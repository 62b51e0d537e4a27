"""Hypothesis: what is declared before anything is estimated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pkstats.specification import Specification

Estimand = Literal["total", "risk per person"]
Role = Literal[
    "main", "secondary outcome", "alternative effects", "other lag", "lead", "reset variant",
    "source variant", "control variant",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Model:
    """One specification and the part it plays.

    Parameters
    ----------
    name : str
        Short name, unique in the family; the key of every results file.
    estimand : {"total", "risk per person"}
        Whether deployed personnel is left free to answer (total) or held as exposure.
    role : str
        Main, or in which respect it departs from the main model.
    specification : Specification
        What is estimated.
    sample : str
        Rows kept, as a pandas query on the panel.
    randomized : bool, default False
        Whether the randomization p-value is computed.
    """

    name: str
    estimand: Estimand
    role: Role
    specification: Specification
    sample: str
    randomized: bool = False


@dataclass(frozen=True, kw_only=True)
class SmallestEffect:
    """Smallest effect of interest, fixed on the natural scale from outside the estimation sample.

    Parameters
    ----------
    value : float
        Change in the outcome per 1,000 personnel-years and one unit of the treatment.
    unit : str
        Natural unit of `value`.
    baseline : str
        Rows outside the estimation sample that give the base rate, as a pandas query.
    reason : str
        Why a smaller effect would not matter to anyone.
    """

    value: float
    unit: str
    baseline: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """A claim made testable.

    Parameters
    ----------
    name : str
        Public name.
    family : str
        Hypotheses that are corrected for multiple testing together.
    claims : tuple of str
        Claims that the hypothesis answers.
    statement : str
        The hypothesis in one sentence.
    estimand, estimand_symbols : str
        The quantity of interest, in words and as a formula (LaTeX).
    expected_sign : {-1, 1}
        Sign that the claim expects.
    seen : {"none", "descriptives", "estimates"}
        What was known of these data when the hypothesis was declared.
    smallest_effect : SmallestEffect
        Effects inside it are negligible.
    primary : Model
        The one model whose coefficient is judged.
    secondary, alternatives : tuple of Model
        Models gated behind the primary, and models that probe it.
    threats : tuple of str
        What could make the estimate wrong.
    decisive : str
        What would change the ruling.
    """

    name: str
    family: str
    claims: tuple[str, ...]
    statement: str
    estimand: str
    estimand_symbols: str
    expected_sign: Literal[-1, 1]
    seen: Literal["none", "descriptives", "estimates"]
    smallest_effect: SmallestEffect
    primary: Model
    secondary: tuple[Model, ...]
    alternatives: tuple[Model, ...]
    threats: tuple[str, ...]
    decisive: str

    @property
    def models(self) -> tuple[Model, ...]:
        """Every declared model, the primary one first."""
        return (self.primary, *self.secondary, *self.alternatives)

    @property
    def judged(self) -> tuple[Model, ...]:
        """The models that the verdict reads: the primary one and its reset variants."""
        return (self.primary, *(m for m in self.alternatives if m.role == "reset variant"))

    def freeze(self) -> str:
        """SHA-256 of the whole declaration; it changes when any part of it does."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
