"""Tuning: the parameters of the worlds that bring them nearest to moments of the real attacks."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pkstats.errors import Breaches, SpecificationError
from pkstats.simulation.calibration.design import NULLS, WorldKind
from pkstats.simulation.calibration.ground import DAYS
from pkstats.simulation.calibration.world import Violence, draw_days, seed_world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkstats.estimation.engines.cells import Floats, Integers
    from pkstats.simulation.calibration.ground import Ground

PARAMETERS: Final = Path(__file__).with_name("parameters.toml")
SPREADS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
PERSISTENCES: Final = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
MASS_SHARES: Final = (0.0, 0.02, 0.05, 0.10)
#: Worlds of the tuning block at each point of the grid.
TUNING_WORLDS: Final = 100
#: Moments that the worlds are held against, in words.
MOMENTS: Final = {
    "zero_share": "share of mission-months without a fatal attack",
    "dispersion": "variance over mean of the monthly incident-days",
    "autocorrelation": "correlation of a mission's month with its month before",
    "yearly_autocorrelation": "correlation of a mission's month with the one a year before",
    "largest_share": "share of all incident-days in the worst mission-month",
}


@dataclass(frozen=True)
class Moments:
    """What the worlds must look like; shares and ratios without unit.

    Parameters
    ----------
    zero_share, dispersion, autocorrelation, yearly_autocorrelation, largest_share : float
        As :data:`MOMENTS` says.
    """

    zero_share: float
    dispersion: float
    autocorrelation: float
    yearly_autocorrelation: float
    largest_share: float


def measure_moments(days: Floats, ground: Ground) -> Moments:
    """Measure the moments of incident-days on the rows of the restricted fit.

    Parameters
    ----------
    days : ndarray, shape (n,)
        Observed, or drawn.
    ground : Ground
        Gives missions and months of the rows.
    """
    rows = ground.outcome.rows
    mission, month = ground.mission[rows], ground.month[rows]
    mean = np.bincount(mission, days) / np.maximum(np.bincount(mission), 1)
    gap = days - mean[mission]
    return Moments(
        zero_share=float((days == 0).mean()),
        dispersion=float(days.var() / days.mean()),
        autocorrelation=_correlate(gap, mission, month, lag=1),
        yearly_autocorrelation=_correlate(gap, mission, month, lag=12),
        largest_share=float(days.max() / days.sum()),
    )


def _correlate(gap: Floats, mission: Integers, month: Integers, *, lag: int) -> float:
    """Correlation of rows with those some months before in the same mission."""
    pairs = (mission[lag:] == mission[:-lag]) & (month[lag:] - month[:-lag] == lag)
    later, earlier = gap[lag:][pairs], gap[:-lag][pairs]
    return float((later * earlier).sum() / np.sqrt((later**2).sum() * (earlier**2).sum()))


def observe_moments(ground: Ground) -> Moments:
    """Moments of the real attacks."""
    observed = ground.panel.frame[DAYS].iloc[ground.outcome.rows].to_numpy(dtype=float)
    return measure_moments(observed, ground)


def draw_moments(
    ground: Ground, kind: WorldKind, violence: Violence, *, block: str, worlds: int
) -> pd.DataFrame:
    """Moments of some worlds, one row each; attacks alone are drawn."""
    rows = []
    for number in range(worlds):
        attacks, _ = seed_world(kind, ground.place, number, block=block)
        rows.append(asdict(measure_moments(draw_days(ground, kind, violence, attacks), ground)))
    return pd.DataFrame(rows)


def tune(ground: Ground, *, worlds: int = TUNING_WORLDS) -> pd.DataFrame:
    r"""Hold every point of the grid against the real moments, on the tuning block of seeds.

    The distance is :math:`\sum_k ((\bar m_k - m_k) / s_k)^2` over the moments k, with s the median
    over the grid of their standard deviation between worlds.

    Parameters
    ----------
    ground : Ground
        Of one hypothesis.
    worlds : int
        At each point.

    Returns
    -------
    pandas.DataFrame
        spread persistence mass_share, the mean moments, distance; in order of the grid.
    """
    kind, real = NULLS[0], pd.Series(asdict(observe_moments(ground)))
    points = [Violence(*point) for point in product(SPREADS, PERSISTENCES, MASS_SHARES)]
    points = [v for v in points if v.spread or v.persistence == PERSISTENCES[0]]
    found = [draw_moments(ground, kind, v, block="tuning", worlds=worlds) for v in points]
    means = pd.DataFrame([f.mean() for f in found])
    scale = pd.DataFrame([f.std() for f in found]).median()
    distance = (((means - real) / scale) ** 2).sum(axis=1)
    return pd.concat(
        [pd.DataFrame([asdict(v) for v in points]), means, distance.rename("distance")], axis=1
    )


def choose_violence(grid: pd.DataFrame, *, persistence: float | None) -> Violence:
    """Point of a tuned grid with the smallest distance, at a given persistence if one is given."""
    kept = grid if persistence is None else grid[grid["persistence"].eq(persistence)]
    best = kept.sort_values("distance", kind="stable").iloc[0]
    return Violence(*(float(best[c]) for c in ("spread", "persistence", "mass_share")))


def list_persistences() -> tuple[float | None, ...]:
    """Persistences that the kinds of world ask for; None asks for the tuned one."""
    return tuple(dict.fromkeys(kind.persistence for kind in NULLS))


def write_parameters(chosen: Iterable[tuple[str, Violence, bool]]) -> str:
    """Text of ``parameters.toml``: hypothesis, violence, and whether its persistence is tuned."""
    lines = [
        "# Parameters of the worlds, tuned by pkstats.simulation.calibration.tuning on the seeds",
        "# of the block 'tuning' to moments of the real attacks; `pkstats calibrate --tune`.",
    ]
    for name, violence, tuned in chosen:
        lines += ["", "[[violence]]", f'hypothesis = "{name}"', f"tuned = {str(tuned).lower()}"]
        lines += [f"{key} = {value}" for key, value in asdict(violence).items()]
    return "\n".join(lines) + "\n"


def read_violence(hypothesis: str, kind: WorldKind, *, file: Path = PARAMETERS) -> Violence:
    """Read the tuned parameters of a kind of world.

    Raises
    ------
    SpecificationError
        The file holds no entry, or a value out of its range.
    """
    breaches = Breaches(f"parameters of the worlds in {file.name}")
    entries = tomllib.loads(file.read_text("utf-8")).get("violence", [])
    remedy = "pkstats calibrate --tune"
    for entry in entries:
        own = entry.get("hypothesis") == hypothesis
        asked = entry.get("tuned") if kind.persistence is None else not entry.get("tuned")
        if not own or not asked or kind.persistence not in (None, entry.get("persistence")):
            continue
        given = {k: v for k, v in entry.items() if k not in ("hypothesis", "tuned")}
        try:
            violence = Violence(**given)
        except TypeError:
            breaches.add(f"{hypothesis}: {', '.join(given)}", remedy=remedy)
            continue
        if (
            violence.spread < 0
            or not 0 <= violence.persistence < 1
            or (not 0 <= violence.mass_share < 1)
        ):
            breaches.add(f"{hypothesis}: {violence} is out of range", remedy=remedy)
            continue
        return violence
    if not breaches:
        breaches.add(f"no entry of {hypothesis} for worlds {kind.name!r}", remedy=remedy)
    breaches.raise_as(SpecificationError)
    raise AssertionError
