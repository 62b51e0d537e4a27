"""Bars: the checks of a design that may stop a ruling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.checks.negative_control import contrast_control
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.verdicts import thresholds
from pkstats.verdicts.strength import Bar
from pkstats.verdicts.tables import shape

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis
    from pkstats.families.design import Design, Hazard, Silence
    from pkstats.verdicts.models import Result

NOT_EXPLAINS: Final = "not 'explains'"


def check_controls(
    hypothesis: Hypothesis, panel: Panel, design: Design, *, smallest: float
) -> tuple[pd.DataFrame, Bar]:
    """Contrast the outcome with every negative control; one that explains bars the ruling.

    Returns
    -------
    pandas.DataFrame
        Two rows a control: control term estimate std_error conf_low_90 conf_high_90 rows events
        ruling model reason.
    Bar
        Clear where none explains.
    """
    model = next(iter(hypothesis.secondary), hypothesis.primary)
    found = [
        contrast_control(
            model.specification,
            panel.where(_join(model.sample, control.rows)),
            control=control.outcome,
            smallest_effect=smallest,
        )
        for control in design.controls
    ]
    table = pd.concat(
        [f.table.assign(model=model.name, reason=f.reason) for f in found], ignore_index=True
    )
    words = "; ".join(f"{f.control.replace('_', ' ')}: {f.ruling}" for f in found)
    return table, Bar(
        condition="No negative control explains the effect",
        value=words,
        threshold=NOT_EXPLAINS,
        clear=not any(f.ruling == "explains" for f in found),
    )


def check_placebo(
    result: Result | None, primary: Result, *, condition: str, smallest: float
) -> Bar:
    """Whether the placebo outcome moves as the primary one does.

    It *passes* if its 90% interval lies inside the smallest effect of interest, *explains* if
    that interval excludes zero on the side of the primary estimate, and is *uninformative* else.
    """
    if result is None or result.estimate is None or primary.estimate is None:
        reason = result.failure if result else "not estimated"
        return Bar(condition=condition, value=reason, threshold=NOT_EXPLAINS, clear=None)
    row = result.estimate.tidy(0.90).iloc[0]
    low, high, name = row["conf_low"], row["conf_high"], result.model.specification.outcome
    if pd.isna(low) or pd.isna(high):
        value = f"{name.replace('_', ' ')}: interval undefined"
        return Bar(condition=condition, value=value, threshold=NOT_EXPLAINS, clear=None)
    same = row["estimate"] * primary.estimate.coefficient > 0
    if low * high > 0 and same:
        answer = "explains"
    else:
        answer = "passes" if -smallest < low and high < smallest else "uninformative"
    words = f"{name.replace('_', ' ')}: {answer} ({low:.2f} to {high:.2f})"
    return Bar(condition=condition, value=words, threshold=NOT_EXPLAINS, clear=answer != "explains")


def check_silence(result: Result | None, silence: Silence) -> Bar:
    """Whether a treatment has no effect on an outcome that must not respond (larger p-value)."""
    condition, threshold = silence.condition, _name_level()
    if result is None or result.estimate is None or pd.isna(result.p_value):
        reason = "not estimated" if result is None else result.failure or "p-value undefined"
        return Bar(condition=condition, value=reason, threshold=threshold, clear=None)
    words = f"estimate {result.estimate.coefficient:.3f}, p = {result.p_value:.3f}"
    clear = result.p_value >= thresholds.BAR_LEVEL
    return Bar(condition=condition, value=words, threshold=threshold, clear=clear)


def check_hazard(
    hazard: Hazard, panel: Panel, *, sample: str, cluster: str
) -> tuple[pd.DataFrame, Bar]:
    """Whether the past predicts the treatment's steps.

    Parameters
    ----------
    hazard : Hazard
        As the design declares it.
    panel : Panel
        Prepared, whole.
    sample : str
        Rows kept, as a pandas query; the hazard's own rows are drawn from them.
    cluster : str
        Column of the clusters.

    Returns
    -------
    pandas.DataFrame
        effects, term, estimate, std_error, p_value, conf_low, conf_high, rows, steps, note; one
        row a term and model. A model without an estimate keeps a row with the reason.
    Bar
        Clear where the first model's p-value of the past is large enough; not computed where it is
        undefined.
    """
    rows = panel.where(_join(sample, hazard.rows))
    parts = [_estimate_hazard(hazard, rows, effects, cluster) for effects in hazard.effects]
    table = shape(pd.concat(parts, ignore_index=True), "predictable_steps")
    line = parts[0][parts[0]["term"] == hazard.past].iloc[0]
    return table, rule_on_hazard(hazard, p_value=line.get("p_value"), note=str(line["note"]))


def rule_on_hazard(hazard: Hazard, *, p_value: float | None, note: str) -> Bar:
    """Clear where the past does not predict steps; not computed where p is undefined."""
    if p_value is None or pd.isna(p_value):
        value, clear = f"undefined: {note}", None
    else:
        clear = bool(p_value >= thresholds.BAR_LEVEL)
        said = hazard.answers[int(clear)]
        value = f"{said}, p = {p_value:.3f}" if said else f"p = {p_value:.3f}"
    return Bar(condition=hazard.condition, value=value, threshold=_name_level(), clear=clear)


def _estimate_hazard(
    hazard: Hazard, rows: Panel, effects: tuple[str, ...], cluster: str
) -> pd.DataFrame:
    label = " + ".join(effects) or "none"
    specification = Specification(
        outcome=hazard.step,
        treatment=hazard.past,
        controls=hazard.controls,
        effects=effects,
        family="poisson",
        inference=Inference(cluster=cluster, method="CRV3"),
        missing="drop",
    )
    try:
        found = estimate(specification, rows)
    except EstimationError as error:
        return pd.DataFrame([{"effects": label, "term": hazard.past, "note": str(error)}])
    return found.tidy().assign(effects=label, rows=found.rows, steps=found.events, note=found.note)


def _join(sample: str, rows: str) -> str:
    """Both queries at once; either may be empty."""
    return " and ".join(f"({query})" for query in (sample, rows) if query)


def _name_level() -> str:
    return f"p of {thresholds.BAR_LEVEL:.2f} or more"
