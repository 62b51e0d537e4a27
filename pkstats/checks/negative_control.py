r"""Negative controls: deaths that the treatment cannot cause, beside hostile deaths.

Two models answer. The *contrast* stacks hostile and control deaths, a row a unit, period and
type, in one Poisson model with unit x period, unit x type and year x type effects:

.. math:: E[y_{itk}] = \exp(\delta\, x_{it} 1[k = hostile] + \alpha_{it} + \beta_{ik} + \gamma_{yk})

:math:`\delta` is the response of hostile deaths less that of control deaths; exposure and all
that moves both alike is absorbed. The *response* is the control's own coefficient, from the
specification with the control as outcome.

Ruling, with s the smallest effect of interest and 90% intervals by cluster jackknife:

- ``passes``: the interval of the response lies inside (-s, s). The control does not move.
- ``explains``: the response's interval excludes zero and the contrast's holds it, in an interval
  no wider than that of the hostile deaths themselves. The control moves, and hostile deaths do not
  move differently, so what moves the one may move the other.
- ``uninformative``: neither, or an interval is undefined. A contrast that is wider than the
  estimate which it is to explain would hold zero whatever moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from pkstats.arguments import check_arguments
from pkstats.checks.detectable import Interval, interval
from pkstats.data.panels import Panel
from pkstats.errors import Breaches, EstimationError, SpecificationError
from pkstats.estimation.engines.columns import check_names
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.estimation.validation import validate

ControlRuling = Literal["passes", "explains", "uninformative"]
LEVEL = 0.9


@dataclass(frozen=True)
class NegativeControl:
    """Result of one negative control.

    Parameters
    ----------
    control : str
        Column of control deaths.
    contrast, response : Estimate or None
        Stacked model; the control's own model. None where it has no finite estimate.
    smallest_effect : float
        s, a log rate ratio.
    ruling : {"passes", "explains", "uninformative"}
        By the rule of this module.
    reason : str
        The intervals, or why there is none.
    table : pandas.DataFrame
        Two rows: control term estimate std_error conf_low_90 conf_high_90 rows events ruling.
    """

    control: str
    contrast: Estimate | None
    response: Estimate | None
    smallest_effect: float
    ruling: ControlRuling
    reason: str
    table: pd.DataFrame


def contrast_control(
    specification: Specification,
    panel: Panel,
    *,
    control: str,
    smallest_effect: float,
    widest: float | None = None,
) -> NegativeControl:
    """Contrast hostile with control deaths and rule on the control.

    Parameters
    ----------
    specification : Specification
        Its outcome is hostile deaths; treatment, controls, effects, exposure and cluster are used
        as they stand. The jackknife (CRV3) is used whatever its method.
    panel : Panel
        Rows in which the control is fit for use: leave out known catastrophes before.
    control : str
        Column of control deaths, such as ``"accident_deaths"``.
    smallest_effect : float
        Smallest effect of interest, a positive log rate ratio per unit of the treatment.
    widest : float, optional
        Half the length that the contrast's 90% interval may have to explain anything; by default
        that of the specification's own estimate on the panel.

    Returns
    -------
    NegativeControl

    Raises
    ------
    SpecificationError
        The smallest effect is not positive, or the columns break a rule of
        :func:`~pkstats.estimation.estimate.estimate`. What the data cannot answer is a reason of
        the result.
    """
    check_arguments("negative control", smallest_effect=smallest_effect)
    jackknife = Inference(cluster=specification.inference.cluster, method="CRV3")
    subject = f"negative control {control!r} on panel {panel.name!r}"
    _check_columns(specification, panel, control)
    own = replace(specification, outcome=control, inference=jackknife)
    validate([(own, panel)], subject=subject)
    stacked, stacked_panel = stack_types(specification, panel, control=control)
    both = replace(stacked, inference=jackknife)
    validate([(both, stacked_panel)], subject=subject)
    response, no_response = _try(own, panel)
    contrast, no_contrast = _try(both, stacked_panel)
    if widest is None:
        own_estimate, _ = _try(replace(specification, inference=jackknife), panel)
        widest = _interval(own_estimate).half_width
    ruling, reason = _rule(response, contrast, smallest_effect, widest)
    reason = "; ".join(filter(None, (reason, no_response, no_contrast)))
    named = (f"{specification.treatment} x hostile", contrast), (own.treatment, response)
    rows = [_record(control, term, result, ruling) for term, result in named]
    return NegativeControl(
        control, contrast, response, smallest_effect, ruling, reason, pd.DataFrame(rows)
    )


def stack_types(
    specification: Specification, panel: Panel, *, control: str
) -> tuple[Specification, Panel]:
    """Stack hostile and control deaths into the model of the contrast.

    Every effect of the specification becomes one level a type, unit x period is added, and the
    treatment and controls enter times hostile. Rows that miss a model column are kept, so that
    ``missing`` treats them as before.

    Returns
    -------
    specification : Specification
        Outcome ``deaths``, treatment ``<treatment> x hostile``; no exposure.
    panel : Panel
        Two rows a unit and period.
    """
    _check_columns(specification, panel, control)
    frame, hostile = panel.frame, specification.outcome
    regressors = [specification.treatment, *specification.controls]
    keys = [panel.unit, panel.time, specification.inference.cluster]
    parts = []
    for kind, column in (("hostile", hostile), ("control", control)):
        part = frame[list(dict.fromkeys(keys))].copy()
        part["type"] = kind
        part["deaths"] = frame[column]
        part["unit x period"] = _label(frame[panel.unit], frame[panel.time])
        part["series"] = frame[panel.unit].astype(str) + f" {kind}"
        for name in regressors:
            part[f"{name} x hostile"] = frame[name] * float(kind == "hostile")
        for effect in specification.effects:
            level = frame[effect]
            part[f"{effect} x type"] = (level.astype(str) + f" {kind}").where(level.notna())
        parts.append(part)
    stacked = pd.concat(parts, ignore_index=True)
    effects = ("unit x period", *(f"{e} x type" for e in specification.effects))
    return (
        replace(
            specification,
            outcome="deaths",
            treatment=f"{specification.treatment} x hostile",
            controls=tuple(f"{c} x hostile" for c in specification.controls),
            effects=effects,
            exposure=None,
        ),
        Panel.from_frame(stacked, unit="series", time=panel.time, name=f"{panel.name} by type"),
    )


def _label(unit: pd.Series, time: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(time):
        time = time.dt.strftime("%Y-%m-%d")
    return unit.astype(str) + " " + time.astype(str)


def _check_columns(specification: Specification, panel: Panel, control: str) -> None:
    breaches = Breaches(f"negative control {control!r} on panel {panel.name!r}")
    read = [c for c in specification.columns if c != specification.exposure]
    check_names([*read, control], panel.frame, breaches)
    if control == specification.outcome:
        breaches.add("control and outcome are one column", remedy="name another control")
    breaches.raise_as(SpecificationError)


def _try(specification: Specification, panel: Panel) -> tuple[Estimate | None, str]:
    """Estimate; without a finite estimate, the reason."""
    try:
        return estimate(specification, panel), ""
    except EstimationError as error:
        return None, f"{specification.outcome}: {error}"


def _rule(
    response: Estimate | None, contrast: Estimate | None, smallest_effect: float, widest: float
) -> tuple[ControlRuling, str]:
    own, both = _interval(response), _interval(contrast)
    reason = (
        f"response of the control [{own.low:.3f}, {own.high:.3f}], contrast with hostile deaths "
        f"[{both.low:.3f}, {both.high:.3f}], smallest effect {smallest_effect:.3f}"
    )
    if own.lies_inside(smallest_effect):
        return "passes", reason
    moves = bool(own.low > 0 or own.high < 0)
    if moves and both.holds(0.0):
        if both.half_width <= widest:
            return "explains", reason
        reason = f"{reason}; the contrast is wider than the estimate (half-width {widest:.3f})"
    return "uninformative", reason


def _interval(result: Estimate | None) -> Interval:
    return Interval(np.nan, np.nan) if result is None else interval(result, level=LEVEL)


def _record(
    control: str, term: str, result: Estimate | None, ruling: ControlRuling
) -> dict[str, object]:
    low, high = _interval(result)
    return {
        "control": control,
        "term": term,
        "estimate": np.nan if result is None else result.coefficient,
        "std_error": np.nan if result is None else result.std_error,
        "conf_low_90": low,
        "conf_high_90": high,
        "rows": 0 if result is None else result.rows,
        "events": 0.0 if result is None else result.events,
        "ruling": ruling,
    }
