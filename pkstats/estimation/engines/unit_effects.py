"""What units have of their own in a mixed model: its design, its demands and its description."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from pkstats.errors import (
    AbsorbedError,
    Breaches,
    NoComparisonError,
    SingularFitError,
    SpecificationError,
    name_some,
)
from pkstats.estimation.engines.cells import Cells, Floats
from pkstats.estimation.engines.fit import Fit, UnitEffects
from pkstats.estimation.engines.rows import check_nested
from pkstats.estimation.kernels.effects import encode

INTERCEPT = "intercept"
#: Share of the scale below which a standard deviation among units is reported as zero.
NIL = 1e-3


def check_units(used: Cells) -> None:
    """Refuse cells on which effects drawn by unit cannot be estimated or clustered.

    Raises
    ------
    SpecificationError
        A unit in several clusters.
    NoComparisonError
        Fewer than two units.
    AbsorbedError
        Effects fix each unit's intercept already.
    """
    breaches = Breaches("mixed model")
    units = len(np.unique(used.unit))
    if units < 2:
        breaches.add(
            f"the sample holds {units} unit",
            remedy="estimator='within' or 'pooled'",
            failure=NoComparisonError,
        )
    check_nested(used, breaches, why="; the score of a mixed model belongs to a unit as a whole")
    both = encode(np.column_stack([used.effects, used.unit])).rank
    if used.effect_names and both == encode(used.effects).rank:
        breaches.add(
            f"the effects {name_some(used.effect_names)} fix the intercept of every unit",
            remedy="drop them, or estimator='within'",
            failure=AbsorbedError,
        )
    breaches.raise_as(SpecificationError)


def build_varying(used: Cells, varying: str) -> tuple[tuple[str, ...], Floats, Floats]:
    """Names, design of shape (n, q) and scale of shape (q,) of what varies by unit.

    The treatment is divided by its standard deviation, its scale.
    """
    if varying == "intercept":
        return (INTERCEPT,), np.ones((len(used), 1)), np.ones(1)
    scale = float(used.regressors[:, 0].std())
    design = np.column_stack([np.ones(len(used)), used.regressors[:, 0] / scale])
    return (INTERCEPT, used.terms[0]), design, np.array([1.0, scale])


def tabulate_units(effects: UnitEffects, common: dict[str, float], *, level: float) -> pd.DataFrame:
    """Table of units and terms, a slope with the common coefficient of its term added.

    Columns: unit term estimate std_error conf_low conf_high.
    """
    tables = []
    reach = norm.ppf((1 + level) / 2)
    for j, term in enumerate(effects.terms):
        estimate, error = effects.modes[:, j] + common.get(term, 0.0), effects.std_error[:, j]
        tables.append(
            pd.DataFrame(
                {
                    "unit": effects.labels,
                    "term": term,
                    "estimate": estimate,
                    "std_error": error,
                    "conf_low": estimate - reach * error,
                    "conf_high": estimate + reach * error,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def refuse_singular(effects: UnitEffects, fit: Fit, *, size: float) -> None:
    """Refuse intercepts and slopes whose covariance lies on its boundary.

    That is where their correlation is one to within 0.001 in either direction, or where either
    differs among units by less than 0.001 of its scale: such a likelihood has its maximum at the
    edge of what it may be, so that neither the slopes nor the standard errors that rest on its
    curvature mean what they say (lme4 calls such a fit singular). A model of intercepts alone is
    not refused: without spread it is the pooled one.

    Parameters
    ----------
    effects : UnitEffects
        In the treatment's own unit.
    fit : Fit
        With the regressors.
    size : float
        Scale of the linear predictor against which a spread counts as nil.

    Raises
    ------
    SingularFitError
    """
    if len(effects.terms) == 1:
        return
    spread = np.sqrt(np.diag(effects.covariance))
    nil = _find_nil(effects, fit, size=size)
    if nil:
        what = f"no spread of {name_some(nil)} among {len(effects.labels)} units"
    else:
        correlation = effects.covariance[0, 1] / (spread[0] * spread[1])
        if abs(correlation) <= 1 - NIL:
            return
        what = f"intercepts and slopes of {len(effects.labels)} units correlate {correlation:.3f}"
    raise SingularFitError(
        f"mixed model: singular, {what}. Remedy: varying='intercept', more units whose treatment "
        "changes, or estimator='within'"
    )


def _find_nil(effects: UnitEffects, fit: Fit, *, size: float) -> list[str]:
    """Terms whose standard deviation among units is nil beside their scale."""
    spread = np.sqrt(np.diag(effects.covariance))
    scale = np.r_[1.0, np.full(len(spread) - 1, fit.cells.regressors[:, 0].std())]
    return [n for n, s in zip(effects.terms, spread * scale, strict=True) if s < NIL * size]


def describe_units(effects: UnitEffects, fit: Fit, *, size: float) -> tuple[str, ...]:
    """Sentences on the spread among units and the standard error that the model itself implies.

    Intercepts alone may be estimated without spread: the fit is then the pooled model's, the
    estimate stands, and a sentence says so.

    Parameters
    ----------
    effects : UnitEffects
        In the treatment's own unit.
    fit : Fit
        Its bread is the model's covariance of the regressors.
    size : float
        Scale of the linear predictor against which a spread counts as nil.
    """
    spread = np.sqrt(np.diag(effects.covariance))
    told = [f"{name} {value:.4g}" for name, value in zip(effects.terms, spread, strict=True)]
    notes = [f"standard deviation among {len(effects.labels)} units: {', '.join(told)}"]
    if len(spread) > 1 and spread.min() > 0:
        correlation = effects.covariance[0, 1] / (spread[0] * spread[1])
        notes[0] += f", correlation {correlation:.2f}"
    nil = _find_nil(effects, fit, size=size)
    if nil:
        notes.append(f"units do not differ in {name_some(nil)}: its variance is estimated at zero")
    if np.isfinite(fit.bread[0, 0]):
        notes.append(
            f"standard error of {fit.cells.terms[0]} if the model held: "
            f"{np.sqrt(fit.bread[0, 0]):.4g}"
        )
    return tuple(notes)
