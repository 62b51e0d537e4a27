"""Sides: which actor stands behind each dyad of one-sided violence, and where it is known to act.

The monthly table numbers its dyads and names no actor. Two publications of UCDP give the names.

1. The country-years list the numbers and the names of the dyads of a country and year, each list
   sorted by itself. A number can bear a name only if the name is listed wherever the number is; two
   numbers of one country-year never share a name. Elimination leaves one name for nearly every
   number, and for every other number names of one and the same side.
2. Dyads newer than the country-years are matched to the registry's actors that no number claimed:
   the years with at least 25 deaths must equal the actor's years. Where several dyads and actors
   share the same years, they are matched at the least number of deaths for which the actor's
   countries have no room in the month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

ACTIVE = 25  # deaths in a calendar year from which UCDP counts an actor as active
GOVERNMENT = "Government of "


def name_dyads(
    deaths: pd.DataFrame,
    country_years: pd.DataFrame,
    actors: pd.DataFrame,
    country_months: pd.DataFrame,
) -> pd.DataFrame:
    """Find the side and the countries of every one-sided dyad.

    Parameters
    ----------
    deaths : pandas.DataFrame
        ``dyad month deaths`` of one-sided violence.
    country_years : pandas.DataFrame
        ``country year dyads actors`` (:mod:`pkstats.data.sources.organized_violence`).
    actors : pandas.DataFrame
        ``name government countries years`` (:mod:`pkstats.data.sources.one_sided_actors`).
    country_months : pandas.DataFrame
        ``country month one_sided_deaths``.

    Returns
    -------
    pandas.DataFrame
        ``dyad actors government countries basis``, one row a dyad of ``deaths``: names that it may
        bear, whether they are governments, countries where it acted in any year.

    Raises
    ------
    SourceError
        Names the dyads whose side stays open.
    """
    names = eliminate_names(country_years)
    registered = actors.groupby("name")["countries"].agg(list).to_dict()
    places = _collect_places(country_years)
    rows = []
    for dyad, candidates in names.items():
        # two actors of one name are told apart by where they acted
        alike = (c for name in candidates for c in registered.get(name, ()))
        known = places[dyad].union(*(c for c in alike if places[dyad] & set(c)))
        rows.append((dyad, tuple(sorted(candidates)), tuple(sorted(known)), "country_years"))
    claimed = set().union(*names.values())
    newer = deaths[~deaths["dyad"].isin(list(names))]
    free = actors[~actors["name"].isin(claimed)]
    for dyad, name, countries in match_years(newer, free, country_months):
        rows.append((dyad, (name,), countries, "years_of_activity"))
    frame = pd.DataFrame(rows, columns=["dyad", "actors", "countries", "basis"])
    frame = frame[frame["dyad"].isin(deaths["dyad"])].sort_values("dyad", ignore_index=True)
    _check_sides(deaths, frame)
    frame.insert(2, "government", frame["actors"].map(lambda c: c[0].startswith(GOVERNMENT)))
    return frame


def eliminate_names(country_years: pd.DataFrame) -> dict[int, set[str]]:
    """Names that each dyad number may bear, given every country-year's two sets."""
    groups = [
        (set(dyads), set(names))
        for dyads, names in zip(country_years["dyads"], country_years["actors"], strict=True)
        if dyads
    ]
    candidates: dict[int, set[str]] = {}
    for dyads, names in groups:
        for dyad in dyads:
            candidates[dyad] = candidates[dyad] & names if dyad in candidates else set(names)
    changed = True
    while changed:
        changed = sum(_narrow(group, candidates) for group in groups) > 0
    return candidates


def _narrow(group: tuple[set[int], set[str]], candidates: dict[int, set[str]]) -> bool:
    """Apply both eliminations to one country-year; say whether anything changed."""
    dyads, names = group
    before = sum(len(candidates[dyad]) for dyad in dyads)
    for dyad in dyads:
        if len(candidates[dyad]) == 1:
            for other in dyads - {dyad}:
                candidates[other] -= candidates[dyad]
    for name in names:
        holders = [dyad for dyad in dyads if name in candidates[dyad]]
        if len(holders) == 1:
            candidates[holders[0]] = {name}
    return sum(len(candidates[dyad]) for dyad in dyads) != before


def match_years(
    deaths: pd.DataFrame, actors: pd.DataFrame, country_months: pd.DataFrame
) -> list[tuple[int, str, tuple[int, ...]]]:
    """Match dyads to actors of the same years of activity; dyad, name and countries.

    A dyad whose group of years has no actor is left out; the caller reports it.
    """
    room = country_months.set_index(["country", "month"])["one_sided_deaths"].to_dict()
    years = deaths.groupby(["dyad", deaths["month"].dt.year])["deaths"].sum()
    active = years[years >= ACTIVE].reset_index().groupby("dyad")["month"].agg(tuple)
    matches = []
    for span, group in active.groupby(active):
        dyads = sorted(group.index)
        same = actors[actors["years"] == span]
        if same.empty:
            continue
        cost = np.array(
            [
                [_misplace(deaths[deaths["dyad"] == d], c, room) for c in same["countries"]]
                for d in dyads
            ]
        )
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            actor = same.iloc[column]
            matches.append((int(dyads[row]), actor["name"], tuple(actor["countries"])))
    return matches


def _misplace(deaths: pd.DataFrame, countries: Iterable[int], room: Mapping[Hashable, int]) -> int:
    """Deaths of a dyad in excess of what the countries count in the same month."""
    return sum(
        max(0, number - sum(room.get((country, month), 0) for country in countries))
        for month, number in zip(deaths["month"], deaths["deaths"], strict=True)
    )


def _collect_places(country_years: pd.DataFrame) -> dict[int, set[int]]:
    places: dict[int, set[int]] = {}
    for country, dyads in zip(country_years["country"], country_years["dyads"], strict=True):
        for dyad in dyads:
            places.setdefault(dyad, set()).add(int(country))
    return places


def _check_sides(deaths: pd.DataFrame, named: pd.DataFrame) -> None:
    breaches = Breaches("sides of the dyads of one-sided violence")
    open_ = sorted(set(deaths["dyad"]) - set(named["dyad"]))
    mixed = named.loc[
        named["actors"].map(lambda c: len({n.startswith(GOVERNMENT) for n in c}) != 1), "dyad"
    ]
    if open_:
        breaches.add(f"no actor for dyad {name_some(open_)}")
    if len(mixed):
        breaches.add(f"governments and others among the names of dyad {name_some(mixed)}")
    breaches.raise_as(SourceError)
