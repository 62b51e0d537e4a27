"""Stages: the project's own rule on a world, computed only as far as a ruling can still turn.

What has not been computed yet stands at its most favourable value, and the project's rule is asked:
where it does not decide even so, nothing that is left can decide, and the world is done. All that
is known of the verdict room is named here: ``gather_ready`` and ``rule``, with the parts of
``Evidence`` and ``Condition`` that they exchange.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from pkstats.checks.multiple_testing import adjust
from pkstats.checks.randomization import randomize
from pkstats.errors import EstimationError, SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.verdicts import thresholds
from pkstats.verdicts.gathering import gather_ready
from pkstats.verdicts.models import assign
from pkstats.verdicts.ruling import DECIDED, INSIDE, UNDECIDED, rule
from pkstats.verdicts.threat import COMMON_CAUSE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkstats.data.panels import Panel
    from pkstats.families import Family, Hypothesis, Model
    from pkstats.verdicts.conclusion import Condition, Verdict
    from pkstats.verdicts.strength import Evidence

Stage = Literal["screen", "randomization", "variants", "multiverse"]
#: Draws after which the randomization test may stop, before all of them.
FIRST_LOOK: Final = 499


@dataclass(frozen=True)
class Asked:
    """A column of the calibration: one condition of the rule, or several taken together.

    Parameters
    ----------
    words : str
        That stand in the condition.
    stage : str
        That computes it.
    step : str
        Step of the rule that it belongs to; empty for any.
    several : bool
        Whether any number of conditions may be meant: what they say together is the column's.
    """

    words: str
    stage: Stage = "screen"
    step: str = ""
    several: bool = False

    def meets(self, condition: Condition) -> bool:
        """Whether a condition of the rule is meant."""
        return self.words in condition.condition and self.step in ("", condition.step)


CONTROLS: Final = f"check on {COMMON_CAUSE}"
#: Column of each condition of the rule.
CONDITIONS: Final[dict[str, Asked]] = {
    "testable": Asked("The panel holds events"),
    "gate": Asked("identification gate"),
    "correction": Asked("q of", "randomization"),
    "jackknife": Asked("Cluster-jackknife p-value"),
    "sign": Asked("Same sign whichever"),
    "controls": Asked("", step=CONTROLS, several=True),
    "hazard": Asked("do not predict steps"),
    "leads": Asked("did not rise before the first step up"),
    "pre_period": Asked("did not rise before renewals"),
    **{f"bar_{r}": Asked("", step=f"bar to {r}", several=True) for r in DECIDED},
    "interval": Asked(INSIDE),
    "readings": Asked("contestable reading"),
    "variants": Asked("variants of the main model", "variants"),
    "multiverse": Asked("specifications of the same estimand", "multiverse"),
}
#: What several conditions say together: the first of these that one of them says.
WORST_FIRST: Final = ("not met", "not available", "failed", "clear", "cannot tell", "met")
STAGES: Final = ("screen", "randomization", "variants", "multiverse")


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A ruling, and how far it had to be computed.

    Parameters
    ----------
    ruling : str
        As the whole rule gives it.
    stage : str
        Last stage that was computed.
    evidence : Evidence
        Of the hypothesis; what lies beyond the stage is missing.
    std_error : float
        Of the primary model; missing where undefined.
    conditions : dict of str to str
        By column of :data:`CONDITIONS`: ``met``, ``not met``, ``not available``, ``not reached``,
        of a check ``clear``, ``failed`` or ``cannot tell``; ``not asked`` where the design asks
        nothing of the kind.
    randomization_p : float
        Of all draws, or of those until it stopped; missing if not reached or not available.
    draws : int
        Draws of the primary model's test; 0 if not reached.
    q_value : float
        Within the family; missing if not reached.
    """

    ruling: str
    stage: Stage
    evidence: Evidence
    std_error: float
    conditions: dict[str, str]
    randomization_p: float = math.nan
    draws: int = 0
    q_value: float = math.nan


@dataclass(frozen=True)
class Draws:
    """A sequential randomization test.

    Parameters
    ----------
    least : float
        Smallest p-value that all draws can still give; missing where there is no test.
    p_value : float
        Of the draws made.
    draws : int
        Draws made.
    """

    least: float
    p_value: float
    draws: int


