"""Gathering: every declared model of a hypothesis, and the checks that may bar a ruling."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.arguments import check_given
from pkstats.checks.switching import mark_events
from pkstats.data.panels.store import load_panel
from pkstats.errors import HypothesisError
from pkstats.families import find_home, verify, verify_hypothesis
from pkstats.families.declaration import VARIANTS
from pkstats.verdicts import populations
from pkstats.verdicts.bars import (
    check_controls,
    check_hazard,
    check_leads,
    check_placebo,
    check_pre_period,
    check_silence,
)
from pkstats.verdicts.codings import could_decide, list_turning
from pkstats.verdicts.models import Result, describe, leave_out, run, weigh
from pkstats.verdicts.request import check_request
from pkstats.verdicts.scale import convert_smallest_effect, list_bounds
from pkstats.verdicts.strength import Evidence, Strength
from pkstats.verdicts.tables import shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkstats.checks.multiverse import SpecificationCurve
    from pkstats.data.panels import Panel
    from pkstats.families import Design, Family, Hypothesis, Model
    from pkstats.verdicts.threat import Bar

#: Roles of the models that are refitted without each unit and cluster.
REFITTED: Final = ("main", "secondary outcome", *VARIANTS)


@dataclass(frozen=True)
class Collected:
    """Models of a hypothesis, estimated on its prepared panel.

    Parameters
    ----------
    hypothesis, design : Hypothesis, Design
        The declaration.
    panel : Panel
        Prepared, whole.
    results : dict of str to Result
        By model.
    left_out : dict of str to pandas.DataFrame
        Refits, by model.
    """

    hypothesis: Hypothesis
    design: Design
    panel: Panel
    results: dict[str, Result]
    left_out: dict[str, pd.DataFrame]

    @cached_property
    def smallest(self) -> float:
        """Smallest effect of interest on the scale of the coefficient, in the primary's sample."""
        hypothesis = self.hypothesis
        return convert_smallest_effect(
            hypothesis.smallest_effect,
            hypothesis.primary,
            self.panel,
            scale=self.design.scale,
        )

    @property
    def primary(self) -> Result:
        """The primary model."""
        return self.results[self.hypothesis.primary.name]

    def find(self, *, role: str = "", outcome: str = "") -> Result | None:
        """Return the first model of a role or on an outcome; None where there is none."""
        for result in self.results.values():
            model = result.model
            if (role and model.role == role) or model.specification.outcome == outcome:
                return result
        return None


def gather(
    hypothesis: Hypothesis,
    panel: Panel | None = None,
    *,
    family: Family | None = None,
    given: Mapping[str, Panel] | None = None,
    models: Sequence[Model] | None = None,
    draws: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
) -> Evidence:
    """Estimate the declared models of a hypothesis and collect what the rule reads.

    Parameters
    ----------
    hypothesis : Hypothesis
        The declaration.
    panel : Panel, optional
        The one that the hypothesis names; by default as pkstats ships it.
    family : Family, optional
        That the hypothesis belongs to; by default the one that declares it.
    given : mapping of str to Panel, optional
        The family's panels of the same build, for its preparation.
    models : sequence of Model, optional
        By default every declared model; ``hypothesis.judged`` are those that the rule reads.
    draws, seed : int, optional
        Of the randomization tests; by default as the family declares.
    jobs : int
        Processes for the draws and for the multiverse.

    Returns
    -------
    Evidence
        With the tables of :data:`pkstats.verdicts.tables.GATHERED`, of the bars and of the curve.

    Raises
    ------
    HypothesisError
        No family declares the hypothesis and none is given; or something differs from the freeze.
    """
    check_given("gather()", draws=draws, seed=seed, jobs=jobs)
    home = family or find_home(hypothesis)
    if home is None:
        raise HypothesisError(
            f"no family declares {hypothesis.name!r}. Remedy: family=pk.Family(...) that holds it"
        )
    verify_hypothesis(hypothesis)
    verify(home)
    observed = load_panel(hypothesis.panel) if panel is None else panel
    ready = home.make_ready(observed, given)
    check_request(hypothesis, home, ready)
    return gather_ready(
        hypothesis,
        home,
        ready,
        models=hypothesis.models if models is None else models,
        draws=home.draws if draws is None else draws,
        seed=home.seed if seed is None else seed,
        jobs=jobs,
    )


