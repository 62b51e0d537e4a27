"""Models: each declared model estimated, and what it says about the treatment."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pkstats.arguments import check_arguments
from pkstats.checks.detectable import Interval, interval, minimum_detectable_effect
from pkstats.checks.identification import Identification, identify
from pkstats.checks.influence import leave_one_out
from pkstats.checks.randomization import Randomization, randomize
from pkstats.checks.wild_bootstrap import Bootstrap, bootstrap
from pkstats.comparisons.renewal_windows import read_lag
from pkstats.errors import EstimationError, SpecificationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.families.declaration import VARIANTS
from pkstats.verdicts import thresholds
from pkstats.verdicts.strength import Strength

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Model
    from pkstats.families.design import Design, Entering


@dataclass(frozen=True, kw_only=True)
class Result:
    """One model, estimated as declared.

    Parameters
    ----------
    model : Model
        The declaration.
    estimate : Estimate or None
        None where the data cannot answer; `failure` says why.
    by_unit : Estimate or None
        The same with the panel's unit as cluster.
    identification : Identification or None
        Switchers, events, leverage and the gate.
    randomization : Randomization or None
        Where the model declares it.
    wild : Bootstrap or None
        Where it enters the correction.
    untested : str
        Why a declared randomization test has no p-value.
    failure : str
        The error, where there is no estimate.
    """

    model: Model
    estimate: Estimate | None
    by_unit: Estimate | None = None
    identification: Identification | None = None
    randomization: Randomization | None = None
    wild: Bootstrap | None = None
    untested: str = ""
    failure: str = ""

    @property
    def p_value(self) -> float:
        """Larger p-value of declared clusters and panel units; missing where one is undefined."""
        if self.estimate is None or self.by_unit is None:
            return math.nan
        return float(np.max([_p(self.estimate), _p(self.by_unit)]))

    @property
    def wider(self) -> Estimate | None:
        """The clustering with the longer 90% interval; None where one is undefined."""
        both = [found for found in (self.estimate, self.by_unit) if found is not None]
        reach = {interval(found, level=0.90).half_width: found for found in both}
        if len(both) < 2 or not all(map(math.isfinite, reach)):
            return None
        return reach[max(reach)]

    def read_interval(self, level: float) -> Interval:
        """Longer interval of declared clusters and panel units; missing where one is undefined."""
        check_arguments(f"model {self.model.name!r}", level=level)
        return interval(self.wider, level=level) if self.wider else Interval(math.nan, math.nan)

    @property
    def smallest_p(self) -> float:
        """Smallest p-value that the declared test of these draws could give; 1 without one."""
        if self.wild is not None:
            return 1 / (1 + self.wild.draws)
        return self.randomization.smallest_p if self.randomization else 1.0


def run(model: Model, panel: Panel, design: Design, *, draws: int, seed: int, jobs: int) -> Result:
    """Estimate one model, with everything that declaration and design ask for.

    Parameters
    ----------
    model : Model
        The declaration.
    panel : Panel
        Prepared panel, whole; the model's sample is drawn here.
    design : Design
        Its gate, its schemes and the p-value that enters the correction.
    draws, seed, jobs : int
        Of the randomization test.

    Returns
    -------
    Result

    Raises
    ------
    SpecificationError
        The model names a column that the prepared panel lacks, or a scheme that the design lacks.
    """
    specification = model.specification
    sample = panel.where(model.sample)
    by_unit = replace(specification.inference, cluster=panel.unit)
    try:
        found = estimate(specification, sample)
        units = estimate(replace(specification, inference=by_unit), sample)
    except EstimationError as error:
        return Result(model=model, estimate=None, failure=str(error))
    randomization, untested = None, ""
    if model.randomized:
        assignment = assign(model, panel, design)
        try:
            randomization = randomize(found, assignment, draws=draws, seed=seed, jobs=jobs)
        except EstimationError as error:
            untested = str(error)
    entered = design.entering == "wild score" and model.role in ("main", *VARIANTS)
    return Result(
        model=model,
        estimate=found,
        by_unit=units,
        identification=identify(
            found,
            window=design.gate.window,
            fewest=design.gate.fewest,
            largest=design.gate.largest,
        ),
        randomization=randomization,
        wild=_bootstrap(found, seed=seed) if entered else None,
        untested=untested,
    )


def _bootstrap(found: Estimate, *, seed: int) -> Bootstrap | None:
    """Wild score bootstrap; None where its restricted fit fails, so that p = 1 enters."""
    try:
        return bootstrap(found, draws=thresholds.WILD_DRAWS, seed=seed)
    except EstimationError:
        return None


def assign(model: Model, panel: Panel, design: Design) -> Any:
    """Assignment by the scheme that the model declares, at the lag that its treatment names.

    Raises
    ------
    SpecificationError
        The design has no such scheme.
    """
    schemes = {scheme.name: scheme for scheme in design.schemes}
    if model.scheme not in schemes:
        raise SpecificationError(
            f"model {model.name!r}: design {design.name!r} has no scheme {model.scheme!r}. Remedy: "
            f"{'one of ' + ', '.join(schemes) if schemes else 'randomized=False'}, or a design "
            "that declares the scheme"
        )
    treatment, lag = read_lag(model.specification.treatment)
    return schemes[model.scheme].assign(panel, treatment=treatment, lag=lag)


def describe(result: Result) -> dict[str, object]:
    """One row of the estimates table: the treatment's line of one model."""
    model = result.model
    row: dict[str, object] = {
        "model": model.name,
        "estimand": model.estimand,
        "outcome": model.specification.outcome,
        "effects": " + ".join(model.specification.effects),
        "treatment": model.specification.treatment,
        "role": model.role,
        "term": model.specification.treatment,
    }
    if result.estimate is None or result.identification is None:
        return row | {"note": result.failure}
    found, tested = result.estimate, result.randomization
    line = found.tidy().iloc[0]
    (low, high), (low_90, high_90) = (result.read_interval(level) for level in (0.95, 0.90))
    sandwich = found.with_inference(replace(model.specification.inference, method="CRV1"))
    notes = [found.note, tested.reason if tested else "", result.untested]
    return row | {
        **line[["estimate", "std_error", "statistic", "df", "p_value"]],
        "conf_low": low,
        "conf_high": high,
        "conf_low_90": low_90,
        "conf_high_90": high_90,
        "std_error_crv1": sandwich.std_error,
        "std_error_mission": result.by_unit.std_error if result.by_unit else math.nan,
        "p_value_larger": result.p_value,
        "effective_clusters": result.identification.effective_clusters,
        "df_satterthwaite": result.identification.degrees_of_freedom,
        "randomization_p": tested.p_value if tested else math.nan,
        "randomization_draws": tested.draws if tested else 0,
        "distinct_assignments": float(tested.distinct) if tested else math.nan,
        "rows": found.rows,
        "missions": found.units,
        "hosts": found.clusters,
        "hosts_scoring": found.clusters_scoring,
        "hosts_switching": result.identification.switching,
        "events": found.events,
        "minimum_detectable_effect": minimum_detectable_effect(found),
        "note": "; ".join(n for n in notes if n),
    }