@dataclass(frozen=True)
class Court:
    """Family, prepared panel and draws of one judgement."""

    family: Family
    panel: Panel
    draws: int
    seed: int

    def gather(self, hypothesis: Hypothesis, **changes: Any) -> Evidence:
        """Gather the primary model with every bar; by default without draws and multiverse.

        Contestable readings of real mandates say nothing of drawn ones and are taken as agreeing.
        """
        family, models = replace(self.family, choose=None), (strip_draws(hypothesis),)
        asked: dict[str, Any] = {"family": family, "models": models, "draws": 1} | changes
        given = asked.pop("family")
        found = gather_ready(
            hypothesis,
            set_readings_aside(given),
            self.panel,
            seed=self.seed,
            jobs=1,
            **asked,
        )
        return take_readings_as_agreeing(found, given)


def set_readings_aside(family: Family) -> Family:
    """Return a family whose designs ask for no contestable reading."""
    return replace(family, designs=tuple(replace(d, contestable=False) for d in family.designs))


def take_readings_as_agreeing(evidence: Evidence, family: Family) -> Evidence:
    """Return evidence of :func:`set_readings_aside` under the design as the family declares it."""
    contestable = family.find_design(evidence.hypothesis).contestable
    return replace(evidence, design=replace(evidence.design, contestable=contestable), turning=())


def strip_draws(hypothesis: Hypothesis) -> Model:
    """Return the primary model without its randomization test."""
    return replace(hypothesis.primary, randomized=False)


def judge_in_stages(
    family: Family, panel: Panel, hypothesis: Hypothesis, *, draws: int, seed: int
) -> Staged:
    """Rule on one hypothesis of a family as the whole rule would.

    Gate, jackknife and every bar are computed in every world; the randomization test, the variants
    and the multiverse only where a decided ruling can still come of it. The randomization test
    stops as Besag and Clifford (1991) do: once so many draws are as extreme that its p-value over
    all draws cannot lie below the level of the correction.

    Parameters
    ----------
    family : Family
        With every member.
    panel : Panel
        Prepared, whole.
    hypothesis : Hypothesis
        Member that is judged.
    draws, seed : int
        Of the randomization tests.
    """
    court = Court(family, panel, draws, seed)
    bare = court.gather(hypothesis)
    verdict = _rule(complete(bare, 1 / (1 + draws)), court)
    if verdict.ruling in UNDECIDED:
        return _conclude(verdict, bare, "screen")
    test = None
    if _rule(complete(bare, 1.0), court).ruling != verdict.ruling:
        test = draw_in_looks(hypothesis, court)
        verdict = _rule(complete(bare, test.least), court)
        if verdict.ruling in UNDECIDED:
            return _conclude(verdict, bare, "randomization", test)
    return _finish(hypothesis, court, test)


def _finish(hypothesis: Hypothesis, court: Court, test: Draws | None) -> Staged:
    """Compute variants, other members where they matter, and the multiverse."""
    found = _gather_variants(hypothesis, court, test, draws=court.draws if test else 1)
    if test is None and _turns_on_draws(replace(found, same_sign_share=1.0), court):
        found = _gather_variants(hypothesis, court, test, draws=court.draws)
    hopeful, others = replace(found, same_sign_share=1.0), {}
    if _turns_on_others(hopeful, court):
        others = {
            member.name: court.gather(member, models=member.judged, draws=court.draws)
            for member in court.family.hypotheses
            if member.name != hypothesis.name
        }
    verdict = _rule(hopeful, court, others)
    if verdict.ruling in UNDECIDED:
        return _conclude(verdict, found, "variants", test)
    # Only signs and gates are read of the multiverse, which the sandwich gives sooner.
    quick = replace(court.family, curve_method="CRV1")
    share = court.gather(hypothesis, family=quick).same_sign_share
    whole = replace(found, same_sign_share=share)
    return _conclude(_rule(whole, court, others), whole, "multiverse", test)


def _gather_variants(
    hypothesis: Hypothesis, court: Court, test: Draws | None, *, draws: int
) -> Evidence:
    """Gather every model that the rule reads; the primary one's draws are those of the test."""
    models = (strip_draws(hypothesis), *hypothesis.judged[1:])
    found = court.gather(hypothesis, models=models, draws=draws)
    p = test.p_value if test else math.nan
    return replace(found, primary=replace(found.primary, randomization_p=p))


def complete(evidence: Evidence, randomization_p: float) -> Evidence:
    """Put the most favourable values where variants and multiverse are not computed yet."""
    primary = replace(evidence.primary, randomization_p=randomization_p)
    return replace(
        evidence, primary=primary, variants={"as the primary": primary}, same_sign_share=1.0
    )


