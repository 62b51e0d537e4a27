r"""Natural scale: what a coefficient means in deaths per 1,000 personnel-years.

A log rate ratio :math:`\beta` at the rate r of the sample is a change of :math:`r (e^\beta - 1)`;
so are its bounds. A change of a probability stays one, in percentage points.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from pkstats.verdicts.baseline import count_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Model

PER_RATE = "per 1,000 personnel-years"
POINTS = "percentage points of a month"
COLUMNS = ["model", "outcome", "estimand", "rate", "change", "change_low", "change_high", "unit"]


def tell_effects(models: Sequence[Model], estimates: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Tell the estimates of some models on the natural scale.

    Parameters
    ----------
    models : sequence of Model
        Poisson models, or linear ones of a probability.
    estimates : pandas.DataFrame
        A row a model: model, estimate, conf_low, conf_high.
    panel : Panel
        Prepared, whole; gives the rate in each model's sample.

    Returns
    -------
    pandas.DataFrame
        model, outcome, estimand, rate (events per 1,000 personnel-years in the sample; the share
        of months for a probability, in percent), change, change_low, change_high, unit. Missing
        where the estimate or its interval is.
    """
    lines = {str(line["model"]): line for line in estimates.to_dict("records")}
    rows = [_tell(m, lines[m.name], panel) for m in models if m.name in lines]
    return pd.DataFrame(rows, columns=COLUMNS)


def _tell(model: Model, line: Mapping[Any, Any], panel: Panel) -> dict[str, object]:
    specification = model.specification
    frame = panel.where(model.sample).frame
    named = {"model": model.name, "outcome": specification.outcome, "estimand": model.estimand}
    values = [float(line[c]) for c in ("estimate", "conf_low", "conf_high")]
    if specification.family == "linear":
        rate = 100 * float(frame[specification.outcome].astype(float).mean())
        change, unit = [100 * v for v in values], POINTS
    else:
        rate = count_rate(frame, outcome=specification.outcome)
        change, unit = [rate * math.expm1(v) if v < 50 else math.inf for v in values], PER_RATE
        change = [c if math.isfinite(v) else math.nan for c, v in zip(change, values, strict=True)]
    changes = dict(zip(("change", "change_low", "change_high"), change, strict=True))
    return {**named, "rate": rate, **changes, "unit": unit}
