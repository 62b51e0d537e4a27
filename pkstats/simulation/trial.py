"""One trial: a panel drawn from a world, estimated, and what each method says of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from pkstats.checks.randomization import randomize
from pkstats.checks.wild_bootstrap import bootstrap
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Method, Specification
from pkstats.simulation.design import (
    BOOTSTRAP_DRAWS,
    LEVEL,
    METHODS,
    RANDOMIZATION_DRAWS,
    SEED,
    World,
)
from pkstats.simulation.worlds import deal_steps, simulate_world

MISSING = float("nan")


@dataclass(frozen=True)
class Answer:
    """What one method says of one panel; missing numbers where it gives none.

    Parameters
    ----------
    method : str
        Of :data:`~pkstats.simulation.design.METHODS`.
    estimate, std_error : float
        Coefficient of the treatment and its standard error; tests by draws have none.
    p_value : float
        Two-sided, of no effect.
    conf_low, conf_high : float
        Interval; tests by draws have none.
    """

    method: str
    estimate: float = MISSING
    std_error: float = MISSING
    p_value: float = MISSING
    conf_low: float = MISSING
    conf_high: float = MISSING


def answer(world: World, replication: int, *, group: str) -> tuple[Answer, ...]:
    """Draw the panel of one replication and let the methods of one group answer.

    The panel depends on the world and the replication alone, so that all groups see the same.

    Parameters
    ----------
    world : World
        Which world.
    replication : int
        Number of the replication, from 0.
    group : str
        Key of :data:`~pkstats.simulation.design.METHODS`.

    Returns
    -------
    tuple of Answer
        One a method of the group; without numbers where the model has no finite estimate.
    """
    sequence = np.random.SeedSequence(SEED, spawn_key=(*world.key, replication))
    panel = simulate_world(world, np.random.default_rng(sequence))
    first: dict[str, Method] = {"sandwich": "CRV3", "bias reduced": "CRV2"}
    specification = Specification(
        outcome="outcome",
        treatment="treated",
        effects=("cluster", "year"),
        exposure="exposure" if world.counts else None,
        family=world.family,
        inference=Inference(cluster="cluster", method=first.get(group, "CRV1")),
    )
    try:
        found = estimate(specification, panel)
    except EstimationError:
        return tuple(Answer(method) for method in METHODS[group])
    if group == "bootstrap":
        p = bootstrap(found, draws=BOOTSTRAP_DRAWS, seed=replication).p_value
        return (Answer("wild bootstrap", found.coefficient, p_value=p),)
    if group == "randomization":
        p = randomize(
            found,
            deal_steps(panel),
            draws=RANDOMIZATION_DRAWS,
            seed=replication,
            method="score",
        ).p_value
        return (Answer("randomization", found.coefficient, p_value=p),)
    if group == "bias reduced":
        return (_read("CRV2, Satterthwaite", found),)
    sandwich = found.with_inference(Inference(cluster="cluster", method="CRV1"))
    return (_refer_to_normal(sandwich), _read("CRV1, t", sandwich), _read("CRV3, t", found))


def _read(method: str, found: Estimate) -> Answer:
    row = found.tidy(1 - LEVEL).iloc[0]
    numbers = ("estimate", "std_error", "p_value", "conf_low", "conf_high")
    return Answer(method, *(float(row[name]) for name in numbers))


def _refer_to_normal(found: Estimate) -> Answer:
    estimate, error = found.coefficient, found.std_error
    reach = float(norm.ppf(1 - LEVEL / 2)) * error
    p = 2 * norm.sf(abs(estimate / error))
    return Answer("CRV1, normal", estimate, error, float(p), estimate - reach, estimate + reach)
