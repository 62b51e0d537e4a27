"""Collection: evidence from counts on a unit of observation other than the mission-month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.checks.influence import leave_one_out
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.families import find_multiverse
from pkstats.families.declaration import VARIANTS
from pkstats.verdicts.baseline import convert_smallest_effect
from pkstats.verdicts.gathering import COLUMNS
from pkstats.verdicts.models import Result, describe, run, weigh
from pkstats.verdicts.strength import Bar, Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis, Model

LEVEL: Final = 0.10
HAZARD: Final = ["effects", "term", "estimate", "std_error", "p_value", "conf_low", "conf_high"]


@dataclass(frozen=True)
class Collected:
    """Models of a hypothesis, estimated on its prepared panel.

    Parameters
    ----------
    hypothesis : Hypothesis
        The declaration.
    panel : Panel
        Prepared, whole.
    results : dict of str to Result
        By model.
    left_out : dict of str to pandas.DataFrame
        Refits of the models that the rule reads and of secondary outcomes.
    """

    hypothesis: Hypothesis
    panel: Panel
    results: dict[str, Result]
    left_out: dict[str, pd.DataFrame]

    @property
    def primary(self) -> Result:
        """The primary model."""
        return self.results[self.hypothesis.primary.name]

    def find(self, role: str) -> Result | None:
        """Return the first model of a role; None where it was not asked for."""
        return next((r for r in self.results.values() if r.model.role == role), None)


def collect(
    hypothesis: Hypothesis,
    panel: Panel,
    models: Sequence[Model],
    *,
    by: tuple[str, ...],
    draws: int,
    seed: int,
    jobs: int,
) -> Collected:
    """Estimate models and refit those that the rule reads without each group.

    Parameters
    ----------
    hypothesis : Hypothesis
        The declaration.
    panel : Panel
        Prepared, whole.
    models : sequence of Model
        To estimate; the primary one is among them.
    by : tuple of str
        Columns whose values are left out one by one.
    draws, seed, jobs : int
        Of the randomization tests.
    """
    results = {m.name: run(m, panel, draws=draws, seed=seed, jobs=jobs) for m in models}
    read = ("main", "secondary outcome", *VARIANTS)
    left_out = {
        name: _leave_out(result, by)
        for name, result in results.items()
        if result.model.role in read
    }
    return Collected(hypothesis, panel, results, left_out)


def conclude(
    collected: Collected, *, bars: tuple[Bar, ...], tables: dict[str, pd.DataFrame], jobs: int
) -> Evidence:
    """Turn what was collected into the evidence that the rule reads."""
    hypothesis, primary = collected.hypothesis, collected.primary
    varied = [r for r in collected.results.values() if r.model.role in VARIANTS]
    weighed = {r.model.name: weigh(r, collected.left_out[r.model.name]) for r in (primary, *varied)}
    outcome = hypothesis.primary.specification.outcome
    observed = collected.panel.where(hypothesis.primary.sample).frame[outcome].dropna()
    found = primary.estimate
    return Evidence(
        hypothesis=hypothesis,
        primary=weighed[primary.model.name],
        variants={
            r.model.name.removeprefix(f"{primary.model.name}-"): weighed[r.model.name]
            for r in varied
        },
        rows=found.rows if found else len(observed),
        events=int(found.events if found else observed.sum()),
        smallest_effect=convert_smallest_effect(
            hypothesis.smallest_effect, collected.panel, outcome=outcome
        ),
        bars=bars,
        same_sign_share=_share_sign(collected, jobs=jobs) if found else None,
        tables=_tabulate(collected) | tables,
    )


def check_placebo(collected: Collected) -> Bar:
    """Whether the placebo outcome moves as the primary one does.

    It *passes* if its 90% interval lies inside the smallest effect of interest, *explains* if
    that interval excludes zero on the side of the primary estimate, and is *uninformative* else.
    """
    result, primary = collected.find("placebo"), collected.primary
    condition = "No placebo outcome explains the effect"
    threshold = "not 'explains'"
    if result is None or result.estimate is None or primary.estimate is None:
        reason = result.failure if result else "not estimated"
        return Bar(condition=condition, value=reason, threshold=threshold, clear=None)
    row = result.estimate.tidy(0.90).iloc[0]
    low, high, name = row["conf_low"], row["conf_high"], result.model.specification.outcome
    smallest = collected.hypothesis.smallest_effect.value
    same = row["estimate"] * primary.estimate.coefficient > 0
    if low * high > 0 and same:
        answer = "explains"
    else:
        answer = "passes" if -smallest < low and high < smallest else "uninformative"
    words = f"{name.replace('_', ' ')}: {answer} ({low:.2f} to {high:.2f})"
    return Bar(condition=condition, value=words, threshold=threshold, clear=answer != "explains")


def check_silence(result: Result | None, *, condition: str) -> Bar:
    """Whether a model's treatment has no effect at the level of the bars (the larger p-value)."""
    threshold = f"p of {LEVEL:.2f} or more"
    if result is None or result.estimate is None or pd.isna(result.p_value):
        reason = "not estimated" if result is None else result.failure or "p-value undefined"
        return Bar(condition=condition, value=reason, threshold=threshold, clear=None)
    words = f"estimate {result.estimate.coefficient:.3f}, p = {result.p_value:.3f}"
    return Bar(condition=condition, value=words, threshold=threshold, clear=result.p_value >= LEVEL)


