r"""Hazard: when Council renewals carry a step of the index, up or down.

Each renewal of the sample steps up with

.. math:: \log p_{mt} = a + b' x_{mt} + \gamma (O_{mt} - \bar O)

by Poisson pseudo-maximum likelihood on host conflict deaths and mission age, and down likewise
where the index is above zero; the constant makes as many expected steps as were observed. The
reaction :math:`\gamma` to past attacks is 0, or the upper end of the 90% interval of the design's
own hazard: the strongest reaction that the real data leave room for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.simulation.calibration.design import FIRST_MONTH

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families import Design
    from pkstats.families.design import Hazard

#: No renewal steps with a larger probability.
LARGEST: Final = 0.95
#: Coverage of the interval whose upper end is the reaction of reactive worlds.
REACTION_COVERAGE: Final = 0.90
RENEWAL: Final = "mandate_renewal"
#: Months of attacks that a reactive step answers.
PAST: Final = 6


@dataclass(frozen=True)
class StepHazard:
    """Chances of steps at every renewal, and what a step is.

    Parameters
    ----------
    rows : ndarray of int, shape (r,)
        Renewals of the observed panel at which a step may fall, ordered by unit and time.
    up, down : ndarray, shape (r,)
        Linear predictors without the reaction; the constant among them.
    past : ndarray, shape (r,)
        Log of one plus the incident-days of the six months before, as observed.
    reaction : float
        Of the log hazard of a step up to `past`, in reactive worlds.
    rises, falls : ndarray of int
        Sizes of the observed steps.
    highest : int
        Largest observed index.
    gaps : tuple of ndarray
        By the gap between the index and its value if tasks were reset at every renewal: the gaps
        that followed at a renewal, as observed.
    """

    rows: Integers
    up: Floats
    down: Floats
    past: Floats
    reaction: float
    rises: Integers
    falls: Integers
    highest: int
    gaps: tuple[Integers, ...]


def fit_hazard(
    ready: Panel, *, panel: Panel, design: Design, sample: str, index: str
) -> StepHazard:
    """Fit the hazards of steps on the renewals of the sample.

    Parameters
    ----------
    ready, panel : Panel
        Prepared, and as observed.
    design : Design
        Its hazard names controls and past.
    sample : str
        Rows, as a pandas query.
    index : str
        Column that steps.
    """
    declared = design.hazard
    assert declared is not None  # the designs of H1 declare one
    frame = ready.frame
    change = frame[index].astype(float) - frame[f"{index}_lag1"].astype(float)
    marked = replace(
        ready,
        frame=frame.assign(
            _rise=change.gt(0).astype(float).where(change.notna()),
            _fall=change.lt(0).astype(float).where(change.notna()),
        ),
    )
    risk = f"({sample}) and ({declared.rows})"
    rows = _find_renewals(frame, declared)
    steps = change.iloc[rows].to_numpy()
    return StepHazard(
        rows=rows,
        up=_predict(marked, "_rise", declared, risk=risk, rows=rows),
        down=_predict(marked, "_fall", declared, risk=f"{risk} and {index}_lag1 > 0", rows=rows),
        past=frame[declared.past].iloc[rows].fillna(0).to_numpy(dtype=float),
        reaction=_bound_reaction(ready.where(risk), declared),
        rises=steps[steps > 0].astype(np.int64),
        falls=-steps[steps < 0].astype(np.int64),
        highest=int(frame[index].max()),
        gaps=_read_gaps(panel, index),
    )


def _find_renewals(frame: pd.DataFrame, hazard: Hazard) -> Integers:
    """Renewals from the first drawn month on, after a unit's first, with all controls."""
    known = frame[list(hazard.controls)].notna().all(axis=1)
    after = frame["mission_age_months"].gt(0) & frame["month"].ge(pd.Timestamp(FIRST_MONTH))
    renewed = frame[RENEWAL].eq(1).fillna(False).astype(bool)
    return np.flatnonzero((known & after & renewed).to_numpy())


def _predict(panel: Panel, step: str, hazard: Hazard, *, risk: str, rows: Integers) -> Floats:
    """Linear predictor of a step at some rows, whose constant gives the observed number."""
    held = panel.where(risk).frame
    columns = list(hazard.controls)
    specification = Specification(
        outcome=step,
        treatment=columns[-1],
        controls=tuple(columns[:-1]),
        effects=(),
        family="poisson",
        inference=Inference(cluster="host"),
        missing="drop",
    )
    found = estimate(specification, panel.where(risk))
    slopes = dict(zip(found.fit.cells.terms, found.fit.coefficients, strict=True))
    known = held[held[[step, *columns]].notna().all(axis=1)]
    reach = sum(known[c].to_numpy(dtype=float) * slopes[c] for c in columns)
    constant = np.log(known[step].sum() / np.exp(reach).sum())
    there = panel.frame.iloc[rows]
    moved: Floats = constant + sum(there[c].to_numpy(dtype=float) * slopes[c] for c in columns)
    return moved


