"""Summary: how often the rule errs, what it finds, and which condition stops it, by kind."""

from __future__ import annotations

import math
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pkstats.simulation.calibration.design import KINDS, NULLS, POWER, REPORT
from pkstats.simulation.calibration.ground import DAYS, DEATHS, INDEX
from pkstats.simulation.calibration.staged import CONDITIONS
from pkstats.simulation.calibration.tuning import MOMENTS, measure_moments, read_violence
from pkstats.simulation.calibration.world import draw_world
from pkstats.verdicts.ruling import DECIDED, UNDECIDED
from pkstats.verdicts.scale import count_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkstats.families import Family, Hypothesis
    from pkstats.simulation.calibration.ground import Ground

#: Worlds of each kind whose moments stand beside the real ones.
MOMENT_WORLDS: Final = 50
#: Moments to which nothing was tuned, in words.
OTHERS: Final = {
    "deaths_dispersion": "variance over mean of the monthly deaths",
    "largest_deaths_share": "share of all deaths in the worst mission-month",
    "steps_up": "steps of the index up",
    "steps_down": "steps of the index down",
}
#: Troops by which effects are told, and the months of a year.
#: p-values that a design may declare to enter the correction, by their column of a block.
ENTERING: Final = {"CRV3": "p_value", "wild score": "wild_p"}
LEVELS: Final = (0.05, 0.10)
TROOPS, RULINGS = 10_000, (*DECIDED, *UNDECIDED)


def estimate_share(hits: int, number: int) -> tuple[float, float]:
    r"""Share and its Monte Carlo standard error; missing where nothing was run.

    :math:`\sqrt{\tilde p (1 - \tilde p) / \tilde n}`, two successes and two failures added, so that
    the error of a share of zero is not zero (Agresti and Coull 1998).
    """
    if not number:
        return math.nan, math.nan
    adjusted = (hits + 2) / (number + 4)
    return hits / number, math.sqrt(adjusted * (1 - adjusted) / (number + 4))


def count_attacks(hypothesis: Hypothesis, family: Family, frame: pd.DataFrame) -> float:
    """Fatal attacks a year on 10,000 troops in the sample of the primary model.

    Parameters
    ----------
    hypothesis, family : Hypothesis, Family
        Give outcome and scale.
    frame : pandas.DataFrame
        Rows of the sample as observed.
    """
    scale = family.find_design(hypothesis).scale
    assert scale is not None  # the designs of H1 declare one
    outcome = hypothesis.primary.specification.outcome
    return count_rate(frame, outcome=outcome, scale=scale) * TROOPS / scale.per


def summarize_rulings(rows: pd.DataFrame, attacks: Mapping[str, float]) -> pd.DataFrame:
    """Shares of the rulings, bias and spread of the estimate, by kind of world and hypothesis.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of all blocks.
    attacks : mapping of str to float
        Attacks a year on 10,000 troops in the sample of each hypothesis.

    Returns
    -------
    pandas.DataFrame
        A row for every declared block: one that was not run has zero worlds.
    """
    found = []
    for kind in KINDS:
        for name, rate in attacks.items():
            given = rows[rows["kind"].eq(kind.name) & rows["hypothesis"].eq(name)]
            line: dict[str, object] = {
                "kind": kind.name,
                "hypothesis": name,
                "effect": kind.effect,
                "attacks_added": rate * math.expm1(kind.effect),
                "worlds": len(given),
                "worlds_declared": kind.worlds,
                "smallest_effect": float(given["smallest_effect"].astype(float).mean()),
            }
            for ruling in RULINGS:
                label = ruling.replace(" ", "_")
                share, error = estimate_share(int(given["ruling"].eq(ruling).sum()), len(given))
                line |= {label: share, f"{label}_error": error}
            found.append(line | _measure_estimates(given, kind.effect))
    return pd.DataFrame(found)


def _measure_estimates(given: pd.DataFrame, effect: float) -> dict[str, float]:
    """Bias, spread, mean standard error and jackknife rejections of the primary estimate."""
    estimates = given["estimate"].astype(float).dropna()
    number = len(estimates)
    spread = float(estimates.std()) if number > 1 else math.nan
    rejected = given["p_value"].astype(float).lt(0.05).sum()
    share, error = estimate_share(int(rejected), len(given))
    low, high = (given[c].astype(float) for c in ("conf_low_90", "conf_high_90"))
    known = low.notna()
    covered, covered_error = estimate_share(
        int((low.le(effect) & high.ge(effect))[known].sum()), int(known.sum())
    )
    return {
        "estimable": number,
        "bias": float(estimates.mean()) - effect if number else math.nan,
        "bias_error": spread / math.sqrt(number) if number > 1 else math.nan,
        "estimate_sd": spread,
        "std_error_mean": float(given["std_error"].astype(float).mean()),
        "rejected": share,
        "rejected_error": error,
        "coverage": covered,
        "coverage_error": covered_error,
        "seconds": float(given["seconds"].astype(float).mean()),
    }