def predict_support(
    panel: Panel, *, sample: str, past: str, controls: tuple[str, ...], label: str
) -> tuple[pd.DataFrame, Bar]:
    r"""Hazard of a step towards the host, on the outcome before it.

    .. math:: \log \Pr(\text{step}_{ut}) = \beta O_{u,t-1} + \gamma' X_{ut} + \alpha

    by Poisson pseudo-maximum likelihood, clustered by host (jackknife), where the index was
    observed before and could still rise.

    Parameters
    ----------
    panel : Panel
        Prepared: it holds ``support_step`` and the column `past` (0/1).
    sample : str
        Rows kept.
    past : str
        Column of the outcome before.
    controls : tuple of str
        Columns held.
    label : str
        What the past outcome is, in words.

    Returns
    -------
    pandas.DataFrame
        Columns as of :func:`pkstats.verdicts.steps.predict_steps`.
    Bar
        Clear where the past does not predict steps.
    """
    specification = Specification(
        outcome="support_step",
        treatment=past,
        controls=controls,
        family="poisson",
        inference=Inference(cluster="host", method="CRV3"),
        missing="drop",
    )
    columns = [*HAZARD, "rows", "steps", "note"]
    condition = f"{label} does not predict steps towards the host"
    threshold = f"p of {LEVEL:.2f} or more"
    try:
        found = estimate(specification, panel.where(sample))
    except EstimationError as error:
        table = pd.DataFrame([{"effects": "none", "term": past, "note": str(error)}])
        value = f"undefined: {error}"
        bar = Bar(condition=condition, value=value, threshold=threshold, clear=None)
        return table.reindex(columns=columns), bar
    table = found.tidy().assign(
        effects="none", rows=found.rows, steps=found.events, note=found.note
    )
    p_value = float(table["p_value"].iloc[0])
    known = pd.notna(p_value)
    words = f"p = {p_value:.3f}" if known else f"undefined: {found.note}"
    clear = p_value >= LEVEL if known else None
    bar = Bar(condition=condition, value=words, threshold=threshold, clear=clear)
    return table.reindex(columns=columns), bar


def _share_sign(collected: Collected, *, jobs: int) -> float | None:
    multiverse = find_multiverse(collected.hypothesis)
    if multiverse is None:
        return None
    plain = replace(multiverse.specification.inference, method="CRV1")
    quick = replace(multiverse.specification, inference=plain)
    curve = replace(multiverse, specification=quick).run(collected.panel, jobs=jobs)
    return curve.same_sign_share


def _leave_out(result: Result, by: tuple[str, ...]) -> pd.DataFrame:
    if result.estimate is None:
        return pd.DataFrame(columns=COLUMNS["leave_one_out"])
    parts = [leave_one_out(result.estimate, by=name).assign(left_out_kind=name) for name in by]
    return pd.concat(parts, ignore_index=True).assign(model=result.model.name)


def _tabulate(collected: Collected) -> dict[str, pd.DataFrame]:
    results = collected.results.values()
    units = f"{collected.panel.unit}s"
    gates = [
        r.identification.table.rename(columns={units: "missions"}).assign(model=r.model.name)
        for r in results
        if r.identification
    ]
    lost = [r.estimate.lost.assign(model=r.model.name) for r in results if r.estimate]
    left = list(collected.left_out.values())
    tables = {"estimates": pd.DataFrame([describe(r) for r in results])}
    for name, parts in (("leave_one_out", left), ("identification", gates), ("rows_lost", lost)):
        tables[name] = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return {name: table.reindex(columns=COLUMNS[name]) for name, table in tables.items()}