def gather_ready(
    hypothesis: Hypothesis,
    family: Family,
    panel: Panel,
    *,
    models: Sequence[Model],
    draws: int,
    seed: int,
    jobs: int,
) -> Evidence:
    """Gather on a prepared panel what was held against freeze and request before.

    Parameters
    ----------
    hypothesis, family : Hypothesis, Family
        The declaration and its family, as :func:`gather` verifies them.
    panel : Panel
        Prepared, whole.
    models : sequence of Model
        To estimate; the primary one is among them.
    draws, seed, jobs : int
        As :func:`gather`.
    """
    cluster = hypothesis.primary.specification.inference.cluster
    design = family.find_design(hypothesis).name_parts(unit=panel.unit, cluster=cluster)
    chosen, drawn = tuple(models), {"draws": draws, "seed": seed, "jobs": jobs}
    if design.strategy == "meta-regression":
        return populations.gather(hypothesis, design, panel, models=chosen, **drawn)
    collected = _collect(hypothesis, design, panel, chosen, **drawn)
    return _conclude(collected, family, jobs=jobs)


def _collect(
    hypothesis: Hypothesis,
    design: Design,
    panel: Panel,
    models: tuple[Model, ...],
    *,
    draws: int,
    seed: int,
    jobs: int,
) -> Collected:
    """Estimate models, those that a bar asks for among them, and refit what the rule reads."""
    silent = design.silence.outcome if design.silence else None
    asked = [
        m
        for m in hypothesis.models
        if (design.placebo and m.role == "placebo") or m.specification.outcome == silent
    ]
    wanted = (*models, *(m for m in asked if m not in models))
    results = {m.name: run(m, panel, design, draws=draws, seed=seed, jobs=jobs) for m in wanted}
    cluster = hypothesis.primary.specification.inference.cluster
    by = design.left_out or tuple(dict.fromkeys((panel.unit, cluster)))
    return Collected(
        hypothesis=hypothesis,
        design=design,
        panel=panel,
        results=results,
        left_out={
            name: leave_out(result, by=by, probe_method=design.probe_method)
            for name, result in results.items()
            if result.model.role in REFITTED
        },
    )


def _conclude(collected: Collected, family: Family, *, jobs: int) -> Evidence:
    """Turn what was collected into the evidence that the rule reads."""
    hypothesis, primary = collected.hypothesis, collected.primary
    varied = [r for r in collected.results.values() if r.model.role in VARIANTS]
    entering = collected.design.entering
    weighed = {
        r.model.name: weigh(r, collected.left_out[r.model.name], entering=entering)
        for r in (primary, *varied)
    }
    strength = weighed[primary.model.name]
    bars, tables = _check(collected, strength)
    curve = _trace(collected, family, jobs=jobs) if strength.gate_passes else None
    if curve is not None:
        _compare_curve(curve, strength.estimate, hypothesis.name)
        tables["specifications"] = curve.table
        tables["multiverse"] = pd.DataFrame([curve.summarize()])
    found = primary.estimate
    return Evidence(
        hypothesis=hypothesis,
        design=collected.design,
        primary=strength,
        turning=_try_readings(collected, family, strength),
        variants=label_variants(
            primary.model.name, {r.model.name: weighed[r.model.name] for r in varied}
        ),
        rows=found.rows if found else 0,
        events=int(mark_events(found.fit.cells.outcome).sum())
        if found
        else count_events(hypothesis.primary, collected.panel),
        smallest_effect=collected.smallest,
        bounds=list_bounds(
            hypothesis.smallest_effect,
            hypothesis.primary,
            collected.panel,
            scale=collected.design.scale,
        ),
        bars=bars,
        same_sign_share=curve.same_sign_share if curve else None,
        tables=_tabulate(collected) | tables,
    )


def _try_readings(
    collected: Collected, family: Family, strength: Strength
) -> tuple[str, ...] | None:
    """Readings of mandates that turn a ruling which the primary model could decide."""
    if not collected.design.contestable or not could_decide(strength, collected.smallest):
        return None
    return list_turning(collected.hypothesis, family, collected.panel, smallest=collected.smallest)


