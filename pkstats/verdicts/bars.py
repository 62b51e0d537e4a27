"""Bars: the checks of a design, each with the directions of bias that it leaves open or finds."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.checks.detectable import Interval
from pkstats.checks.negative_control import NegativeControl, contrast_control
from pkstats.comparisons.event_study import event_study
from pkstats.comparisons.stacked_renewals import stacked_renewals
from pkstats.comparisons.summed_periods import sum_periods
from pkstats.errors import EstimationError
from pkstats.estimation.engines import find_engine
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.verdicts.tables import shape
from pkstats.verdicts.threat import (
    ANSWERING_STEPS,
    COMMON_CAUSE,
    COVERAGE,
    DOWN,
    SELECTED_ROWS,
    UP,
    Bar,
    weigh_bias,
)

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis, Model
    from pkstats.families.design import Design, Hazard, Leads, PrePeriod, Silence
    from pkstats.verdicts.models import Result

UNDEFINED: Final = Interval(math.nan, math.nan)


def check_controls(
    hypothesis: Hypothesis, panel: Panel, design: Design, *, smallest: float, widest: float
) -> tuple[pd.DataFrame, tuple[Bar, ...]]:
    """Contrast the outcome with every negative control of the hypothesis' estimand.

    A control that responds biases the estimate in the direction of its response; it *explains* the
    estimate only where the contrast is informative, that is no wider than the primary interval.

    Parameters
    ----------
    smallest : float
        Smallest effect of interest, on the scale of the coefficient.
    widest : float
        Half the length of the primary model's 90% interval.

    Returns
    -------
    pandas.DataFrame
        Two rows a control: control term estimate std_error conf_low_90 conf_high_90 rows events
        ruling model reason.
    tuple of Bar
        One a control.
    """
    model = next(iter(hypothesis.secondary), hypothesis.primary)
    found = [
        contrast_control(
            model.specification,
            panel.where(join_queries(model.sample, control.rows)),
            control=control.outcome,
            smallest_effect=smallest,
            widest=widest,
        )
        for control in design.list_controls(hypothesis.primary.estimand)
    ]
    tables = [f.table.assign(model=model.name, reason=f.reason) for f in found]
    return pd.concat(tables, ignore_index=True), tuple(_weigh_control(f, smallest) for f in found)


def _weigh_control(control: NegativeControl, smallest: float) -> Bar:
    name = control.control.replace("_", " ")
    line = control.table.iloc[-1]
    bar = weigh_bias(
        threat=COMMON_CAUSE,
        condition=f"The negative control does not respond: {name}",
        interval=(float(line["conf_low_90"]), float(line["conf_high_90"])),
        bound=smallest,
        sign=UP,
        said=f"{control.ruling}, response",
    )
    return bar if control.ruling == "explains" else replace(bar, found=frozenset())


def check_placebo(result: Result | None, *, condition: str, smallest: float) -> Bar:
    """Whether the placebo outcome responds; a response biases the estimate in its direction."""
    interval, said = _read(result)
    if result is not None and result.estimate is not None:
        said = said or f"{result.model.specification.outcome.replace('_', ' ')}"
    return weigh_bias(
        threat=COMMON_CAUSE,
        condition=condition,
        interval=interval,
        bound=smallest,
        sign=UP,
        said=said,
    )


def check_silence(result: Result | None, silence: Silence) -> Bar:
    """Whether a treatment has an effect on an outcome that must not respond.

    Which rows a response selects is not known, so that it may bias in either direction.
    """
    interval, said = _read(result)
    bar = weigh_bias(
        threat=SELECTED_ROWS,
        condition=silence.condition,
        interval=interval,
        bound=silence.bound,
        sign=UP,
        said=said or "response",
    )
    both = frozenset({UP, DOWN})
    return replace(bar, open=both if bar.open else bar.open, found=both if bar.found else bar.found)


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
        effects, term, estimate, std_error, p_value, conf_low, conf_high, conf_low_90,
        conf_high_90, rows, steps, note; one row a term and model. A model without an estimate keeps
        a row with the reason.
    Bar
        Of the first model's coefficient of the past.
    """
    rows = panel.where(join_queries(sample, hazard.rows))
    parts = [_estimate_hazard(hazard, rows, effects, cluster) for effects in hazard.effects]
    table = shape(pd.concat(parts, ignore_index=True), "predictable_steps")
    line = table[table["term"] == hazard.past].iloc[0]
    return table, weigh_bias(
        threat=ANSWERING_STEPS,
        condition=hazard.condition,
        interval=(float(line["conf_low_90"]), float(line["conf_high_90"])),
        bound=hazard.bound,
        sign=hazard.sign,
        said=str(line["note"]) if pd.isna(line["conf_low_90"]) else "log hazard ratio",
    )


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
    wide = found.tidy(COVERAGE)
    return found.tidy().assign(
        conf_low_90=wide["conf_low"],
        conf_high_90=wide["conf_high"],
        effects=label,
        rows=found.rows,
        steps=found.events,
        note=found.note,
    )


