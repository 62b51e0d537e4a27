"""Ruling: the ordered rule that turns evidence into a verdict."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from pkstats.estimation.engines import name_scale
from pkstats.families.cap import CAPS
from pkstats.families.freeze import find_amendment, verify_ruling
from pkstats.verdicts import thresholds
from pkstats.verdicts.scale import LARGEST_LOG_RATIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.families import Design, Hypothesis
    from pkstats.verdicts.strength import Evidence, Strength

#: A ruling of the ordered rule, or what a cap makes of it.
Ruling = str
DECIDED: Final[tuple[Ruling, ...]] = ("supported", "contradicted", "negligible")
UNDECIDED: Final[tuple[Ruling, ...]] = ("inconclusive", "not identified", "not testable")
#: Which test gives the p-value that enters the correction, in words.
ENTERING: Final = {
    "randomization": "the randomization test",
    "wild score": "the restricted wild score bootstrap",
    "CRV3": "the cluster jackknife",
}


@dataclass(frozen=True)
class Condition:
    """One condition of the rule, with the number it was held against.

    Parameters
    ----------
    order : int
        Place in the ordered rule.
    step : str
        The ruling or bar that the condition belongs to.
    condition, value, threshold : str
        What was asked, what was found, and what would have met it.
    outcome : {"met", "not met", "not available"}
        Whether the condition holds.
    """

    order: int
    step: str
    condition: str
    value: str
    threshold: str
    outcome: Literal["met", "not met", "not available"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The ruling on one hypothesis with everything it rests on.

    Parameters
    ----------
    hypothesis : Hypothesis
        What was judged.
    design : Design
        What its design stands for.
    ruling : str
        By the ordered rule; capped where the hypothesis says so.
    reason : str
        The condition that decided.
    steps : tuple of Condition
        Every condition in order.
    attainable : tuple of str
        Rulings that could have been reached with the inputs at hand.
    primary : Strength
        Numbers of the primary model.
    smallest_effect : float
        Smallest effect of interest on the scale of the coefficient.
    q_value : float
        Benjamini-Hochberg q within the family.
    q_value_any_dependence : float
        Benjamini-Yekutieli q within the family, which holds under any dependence; shown beside.
    departures : tuple of str
        In which respects it was not judged as declared: other draws, another seed or panel.
    """

    hypothesis: Hypothesis
    design: Design
    ruling: Ruling
    reason: str
    steps: tuple[Condition, ...]
    attainable: tuple[Ruling, ...]
    primary: Strength
    smallest_effect: float
    q_value: float
    q_value_any_dependence: float = math.nan
    departures: tuple[str, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Every condition of the rule, one row each."""
        return pd.DataFrame([asdict(step) for step in self.steps])

    def row(self) -> dict[str, object]:
        """Return the ruling as one row of a table."""
        low, high = self.primary.interval_95
        return {
            "hypothesis": self.hypothesis.name,
            "claim": ", ".join(self.hypothesis.claims),
            "ruling": self.ruling,
            "reason": self.reason,
            "primary_model": self.hypothesis.primary.name,
            "estimate": self.primary.estimate,
            "conf_low": low,
            "conf_high": high,
            "unit": self.hypothesis.unit,
            "smallest_effect": self.smallest_effect,
            "randomization_p": self.primary.randomization_p,
            "entering": self.design.entering,
            "entered_p": self.primary.enter(self.design),
            "q_value": self.q_value,
            "q_value_any_dependence": self.q_value_any_dependence,
            "construct": self.hypothesis.construct,
            "cap": self.hypothesis.cap,
            "seen": self.hypothesis.seen,
            "attainable": ", ".join(self.attainable),
            **({"departures": "; ".join(self.departures)} if self.departures else {}),
        }

    @property
    def is_ratio(self) -> bool:
        """Whether the exponential of the coefficient is a ratio."""
        if self.design.strategy == "meta-regression":
            return self.hypothesis.unit.startswith("log ")
        return bool(name_scale(self.hypothesis.primary.specification)[1])

    def _say_effect(self) -> str:
        """Estimate and interval in words, as a ratio where the coefficient is its logarithm."""
        if not math.isfinite(self.primary.estimate):
            return "no estimate"
        unit, written = self.hypothesis.unit, [self.primary.estimate, *self.primary.interval_95]
        if self.is_ratio and unit.startswith("log "):
            unit, written = unit.removeprefix("log "), [_exponentiate(v) for v in written]
        effect, low, high = written
        return f"{unit} {effect:.2f}, 95% interval {low:.2f} to {high:.2f}"

    def summary(self) -> str:
        """Return the ruling, its reason and the effect as text."""
        measured = f"  measured: {self.hypothesis.construct}\n" if self.hypothesis.construct else ""
        amended = find_amendment(self.hypothesis)
        said = f"  amended {amended.date}: {amended.what}\n" if amended else ""
        if self.departures:
            said += f"  not as declared: {'; '.join(self.departures)}\n"
        return (
            f"{self.hypothesis.name}: {self.ruling}\n{said}"
            f"  {self.hypothesis.statement}\n{measured}"
            f"  {self._say_effect()}\n"
            f"  because: {self.reason}\n"
            f"  rulings attainable here: {', '.join(self.attainable)}"
        )

    def __str__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        said = f"<br>Not as declared: {'; '.join(self.departures)}" if self.departures else ""
        head = f"<b>{self.hypothesis.name}: {self.ruling}</b><br>{escape(self.reason)}{said}"
        return f"<p>{head}</p>{self.tidy().to_html(index=False)}"


def _exponentiate(value: float) -> float:
    return math.inf if value >= LARGEST_LOG_RATIO else math.exp(value)


def rule(
    evidence: Evidence,
    *,
    q_values: Mapping[str, float],
    q_value_any_dependence: float = math.nan,
) -> Verdict:
    """Apply the ordered rule to the evidence on one hypothesis.

    The order is: not testable; not identified; supported or contradicted; negligible;
    inconclusive. Missing inputs, a main ruling that the reset variants do not share, and a
    multiverse without a common sign turn any decided ruling into inconclusive. A hypothesis on a
    proxy, or on the Council's language alone, is capped: its decided ruling says only that.

    Parameters
    ----------
    evidence : Evidence
        Numbers of the primary model and of everything that may bar a ruling.
    q_values : mapping of str to float
        Benjamini-Hochberg q within the family: of the primary model under "primary", and of each
        variant under its name.
    q_value_any_dependence : float
        Benjamini-Yekutieli q of the primary model; decides nothing.

    Returns
    -------
    Verdict

    Raises
    ------
    HypothesisError
        Declaration, design or a threshold differs from the frozen one.
    """
    verify_ruling(evidence.hypothesis, evidence.design, thresholds=thresholds.hash_thresholds())
    q_value = q_values["primary"]
    steps = (
        *_identification_steps(evidence),
        *_support_steps(evidence, q_value),
        *_bar_steps(evidence),
        *_negligible_steps(evidence),
        *_agreement_steps(evidence, q_values),
    )
    ruling, reason = _decide(evidence, steps, q_value)
    return Verdict(
        hypothesis=evidence.hypothesis,
        design=evidence.design,
        ruling=ruling,
        reason=reason,
        steps=steps,
        attainable=_attainable(steps, evidence.hypothesis.cap),
        primary=evidence.primary,
        smallest_effect=evidence.smallest_effect,
        q_value=q_value,
        q_value_any_dependence=q_value_any_dependence,
    )


def _identification_steps(evidence: Evidence) -> list[Condition]:
    primary = evidence.primary
    reasons = "; ".join(primary.gate_reasons) or evidence.design.gate.words
    return [
        Condition(
            1,
            "not testable",
            "The panel holds events and a treatment that varies",
            f"{evidence.events:,} events in {evidence.rows:,} rows",
            "at least one",
            "met" if evidence.events else "not met",
        ),
        Condition(
            2,
            "not identified",
            "The identification gate is passed",
            reasons,
            evidence.design.gate.words,
            "met" if primary.gate_passes else "not met",
        ),
    ]


def _support_steps(evidence: Evidence, q_value: float) -> list[Condition]:
    primary = evidence.primary
    defined = math.isfinite(primary.p_value)
    return [
        Condition(
            3,
            "supported or contradicted",
            f"Benjamini-Hochberg q of {ENTERING[evidence.design.entering]} within the family",
            f"{q_value:.3f}",
            f"below {thresholds.FALSE_DISCOVERY_RATE}",
            _met(q_value < thresholds.FALSE_DISCOVERY_RATE),
        ),
        Condition(
            3,
            "supported or contradicted",
            f"Cluster-jackknife p-value, the larger of {evidence.design.clustered}",
            f"{primary.p_value:.3f}" if defined else f"undefined: {primary.note}",
            f"below {thresholds.JACKKNIFE_LEVEL:.2f}",
            _met(defined and primary.p_value < thresholds.JACKKNIFE_LEVEL),
        ),
        Condition(
            3,
            "supported or contradicted",
            f"Same sign whichever {evidence.design.omitted} is left out",
            primary.left_out,
            "no change of sign",
            _met(primary.sign_stable),
        ),
    ]


def _bar_steps(evidence: Evidence) -> list[Condition]:
    return [
        Condition(
            3,
            "bar to supported",
            bar.condition,
            bar.value,
            bar.threshold,
            "not available" if bar.clear is None else _met(bar.clear),
        )
        for bar in evidence.bars
    ]


def _negligible_steps(evidence: Evidence) -> list[Condition]:
    low, high = evidence.primary.interval_90
    bound = evidence.smallest_effect
    inside = math.isfinite(low) and -bound < low and high < bound
    return [
        Condition(
            4,
            "negligible",
            f"The {thresholds.NEGLIGIBLE_COVERAGE:.0%} cluster-jackknife interval lies inside the "
            "smallest effect of interest",
            f"{low:.3f} to {high:.3f}",
            f"inside -{bound:.3f} to {bound:.3f}",
            _met(inside),
        )
    ]


def _agreement_steps(evidence: Evidence, q_values: Mapping[str, float]) -> list[Condition]:
    main = _settle(evidence.primary, evidence, q_values["primary"])
    rulings = {n: _settle(v, evidence, q_values[n]) for n, v in evidence.variants.items()}
    listed = "; ".join(f"{name}: {ruling}" for name, ruling in rulings.items())
    share = evidence.same_sign_share
    return [
        Condition(
            5,
            "bar to any decided ruling",
            "The declared variants of the main model give the same ruling",
            listed or "none estimated",
            f"all {main}",
            _met(all(r == main for r in rulings.values())) if rulings else "not available",
        ),
        Condition(
            5,
            "bar to any decided ruling",
            "Share of the specifications of the same estimand with the same sign",
            "no multiverse has been run" if share is None else f"{share:.0%}",
            f"at least {thresholds.SAME_SIGN_SHARE:.0%}",
            "not available" if share is None else _met(share >= thresholds.SAME_SIGN_SHARE),
        ),
    ]


def _settle(strength: Strength, evidence: Evidence, q_value: float) -> Ruling:
    """Ruling of one model by steps 2 to 5 alone, before agreement is asked for."""
    if not strength.gate_passes:
        return "not identified"
    barred = any(bar.clear is False for bar in evidence.bars)
    if (
        q_value < thresholds.FALSE_DISCOVERY_RATE
        and strength.p_value < thresholds.JACKKNIFE_LEVEL
        and strength.sign_stable
        and not barred
    ):
        expected = math.copysign(1, strength.estimate) == evidence.hypothesis.expected_sign
        return "supported" if expected else "contradicted"
    low, high = strength.interval_90
    if -evidence.smallest_effect < low and high < evidence.smallest_effect:
        return "negligible"
    return "inconclusive"


def _decide(evidence: Evidence, steps: tuple[Condition, ...], q_value: float) -> tuple[Ruling, str]:
    if not evidence.events:
        return "not testable", "there are no events"
    settled = _settle(evidence.primary, evidence, q_value)
    if settled == "not identified":
        return settled, "; ".join(evidence.primary.gate_reasons)
    if settled == "inconclusive":
        unmet = [s for s in steps if s.order in (3, 4) and s.outcome != "met"]
        return settled, "; ".join(f"{s.condition}: {s.value}" for s in unmet)
    barred = [s for s in steps if s.order == 5 and s.outcome != "met"]
    barred += [s for s in steps if s.step == "bar to supported" and s.outcome == "not available"]
    if barred:
        reason = "; ".join(f"{s.condition}: {s.value}" for s in barred)
        return "inconclusive", f"would be {settled}, but {reason}"
    reason = "; ".join(f"{s.condition}: {s.value}" for s in steps if s.outcome == "met")
    capped = CAPS[evidence.hypothesis.cap].say(settled)
    return capped, reason if capped == settled else f"{settled} on the outcome measured; {reason}"


def _attainable(steps: tuple[Condition, ...], cap: str) -> tuple[Ruling, ...]:
    if any(step.outcome == "not available" for step in steps):
        return UNDECIDED
    return (*dict.fromkeys(CAPS[cap].say(r) for r in DECIDED), *UNDECIDED)


def _met(holds: bool) -> Literal["met", "not met"]:
    return "met" if holds else "not met"
