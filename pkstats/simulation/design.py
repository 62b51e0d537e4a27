"""The declared design: which worlds are simulated, how often, and which methods answer.

Written before the first full run. Nothing here was chosen by a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal

from pkstats.estimation.engines import look_up

#: Nominal level of every test; intervals have one less this coverage.
LEVEL = 0.05
#: Entropy of all random numbers, with the world and the replication as its key.
SEED = 20251101
#: Months of the longest life; lives begin in the first and end in the last fifth.
PERIODS = 60
#: Months between which a treated cluster steps.
STEPS = (18, 42)
#: Standard deviation of the log of a cluster's error scale: missions are not alike.
SCALE = 0.4
#: Linear: standard deviation of cluster means; the errors have one.
CLUSTER_SPREAD = 1.0
#: Counts: log of the mean rate a month, and standard deviations of cluster, shock and exposure.
LOG_RATE, COUNT_CLUSTER_SPREAD, COUNT_SHOCK, EXPOSURE_SPREAD = -2.9, 0.7, 0.8, 0.5
#: Standard deviation of year effects.
YEAR_SPREAD = 0.3
#: Draws of the wild bootstrap and of the randomization test.
BOOTSTRAP_DRAWS = 399
RANDOMIZATION_DRAWS = 199

SimulatedFamily = Literal["linear", "poisson"]
#: Effect in the worlds that measure power: half an error's standard deviation; a doubled rate.
EFFECTS: dict[SimulatedFamily, float] = {"linear": 0.5, "poisson": log(2)}

#: Methods by the computation that answers for them all.
METHODS: dict[str, tuple[str, ...]] = {
    "sandwich": ("CRV1, normal", "CRV1, t", "CRV3, t"),
    "bias reduced": ("CRV2, Satterthwaite",),
    "bootstrap": ("wild bootstrap",),
    "randomization": ("randomization",),
}


@dataclass(frozen=True, order=True)
class World:
    """One world: a panel of clusters of which some step up once.

    Parameters
    ----------
    family : {"linear", "poisson"}
        Outcome: a number with normal errors, or a rare count with exposure.
    clusters, treated : int
        Clusters (each one unit), and those that step.
    serial_correlation : float
        Autocorrelation from month to month of the errors, or of the log-rate shocks.
    effect : float
        True coefficient: change of the outcome, or log rate ratio.
    """

    family: SimulatedFamily
    clusters: int
    treated: int
    serial_correlation: float
    effect: float

    @property
    def counts(self) -> bool:
        """Whether its outcome counts events, over an exposure."""
        engine = look_up(self.family)
        return engine is not None and engine.is_count

    @property
    def key(self) -> tuple[int, ...]:
        """Whole numbers that tell this world from every other."""
        return (
            ("linear", "poisson").index(self.family),
            self.clusters,
            self.treated,
            round(100 * self.serial_correlation),
            round(1000 * self.effect),
        )


#: Clusters and treated clusters.
SIZES = ((7, 3), (14, 3), (14, 6), (30, 3), (30, 10), (60, 3), (60, 10), (60, 30))
SERIAL_CORRELATION = 0.7
#: Other serial correlations, for one size and without effect.
OTHER_CORRELATIONS = (0.0, 0.9)
OTHER_SIZE = (14, 6)
#: Replications of worlds without and with an effect, by family: counts cost more.
REPLICATIONS: dict[SimulatedFamily, tuple[int, int]] = {
    "linear": (1000, 400),
    "poisson": (500, 200),
}


def _declare_grid() -> tuple[World, ...]:
    families: tuple[SimulatedFamily, ...] = ("linear", "poisson")
    worlds = [
        World(family, clusters, treated, SERIAL_CORRELATION, effect)
        for family in families
        for clusters, treated in SIZES
        for effect in (0.0, EFFECTS[family])
    ]
    worlds += [
        World(family, *OTHER_SIZE, correlation, 0.0)
        for family in families
        for correlation in OTHER_CORRELATIONS
    ]
    return tuple(worlds)


GRID = _declare_grid()


def count_replications(world: World, group: str) -> int:
    """Replications that the design gives to a world; tests by randomization get half of them."""
    number = REPLICATIONS[world.family][int(world.effect != 0)]
    return number // 2 if group == "randomization" else number
