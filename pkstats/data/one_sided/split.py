"""Split: one-sided violence by country and month into government and non-state perpetrators."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pkstats.data.one_sided.transport import split_month
from pkstats.errors import Breaches, SourceError, name_some

# Penalty of a unit by what is known of the dyad in the country: listed there in the year; the
# country's total rose since the list was made; the dyad acted there in another year; nothing.
LISTED, RISEN, KNOWN, NEVER = 0, 1, 2, 10


def split_sides(
    dyad_months: pd.DataFrame,
    country_months: pd.DataFrame,
    *,
    sides: pd.DataFrame,
    country_years: pd.DataFrame,
    measure: str = "deaths",
) -> pd.DataFrame:
    """Split a country-month total by side, so that actor-month and country-month totals both hold.

    A dyad is placed where the country-years list it in the year. A dyad that they list nowhere in
    the year is new to the later release, so it is placed first where it acted in another year and
    the country's yearly total rose between the releases, then where one of the two holds. In years
    after the last list it is placed where it is known to act.

    Parameters
    ----------
    dyad_months : pandas.DataFrame
        ``dyad month`` and the measure, of one-sided violence.
    country_months : pandas.DataFrame
        ``country month`` and ``one_sided_<measure>``.
    sides : pandas.DataFrame
        ``dyad government countries`` (:func:`pkstats.data.one_sided.name_dyads`).
    country_years : pandas.DataFrame
        ``country year dyads deaths``: where a dyad is listed in a year, and the total then.
    measure : {"deaths", "events"}

    Returns
    -------
    pandas.DataFrame
        ``country month total government government_low government_high penalty``, one row a
        country-month with a total above 0. ``government`` is the unique centre in whole numbers:
        rounded down and the rest given to the largest remainders of the month, so that both margins
        still hold. ``penalty`` is the month's.

    Raises
    ------
    SourceError
        Names the months whose two totals differ.
    """
    total = f"one_sided_{measure}"
    rows = dyad_months.loc[dyad_months[measure] > 0].sort_values(["month", "dyad"])
    cells = country_months.loc[country_months[total] > 0].sort_values(["month", "country"])
    _check_totals(rows.groupby("month")[measure].sum(), cells.groupby("month")[total].sum())
    government = sides.set_index("dyad")["government"]
    known = sides.set_index("dyad")["countries"].map(frozenset).to_dict()
    listed, risen = _list_places(country_years), _find_rises(country_months, country_years)
    by_month = dict(iter(cells.groupby("month")))
    parts = []
    for month, actors in rows.groupby("month"):
        countries = by_month[month]
        year = int(actors["month"].iloc[0].year)
        penalty = [
            _weigh(
                countries["country"],
                listed=listed.get((dyad, year)),
                known=known[dyad],
                risen=risen.get(year),
            )
            for dyad in actors["dyad"]
        ]
        found = _split_whole(
            actors[measure].to_numpy(int),
            countries[total].to_numpy(int),
            penalty=np.array(penalty),
            marked=government[actors["dyad"]].to_numpy(bool),
        )
        parts.append(countries[["country", "month"]].assign(**found))
    return pd.concat(parts, ignore_index=True).astype({"country": "int64"})


def _split_whole(
    actors: np.ndarray, countries: np.ndarray, *, penalty: np.ndarray, marked: np.ndarray
) -> dict[str, np.ndarray | float]:
    found = split_month(actors, countries, penalty=penalty, marked=marked)
    return {
        "total": countries,
        "government": round_to_sum(found.centre, int(actors[marked].sum())),
        "government_low": found.low.astype(int),
        "government_high": found.high.astype(int),
        "penalty": found.penalty,
    }


def round_to_sum(values: np.ndarray, total: int) -> np.ndarray:
    """Round to whole numbers of a given sum by largest remainder; ties go to the first.

    Remainders are compared at six decimals, so that the last bits of a solver decide nothing.
    """
    floor = np.floor(np.round(values, 6))
    remainder = np.round(np.round(values, 6) - floor, 6)
    rest = total - int(floor.sum())
    if not 0 <= rest <= len(values):
        raise SourceError(f"values sum to {values.sum():.6f}, which is not {total}")
    first = np.argsort(-remainder, kind="stable")[:rest]
    floor[first] += 1
    return floor.astype(int)


def _weigh(
    countries: pd.Series,
    *,
    listed: frozenset[int] | None,
    known: frozenset[int],
    risen: frozenset[int] | None,
) -> list[int]:
    """Penalty of a dyad in each country; ``risen`` is None after the last list."""
    if listed is not None or risen is None:
        first, second, third = (known if listed is None else listed), frozenset[int](), known
    else:
        first, second, third = known & risen, risen, known
    steps = ((LISTED, first), (RISEN, second), (KNOWN, third))
    return [next((p for p, places in steps if c in places), NEVER) for c in countries]


def _find_rises(
    country_months: pd.DataFrame, country_years: pd.DataFrame
) -> dict[int, frozenset[int]]:
    """Countries by year whose deaths are more in the months than in the earlier country-years."""
    key = ["country", "year"]
    months = country_months.assign(year=country_months["month"].dt.year)
    later = months.groupby(key)["one_sided_deaths"].sum().reset_index()
    both = later.merge(country_years[[*key, "deaths"]], on=key, how="left")
    both = both[both["one_sided_deaths"] > both["deaths"].fillna(0)]
    years = sorted(set(country_years["year"]))
    return {int(y): frozenset(both.loc[both["year"] == y, "country"].astype(int)) for y in years}


def _list_places(country_years: pd.DataFrame) -> dict[tuple[int, int], frozenset[int]]:
    places: dict[tuple[int, int], frozenset[int]] = {}
    columns = (country_years[name] for name in ("country", "year", "dyads"))
    for country, year, dyads in zip(*columns, strict=True):
        for dyad in dyads:
            key = (int(dyad), int(year))
            places[key] = places.get(key, frozenset()) | {int(country)}
    return places


def _check_totals(actors: pd.Series, countries: pd.Series) -> None:
    both = pd.concat([actors, countries], axis=1, keys=["actors", "countries"]).fillna(0)
    wrong = both[both["actors"] != both["countries"]]
    if len(wrong):
        breaches = Breaches("one-sided violence by actor and by country")
        shown = name_some(
            f"{m:%Y-%m} ({int(a)} and {int(c)})" for m, a, c in wrong.itertuples(name=None)
        )
        breaches.add(f"totals differ in {len(wrong)} months: {shown}")
        breaches.raise_as(SourceError)
