r"""Ranking of units by a count or a rate, with what chance alone could make of it.

Counts are Poisson. The interval of a rate is exact (Garwood 1936):

.. math:: \tfrac{1}{2e}\chi^2_{\alpha/2,\,2y} \le \lambda \le
          \tfrac{1}{2e}\chi^2_{1-\alpha/2,\,2y+2}

with y events and exposure e. The interval of a rank is simulated: true rates are drawn from
Gamma(y + 1/2) / e (Jeffreys' prior), ranked anew each time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2

from pkstats.arguments import note_arguments
from pkstats.errors import Breaches, SpecificationError, name_some
from pkstats.estimation.engines.columns import check_names


def rank_units(
    frame: pd.DataFrame,
    *,
    unit: str,
    events: str,
    exposure: str | None = None,
    draws: int = 4000,
    seed: int,
    level: float = 0.95,
) -> pd.DataFrame:
    """Rank units by events, or by events per exposure, largest first.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a unit.
    unit, events : str
        Name, and count of events.
    exposure : str, optional
        Positive; without it the count itself is ranked.
    draws : int
        Simulated rankings.
    seed : int
        Of the simulation.
    level : float
        Coverage of both intervals.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by rank: unit events exposure rate conf_low conf_high rank rank_low rank_high
        share_first (of the draws in which the unit is first). Ties share the better rank.

    Raises
    ------
    SpecificationError
        A column that is absent; or a unit twice, a count that is no count, an exposure that is
        not positive, all at once.
    """
    breaches = Breaches("ranking")
    note_arguments(breaches, draws=draws, seed=seed, level=level)
    check_names([unit, events, *([exposure] if exposure else [])], frame, breaches)
    breaches.raise_as(SpecificationError)
    size = frame[exposure].astype(float) if exposure else pd.Series(1.0, index=frame.index)
    count = frame[events].astype(float)
    _check(frame, unit, count, size)
    y, e = count.to_numpy(), size.to_numpy()
    tail = (1 - level) / 2
    low = np.where(y > 0, chi2.ppf(tail, 2 * np.maximum(y, 1)) / 2, 0.0) / e
    high = chi2.ppf(1 - tail, 2 * y + 2) / 2 / e
    rng = np.random.default_rng(seed)
    drawn = rng.gamma(y + 0.5, size=(draws, len(y))) / e
    ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    rates = pd.Series(y / e)
    table = pd.DataFrame(
        {
            "unit": frame[unit].astype(str).to_numpy(),
            "events": y,
            "exposure": e,
            "rate": rates,
            "conf_low": low,
            "conf_high": high,
            "rank": rates.rank(ascending=False, method="min").astype(int),
            "rank_low": np.quantile(ranks, tail, axis=0, method="nearest").astype(int),
            "rank_high": np.quantile(ranks, 1 - tail, axis=0, method="nearest").astype(int),
            "share_first": (ranks == 1).mean(axis=0),
        }
    )
    return table.sort_values(["rank", "unit"], ignore_index=True)


def _check(frame: pd.DataFrame, unit: str, count: pd.Series, size: pd.Series) -> None:
    breaches = Breaches("ranking")
    twice = frame.loc[frame[unit].duplicated(), unit]
    if len(twice):
        breaches.add(f"{unit!r} repeats: {name_some(twice)}", remedy="one row a unit")
    bad = ~(count >= 0) | (count != np.floor(count))
    if bad.any():
        breaches.add(
            f"no count in {name_some(frame.loc[bad, unit])}", remedy="whole numbers from 0"
        )
    empty = ~(size > 0)
    if empty.any():
        breaches.add(
            f"exposure is not positive in {name_some(frame.loc[empty, unit])}",
            remedy="leave these units out",
        )
    breaches.raise_as(SpecificationError)
