"""H1, other designs: partial pooling and the reverse path."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.checks.detectable import minimum_detectable_effect
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import estimate
from pkstats.families import find_family
from pkstats.families.robustness import reverse

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families import Hypothesis

H1 = find_family("H1")


def tabulate(panel: Panel) -> dict[str, pd.DataFrame]:
    """Tables of partial pooling and of the reverse path."""
    pooled = [pool(member, H1.make_ready(panel)) for member in H1.hypotheses]
    return {
        "partial_pooling": pd.concat(pooled, ignore_index=True),
        "reverse_path": follow_back(reverse.prepare(panel)),
    }


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
    for model in reverse.MODELS:
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
