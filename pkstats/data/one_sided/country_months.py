"""Country-months: one-sided violence by side, from raw sources."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from pkstats.data.one_sided.sides import name_dyads
from pkstats.data.one_sided.split import split_sides
from pkstats.data.registry import verify
from pkstats.data.sources import conflict_deaths, dyads, one_sided_actors, organized_violence

FILES = (conflict_deaths.NAME, dyads.NAME, one_sided_actors.NAME, organized_violence.NAME)
KEY = ["country", "month"]

#: Splits remembered: that of the raw folder, and one of other files to compare it with.
KEPT = 2


def split_country_months(raw: Path) -> pd.DataFrame:
    """Split deaths and events of one-sided violence by side, country and month, 1989-2025.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``country month``, one row a country-month with one-sided violence;
        ``one_sided_government_deaths`` and ``one_sided_non_state_deaths`` (unique centre, whole
        numbers), each with ``_low`` and ``_high``; the same of events.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema; a dyad has no side; the totals of
        actors and countries differ in a month.
    """
    hashes = verify(raw, FILES)
    return _split(raw, tuple(hashes.items())).copy()


def list_dyads(raw: Path) -> pd.DataFrame:
    """List the dyads of one-sided violence with the side that the split gives them.

    Returns
    -------
    pandas.DataFrame
        ``dyad actors side basis countries deaths``: names that the dyad may bear, separated by
        bars; how the side is known; Gleditsch-Ward numbers of the countries where it is known to
        act, separated by semicolons; deaths 1989-2025.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema; a dyad has no side.
    """
    deaths = _read_dyads(raw)
    named = _name(raw, deaths)
    return pd.DataFrame(
        {
            "dyad": named["dyad"],
            "actors": named["actors"].map(" | ".join),
            "side": named["government"].map({True: "government", False: "non_state"}),
            "basis": named["basis"],
            "countries": named["countries"].map(lambda places: ";".join(map(str, places))),
            "deaths": named["dyad"].map(deaths.groupby("dyad")["deaths"].sum()),
        }
    )


def _read_dyads(raw: Path) -> pd.DataFrame:
    months = dyads.read(raw)
    return months[months["type"] == "one_sided"]


def _name(raw: Path, deaths: pd.DataFrame) -> pd.DataFrame:
    return name_dyads(
        deaths, organized_violence.read(raw), one_sided_actors.read(raw), conflict_deaths.read(raw)
    )


@lru_cache(maxsize=KEPT)
def _split(raw: Path, _hashes: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    dyad_months = _read_dyads(raw)
    sides = _name(raw, dyad_months)
    country_months, country_years = conflict_deaths.read(raw), organized_violence.read(raw)
    measured = [
        _name_columns(
            split_sides(
                dyad_months,
                country_months,
                sides=sides,
                country_years=country_years,
                measure=measure,
            ),
            measure,
        )
        for measure in ("deaths", "events")
    ]
    both = measured[0].merge(measured[1], on=KEY, how="outer", validate="1:1")
    counts = list(both.columns.difference(KEY, sort=False))
    both[counts] = both[counts].fillna(0).astype("int64")
    return both.sort_values(KEY, ignore_index=True)


def _name_columns(split: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Both sides: what is not of governments is of others, so their bounds mirror each other."""
    government, total = split["government"], split["total"]
    return split[KEY].assign(
        **{
            f"one_sided_government_{measure}": government,
            f"one_sided_government_{measure}_low": split["government_low"],
            f"one_sided_government_{measure}_high": split["government_high"],
            f"one_sided_non_state_{measure}": total - government,
            f"one_sided_non_state_{measure}_low": total - split["government_high"],
            f"one_sided_non_state_{measure}_high": total - split["government_low"],
        }
    )