def label_variants(primary: str, variants: Mapping[str, Strength]) -> dict[str, Strength]:
    """Variants by the end of their names, or by the whole name where the end would not do."""
    ends = {name: name.removeprefix(f"{primary}-") for name in variants}
    taken = [*ends.values(), "primary"]
    labels = {name: end if taken.count(end) == 1 else f"model {name}" for name, end in ends.items()}
    return {labels[name]: strength for name, strength in variants.items()}


def _compare_curve(curve: SpecificationCurve, estimate: float, name: str) -> None:
    """Refuse a multiverse whose main specification is not the primary model."""
    main = float(curve.table["estimate"].iloc[0])
    if not math.isclose(main, estimate, rel_tol=1e-6, abs_tol=1e-9):
        raise HypothesisError(
            f"multiverse of {name!r}: its main specification gives {main:.6g}, the primary model "
            f"{estimate:.6g}. Remedy: make the first option of each choice the primary model's own"
        )


def count_events(model: Model, panel: Panel) -> int:
    """Events of a model's outcome in its sample, whether or not a model can be estimated there.

    They are the sum of a count; of any other outcome, the rows in which it is not zero.

    Where it cannot, events without an estimate mean that the effect is not identified; no events
    at all mean that there is nothing to test.
    """
    rows = panel.where(model.sample).frame
    known = rows.loc[rows[model.specification.treatment].notna(), model.specification.outcome]
    return int(mark_events(known.dropna().to_numpy(dtype=float)).sum())


def _check(
    collected: Collected, strength: Strength
) -> tuple[tuple[Bar, ...], dict[str, pd.DataFrame]]:
    """Every check that the design declares, with the tables behind them."""
    hypothesis, design, panel = collected.hypothesis, collected.design, collected.panel
    primary, smallest = hypothesis.primary, collected.smallest
    bars: list[Bar] = []
    tables: dict[str, pd.DataFrame] = {}
    if design.list_controls(primary.estimand):
        tables["negative_control"], found = check_controls(
            hypothesis, panel, design, smallest=smallest, widest=strength.half_width
        )
        bars += found
    if design.placebo:
        placebo = collected.find(role="placebo")
        bars.append(check_placebo(placebo, condition=design.placebo, smallest=smallest))
    if design.silence:
        silent = collected.find(outcome=design.silence.outcome)
        bars.append(check_silence(silent, design.silence))
    if design.hazard:
        role = design.hazard.sample_role
        sampled = next((m for m in hypothesis.models if m.role == role), primary)
        tables["predictable_steps"], bar = check_hazard(
            design.hazard,
            panel,
            sample=sampled.sample,
            cluster=primary.specification.inference.cluster,
        )
        bars.append(bar)
    if design.leads:
        bars.append(check_leads(primary, panel, design.leads, smallest=smallest))
    if design.pre_period:
        bars.append(check_pre_period(primary, panel, design.pre_period, smallest=smallest))
    return tuple(bars), tables


def _trace(collected: Collected, family: Family, *, jobs: int) -> SpecificationCurve | None:
    """Run the declared multiverse about the primary model, once for verdict, table and page."""
    multiverse = family.find_multiverse(collected.hypothesis)
    if multiverse is None:
        return None
    if "inference" in multiverse.choices:
        return multiverse.run(collected.panel, jobs=jobs)
    inference = replace(multiverse.specification.inference, method=family.curve_method)
    main = replace(multiverse.specification, inference=inference)
    return replace(multiverse, specification=main).run(collected.panel, jobs=jobs)


def _tabulate(collected: Collected) -> dict[str, pd.DataFrame]:
    results = collected.results.values()
    names = {
        f"{collected.panel.unit}s": "missions",
        collected.hypothesis.primary.specification.inference.cluster: "host",
    }
    gates = [
        r.identification.table.rename(columns=names).assign(model=r.model.name)
        for r in results
        if r.identification
    ]
    lost = [r.estimate.lost.assign(model=r.model.name) for r in results if r.estimate]
    left = list(collected.left_out.values())
    tables = {"estimates": pd.DataFrame([describe(r) for r in results])}
    for name, parts in (("leave_one_out", left), ("identification", gates), ("rows_lost", lost)):
        tables[name] = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return {name: shape(table, name) for name, table in tables.items()}
