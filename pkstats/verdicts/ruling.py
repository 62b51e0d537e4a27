"""Ruling: the ordered rule that turns evidence into a verdict."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from pkstats.families.cap import CAPS
from pkstats.families.freeze import verify_ruling
from pkstats.verdicts import thresholds
from pkstats.verdicts.conclusion import Condition, Ruling, Verdict
from pkstats.verdicts.threat import fear, stands_against

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.verdicts.strength import Evidence, Strength

DECIDED: Final[tuple[Ruling, ...]] = ("supported", "contradicted", "negligible")
UNDECIDED: Final[tuple[Ruling, ...]] = ("inconclusive", "not identified", "not testable")
#: Which test gives the p-value that enters the correction, in words.
ENTERING: Final = {
    "randomization": "the randomization test",
    "wild score": "the restricted wild score bootstrap",
    "CRV3": "the cluster jackknife",
}
INSIDE: Final = "lies inside the smallest effect of interest"


def rule(
    evidence: Evidence,
    *,
    q_values: Mapping[str, float],
    q_value_any_dependence: float = math.nan,
    smallest_q: float = 0.0,
    before: Ruling = "",
) -> Verdict:
    """Apply the ordered rule to the evidence on one hypothesis.

    The order is: not testable; not identified; supported or contradicted; negligible;
    inconclusive. A decided ruling needs every threat of the design cleared in the directions that
    it fears (:mod:`pkstats.verdicts.threat`). Missing inputs, a main ruling that the reset variants
    do not share, and a multiverse without a common sign turn any decided ruling into inconclusive.
    A hypothesis on a proxy, or on the Council's language alone, is capped: its decided ruling says
    only that. What only an amended rule decides is told beside the ruling before the amendment,
    which stays in front.

    Parameters
    ----------
    evidence : Evidence
        Numbers of the primary model and of everything that may bar a ruling.
    q_values : mapping of str to float
        Benjamini-Hochberg q within the family: of the primary model under "primary", and of each
        variant under its name.
    q_value_any_dependence : float
        Benjamini-Yekutieli q of the primary model; decides nothing.
    smallest_q : float
        Smallest Benjamini-Hochberg q that the primary model's test could have given here.
    before : str
        Ruling on the same data before the rule was amended; empty where there is none.

    Returns
    -------
    Verdict

    Raises
    ------
    HypothesisError
        Declaration, design or a threshold differs from the frozen one.
    """
    hypothesis = evidence.hypothesis
    verify_ruling(hypothesis, evidence.design, thresholds=thresholds.hash_thresholds())
    ruling, reason, steps = _apply(evidence, q_values)
    amended = ""
    if before in UNDECIDED and ruling not in UNDECIDED:
        reason = f"decided only under an amended rule, as {ruling}: {reason}"
        ruling, amended = before, ruling
    return Verdict(
        hypothesis=hypothesis,
        design=evidence.design,
        ruling=ruling,
        amended_ruling=amended,
        under_bounds={
            name: (bound, _apply(replace(evidence, smallest_effect=bound), q_values)[0])
            for name, bound in evidence.bounds.items()
        },
        reason=reason,
        steps=steps,
        attainable=_attain(evidence, smallest_q),
        primary=evidence.primary,
        smallest_effect=evidence.smallest_effect,
        q_value=q_values["primary"],
        q_value_any_dependence=q_value_any_dependence,
    )


def _apply(
    evidence: Evidence, q_values: Mapping[str, float]
) -> tuple[Ruling, str, tuple[Condition, ...]]:
    """Ruling, its reason and every condition."""
    steps = (
        *_ask_identification(evidence),
        *_ask_support(evidence, q_values["primary"]),
        *_tell_checks(evidence),
        *_ask_threats(evidence),
        _ask_negligible(evidence),
        *_ask_agreement(evidence, q_values),
    )
    ruling, reason = _decide(evidence, steps, q_values["primary"])
    return ruling, reason, steps


def _ask_identification(evidence: Evidence) -> list[Condition]:
    primary, words = evidence.primary, evidence.design.gate.words
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
            "; ".join(primary.gate_reasons) or words,
            words,
            _met(primary.gate_passes),
        ),
    ]


def _ask_support(evidence: Evidence, q_value: float) -> list[Condition]:
    primary, step = evidence.primary, "supported or contradicted"
    defined = math.isfinite(primary.p_value)
    asked = [
        Condition(
            3,
            step,
            f"Benjamini-Hochberg q of {ENTERING[evidence.design.entering]} within the family",
            f"{q_value:.3f}",
            f"below {thresholds.FALSE_DISCOVERY_RATE}",
            _met(q_value < thresholds.FALSE_DISCOVERY_RATE),
        ),
        Condition(
            3,
            step,
            f"Cluster-jackknife p-value, the larger of {evidence.design.clustered}",
            f"{primary.p_value:.3f}" if defined else f"undefined: {primary.note}",
            f"below {thresholds.JACKKNIFE_LEVEL:.2f}",
            _met(defined and primary.p_value < thresholds.JACKKNIFE_LEVEL),
        ),
        Condition(
            3,
            step,
            f"Same sign whichever {evidence.design.omitted} is left out",
            primary.left_out,
            "no change of sign",
            _met(primary.sign_stable),
        ),
    ]
    if evidence.opened is not None:
        condition = f"A hypothesis of the family {evidence.hypothesis.gated_by} is decided first"
        threshold = f"a q-value below {thresholds.FALSE_DISCOVERY_RATE}"
        asked.append(
            Condition(3, step, condition, evidence.opening, threshold, _met(evidence.opened))
        )
    return asked


def _tell_checks(evidence: Evidence) -> list[Condition]:
    return [
        Condition(3, f"check on {bar.threat}", bar.condition, bar.value, bar.threshold, bar.state)
        for bar in evidence.bars
    ]


def _ask_threats(evidence: Evidence) -> list[Condition]:
    """Whether each threat stands against each decided ruling."""
    asked = []
    for ruling in DECIDED:
        feared = fear(ruling, evidence.hypothesis.expected_sign)
        for threat, stands in stands_against(evidence.bars, feared).items():
            states = [bar.state for bar in evidence.bars if bar.threat == threat]
            told = ", ".join(f"{states.count(s)} {s}" for s in dict.fromkeys(states))
            asked.append(
                Condition(
                    4 if ruling == "negligible" else 3,
                    f"bar to {ruling}",
                    f"No bias {_name(feared)} from {threat}",
                    told,
                    "cleared by one check at least, found by none",
                    _met(not stands),
                )
            )
    return asked


def _name(feared: frozenset[int]) -> str:
    if len(feared) > 1:
        return "upward or downward"
    return "upward" if 1 in feared else "downward"


def _ask_negligible(evidence: Evidence) -> Condition:
    (low, high), bound = evidence.primary.interval_90, evidence.smallest_effect
    return Condition(
        4,
        "negligible",
        f"The {thresholds.NEGLIGIBLE_COVERAGE:.0%} cluster-jackknife interval, the longer of "
        f"{evidence.design.clustered}, {INSIDE}",
        f"{low:.3f} to {high:.3f}",
        f"inside -{bound:.3f} to {bound:.3f}",
        _met(evidence.primary.lies_inside(bound)),
    )


def _ask_agreement(evidence: Evidence, q_values: Mapping[str, float]) -> list[Condition]:
    main = _settle(evidence.primary, evidence, q_values["primary"])
    rulings = {n: _settle(v, evidence, q_values[n]) for n, v in evidence.variants.items()}
    listed = "; ".join(f"{name}: {ruling}" for name, ruling in rulings.items())
    share = evidence.same_sign_share
    return [
        *_ask_readings(evidence),
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


def _ask_readings(evidence: Evidence) -> list[Condition]:
    """Whether a contestable reading of a mandate turns the ruling."""
    if not evidence.design.contestable:
        return []
    turning = evidence.turning
    return [
        Condition(
            5,
            "bar to any decided ruling",
            "Every contestable reading of the mandates gives the same ruling",
            "not tried: nothing is decided" if turning is None else "; ".join(turning) or "all do",
            "no reading that turns it",
            "not available" if turning is None else _met(not turning),
        )
    ]


def _settle(strength: Strength, evidence: Evidence, q_value: float) -> Ruling:
    """Ruling of one model by steps 2 to 4 alone, before agreement is asked for."""
    if not strength.gate_passes:
        return "not identified"
    found = _choose(strength, evidence)
    if (
        q_value < thresholds.FALSE_DISCOVERY_RATE
        and strength.p_value < thresholds.JACKKNIFE_LEVEL
        and strength.sign_stable
        and evidence.opened is not False
        and not _is_barred(found, evidence)
    ):
        return found
    inside = strength.lies_inside(evidence.smallest_effect)
    return "negligible" if inside and not _is_barred("negligible", evidence) else "inconclusive"


def _choose(strength: Strength, evidence: Evidence) -> Ruling:
    """Which of the two rulings on a direction the estimate's sign speaks for."""
    expected = math.copysign(1, strength.estimate) == evidence.hypothesis.expected_sign
    return "supported" if expected else "contradicted"


