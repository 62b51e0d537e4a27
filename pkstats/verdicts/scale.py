r"""Natural scale: what a coefficient means in events by a denominator.

A log rate ratio :math:`\beta` at the rate r of the sample is a change of :math:`r (e^\beta - 1)`;
so are its bounds. A change of a probability stays one, in percentage points. The denominator is
what the design declares: personnel-years, inhabitants, words.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from scipy.special import expit, logit

from pkstats.errors import SpecificationError
from pkstats.estimation.engines import find_engine
from pkstats.verdicts.tables import shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Model, SmallestEffect
    from pkstats.families.design import Scale

#: Beyond this log ratio a change is not told.
LARGEST_LOG_RATIO = 50


def count_rate(frame: pd.DataFrame, *, outcome: str, scale: Scale) -> float:
    """Events by the denominator of a scale, over the rows where both columns are observed.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (rows, columns)
        A row a unit and period.
    outcome : str
        Events in the period.
    scale : Scale
        With a denominator.

    Returns
    -------
    float
        Events per ``scale.per`` of the denominator and unit of time.

    Raises
    ------
    SpecificationError
        A column is absent, or the rows hold none of the denominator.
    """
    absent = [name for name in (outcome, scale.denominator) if name not in frame]
    if absent:
        raise SpecificationError(
            f"scale {scale.unit!r}: no column {', '.join(absent)}. Remedy: name a column of the "
            "prepared panel, or add it in the family's prepare"
        )
    observed = frame[frame[outcome].notna() & frame[scale.denominator].notna()]
    total = float(observed[scale.denominator].sum()) / scale.periods
    if total <= 0:
        raise SpecificationError(
            f"no row holds both {outcome!r} and {scale.denominator!r}. Remedy: widen the baseline"
        )
    return float(observed[outcome].sum()) / total * scale.per


def convert_smallest_effect(
    effect: SmallestEffect,
    model: Model,
    panel: Panel,
    *,
    scale: Scale | None,
) -> float:
    r"""Turn a smallest effect on the natural scale into the scale of the coefficient.

    A rate becomes a log rate ratio at the rate of the model's own sample, so that what matters is
    the same number of events wherever it is looked for; a smallest effect declared as a coefficient
    stays as it is. The sample is that of the declaration, quiet units included: it is known before
    anything is estimated.

    .. math:: \log(1 + v / r)

    with the change :math:`v` and the rate :math:`r`, both on the scale of the design.

    Parameters
    ----------
    effect : SmallestEffect
        As declared.
    model : Model
        The primary one.
    panel : Panel
        Prepared, whole.
    scale : Scale or None
        Of the design.

    Returns
    -------
    float
        Positive.

    Raises
    ------
    SpecificationError
        A rate is declared and the design has no denominator, or no event makes a rate.
    """
    if effect.scale == "coefficient":
        return effect.value
    return _convert(effect, panel.where(model.sample), model, scale=scale, where="sample")


def list_bounds(
    effect: SmallestEffect,
    model: Model,
    panel: Panel,
    *,
    scale: Scale | None,
) -> dict[str, float]:
    """Convert a smallest effect otherwise than the rule does, to be shown beside it.

    Returns
    -------
    dict of str to float
        By name: at the rate of the declared baseline, as the rule read it before its amendment;
        and half of the declared change, a stricter reading. A coefficient has the stricter alone.
    """
    half = replace(effect, value=effect.value / 2)
    stricter = convert_smallest_effect(half, model, panel, scale=scale)
    bounds = {"half as large": stricter}
    if effect.scale == "rate" and effect.baseline:
        before = _convert(
            effect, panel.where(effect.baseline), model, scale=scale, where="baseline"
        )
        bounds = {"at the rate of the baseline": before, **bounds}
    return bounds


def _convert(
    effect: SmallestEffect, sample: Panel, model: Model, *, scale: Scale | None, where: str
) -> float:
    if scale is None or not scale.denominator:
        raise SpecificationError(
            f"a smallest effect of {effect.value:g} {effect.unit} needs a denominator. Remedy: "
            "declare it with scale='coefficient', or give the design a Scale with a denominator"
        )
    outcome = model.specification.outcome
    rate = count_rate(sample.frame, outcome=outcome, scale=scale)
    if rate == 0:
        raise SpecificationError(
            f"no event of {outcome!r} in the {where}, so that no rate can be changed. Remedy: "
            f"widen the {where}, or declare the effect as a coefficient"
        )
    return math.log1p(effect.value / rate)


def tell_effects(
    models: Sequence[Model], estimates: pd.DataFrame, panel: Panel, *, scale: Scale
) -> pd.DataFrame:
    """Tell the estimates of some models on the natural scale.

    Parameters
    ----------
    models : sequence of Model
        Of any engine; a hazard is told by unit and period at risk.
    estimates : pandas.DataFrame
        A row a model: model, estimate, conf_low, conf_high.
    panel : Panel
        Prepared, whole; gives the rate in each model's sample.
    scale : Scale
        Of the design.

    Returns
    -------
    pandas.DataFrame
        model, outcome, estimand, rate (events by the denominator in the sample; of an outcome of
        zero or one the share of rows in percent; of any other outcome of a linear model its mean),
        change, change_low, change_high, unit. Missing where the estimate or its interval is.
    """
    lines = {str(line["model"]): line for line in estimates.to_dict("records")}
    rows = [_tell(m, lines[m.name], panel, scale) for m in models if m.name in lines]
    return shape(pd.DataFrame(rows), "effects")


def _tell(model: Model, line: Mapping[Any, Any], panel: Panel, scale: Scale) -> dict[str, object]:
    specification = model.specification
    frame = panel.where(model.sample).frame
    named = {"model": model.name, "outcome": specification.outcome, "estimand": model.estimand}
    values = [float(line[c]) for c in ("estimate", "conf_low", "conf_high")]
    engine = find_engine(specification)
    if engine.is_count:
        rate = (
            count_rate(frame, outcome=specification.outcome, scale=scale)
            if scale.denominator
            else _count_own_rate(model, frame, scale)
        )
        change, unit = [_move(rate, v) for v in values], scale.unit
    else:
        outcome = frame[specification.outcome].astype(float)
        share = float(outcome.mean())
        if not engine.is_linear:
            odds = "odds" in engine.scale_of(specification).ratio.lower()
            change = [100 * _move_share(share, v, odds=odds) for v in values]
            rate, unit = 100 * share, scale.points
        elif outcome.dropna().isin((0.0, 1.0)).all():
            rate, change, unit = 100 * share, [100 * v for v in values], scale.points
        else:
            rate, change, unit = share, values, _name_unit(specification.outcome, panel)
    changes = dict(zip(("change", "change_low", "change_high"), change, strict=True))
    return {**named, "rate": rate, **changes, "unit": unit}


def _name_unit(outcome: str, panel: Panel) -> str:
    """Unit of an outcome as the panel's codebook gives it, else its name."""
    known = {variable.name: variable.unit for variable in panel.codebook}
    return known.get(outcome) or f"units of {outcome}"


