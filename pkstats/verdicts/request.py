"""Request: everything that a hypothesis asks of a panel, checked before anything is estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkstats.data.panels import Panel
from pkstats.data.panels.store import load_panel
from pkstats.errors import Breaches, HypothesisError, PanelError, SpecificationError
from pkstats.estimation.engines import find_engine
from pkstats.estimation.validation import validate
from pkstats.families.freeze import read_frozen
from pkstats.verdicts.models import assign
from pkstats.verdicts.scale import convert_smallest_effect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkstats.families import Design, Family, Hypothesis


def check_request(hypothesis: Hypothesis, family: Family, panel: Panel) -> None:
    """Refuse a hypothesis whose models, checks or choices cannot be run as declared.

    Parameters
    ----------
    hypothesis : Hypothesis
        The declaration.
    family : Family
        Whose design and choices count.
    panel : Panel
        Prepared, whole.

    Raises
    ------
    SpecificationError
        Lists every query that fails, column that is absent, scheme that the design lacks, and
        check of the design that names no column or model.
    HypothesisError
        The design lets a randomization test enter that the primary model does not declare.
    """
    design = family.find_design(hypothesis)
    breaches = Breaches(f"hypothesis {hypothesis.name!r}")
    _check_entering(hypothesis, design)
    if design.strategy == "meta-regression":
        return
    _check_scale(hypothesis, breaches)
    _check_inference(hypothesis, breaches)
    samples = _read_samples(hypothesis, design, panel, breaches)
    _check_columns(hypothesis, design, panel, breaches)
    _check_schemes(hypothesis, design, panel, breaches)
    breaches.raise_as(SpecificationError)
    convert_smallest_effect(
        hypothesis.smallest_effect, hypothesis.primary, panel, scale=design.scale
    )
    validate([(m.specification, samples[m.sample]) for m in hypothesis.models])
    multiverse = family.find_multiverse(hypothesis)
    if multiverse is not None:
        multiverse.validate(panel)


def prepare_panels(
    members: Sequence[Hypothesis], family: Family, panels: Mapping[str, Panel]
) -> dict[str, Panel]:
    """Prepare the panels of a family, and refuse what any member asks wrongly of them.

    Nothing is estimated before every member has been checked.

    Parameters
    ----------
    members : sequence of Hypothesis
        Those that are judged.
    family : Family
        Whose preparation, designs and choices count.
    panels : mapping of str to Panel
        By name; those that it lacks are loaded as pkstats ships them.

    Returns
    -------
    dict of str to Panel
        Prepared, by name.

    Raises
    ------
    HypothesisError, SpecificationError
        As :func:`check_request`.
    """
    ready: dict[str, Panel] = {}
    for member in members:
        if member.panel not in ready:
            observed = panels.get(member.panel) or load_panel(member.panel)
            ready[member.panel] = family.make_ready(observed, panels)
        check_request(member, family, ready[member.panel])
    return ready


def _check_entering(hypothesis: Hypothesis, design: Design) -> None:
    own = hypothesis.name not in read_frozen().get("sha256", {})
    if own and design.entering == "randomization" and not hypothesis.primary.randomized:
        raise HypothesisError(
            f"design {design.name!r} lets a randomization p enter, and model "
            f"{hypothesis.primary.name!r} declares no test. Remedy: randomized=True in the model, "
            "or entering='CRV3' or 'wild score' in the design"
        )


def _check_inference(hypothesis: Hypothesis, breaches: Breaches) -> None:
    """The rule reads the cluster jackknife."""
    for model in hypothesis.judged:
        method = model.specification.inference.method
        if method != "CRV3":
            breaches.add(
                f"model {model.name!r} asks for {method}, and the rule reads the cluster jackknife",
                remedy="inference=pk.Inference(cluster=..., method='CRV3')",
            )


def _check_scale(hypothesis: Hypothesis, breaches: Breaches) -> None:
    """A smallest effect on a rate is converted to a log rate ratio, which only counts have."""
    engine = find_engine(hypothesis.primary.specification)
    if hypothesis.smallest_effect.scale == "rate" and not engine.is_count:
        breaches.add(
            f"smallest effect on a rate, and {engine.name} models no count",
            remedy="SmallestEffect(scale='coefficient')",
        )


def _read_samples(
    hypothesis: Hypothesis, design: Design, panel: Panel, breaches: Breaches
) -> dict[str, Panel]:
    """Rows of every sample; a query that fails is a breach."""
    hazard = [design.hazard.rows] if design.hazard else []
    controls = [control.rows for control in design.controls]
    samples: dict[str, Panel] = {}
    baseline = [hypothesis.smallest_effect.baseline]
    models = [m.sample for m in hypothesis.models]
    for query in dict.fromkeys([*models, *hazard, *controls, *baseline]):
        try:
            samples[query] = panel.where(query)
        except PanelError as error:
            breaches.add(str(error))
            samples[query] = panel
        if samples[query].frame.empty and query not in models:
            breaches.add(f"no row of the panel meets {query!r}", remedy="mend the query")
    return samples


def _check_columns(
    hypothesis: Hypothesis, design: Design, panel: Panel, breaches: Breaches
) -> None:
    named: list[tuple[str, tuple[str, ...]]] = [
        (f"negative control {c.outcome!r}", (c.outcome,)) for c in design.controls
    ]
    if design.pre_period:
        named.append(("pre-period", (design.pre_period.renewal,)))
    named.append(("left_out", design.left_out))
    if design.hazard:
        hazard = design.hazard
        effects = [effect for model in hazard.effects for effect in model]
        named.append(("hazard", (hazard.step, hazard.past, *hazard.controls, *effects)))
    if design.scale and design.scale.denominator:
        named.append((f"scale {design.scale.unit!r}", (design.scale.denominator,)))
    for what, columns in named:
        absent = [column for column in columns if column not in panel.frame]
        if absent:
            breaches.add(
                f"{what}: no column {', '.join(absent)}",
                remedy="name columns of the prepared panel, or add them in the family's prepare",
            )
    outcomes = {model.specification.outcome for model in hypothesis.models}
    if design.silence and design.silence.outcome not in outcomes:
        breaches.add(f"silence: no model on {design.silence.outcome!r}", remedy="declare one")
    if design.placebo and "placebo" not in {model.role for model in hypothesis.models}:
        breaches.add("no model of role 'placebo'", remedy="declare one, or placebo=''")


def _check_schemes(
    hypothesis: Hypothesis, design: Design, panel: Panel, breaches: Breaches
) -> None:
    for model in hypothesis.models:
        if model.randomized:
            try:
                assign(model, panel, design)
            except SpecificationError as error:
                breaches.add(str(error))