def check_leads(model: Model, panel: Panel, leads: Leads, *, smallest: float) -> Bar:
    """Whether the outcome rose before the first step up, by the leads of an event study.

    Each lead is measured against the last period before the step, so that a mean below zero is a
    rise. The interval is the model's own, by cluster jackknife: where the refit without one cluster
    loses a lead, it is undefined and the check cannot tell.

    Parameters
    ----------
    model : Model
        The primary one.
    panel : Panel
        Prepared, whole.
    leads : Leads
        As the design declares them.
    smallest : float
        Smallest effect of interest, on the scale of the coefficient.
    """
    own = model.specification
    counted = [c for c in (own.outcome, own.exposure) if c]
    summed = find_engine(own).is_count
    rows = panel.where(model.sample)
    interval, said = UNDEFINED, "a lead has no estimate or no jackknife error"
    try:
        periods = sum_periods(
            rows,
            months=leads.months,
            sums=tuple(counted) if summed else (),
            means=(*own.controls, *(() if summed else counted)),
            last=(own.treatment, *_name_levels(own, panel)),
        )
        found = event_study(own, periods, leads=leads.leads, lags=leads.lags)
        line = found.average_leads(COVERAGE).iloc[0]
        interval = Interval(-float(line["conf_high"]), -float(line["conf_low"]))
    except EstimationError as error:
        said = str(error)
    return _weigh_rise(leads.condition, interval, smallest=smallest, said=said)


def _weigh_rise(condition: str, rise: Interval, *, smallest: float, said: str) -> Bar:
    """Weigh a rise of the outcome before steps: what rose before them falls back after them."""
    return weigh_bias(
        threat=ANSWERING_STEPS,
        condition=condition,
        interval=rise,
        bound=smallest,
        sign=DOWN,
        said="rise before the step" if math.isfinite(rise.low) else said,
    )


def _name_levels(own: Specification, panel: Panel) -> tuple[str, ...]:
    """Columns of effects and cluster that a sum of periods must keep."""
    keys = {panel.unit, panel.time}
    return tuple(dict.fromkeys(c for c in (*own.effects, own.inference.cluster) if c not in keys))


def check_pre_period(model: Model, panel: Panel, asked: PrePeriod, *, smallest: float) -> Bar:
    """Whether the outcome rose before renewals with a step, against renewals without one."""
    interval, said = UNDEFINED, ""
    try:
        found = stacked_renewals(
            model.specification,
            panel.where(model.sample),
            renewal=asked.renewal,
            window=asked.window,
        )
        line = found.pre_period.tidy(COVERAGE).iloc[0]
        interval = Interval(float(line["conf_low"]), float(line["conf_high"]))
        said = found.pre_period.note
    except EstimationError as error:
        said = str(error)
    return _weigh_rise(asked.condition, interval, smallest=smallest, said=said)


def _read(result: Result | None) -> tuple[Interval, str]:
    """90% interval of a model, the longer of its clusterings; else why there is none."""
    if result is None or result.estimate is None:
        return UNDEFINED, result.failure if result else "not estimated"
    interval = result.read_interval(COVERAGE)
    return interval, "" if math.isfinite(interval[0]) else result.estimate.note


def join_queries(sample: str, rows: str) -> str:
    """Both queries at once; either may be empty."""
    return " and ".join(f"({query})" for query in (sample, rows) if query)