def summarize_outcomes(outcomes: Sequence[str]) -> str:
    """Say what several conditions say together; ``not asked`` of none.

    A bar is met where all of its conditions are. Of the checks of one threat one failure fails,
    and else one clear check clears.
    """
    return next((word for word in WORST_FIRST if word in outcomes), "not asked")


def draw_in_looks(hypothesis: Hypothesis, court: Court) -> Draws:
    """Randomization test of the primary model that stops when nothing can come of it."""
    model, panel = hypothesis.primary, court.panel
    design = court.family.find_design(hypothesis)
    found = estimate(model.specification, panel.where(model.sample))
    assignment = assign(model, panel, design)
    for number in dict.fromkeys((min(FIRST_LOOK, court.draws), court.draws)):
        try:
            p = randomize(found, assignment, draws=number, seed=court.seed).p_value
        except EstimationError:
            return Draws(math.nan, math.nan, 0)
        least = p * (1 + number) / (1 + court.draws)
        if not least < thresholds.FALSE_DISCOVERY_RATE:
            break
    return Draws(least, p, number)


def _rule(
    evidence: Evidence, court: Court, others: Mapping[str, Evidence] | None = None
) -> Verdict:
    """Ask the project's rule; members that are not known stand at their most favourable p."""
    return rule(evidence, q_values=_adjust(evidence, court, others or {}, unknown=0.0))


def _adjust(
    evidence: Evidence, court: Court, others: Mapping[str, Evidence], *, unknown: float
) -> dict[str, float]:
    """q-value of the primary model and of each variant within the family."""
    own, q_values = evidence.hypothesis.name, {}
    for label in ("primary", *evidence.variants):
        entered = dict.fromkeys((h.name for h in court.family.hypotheses), unknown)
        for name, known in {own: evidence, **others}.items():
            entered[name] = known.variants.get(label, known.primary).enter(known.design)
        q_values[label] = adjust(entered)[own]
    return q_values


def _turns_on_draws(evidence: Evidence, court: Court) -> bool:
    """Whether any p-values of the variants' randomization tests could change the ruling."""
    best, worst = (
        replace(
            evidence,
            variants={
                label: replace(strength, randomization_p=p)
                for label, strength in evidence.variants.items()
            },
        )
        for p in (1 / (1 + court.draws), 1.0)
    )
    return _rule(best, court).ruling != _rule(worst, court).ruling


def _turns_on_others(evidence: Evidence, court: Court) -> bool:
    """Whether p-values of the other members could move a q-value over the level."""
    low, high = (_adjust(evidence, court, {}, unknown=p) for p in (0.0, 1.0))
    level = thresholds.FALSE_DISCOVERY_RATE
    return any((low[label] < level) != (high[label] < level) for label in low)


def _conclude(
    verdict: Verdict, evidence: Evidence, stage: Stage, test: Draws | None = None
) -> Staged:
    estimates = evidence.tables["estimates"]
    line = estimates[estimates["model"].eq(evidence.primary.model)].iloc[0]
    return Staged(
        ruling=verdict.ruling,
        stage=stage,
        evidence=evidence,
        std_error=float(line.get("std_error", math.nan)),
        conditions=_read_conditions(verdict, stage, tested=test is not None),
        randomization_p=test.p_value if test else math.nan,
        draws=test.draws if test else 0,
        q_value=verdict.q_value if test else math.nan,
    )


def _read_conditions(verdict: Verdict, stage: Stage, *, tested: bool) -> dict[str, str]:
    """Outcome of every condition by its column; those beyond the stage are not reached.

    Raises
    ------
    SpecificationError
        The rule asks for a condition that no column stands for, or no longer for one that has one.
    """
    found: dict[str, str] = {}
    for column, asked in CONDITIONS.items():
        met = [str(step.outcome) for step in verdict.steps if asked.meets(step)]
        if len(met) == 1 or asked.several:
            own = STAGES.index(asked.stage) <= STAGES.index(stage)
            known = tested if asked.stage == "randomization" else own
            found[column] = summarize_outcomes(met) if known else "not reached"
    known_steps = CONDITIONS.values()
    strangers = [s.condition for s in verdict.steps if not any(a.meets(s) for a in known_steps)]
    absent = [asked.words for column, asked in CONDITIONS.items() if column not in found]
    if strangers or absent:
        raise SpecificationError(
            f"conditions of the rule and columns of the calibration differ: {strangers or absent}. "
            "Remedy: name each once in CONDITIONS of pkstats/simulation/calibration/staged.py"
        )
    return found
