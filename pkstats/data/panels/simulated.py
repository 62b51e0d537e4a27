"""Simulated panels in the manner of missions, with a known effect."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pkstats.arguments import check_arguments
from pkstats.data.panels import Panel

START = pd.Timestamp("2000-01-01")


def simulate_panel(
    *,
    units: int = 24,
    periods: int = 60,
    clusters: int = 12,
    effect: float = 0.4,
    base: float = -1.0,
    balanced: bool = False,
    exposed: bool = False,
    seed: int,
) -> Panel:
    r"""Simulate months of missions whose treatment steps up twice, at renewals.

    Counts are Poisson with log mean
    :math:`base + effect\,x_{it} + 0.2 z_{it} + a_i + d_{year}` (plus log personnel in thousands
    if exposed), :math:`a_i \sim N(0, 0.7)`, :math:`d \sim N(0, 0.4)`.

    Parameters
    ----------
    units, periods, clusters : int
        Missions, most months of a mission, hosts.
    effect, base : float
        Log rate ratio of a step; log rate before shocks.
    balanced : bool
        Every mission in every month, or lives of unequal length.
    exposed : bool
        Whether personnel multiplies the rate.
    seed : int
        Of all random numbers.

    Returns
    -------
    Panel
        mission month year host renewal robustness control personnel deaths.
    """
    check_arguments("simulated panel", seed=seed)
    rng = np.random.default_rng(seed)
    lives = [_simulate_life(u, periods, clusters, balanced, rng) for u in range(units)]
    frame = pd.concat(lives, ignore_index=True)
    frame["year"] = frame["month"].dt.year
    years = rng.normal(0, 0.4, periods // 12 + 1)[frame["year"] - START.year]
    frame["personnel"] = np.round(np.exp(rng.normal(7, 1, len(frame))))
    size = np.log(frame["personnel"] / 1000) if exposed else 0.0
    rate = base + effect * frame["robustness"] + 0.2 * frame["control"] + frame.pop("shock")
    frame["deaths"] = rng.poisson(np.exp(rate + years + size))
    return Panel.from_frame(frame, unit="mission", time="month", name="simulated")


def _simulate_life(
    unit: int, periods: int, clusters: int, balanced: bool, rng: np.random.Generator
) -> pd.DataFrame:
    first = 0 if balanced else int(rng.integers(0, periods // 3))
    last = periods if balanced else int(rng.integers(2 * periods // 3, periods + 1))
    period: NDArray[np.int64] = np.arange(first, last)
    renewal = (period - first) % 6 == 0
    steps = rng.choice(period[renewal][1:], size=2, replace=False)
    return pd.DataFrame(
        {
            "mission": f"U{unit:02d}",
            "month": [START + pd.DateOffset(months=int(p)) for p in period],
            "host": f"H{unit % clusters:02d}",
            "renewal": renewal.astype(int),
            "robustness": (period[:, None] >= steps).sum(axis=1).astype(float),
            "shock": rng.normal(0, 0.7),
            "control": rng.normal(size=len(period)),
        }
    )