def _bound_reaction(risk: Panel, hazard: Hazard) -> float:
    """Upper end of the interval of the past's coefficient, in the hazard that the design reads."""
    specification = Specification(
        outcome=hazard.step,
        treatment=hazard.past,
        controls=hazard.controls,
        effects=hazard.effects[0],
        family="poisson",
        inference=Inference(cluster="host", method="CRV3"),
        missing="drop",
    )
    line = estimate(specification, risk).tidy(REACTION_COVERAGE).iloc[0]
    return float(line["conf_high"])


def _read_gaps(panel: Panel, index: str) -> tuple[Integers, ...]:
    """Gaps after a renewal by the gap before it, where the index is above zero."""
    frame = panel.frame
    gap = (frame[index] - frame[f"{index}_always_reset"]).astype(float)
    before = gap.groupby(frame[panel.unit]).shift()
    at = frame[RENEWAL].eq(1).fillna(False) & before.notna() & frame[index].gt(0)
    at &= frame["month"].ge(pd.Timestamp(FIRST_MONTH))
    found: list[Integers] = []
    for held in range(int(before[at].max()) + 1):
        after: Integers = gap[at & before.eq(held)].to_numpy().astype(np.int64)
        found.append(after if len(after) else np.array([held], dtype=np.int64))
    return tuple(found)


def draw_steps(
    hazard: StepHazard, frame: pd.DataFrame, rng: np.random.Generator, *, past: Floats | None
) -> pd.DataFrame:
    """Draw the index and its two variants of reset on all rows of a panel.

    Parameters
    ----------
    hazard : StepHazard
        Of steps.
    frame : pandas.DataFrame, shape (n, columns)
        As observed, sorted by unit and time: ``mission``, ``month`` and the three columns.
    rng : Generator
        Source of every number.
    past : ndarray, shape (r,), or None
        Log of one plus the incident-days of six months before each renewal, in a reactive world.

    Returns
    -------
    pandas.DataFrame, shape (n, 3)
        ``robustness_index`` and its variants. Never reset is the highest index so far; reset at
        every renewal lies below the index by a gap that moves at renewals as observed. Units
        without a renewal that could step, and months before the first drawn one, stay as observed.
    """
    up = hazard.up.copy()
    if past is not None:
        moved = hazard.reaction * (past - past.mean())
        up += moved - np.log(np.exp(up + moved).sum() / np.exp(up).sum())
    chance = np.minimum(np.exp(up), LARGEST), np.minimum(np.exp(hazard.down), LARGEST)
    names = ("robustness_index", "robustness_index_never_reset", "robustness_index_always_reset")
    paths = [frame[name].to_numpy(dtype=np.int64).copy() for name in names]
    mission = frame["mission"].to_numpy()
    for unit in pd.unique(mission[hazard.rows]):
        of_unit = np.flatnonzero(mission == unit)
        at = np.flatnonzero(mission[hazard.rows] == unit)
        _walk(hazard, paths, rng, last=int(of_unit[-1]), at=at, chance=chance)
    return pd.DataFrame(dict(zip(names, paths, strict=True)), index=frame.index).astype("Int64")


def _walk(
    hazard: StepHazard,
    paths: list[Integers],
    rng: np.random.Generator,
    *,
    last: int,
    at: Integers,
    chance: tuple[Floats, Floats],
) -> None:
    """Write the three paths of one unit from its first renewal to its last row."""
    first = int(hazard.rows[at[0]])
    index, never, always = (int(path[first - 1]) for path in paths)
    gap = index - always
    ends = [*hazard.rows[at[1:]], last + 1]
    for place, end in zip(at, ends, strict=True):
        chances = (
            chance[0][place] * (index < hazard.highest),
            chance[1][place] * (index > 0),
        )
        drawn = rng.random()
        if drawn < chances[0]:
            index = min(index + int(rng.choice(hazard.rises)), hazard.highest)
        elif drawn > 1 - chances[1]:
            index = max(index - int(rng.choice(hazard.falls)), 0)
        never = max(never, index)
        followers = hazard.gaps[min(gap, len(hazard.gaps) - 1)]
        gap = min(int(rng.choice(followers)), index)
        row = int(hazard.rows[place])
        for path, value in zip(paths, (index, never, index - gap), strict=True):
            path[row:end] = value
