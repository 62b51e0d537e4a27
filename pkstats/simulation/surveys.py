"""Simulated survey microdata: respondents in clusters, waves on both sides of a change."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from pkstats.arguments import check_arguments
from pkstats.data.microdata import Item, Schema

#: Hosts and missions of the simulation, and the first wave under the new mandate of each.
HOSTS: Final = {
    "DR Congo": "MONUSCO",
    "Mali": "MINUSMA",
    "Haiti": "MINUSTAH",
    "South Sudan": "UNMISS",
    "Liberia": "UNMIL",
    "Côte d'Ivoire": "UNOCI",
}
STEPS: Final = (2, 1, 3, 4, 2, 3)
DATES: Final = ("2008-03-01", "2010-03-01", "2012-03-01", "2014-03-01", "2016-03-01")
AGAINST, IN_FAVOUR, UNKNOWN, REFUSED = 1, 2, 8, 9
PER_CLUSTER: Final = 15


def make_schema(mission: str, **changes: Any) -> Schema:
    """Schema of a simulated file: one item on the mission, one on another force."""
    codes: dict[str, Any] = {
        "construct": "impartiality",
        "positive": (IN_FAVOUR,),
        "negative": (AGAINST,),
        "other": (UNKNOWN,),
        "missing": (REFUSED,),
    }
    other = "takes sides: another force"
    items = (
        Item(column="Q1", name="takes sides", **codes),
        Item(column="Q2", name=other, names="another force", **codes),
    )
    given: dict[str, Any] = {
        "survey": f"Simulated survey of {mission}",
        "mission": mission,
        "weight": "WEIGHT",
        "cluster": "PSU",
        "date": "DATE",
        "items": items,
    }
    return Schema(**(given | changes))


def draw_respondents(
    rng: np.random.Generator, *, effect: float, step: int, log_odds: float, n: int = 900
) -> pd.DataFrame:
    """Respondents of one host in all waves.

    Parameters
    ----------
    rng : numpy.random.Generator
        Of the answers.
    effect : float
        Rise of the log odds of "takes sides" from wave `step` on; another force has none.
    step : int
        First wave under the new mandate.
    log_odds : float
        Log odds before.
    n : int
        Respondents a wave, a multiple of 15.

    Returns
    -------
    pandas.DataFrame
        DATE, PSU, WEIGHT, Q1, Q2; a row a respondent.
    """
    parts = []
    clusters = n // PER_CLUSTER
    for wave, date in enumerate(DATES):
        cluster = np.repeat(np.arange(clusters), PER_CLUSTER)
        shock = rng.normal(0, 0.3, clusters)[cluster]
        answers = {}
        for column, move in (("Q1", effect), ("Q2", 0.0)):
            odds = log_odds + move * (wave >= step) + shock
            against = rng.random(n) < 1 / (1 + np.exp(-odds))
            answer = np.where(against, AGAINST, IN_FAVOUR)
            answers[column] = np.where(rng.random(n) < 0.05, UNKNOWN, answer)
        columns = {"DATE": date, "PSU": wave * 1000 + cluster, "WEIGHT": rng.gamma(4, 0.25, n)}
        parts.append(pd.DataFrame(columns | answers))
    return pd.concat(parts, ignore_index=True)


def draw_files(*, effect: float, seed: int) -> list[tuple[pd.DataFrame, Schema]]:
    """Files of six hosts, each with its schema, as :func:`pkstats.read_microdata` takes them."""
    check_arguments("simulated surveys", seed=seed)
    rng = np.random.default_rng(seed)
    return [
        (
            draw_respondents(rng, effect=effect, step=step, log_odds=rng.normal(-0.5, 0.3)),
            make_schema(mission),
        )
        for mission, step in zip(HOSTS.values(), STEPS, strict=True)
    ]


def mark_mandates(frame: pd.DataFrame) -> pd.DataFrame:
    """Give each wave the mandate of the simulation, under every rule of reset."""
    steps = dict(zip(HOSTS, STEPS, strict=True))
    wave = frame["month"].map({pd.Timestamp(d): i for i, d in enumerate(DATES)})
    index = (wave >= frame["host"].map(steps)).astype(float)
    names = ("", "_never_reset", "_always_reset")
    return frame.assign(**{f"host_support_index{name}": index for name in names})