def _is_barred(ruling: Ruling, evidence: Evidence) -> bool:
    feared = fear(ruling, evidence.hypothesis.expected_sign)
    return any(stands_against(evidence.bars, feared).values())


def _decide(evidence: Evidence, steps: tuple[Condition, ...], q_value: float) -> tuple[Ruling, str]:
    if not evidence.events:
        return "not testable", "there are no events"
    settled = _settle(evidence.primary, evidence, q_value)
    if settled == "not identified":
        return settled, "; ".join(evidence.primary.gate_reasons)
    if settled == "inconclusive":
        read = {"supported or contradicted", "negligible", "bar to negligible"}
        read.add(f"bar to {_choose(evidence.primary, evidence)}")
        unmet = [s for s in steps if s.step in read and s.outcome != "met"]
        return settled, "; ".join(f"{s.condition}: {s.value}" for s in unmet)
    barred = [s for s in steps if s.order == 5 and s.outcome != "met"]
    if barred:
        reason = "; ".join(f"{s.condition}: {s.value}" for s in barred)
        return "inconclusive", f"would be {settled}, but {reason}"
    reason = "; ".join(f"{s.condition}: {s.value}" for s in steps if s.outcome == "met")
    capped = CAPS[evidence.hypothesis.cap].say(settled)
    return capped, reason if capped == settled else f"{settled} on the outcome measured; {reason}"


def _attain(evidence: Evidence, smallest_q: float) -> tuple[Ruling, ...]:
    """Rulings that some estimate of this precision could have had with these checks."""
    if not evidence.events:
        return ("not testable",)
    if not evidence.primary.gate_passes:
        return ("not identified",)
    reached: list[Ruling] = []
    if evidence.same_sign_share is not None and evidence.variants:
        tested = smallest_q < thresholds.FALSE_DISCOVERY_RATE and evidence.opened is not False
        defined = math.isfinite(evidence.primary.p_value)
        reached = [
            ruling
            for ruling, reachable in (
                ("supported", tested and defined),
                ("contradicted", tested and defined),
                ("negligible", evidence.primary.half_width < evidence.smallest_effect),
            )
            if reachable and not _is_barred(ruling, evidence)
        ]
    cap = CAPS[evidence.hypothesis.cap]
    return (*dict.fromkeys(cap.say(ruling) for ruling in reached), "inconclusive")


def _met(holds: bool) -> Literal["met", "not met"]:
    return "met" if holds else "not met"
