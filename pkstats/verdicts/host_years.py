"""Evidence from host-years: what governments say of their own missions, by the mandate in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkstats.families import prepare
from pkstats.verdicts.collection import (
    check_placebo,
    check_silence,
    collect,
    conclude,
    predict_support,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis, Model
    from pkstats.verdicts.strength import Evidence

MENTION: Final = "any_mention"


def gather(
    hypothesis: Hypothesis,
    panel: Panel,
    *,
    models: Sequence[Model] | None = None,
    draws: int = 1999,
    seed: int = 20000101,
    jobs: int = 1,
) -> Evidence:
    """Estimate the declared models on host-years and collect what the rule reads.

    Parameters
    ----------
    hypothesis : Hypothesis
        Of design ``host years``.
    panel : Panel
        ``host_speech``, or one of its columns.
    models : sequence of Model, optional
        By default every declared one. Placebo and mention are estimated in any case.
    draws, seed, jobs : int
        Of the randomization tests.

    Returns
    -------
    Evidence
        With three bars: the length of the speech as placebo, whether the mission is named at all
        (a share among those who name it is selected else), and steps predicted by words on the end.
    """
    asked = [
        m for m in hypothesis.models if m.role == "placebo" or m.specification.outcome == MENTION
    ]
    chosen = list(hypothesis.models if models is None else models)
    chosen += [m for m in asked if m not in chosen]
    prepared = prepare(hypothesis, panel)
    collected = collect(
        hypothesis, prepared, chosen, by=("host",), draws=draws, seed=seed, jobs=jobs
    )
    hazard, predicted = predict_support(
        prepared,
        sample=next(m.sample for m in asked if m.role == "placebo"),
        past="past_exit",
        controls=("log_mission_age",),
        label="Speaking of the mission's end the year before",
    )
    mention = next(
        r for r in collected.results.values() if r.model.specification.outcome == MENTION
    )
    selected = check_silence(
        mention, condition="Whether the mission is named at all does not respond to the mandate"
    )
    bars = (check_placebo(collected), selected, predicted)
    return conclude(collected, bars=bars, tables={"predictable_steps": hazard}, jobs=jobs)