def _move_share(share: float, log_ratio: float, *, odds: bool) -> float:
    """Change of a share of rows whose odds, or whose hazard, are multiplied; may be missing."""
    if not math.isfinite(share):
        return math.nan
    if odds:
        return float(expit(logit(share) + log_ratio)) - share
    if math.isnan(log_ratio):
        return math.nan
    kept = math.log1p(-share) if share < 1 else -math.inf
    return -math.expm1(math.exp(min(log_ratio, LARGEST_LOG_RATIO)) * kept) - share


def _move(rate: float, log_ratio: float) -> float:
    """Change of a rate; missing where the ratio is, or is beyond all bounds."""
    if not math.isfinite(log_ratio):
        return math.nan
    return rate * math.expm1(log_ratio) if log_ratio < LARGEST_LOG_RATIO else math.inf


def _count_own_rate(model: Model, frame: pd.DataFrame, scale: Scale) -> float:
    """Rate by the model's own exposure (a row each without one), over the rows it can use."""
    specification = model.specification
    known = frame[specification.treatment].notna() & frame[specification.outcome].notna()
    exposure = pd.Series(1.0, index=frame.index)
    if specification.exposure:
        exposure = frame[specification.exposure].astype(float)
        known &= exposure.gt(0)
    events = float(frame.loc[known, specification.outcome].sum())
    return scale.per * events / (float(exposure[known].sum()) / scale.periods)
