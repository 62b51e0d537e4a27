"""H1, other designs: missions before and after their steps, renewals, and the reverse path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats.checks.detectable import minimum_detectable_effect
from pkstats.comparisons.before_after import before_after
from pkstats.comparisons.pooled_ratios import PoolingPrior
from pkstats.comparisons.stacked_renewals import stacked_renewals
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import estimate
from pkstats.families import find_family
from pkstats.families.robustness import reverse

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families import Family, Hypothesis

H1 = find_family("H1")
#: Most months on each side of a step, as the gate counts events about a switch.
WINDOW = 24
MONTHS = 12
#: Column of renewals, and months on each side of one: as the design of H1 asks of what lies before.
RENEWAL, PERIODS = "mandate_renewal", 6
PRIOR = PoolingPrior()


def tabulate(panel: Panel) -> dict[str, pd.DataFrame]:
    """Tables of missions before and after their steps, of renewals, and of the reverse path."""
    return contrast(H1, panel) | {"reverse_path": follow_back(reverse.prepare(panel))}


def contrast(family: Family, panel: Panel) -> dict[str, pd.DataFrame]:
    """Compare each mission with itself, and renewals with one another, for every hypothesis."""
    ready = family.make_ready(panel)
    compared = [compare(member, ready) for member in family.hypotheses]
    stacked = [stack(member, ready) for member in family.hypotheses]
    return {
        "before_after": pd.concat(compared, ignore_index=True),
        "stacked_renewals": pd.concat(stacked, ignore_index=True),
    }


def compare(member: Hypothesis, ready: Panel) -> pd.DataFrame:
    """Events before and after each mission's own steps up, and their pool.

    Rates are by month where the hypothesis is about the total, and by personnel-year where it is
    about the risk per person. An end of an interval without bound is left blank, and the note says
    so.
    """
    model = member.primary
    found = before_after(model.specification, ready.where(model.sample), window=WINDOW, prior=PRIOR)
    steps = found.tidy().rename(columns=lambda name: name.replace("periods_", "months_"))
    months = steps["month"].dt.strftime("%Y-%m")
    steps = steps.assign(
        line=steps["mission"] + " " + months,
        note=[_say_bound(b, a) for b, a in steps[["events_before", "events_after"]].to_numpy()],
    )
    if model.specification.exposure:
        for side in ("exposure_before", "exposure_after"):
            steps[side] = steps[side] / MONTHS
    pool = found.average().rename(
        columns={
            "term": "line", "estimate": "shrunken", "conf_low": "shrunken_low",
            "conf_high": "shrunken_high",
        }
    )  # fmt: skip
    mean = pool["line"] == "mean"
    pool["probability_positive"] = np.where(mean, found.pooled.probability_positive, np.nan)
    table = pd.concat([steps, pool.drop(columns="std_error")], ignore_index=True)
    return table.replace([np.inf, -np.inf], np.nan).assign(
        exposure_unit="personnel-years" if model.specification.exposure else "months",
        window=WINDOW,
        prior_mean_scale=PRIOR.mean_scale,
        prior_spread_scale=PRIOR.spread_scale,
        hypothesis=member.name,
    )


def stack(member: Hypothesis, ready: Panel) -> pd.DataFrame:
    """Renewals with a step against those without: after it, and late before it."""
    model = member.primary
    found = stacked_renewals(
        model.specification, ready.where(model.sample), renewal=RENEWAL, window=PERIODS
    )
    wide = found.tidy(0.90)
    sides = (found.effect, found.pre_period)
    used = found.steps[["comparisons_own", "comparisons_other"]].to_numpy().sum()
    return found.tidy().assign(
        conf_low_90=wide["conf_low"],
        conf_high_90=wide["conf_high"],
        steps=len(found.steps),
        comparisons=int(used),
        rows=[side.rows for side in sides],
        events=[side.events for side in sides],
        hosts=[side.clusters for side in sides],
        window=found.window,
        note=[side.note for side in sides],
        hypothesis=member.name,
    )[list(STACKED)]


STACKED = (
    *("term", "estimate", "std_error", "df", "p_value", "conf_low", "conf_high"),
    *("conf_low_90", "conf_high_90", "steps", "comparisons", "rows", "events", "hosts"),
    *("window", "note", "hypothesis"),
)


def _say_bound(before: float, after: float) -> str:
    if not before and not after:
        return "no event on either side"
    if not before:
        return "no event before: the ratio has no upper bound"
    return "" if after else "no event after: the ratio has no lower bound but zero"


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
