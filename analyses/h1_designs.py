"""H1, other designs: specification curves, partial pooling and the reverse path."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.checks.detectable import minimum_detectable_effect
from pkstats.checks.multiverse import randomize_jointly
from pkstats.checks.randomization import renewal_assignment
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import estimate
from pkstats.families import find_multiverse, hypotheses, prepare
from pkstats.families.robustness import reverse as robustness_reverse
from pkstats.families.robustness.attacks import FAMILY

if TYPE_CHECKING:
    from pkstats.checks.multiverse import Multiverse
    from pkstats.checks.randomization import RenewalAssignment
    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis

SEED = 20000101
DRAWS = 199
JOBS = 2


def tabulate(panel: Panel) -> dict[str, pd.DataFrame]:
    """Tables of the specification curves, of partial pooling and of the reverse path."""
    curves, sums, pooled = [], [], []
    for member in hypotheses():
        if member.family == FAMILY:
            ready = prepare(member, panel)
            curve, line = run_multiverse(member, ready)
            curves.append(curve)
            sums.append(line)
            pooled.append(pool(member, ready))
    return {
        "specifications": pd.concat(curves, ignore_index=True),
        "multiverse": pd.DataFrame(sums),
        "partial_pooling": pd.concat(pooled, ignore_index=True),
        "reverse_path": follow_back(robustness_reverse.prepare(panel)),
    }


def run_multiverse(member: Hypothesis, ready: Panel) -> tuple[pd.DataFrame, dict[str, object]]:
    """Curve of a hypothesis and one line on it, with the joint test on its median t."""
    multiverse = find_multiverse(member)
    if multiverse is None:
        raise EstimationError(f"{member.name} declares no multiverse")
    print(f"    {member.name}: {len(multiverse)} specifications", flush=True)
    curve = multiverse.run(ready, jobs=JOBS)
    joint = randomize_jointly(
        multiverse, ready, lambda t: assign(t, multiverse, ready), draws=DRAWS, seed=SEED, jobs=JOBS
    )
    line: dict[str, object] = {
        "hypothesis": member.name,
        **curve.summarize(),
        "median_t": joint.median,
        "joint_p": joint.p_value,
        "joint_draws": joint.draws,
        "joint_specifications": joint.specifications,
        "joint_untested": joint.untested,
    }
    return curve.table.assign(hypothesis=member.name), line


def assign(treatment: str, multiverse: Multiverse, ready: Panel) -> RenewalAssignment | None:
    """Assignment of a lag of the main treatment; None for another coding of the mandates."""
    main = multiverse.specification.treatment.rsplit("_lag", 1)[0]
    stem, lag = treatment.rsplit("_lag", 1)
    if stem != main:
        return None
    return renewal_assignment(ready, treatment=stem, renewal="mandate_renewal", lag=int(lag))


def pool(member: Hypothesis, ready: Panel) -> pd.DataFrame:
    """Slope of each mission, shrunken towards the common one: a mixed Poisson model.

    Year effects stay, mission effects become random intercepts with a random slope of the
    treatment. The mission's mean of the treatment stands among the controls (Mundlak 1978):
    without it the slope would compare missions with one another. Only missions whose treatment
    changes have a slope to tell.
    """
    model = member.primary
    treatment, mean = model.specification.treatment, "mission_mean"
    specification = replace(
        model.specification,
        estimator="mixed",
        varying="slope",
        effects=("year",),
        controls=(*model.specification.controls, mean),
    )
    sample = ready.where(model.sample)
    means = sample.frame.groupby("mission")[treatment].transform("mean")
    sample = replace(sample, frame=sample.frame.assign(**{mean: means}))
    found = estimate(specification, sample)
    line = found.tidy().iloc[0]
    common = pd.DataFrame([{"mission": "common", **line[INTERVAL]}])
    units = found.unit_effects()
    slopes = units[units["term"] == line["term"]].rename(columns={"unit": "mission"})
    values = sample.frame.groupby("mission")[treatment].nunique()
    moved = slopes[slopes["mission"].isin(values.index[values > 1])]
    table = pd.concat([common, moved[["mission", *INTERVAL]]], ignore_index=True)
    return table.assign(hypothesis=member.name)


INTERVAL = ["estimate", "std_error", "conf_low", "conf_high"]
MEASURES = ["estimate", "std_error", "p_value", "conf_low", "conf_high"]


def follow_back(ready: Panel) -> pd.DataFrame:
    """The treatment's line of every model of the reverse path."""
    rows = []
    for model in robustness_reverse.MODELS:
        specification = model.specification
        row: dict[str, object] = {
            "model": model.name,
            "outcome": specification.outcome,
            "treatment": specification.treatment,
            "controls": " + ".join(specification.controls),
            "effects": " + ".join(specification.effects) or "none",
            "family": specification.family,
            "role": model.role,
        }
        try:
            found = estimate(specification, ready.where(model.sample))
        except EstimationError as error:
            rows.append(row | {"note": str(error)})
            continue
        row |= dict(found.tidy().iloc[0][MEASURES])
        row |= {"rows": found.rows, "events": found.events, "clusters": found.clusters}
        row |= {"minimum_detectable_effect": minimum_detectable_effect(found), "note": found.note}
        rows.append(row)
    return pd.DataFrame(rows)
