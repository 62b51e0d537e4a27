"""Models: each declared model estimated, and what it says about the treatment."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats.checks.detectable import interval, minimum_detectable_effect
from pkstats.checks.identification import Identification, identify
from pkstats.checks.influence import leave_one_out
from pkstats.checks.randomization import (
    AlignedHistories,
    Randomization,
    RenewalAssignment,
    aligned_histories,
    randomize,
    renewal_assignment,
)
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.verdicts.strength import Strength

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Model

#: Columns within whose values missions may exchange their histories.
STRATA = ("start_era", "conflict_at_deployment")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One model, estimated as declared.

    Parameters
    ----------
    model : Model
        The declaration.
    estimate : Estimate or None
        None where the data cannot answer; `failure` says why.
    by_mission : Estimate or None
        The same with the mission as cluster.
    identification : Identification or None
        Switchers, events, leverage and the gate.
    randomization : Randomization or None
        Where the model declares it.
    failure : str
        The error, where there is no estimate.
    """

    model: Model
    estimate: Estimate | None
    by_mission: Estimate | None = None
    identification: Identification | None = None
    randomization: Randomization | None = None
    failure: str = ""

    @property
    def p_value(self) -> float:
        """Larger p-value of host and mission clusters; missing where either is undefined."""
        if self.estimate is None or self.by_mission is None:
            return math.nan
        return float(np.max([_p(self.estimate), _p(self.by_mission)]))


def run(model: Model, panel: Panel, *, draws: int, seed: int, jobs: int) -> Result:
    """Estimate one model, with everything the declaration asks for.

    Parameters
    ----------
    model : Model
        The declaration.
    panel : Panel
        Prepared panel, whole; the model's sample is drawn here.
    draws, seed, jobs : int
        Of the randomization test.

    Returns
    -------
    Result
    """
    specification = model.specification
    sample = panel.where(model.sample)
    mission = replace(specification.inference, cluster=panel.unit)
    try:
        by_host = estimate(specification, sample)
        by_mission = estimate(replace(specification, inference=mission), sample)
    except EstimationError as error:
        return Result(model=model, estimate=None, failure=str(error))
    randomization = None
    if model.randomized:
        assignment = assign(model, panel)
        randomization = randomize(by_host, assignment, draws=draws, seed=seed, jobs=jobs)
    return Result(
        model=model,
        estimate=by_host,
        by_mission=by_mission,
        identification=identify(by_host),
        randomization=randomization,
    )


def assign(model: Model, panel: Panel) -> AlignedHistories | RenewalAssignment:
    """Assignment by the scheme that the model declares, at the lag that its treatment names."""
    stem, lag = model.specification.treatment.rsplit("_lag", 1)
    if model.scheme == "aligned histories":
        return aligned_histories(
            panel, treatment=stem, strata=STRATA, age="mission_age_months", lag=int(lag)
        )
    return renewal_assignment(panel, treatment=stem, renewal="mandate_renewal", lag=int(lag))


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
    line, wide = found.tidy().iloc[0], found.tidy(0.90).iloc[0]
    sandwich = found.with_inference(replace(model.specification.inference, method="CRV1"))
    notes = [found.note, tested.reason if tested else ""]
    return row | {
        **line[["estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]],
        "conf_low_90": wide["conf_low"],
        "conf_high_90": wide["conf_high"],
        "std_error_crv1": sandwich.std_error,
        "std_error_mission": result.by_mission.std_error if result.by_mission else math.nan,
        "p_value_larger": result.p_value,
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


def leave_out(result: Result) -> pd.DataFrame:
    """Refit a model without each mission and without each host.

    The standard error of a refit is the jackknife's for the main model, else the sandwich's: of
    the others only the sign is read.
    """
    found = result.estimate
    if found is None:
        return pd.DataFrame()
    if result.model.role != "main":
        sandwich = replace(found.specification.inference, method="CRV1")
        found = found.with_inference(sandwich)
    parts = [leave_one_out(found, by=by).assign(left_out_kind=by) for by in ("mission", "host")]
    return pd.concat(parts, ignore_index=True).assign(model=result.model.name)


def weigh(result: Result, left_out: pd.DataFrame) -> Strength:
    """Reduce a model to the numbers that the ordered rule reads."""
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
        interval_95=interval(found, level=0.95),
        interval_90=interval(found, level=0.90),
        randomization_p=tested.p_value if tested else math.nan,
        gate_passes=result.identification.passes,
        gate_reasons=tuple(result.identification.reasons),
        sign_stable=stable,
        left_out=words,
        note=found.note,
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
