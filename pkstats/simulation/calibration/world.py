r"""World: one drawn panel of mission-months, before the family's own preparation.

With the restricted mean :math:`\mu_{mt}` of the primary model,

.. math:: Y_{mt} \sim Poisson(\mu_{mt}\, c_m e^{\beta R_{m,t-1}}\,
          e^{\sigma z_{ht} - \sigma^2/2}\, k_{mt})

z a stationary normal shock of the host, autoregressive from month to month; k a month of mass
attacks, :math:`\kappa` times the rate with probability :math:`\pi`, of mean one; :math:`c_m` holds
each mission's expected total where an effect is planted. Each incident-day brings the deaths of an
observed one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import poisson

from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.simulation.calibration.design import SEEDS, WorldKind, key_world
from pkstats.simulation.calibration.ground import DAYS, DEATHS, Ground, Restricted
from pkstats.simulation.calibration.hazard import PAST, draw_steps

if TYPE_CHECKING:
    import pandas as pd

    from pkstats.data.panels import Panel

#: Factor of the rate in a month of mass attacks.
MASS_FACTOR: Final = 5.0


@dataclass(frozen=True)
class Violence:
    """Parameters of the shocks to the rate of attacks.

    Parameters
    ----------
    spread : float
        Standard deviation of the log-normal shock, on the log scale.
    persistence : float
        Correlation of the shock from month to month.
    mass_share : float
        Share of mission-months of mass attacks.
    """

    spread: float
    persistence: float
    mass_share: float


def seed_world(
    kind: WorldKind, place: int, number: int, *, block: str
) -> tuple[np.random.Generator, np.random.Generator]:
    """Return the generators of attacks and of steps of one world."""
    sequence = np.random.SeedSequence(SEEDS[block], spawn_key=key_world(kind, place, number))
    attacks, steps = sequence.spawn(2)
    return np.random.default_rng(attacks), np.random.default_rng(steps)


def draw_world(
    ground: Ground, kind: WorldKind, violence: Violence, *, number: int, block: str
) -> Panel:
    """Draw one world: the observed panel with its outcomes, and perhaps its steps, drawn anew.

    Parameters
    ----------
    ground : Ground
        Of one hypothesis.
    kind : WorldKind
        Which.
    violence : Violence
        Tuned for the kind.
    number : int
        Of the world, from 0.
    block : {"tuning", "report"}
        Of seeds.

    Returns
    -------
    Panel
        For the family's ``prepare``. Fatal incident-days, their deaths and the negative controls
        are drawn on the rows that the models use; the index and its variants of reset where steps
        are drawn. Covariates, personnel and renewal calendars are as observed; columns that would
        contradict what is drawn are left out.
    """
    attacks, steps = seed_world(kind, ground.place, number, block=block)
    frame = ground.panel.frame.copy()
    days = draw_days(ground, kind, violence, attacks)
    frame[DAYS] = _place(frame[DAYS], ground.outcome.rows, days)
    deaths = add_sizes(days, ground.outcome.sizes, attacks)
    frame[DEATHS] = _place(frame[DEATHS], ground.outcome.rows, deaths)
    for control in ground.controls:
        drawn = draw_control(control, attacks)
        frame[control.outcome] = _place(frame[control.outcome], control.rows, drawn)
    if kind.steps == "drawn":
        past = count_past(ground, frame[DAYS].to_numpy(dtype=float, na_value=np.nan))
        drawn_steps = draw_steps(ground.hazard, frame, steps, past=past if kind.reactive else None)
        frame[drawn_steps.columns] = drawn_steps
        frame = frame.drop(columns=[c for c in frame if _contradicts(str(c))])
    return replace(ground.panel, frame=frame)


def _contradicts(column: str) -> bool:
    """Elements and the latent index are coded from the texts behind the observed steps."""
    return column.startswith(("text_", "robustness_latent"))


def _place(column: pd.Series, rows: Integers, values: Floats) -> pd.Series:
    """Column with values put into some rows; nullable counts stay so."""
    placed = column.copy()
    placed.iloc[rows] = values.astype(np.int64)
    return placed


def draw_days(
    ground: Ground, kind: WorldKind, violence: Violence, rng: np.random.Generator
) -> Floats:
    """Fatal incident-days on the rows of the restricted fit, shape (n,)."""
    rows = ground.outcome.rows
    shock = draw_shocks(ground.host[rows], ground.month[rows], violence, rng)
    mass = rng.random(len(rows)) < violence.mass_share
    factor = np.where(mass, MASS_FACTOR, 1.0) / (1 + (MASS_FACTOR - 1) * violence.mass_share)
    mean = plant(ground.outcome, ground.mission[rows], effect=kind.effect)
    # By the quantile, so that worlds which differ in their effect alone share their luck.
    days: Floats = poisson.ppf(rng.random(len(rows)), mean * shock * factor)
    return days


def plant(restricted: Restricted, mission: Integers, *, effect: float) -> Floats:
    """Means with an effect of the observed treatment; the total of each mission is held."""
    if not effect:
        return restricted.mean
    moved = restricted.mean * np.exp(effect * restricted.treatment)
    held = np.bincount(mission, restricted.mean), np.bincount(mission, moved)
    planted: Floats = moved * (held[0][mission] / held[1][mission])
    return planted


def draw_shocks(
    host: Integers, month: Integers, violence: Violence, rng: np.random.Generator
) -> Floats:
    """Log-normal shocks of mean one, shared by the missions of a host, shape (n,)."""
    first = int(month.min())
    months, hosts = int(month.max()) - first + 1, int(host.max()) + 1
    normal = rng.normal(size=(hosts, months))
    fresh = np.sqrt(1 - violence.persistence**2)
    for place in range(1, months):
        normal[:, place] = violence.persistence * normal[:, place - 1] + fresh * normal[:, place]
    own = normal[host, month - first]
    shock: Floats = np.exp(violence.spread * own - violence.spread**2 / 2)
    return shock


def add_sizes(events: Floats, sizes: Floats, rng: np.random.Generator) -> Floats:
    """Deaths of some events a row, each as deadly as an observed one, shape (n,)."""
    count = events.astype(np.int64)
    drawn = rng.choice(sizes, size=int(count.sum()))
    places = np.repeat(np.arange(len(count)), count)
    return np.bincount(places, weights=drawn, minlength=len(count)).astype(float)


def draw_control(control: Restricted, rng: np.random.Generator) -> Floats:
    """Deaths of a negative control on its rows: events at its mean rate, each as deadly as one."""
    events = rng.poisson(control.mean / control.sizes.mean()).astype(float)
    return add_sizes(events, control.sizes, rng)


def count_past(ground: Ground, days: Floats) -> Floats:
    """Log of one plus the days of the six months before each renewal, shape (renewals,).

    Where the mission is younger than that, over the months that it has.
    """
    rows, mission = ground.hazard.rows, ground.mission
    total = np.zeros(len(rows))
    for lag in range(1, PAST + 1):
        earlier = np.maximum(rows - lag, 0)
        same = (mission[earlier] == mission[rows]) & (
            ground.month[rows] - ground.month[earlier] == lag
        )
        total += np.where(same, np.nan_to_num(days[earlier]), 0.0)
    past: Floats = np.log1p(total)
    return past
