"""Worlds made: one panel of a world, and its reassigned treatments."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
import pandas as pd

from pkstats.checks.randomization import OwnAssignment
from pkstats.data.panels import Panel
from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.simulation.design import (
    CLUSTER_SPREAD,
    COUNT_CLUSTER_SPREAD,
    COUNT_SHOCK,
    EXPOSURE_SPREAD,
    LOG_RATE,
    PERIODS,
    SCALE,
    STEPS,
    YEAR_SPREAD,
    World,
)

MONTHS_PER_YEAR = 12
FIRST_YEAR = 2000
#: Step of a cluster that never steps: after its last month.
NEVER = 10**6


def simulate_world(world: World, rng: np.random.Generator) -> Panel:
    r"""Draw one panel of a world.

    Cluster i lives from a month drawn from the first fifth to one drawn from the last; if treated,
    :math:`D_{it}` turns from 0 to 1 in a month drawn uniformly, whatever its life and errors. With
    :math:`u_{it}` stationary, normal and autoregressive and :math:`s_i` a log-normal scale,

    - linear: :math:`y_{it} = a_i + d_{year} + \beta D_{it} + s_i u_{it}`;
    - poisson: :math:`y_{it} \sim Poisson(E_{it} \exp(c + a_i + d_{year} + \beta D_{it} +
      0.8\, s_i u_{it}))`, E log-normal and observed.

    Parameters
    ----------
    world : World
        Which.
    rng : Generator
        Source of every number.

    Returns
    -------
    Panel
        ``cluster month year step treated exposure outcome``; ``step`` is the month of the step.
    """
    G = world.clusters
    fifth = PERIODS // 5
    first = rng.integers(0, fifth, G)
    last = rng.integers(PERIODS - fifth, PERIODS, G) + 1
    step = np.full(G, NEVER, dtype=np.int64)
    treated = rng.choice(G, size=world.treated, replace=False)
    step[treated] = rng.integers(*STEPS, size=world.treated, endpoint=True)
    shocks = draw_shocks(G, world.serial_correlation, rng)
    shocks *= np.exp(rng.normal(0, SCALE, G))[:, None]
    years = rng.normal(0, YEAR_SPREAD, PERIODS // MONTHS_PER_YEAR)
    cluster, month = np.divmod(np.arange(G * PERIODS), PERIODS)
    on = (month >= step[cluster]).astype(float)
    spread = COUNT_CLUSTER_SPREAD if world.counts else CLUSTER_SPREAD
    base = rng.normal(0, spread, G)[cluster] + years[month // MONTHS_PER_YEAR]
    base += world.effect * on
    exposure = np.exp(rng.normal(0, EXPOSURE_SPREAD, G * PERIODS))
    if world.counts:
        rate = LOG_RATE + base + COUNT_SHOCK * shocks.ravel()
        outcome = rng.poisson(exposure * np.exp(rate)).astype(float)
    else:
        outcome = base + shocks.ravel()
    frame = pd.DataFrame(
        {
            "cluster": [f"C{i:02d}" for i in cluster],
            "month": month,
            "year": FIRST_YEAR + month // MONTHS_PER_YEAR,
            "step": step[cluster],
            "treated": on,
            "exposure": exposure,
            "outcome": outcome,
        }
    )
    alive = (month >= first[cluster]) & (month < last[cluster])
    return Panel.from_frame(frame[alive], unit="cluster", time="month", name="simulated world")


def draw_shocks(clusters: int, correlation: float, rng: np.random.Generator) -> Floats:
    """Stationary autoregressive shocks of variance one, shape (clusters, PERIODS)."""
    shocks = rng.normal(size=(clusters, PERIODS))
    fresh = np.sqrt(1 - correlation**2)
    for month in range(1, PERIODS):
        shocks[:, month] = correlation * shocks[:, month - 1] + fresh * shocks[:, month]
    return shocks


@dataclass(frozen=True)
class Dealing(OwnAssignment):
    """The world's own assignment: steps, and the never, dealt to the clusters anew.

    Parameters
    ----------
    distinct : int
        Distinct dealings: the multinomial of the months in which clusters step.
    """

    distinct: int = 0

    def count_distinct(self, rows: Integers, *, absorbed: bool) -> int:
        """Every dealing moves some row, since all step within all lives."""
        return self.distinct


def deal_steps(panel: Panel) -> Dealing:
    """Make the assignment of a panel of :func:`simulate_world`."""
    frame = panel.frame
    cluster, names = pd.factorize(frame["cluster"])
    steps = frame.groupby("cluster")["step"].first().reindex(names).to_numpy()
    month = frame["month"].to_numpy()
    distinct = factorial(len(steps))
    for alike in np.unique(steps, return_counts=True)[1]:
        distinct //= factorial(int(alike))

    def assign(rng: np.random.Generator) -> Floats:
        return (month >= rng.permutation(steps)[cluster]).astype(float)

    return Dealing(
        function=assign,
        keys=frame[["cluster", "month"]],
        treatment="treated",
        observed=frame["treated"].to_numpy(),
        distinct=distinct,
    )
