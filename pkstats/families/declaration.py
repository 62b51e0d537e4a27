"""Hypothesis: what is declared before anything is estimated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from pkstats.arguments import POSITIVE, note_argument
from pkstats.errors import Breaches, HypothesisError
from pkstats.families.cap import CAPS

if TYPE_CHECKING:
    from pkstats.estimation.specification import Specification

#: Quantity that a coefficient stands for, in words: ``total`` leaves personnel free to answer,
#: ``risk per person`` holds it as exposure; others are named by what they measure.
Estimand = str
Role = Literal[
    "main", "secondary outcome", "alternative effects", "other lag", "lead", "reset variant",
    "source variant", "control variant", "element", "other treatment", "other outcome",
    "other design", "sample variant", "placebo",
]  # fmt: skip
#: Roles of the models whose ruling must equal the primary one's.
VARIANTS = ("reset variant", "sample variant")


@dataclass(frozen=True, kw_only=True)
class Model:
    """One specification and the part it plays.

    Parameters
    ----------
    name : str
        Short name, unique in the family; the key of every results file.
    estimand : str
        Quantity, such as ``total``, ``risk per person``, ``probability``, ``share`` or ``rate``.
    role : str
        Main, or in which respect it departs from the main model.
    specification : Specification
        What is estimated.
    sample : str
        Rows kept, as a pandas query on the panel; empty for all.
    randomized : bool, default False
        Whether the randomization p-value is computed.
    scheme : str
        Which assignments are drawn, among those of the design: ``renewal timing``, the renewals
        that carry a unit's own steps (contrasts within units), or ``aligned histories``, whole
        histories among similar units (contrasts between them).
    """

    name: str
    estimand: Estimand = "total"
    role: Role = "main"
    specification: Specification
    sample: str = ""
    randomized: bool = False
    scheme: str = field(default="renewal timing", metadata={"since": 2})

    def __post_init__(self) -> None:
        breaches = Breaches(f"model {self.name!r}")
        _check_option("role", self.role, get_args(Role), breaches)
        breaches.raise_as(HypothesisError)


@dataclass(frozen=True, kw_only=True)
class SmallestEffect:
    """Smallest effect of interest, fixed on the natural scale from outside the estimation sample.

    Parameters
    ----------
    value : float
        Change in the outcome on the scale of the design (such as per 1,000 personnel-years) and
        one unit of the treatment; on the scale of the coefficient, the coefficient itself.
    unit : str
        Natural unit of `value`.
    baseline : str
        Rows outside the estimation sample that give the base rate, as a pandas query; empty on
        the scale of the coefficient.
    reason : str
        Why a smaller effect would not matter to anyone.
    scale : {"rate", "coefficient"}
        Whether `value` is a change of a rate, to be held against the baseline, or a coefficient.
    source : str
        Publication, decision or record outside the estimation sample from which `value` comes.
    """

    value: float
    unit: str
    baseline: str = ""
    reason: str
    scale: Literal["rate", "coefficient"] = field(default="rate", metadata={"since": 2})
    source: str = field(default="", metadata={"since": 3})

    def __post_init__(self) -> None:
        breaches = Breaches("smallest effect of interest")
        note_argument(breaches, "value", self.value, POSITIVE)
        _check_option("scale", self.scale, ("rate", "coefficient"), breaches)
        breaches.raise_as(HypothesisError)


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
    design : str
        Unit of observation, and so which checks the evidence holds: the name of a
        :class:`~pkstats.families.design.Design` of the family; a name that it does not declare is
        a plain design.
    panel : str
        Panel on which the models are estimated.
    construct : str
        What the outcome measures, where that is not what the claim speaks of.
    cap : str
        The most that a ruling can say, a name of :data:`pkstats.families.cap.CAPS`: ``none``,
        ``proxy``, ``association`` or ``describes``.
    unit : str
        Of the coefficient.
    gated_by : str
        Family of which a hypothesis must be decided first, for this one to be.
    """

    name: str
    family: str
    claims: tuple[str, ...] = ()
    statement: str
    estimand: str = ""
    estimand_symbols: str = ""
    expected_sign: Literal[-1, 1]
    seen: Literal["none", "descriptives", "estimates"]
    smallest_effect: SmallestEffect
    primary: Model
    secondary: tuple[Model, ...] = ()
    alternatives: tuple[Model, ...] = ()
    threats: tuple[str, ...] = ()
    decisive: str = ""
    design: str = field(default="missions", metadata={"since": 2})
    panel: str = field(default="mission_month", metadata={"since": 2})
    construct: str = field(default="", metadata={"since": 2})
    cap: str = field(default="none", metadata={"since": 2})
    unit: str = field(default="log rate ratio per index point", metadata={"since": 2})
    gated_by: str = field(default="", metadata={"since": 2})

    def __post_init__(self) -> None:
        breaches = Breaches(f"hypothesis {self.name!r}")
        _check_option("expected_sign", self.expected_sign, (-1, 1), breaches)
        _check_option("seen", self.seen, ("none", "descriptives", "estimates"), breaches)
        _check_option("cap", self.cap, tuple(CAPS), breaches)
        names = [model.name for model in self.models]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            breaches.add(f"models named twice: {', '.join(twice)}", remedy="name each once")
        if self.primary.role != "main":
            breaches.add(f"the primary model plays {self.primary.role!r}", remedy="role='main'")
        breaches.raise_as(HypothesisError)

    @property
    def models(self) -> tuple[Model, ...]:
        """Every declared model, the primary one first."""
        return (self.primary, *self.secondary, *self.alternatives)

    @property
    def judged(self) -> tuple[Model, ...]:
        """The models that the verdict reads: the primary one and its variants."""
        return (self.primary, *(m for m in self.alternatives if m.role in VARIANTS))

    def freeze(self) -> str:
        """SHA-256 of the whole declaration; it changes when any part of it does.

        A field that came after the first declarations (``metadata={"since": ...}``) counts only
        where it departs from its default, so that what was frozen without it stays as it was.
        """
        text = json.dumps(write_out(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _check_option(
    field: str, given: object, options: tuple[object, ...], breaches: Breaches
) -> None:
    if given not in options:
        known = ", ".join(map(repr, options))
        breaches.add(f"{field}={given!r} is no option", remedy=f"one of {known}")


def write_out(value: Any) -> Any:
    """Plain data of a declaration, without later fields at their default.

    A field that came after the first freeze carries ``metadata={"since": ...}`` and counts only
    where it departs from its default.
    """
    if is_dataclass(value) and not isinstance(value, type):
        kept = [
            f
            for f in fields(value)
            if "since" not in f.metadata
            or f.default is MISSING
            or getattr(value, f.name) != f.default
        ]
        return {f.name: write_out(getattr(value, f.name)) for f in kept}
    if isinstance(value, tuple | list):
        return [write_out(v) for v in value]
    return value
