"""Simulated survey microdata: respondents in clusters, waves on both sides of a change."""

import numpy as np
import pandas as pd

from pkstats.microdata import Item, Schema

HOSTS = {
    "DR Congo": "MONUSCO",
    "Mali": "MINUSMA",
    "Haiti": "MINUSTAH",
    "South Sudan": "UNMISS",
    "Liberia": "UNMIL",
    "Côte d'Ivoire": "UNOCI",
}
DATES = ("2008-03-01", "2010-03-01", "2012-03-01", "2014-03-01", "2016-03-01")
STEPS = (2, 1, 3, 4, 2, 3)
AGAINST, IN_FAVOUR, UNKNOWN, REFUSED = 1, 2, 8, 9


def make_schema(mission: str, **changes) -> Schema:
    codes = {"positive": (IN_FAVOUR,), "negative": (AGAINST,), "other": (UNKNOWN,)}
    items = (
        Item(
            column="Q1", name="takes sides", construct="impartiality", missing=(REFUSED,), **codes
        ),
        Item(
            column="Q2",
            name="takes sides: another force",
            construct="impartiality",
            missing=(REFUSED,),
            names="another force",
            **codes,
        ),
    )
    given = {
        "survey": f"Simulated survey of {mission}",
        "mission": mission,
        "weight": "WEIGHT",
        "cluster": "PSU",
        "date": "DATE",
        "items": items,
    }
    return Schema(**(given | changes))


def draw_respondents(
    rng: np.random.Generator, *, effect: float, step: int, level: float, n: int = 900
) -> pd.DataFrame:
    """Respondents of one host in all waves; the log odds of "takes sides" rise at the step."""
    parts = []
    for wave, date in enumerate(DATES):
        cluster = np.repeat(np.arange(n // 15), 15)
        shock = rng.normal(0, 0.3, n // 15)[cluster]
        answers = {}
        for column, move in (("Q1", effect), ("Q2", 0.0)):
            odds = level + move * (wave >= step) + shock
            against = rng.random(n) < 1 / (1 + np.exp(-odds))
            answer = np.where(against, AGAINST, IN_FAVOUR)
            answers[column] = np.where(rng.random(n) < 0.05, UNKNOWN, answer)
        weight = rng.gamma(4, 0.25, n)
        parts.append(
            pd.DataFrame({"DATE": date, "PSU": wave * 1000 + cluster, "WEIGHT": weight, **answers})
        )
    return pd.concat(parts, ignore_index=True)


def draw_files(*, effect: float, seed: int, hosts: int = 6) -> list[tuple[pd.DataFrame, Schema]]:
    rng = np.random.default_rng(seed)
    return [
        (draw_respondents(rng, effect=effect, step=step, level=rng.normal(-0.5, 0.3)),
         make_schema(mission))
        for mission, step in list(zip(HOSTS.values(), STEPS, strict=True))[:hosts]
    ]  # fmt: skip


def mark_mandates(frame: pd.DataFrame) -> pd.DataFrame:
    """Give each wave the mandate of the simulation, under every rule of reset."""
    steps = dict(zip(HOSTS, STEPS, strict=True))
    wave = frame["month"].map({pd.Timestamp(d): i for i, d in enumerate(DATES)})
    index = (wave >= frame["host"].map(steps)).astype(float)
    names = ("", "_never_reset", "_always_reset")
    return frame.assign(**{f"host_support_index{name}": index for name in names})