def leave_out(result: Result, *, by: tuple[str, ...], probe_method: str = "") -> pd.DataFrame:
    """Refit a model without each value of some columns.

    Parameters
    ----------
    result : Result
        One model.
    by : tuple of str
        Columns, such as mission and host.
    probe_method : str
        Covariance of the refits of a model other than the main one, of which only the sign is
        read; empty for the model's own.

    Returns
    -------
    pandas.DataFrame
        model, left_out_kind, left_out, estimate, std_error, rows, events, note; empty without an
        estimate.
    """
    found = result.estimate
    if found is None:
        return pd.DataFrame()
    if probe_method and result.model.role != "main":
        method: Any = probe_method
        found = found.with_inference(replace(found.specification.inference, method=method))
    parts = [leave_one_out(found, by=name).assign(left_out_kind=name) for name in by]
    return pd.concat(parts, ignore_index=True).assign(model=result.model.name)


def weigh(
    result: Result, left_out: pd.DataFrame, *, entering: Entering = "randomization"
) -> Strength:
    """Reduce a model to the numbers that the ordered rule reads.

    Parameters
    ----------
    result : Result
        One model.
    left_out : pandas.DataFrame
        Its refits.
    entering : str
        Which p-value enters the correction, by the design.
    """
    name, missing = result.model.name, (math.nan, math.nan)
    if result.estimate is None or result.identification is None:
        return Strength(
            model=name,
            estimate=math.nan,
            p_value=math.nan,
            interval_95=missing,
            interval_90=missing,
            randomization_p=math.nan,
            gate_passes=False,
            gate_reasons=(result.failure,),
            sign_stable=False,
            left_out="no estimate",
            note=result.failure,
        )
    found, tested = result.estimate, result.randomization
    stable, words = compare_signs(found.coefficient, left_out)
    return Strength(
        model=name,
        estimate=found.coefficient,
        p_value=result.p_value,
        interval_95=result.read_interval(0.95),
        interval_90=result.read_interval(thresholds.NEGLIGIBLE_COVERAGE),
        randomization_p=tested.p_value if tested else math.nan,
        gate_passes=result.identification.passes,
        gate_reasons=tuple(result.identification.reasons),
        sign_stable=stable,
        left_out=words,
        note=found.note,
        wild_p=result.wild.p_value if result.wild else math.nan,
        smallest_p=0.0 if entering == "CRV3" else result.smallest_p,
        std_error=result.wider.std_error if result.wider else math.nan,
        df=float(result.wider.degrees_of_freedom) if result.wider else math.nan,
        cluster=result.wider.specification.inference.cluster if result.wider else "",
    )


def compare_signs(coefficient: float, left_out: pd.DataFrame) -> tuple[bool, str]:
    """Say whether any refit changes sign or fails, and name it.

    Parameters
    ----------
    coefficient : float
        Estimate on all rows.
    left_out : pandas.DataFrame
        Refits: left_out, estimate.

    Returns
    -------
    bool
        True when every refit exists and keeps the sign.
    str
        The refits that do not.
    """
    undefined = left_out.loc[left_out["estimate"].isna(), "left_out"].unique()
    turned = left_out.loc[left_out["estimate"] * coefficient < 0, "left_out"].unique()
    words = []
    if len(turned):
        words.append(f"sign changes without {', '.join(turned)}")
    if len(undefined):
        words.append(f"no estimate without {', '.join(undefined)}")
    return not words, "; ".join(words) or "no change of sign"


def _p(found: Estimate) -> float:
    return float(found.tidy()["p_value"].iloc[0])
