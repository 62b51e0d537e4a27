"""Evidence from the Council's record: renewals, by the mandate before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkstats.families import prepare
from pkstats.verdicts.collection import check_placebo, collect, conclude, predict_support

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis, Model
    from pkstats.verdicts.strength import Evidence


def gather(
    hypothesis: Hypothesis,
    panel: Panel,
    *,
    models: Sequence[Model] | None = None,
    draws: int = 1999,
    seed: int = 20000101,
    jobs: int = 1,
) -> Evidence:
    """Estimate the declared models on renewals and collect what the rule reads.

    Parameters
    ----------
    hypothesis : Hypothesis
        Of design ``council record``.
    panel : Panel
        ``council_record``, or one of its columns.
    models : sequence of Model, optional
        By default every declared one. The placebo is estimated in any case.
    draws, seed, jobs : int
        Of the randomization tests.

    Returns
    -------
    Evidence
        With two bars: a placebo of housekeeping words, and steps predicted by past obstruction.
    """
    chosen = list(hypothesis.models if models is None else models)
    chosen += [m for m in hypothesis.models if m.role == "placebo" and m not in chosen]
    prepared = prepare(hypothesis, panel)
    collected = collect(
        hypothesis, prepared, chosen, by=("mission", "host"), draws=draws, seed=seed, jobs=jobs
    )
    hazard, predicted = predict_support(
        prepared,
        sample=hypothesis.primary.sample,
        past="past_obstruction",
        controls=("log_renewal",),
        label="A phrase on obstruction at the renewal before",
    )
    bars = (check_placebo(collected), predicted)
    return conclude(collected, bars=bars, tables={"predictable_steps": hazard}, jobs=jobs)
