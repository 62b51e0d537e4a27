"""Gathering: every declared model of a hypothesis, and the checks that may bar a ruling.

Hypotheses on mission-months (design ``missions``) are gathered here; every other design has a
module of its own in this room, with a ``gather`` of the same form.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.checks.negative_control import contrast_control
from pkstats.data.panels.store import load_panel
from pkstats.families import find_multiverse, prepare
from pkstats.families.declaration import VARIANTS
from pkstats.verdicts.baseline import convert_smallest_effect
from pkstats.verdicts.models import Result, describe, leave_out, run, weigh
from pkstats.verdicts.steps import predict_steps, rule_on_steps
from pkstats.verdicts.strength import Bar, Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis, Model

#: Rows left out of each control: the earthquake of January 2010 in Haiti, and the pandemic.
CONTROLS: Final = {
    "accident_deaths": "not (mission == 'MINUSTAH' and month == '2010-01-01')",
    "illness_deaths": "month < '2020-01-01' or month > '2021-12-01'",
    "self_inflicted_deaths": "month == month",
}

COLUMNS: Final = {
    "estimates": [
        *("model", "estimand", "outcome", "effects", "treatment", "role", "term", "estimate"),
        *("std_error", "std_error_crv1", "std_error_mission", "statistic", "df", "p_value"),
        *("p_value_larger", "conf_low", "conf_high", "conf_low_90", "conf_high_90"),
        *("randomization_p", "randomization_draws", "distinct_assignments", "rows", "missions"),
        *("hosts", "hosts_scoring", "hosts_switching", "events", "minimum_detectable_effect"),
        "note",
    ],
    "leave_one_out": [
        *("model", "left_out_kind", "left_out", "estimate", "std_error", "rows", "events", "note"),
    ],
    "identification": [
        *("model", "host", "missions", "switches", "events", "events_around_switch", "leverage"),
    ],
    "rows_lost": ["model", "reason", "rows", "events", "names"],
}


def gather(
    hypothesis: Hypothesis,
    panel: Panel | None = None,
    *,
    models: Sequence[Model] | None = None,
    draws: int = 1999,
    seed: int = 20000101,
    jobs: int = 1,
) -> Evidence:
    """Estimate the declared models of a hypothesis and collect what the rule reads.

    Parameters
    ----------
    hypothesis : Hypothesis
        The declaration.
    panel : Panel, optional
        The one that the hypothesis names; by default as pkstats ships it.
    models : sequence of Model, optional
        By default every declared model; ``hypothesis.judged`` are those that the rule reads.
    draws, seed, jobs : int
        Of the randomization tests.

    Returns
    -------
    Evidence
        With the tables ``estimates, leave_one_out, identification, rows_lost, negative_control,
        predictable_steps`` (design ``missions``).
    """
    given = load_panel(hypothesis.panel) if panel is None else panel
    chosen = hypothesis.models if models is None else tuple(models)
    if hypothesis.design != "missions":
        module = import_module(f"pkstats.verdicts.{hypothesis.design.replace(' ', '_')}")
        found: Evidence = module.gather(
            hypothesis, given, models=chosen, draws=draws, seed=seed, jobs=jobs
        )
        return found
    return _gather_missions(hypothesis, given, chosen, draws=draws, seed=seed, jobs=jobs)


def _gather_missions(
    hypothesis: Hypothesis,
    panel: Panel,
    models: tuple[Model, ...],
    *,
    draws: int,
    seed: int,
    jobs: int,
) -> Evidence:
    prepared = prepare(hypothesis, panel)
    results = {
        model.name: run(model, prepared, draws=draws, seed=seed, jobs=jobs) for model in models
    }
    primary = results[hypothesis.primary.name]
    varied = [r for r in results.values() if r.model.role in VARIANTS]
    probed = [r for r in results.values() if r.model.role in ("main", "secondary outcome")]
    left_out = {r.model.name: leave_out(r) for r in (*probed, *varied)}
    smallest = convert_smallest_effect(
        hypothesis.smallest_effect, prepared, outcome=hypothesis.primary.specification.outcome
    )
    controls, control_bar = _check_controls(hypothesis, prepared, smallest)
    hazard = predict_steps(prepared, sample=hypothesis.primary.sample)
    weighed = {r.model.name: weigh(r, left_out[r.model.name]) for r in (primary, *varied)}
    return Evidence(
        hypothesis=hypothesis,
        primary=weighed[primary.model.name],
        variants={
            r.model.name.removeprefix(f"{primary.model.name}-"): weighed[r.model.name]
            for r in varied
        },
        rows=primary.estimate.rows if primary.estimate else 0,
        events=int(primary.estimate.events)
        if primary.estimate
        else count_events(hypothesis.primary, prepared),
        smallest_effect=smallest,
        bars=(control_bar, rule_on_steps(hazard)),
        same_sign_share=share_sign(hypothesis, prepared, jobs=jobs)
        if weighed[primary.model.name].gate_passes
        else None,
        tables=_tabulate(results, left_out)
        | {"negative_control": controls, "predictable_steps": hazard},
    )


def count_events(model: Model, panel: Panel) -> int:
    """Sum of a model's outcome over its sample, whether or not a model can be estimated there.

    Where it cannot, events without an estimate mean that the effect is not identified; no events
    at all mean that there is nothing to test.
    """
    rows = panel.where(model.sample).frame
    known = rows[rows[model.specification.treatment].notna()]
    return int(known[model.specification.outcome].sum())


def share_sign(hypothesis: Hypothesis, panel: Panel, *, jobs: int = 1) -> float | None:
    """Share of the declared multiverse with the primary model's sign; None without either."""
    multiverse = find_multiverse(hypothesis)
    if multiverse is None:
        return None
    sandwich = replace(multiverse.specification.inference, method="CRV1")
    quick = replace(multiverse.specification, inference=sandwich)
    return replace(multiverse, specification=quick).run(panel, jobs=jobs).same_sign_share


def _check_controls(
    hypothesis: Hypothesis, panel: Panel, smallest: float
) -> tuple[pd.DataFrame, Bar]:
    """Contrast hostile deaths with every control; one that explains bars the ruling."""
    model = hypothesis.secondary[0]
    found = [
        contrast_control(
            model.specification,
            panel.where(f"({model.sample}) and ({rows})"),
            control=control,
            smallest_effect=smallest,
        )
        for control, rows in CONTROLS.items()
    ]
    table = pd.concat(
        [f.table.assign(model=model.name, reason=f.reason) for f in found], ignore_index=True
    )
    words = "; ".join(f"{f.control.replace('_', ' ')}: {f.ruling}" for f in found)
    return table, Bar(
        condition="No negative control explains the effect",
        value=words,
        threshold="not 'explains'",
        clear=not any(f.ruling == "explains" for f in found),
    )


def _tabulate(
    results: dict[str, Result], left_out: dict[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    estimated = [r for r in results.values() if r.estimate is not None]
    gates = [
        r.identification.table.assign(model=r.model.name) for r in estimated if r.identification
    ]
    lost = [r.estimate.lost.assign(model=r.model.name) for r in estimated if r.estimate]
    tables = {
        "estimates": pd.DataFrame([describe(r) for r in results.values()]),
        "leave_one_out": pd.concat(left_out.values(), ignore_index=True),
        "identification": pd.concat(gates, ignore_index=True) if gates else pd.DataFrame(),
        "rows_lost": pd.concat(lost, ignore_index=True) if lost else pd.DataFrame(),
    }
    return {name: table.reindex(columns=COLUMNS[name]) for name, table in tables.items()}