def summarize_entering(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """How often each p-value that a design may let enter rejects, by kind and level.

    Returns
    -------
    pandas.DataFrame
        kind hypothesis entering worlds, and for each level rejected_5 rejected_5_error and so on; a
        world without the p-value counts as not rejected, as in the correction.
    """
    found = []
    for kind in KINDS:
        for name in names:
            given = rows[rows["kind"].eq(kind.name) & rows["hypothesis"].eq(name)]
            for entering, column in ENTERING.items():
                p = given[column].astype(float)
                line: dict[str, object] = {
                    "kind": kind.name,
                    "hypothesis": name,
                    "entering": entering,
                    "worlds": len(given),
                }
                for level in LEVELS:
                    label = f"rejected_{100 * level:.0f}"
                    share, error = estimate_share(int(p.lt(level).sum()), len(given))
                    line |= {label: share, f"{label}_error": error}
                found.append(line)
    return pd.DataFrame(found)


def summarize_conditions(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """How often each condition of the rule failed where it was computed.

    Returns
    -------
    pandas.DataFrame
        kind hypothesis condition worlds reached not_met not_met_error not_available; ``not_met``
        is a share of the worlds that reached the condition, and of a check counts those that did
        not clear it.
    """
    found = []
    for kind in KINDS:
        for name in names:
            given = rows[rows["kind"].eq(kind.name) & rows["hypothesis"].eq(name)]
            for condition in CONDITIONS:
                said = given[condition]
                reached = said[~said.isin(("not reached", "not asked"))]
                known = reached[reached.ne("not available")]
                share, error = estimate_share(
                    int((~known.isin(("met", "clear"))).sum()), len(known)
                )
                found.append(
                    {
                        "kind": kind.name,
                        "hypothesis": name,
                        "condition": condition,
                        "worlds": len(given),
                        "reached": len(reached),
                        "not_met": share,
                        "not_met_error": error,
                        "not_available": int(reached.eq("not available").sum()),
                    }
                )
    return pd.DataFrame(found)


def compare_moments(grounds: Mapping[str, Ground], *, worlds: int = MOMENT_WORLDS) -> pd.DataFrame:
    """Hold moments of the worlds of each null kind against the real ones, on the reporting block.

    Returns
    -------
    pandas.DataFrame
        kind hypothesis moment real simulated simulated_sd tuned worlds spread persistence
        mass_share.
    """
    found = []
    for kind in NULLS:
        for name, ground in grounds.items():
            violence = read_violence(name, kind)
            real = _measure(ground, ground.panel.frame)
            drawn = pd.DataFrame(
                [
                    _measure(
                        ground,
                        draw_world(ground, kind, violence, number=n, block=REPORT).frame,
                    )
                    for n in range(worlds)
                ]
            )
            found += [
                {
                    "kind": kind.name,
                    "hypothesis": name,
                    "moment": moment,
                    "real": value,
                    "simulated": float(drawn[moment].mean()),
                    "simulated_sd": float(drawn[moment].std()),
                    "tuned": int(moment in MOMENTS),
                    "worlds": worlds,
                    **asdict(violence),
                }
                for moment, value in real.items()
            ]
    return pd.DataFrame(found)


def _measure(ground: Ground, frame: pd.DataFrame) -> dict[str, float]:
    rows = ground.outcome.rows
    days, deaths = (frame[c].iloc[rows].to_numpy(dtype=float) for c in (DAYS, DEATHS))
    index, mission = frame[INDEX].to_numpy(dtype=float), ground.mission
    change = np.diff(index, prepend=np.nan)
    change[np.diff(mission, prepend=-1) != 0] = 0
    first, last = ground.month[rows].min(), ground.month[rows].max()
    inside = (ground.month >= first) & (ground.month <= last)
    return {
        **asdict(measure_moments(days, ground)),
        "deaths_dispersion": float(deaths.var() / deaths.mean()),
        "largest_deaths_share": float(deaths.max() / deaths.sum()),
        "steps_up": float((change[inside] > 0).sum()),
        "steps_down": float((change[inside] < 0).sum()),
    }


def find_detectable(effects: Sequence[float], shares: Sequence[float]) -> float | None:
    """Smallest effect that the rule finds with the declared power, by interpolation.

    Parameters
    ----------
    effects, shares : sequence of float
        Log rate ratios in rising order, and the share of worlds ruled supported.

    Returns
    -------
    float or None
        Log rate ratio at which the line through neighbouring points crosses the power; None where
        no planted effect reaches it.
    """
    points = list(zip(effects, shares, strict=True))
    for (low, before), (high, after) in pairwise(points):
        if before < POWER <= after:
            return low + (high - low) * (POWER - before) / (after - before)
    return None
