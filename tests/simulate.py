"""Simulated unbalanced panels in the manner of missions, with a known effect."""

import numpy as np
import pandas as pd

from pkstats.panels import Panel


def simulate(
    *,
    units: int = 24,
    periods: int = 60,
    effect: float = 0.4,
    base: float = -1.0,
    hosts: int = 12,
    balanced: bool = False,
    exposed: bool = False,
    seed: int = 1,
) -> Panel:
    """Monthly panel: steps of treatment at renewals, Poisson counts, unit and year shocks."""
    rng = np.random.default_rng(seed)
    frames = []
    for unit in range(units):
        first = 0 if balanced else int(rng.integers(0, periods // 3))
        last = periods if balanced else int(rng.integers(2 * periods // 3, periods + 1))
        month = np.arange(first, last)
        renewal = ((month - first) % 6 == 0).astype(int)
        steps = rng.choice(month[renewal == 1][1:], size=2, replace=False)
        frames.append(
            pd.DataFrame(
                {
                    "mission": f"U{unit:02d}",
                    "month": pd.Timestamp("2000-01-01") + pd.to_timedelta(0, "D"),
                    "period": month,
                    "host": f"H{unit % hosts:02d}",
                    "renewal": renewal,
                    "robustness": (month[:, None] >= steps).sum(axis=1).astype(float),
                    "shock": rng.normal(0, 0.7),
                    "control": rng.normal(size=len(month)),
                }
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    frame["month"] = [pd.Timestamp(2000 + p // 12, p % 12 + 1, 1) for p in frame.pop("period")]
    frame["year"] = frame["month"].dt.year
    years = rng.normal(0, 0.4, frame["year"].max() - 1999)
    frame["personnel"] = np.round(np.exp(rng.normal(7, 1, len(frame))))
    size = np.log(frame["personnel"] / 1000) if exposed else 0.0
    rate = base + effect * frame["robustness"] + 0.2 * frame["control"] + frame.pop("shock")
    frame["deaths"] = rng.poisson(np.exp(rate + years[frame["year"] - 2000] + size))
    return Panel.from_frame(frame, unit="mission", time="month", name="simulated")
