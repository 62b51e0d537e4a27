"""Conflict: deaths in organized violence by country and month (UCDP), and the list of states."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import Breaches, SourceError, name_some

NAME = "ucdp/tables/country-month.csv"
STATES = "ucdp/registry/states.yaml"

REGIONS = ("Africa", "Americas", "Asia", "Europe", "Middle East")

# Months from 2026 on are provisional and are left out.
LAST_YEAR = 2025
COUNTS = {
    "sb_events": "state_based_events",
    "sb_deaths": "state_based_deaths",
    "ns_events": "non_state_events",
    "ns_deaths": "non_state_deaths",
    "os_events": "one_sided_events",
    "os_deaths": "one_sided_deaths",
}


def read(raw: Path) -> pd.DataFrame:
    """Read deaths in organized violence, best estimate, by country and month.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``country month``, events and deaths of state-based, non-state and one-sided violence,
        1989-2025. Only country-months with an event have a row; events count in the month in
        which they began.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the country-months from a path without checking its hash; as :func:`read`."""
    columns = (
        Column(name="gwno", rename="country", kind="integer", minimum=2, maximum=990),
        Column(name="year", kind="integer", minimum=1989, maximum=2026),
        Column(name="month", rename="month_of_year", kind="integer", minimum=1, maximum=12),
        *(Column(name=n, rename=r, kind="integer", minimum=0) for n, r in COUNTS.items()),
        Column(name="provisional", kind="flag"),
    )
    table = read_table(path, columns, unique=["country", "year", "month_of_year"])
    early = table.index[(table["provisional"] == 1) & (table["year"] <= LAST_YEAR)]
    if len(early):
        raise SourceError(f"{path.name}: provisional rows before 2026 (line {name_some(early)})")
    month = pd.to_datetime({"year": table["year"], "month": table["month_of_year"], "day": 1})
    kept = table["year"] <= LAST_YEAR
    table.insert(1, "month", month)
    table = table.drop(columns=["year", "month_of_year", "provisional"])
    return table[kept].reset_index(drop=True)


def read_states(raw: Path) -> pd.DataFrame:
    """Read the states that the conflict data observe.

    Returns
    -------
    pandas.DataFrame
        ``country name region first_year last_year``: one row a period of membership in the system
        of states (Gleditsch and Ward); the last year is missing while it lasts; the region is one
        of `REGIONS`.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse_states(locate(raw, STATES))


def parse_states(path: Path) -> pd.DataFrame:
    """Read the states from a path without checking its hash; as :func:`read_states`."""
    import yaml

    try:
        states = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, ValueError) as error:
        raise SourceError(f"{path.name} cannot be read: {error}. Remedy: fetch it again") from error
    rows = []
    breaches = Breaches(path.name)
    for number, state in enumerate(states if isinstance(states, list) else [], 1):
        try:
            rows += [
                (
                    int(state["gwno"]),
                    str(state["name"]),
                    state["region"],
                    int(p["from"]),
                    None if p["to"] is None else int(p["to"]),
                )
                for p in state["system"]
            ]
            if state["region"] not in REGIONS:
                breaches.add(f"entry {number} has an unknown region {state['region']!r}")
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            breaches.add(f"entry {number} has no gwno, name, region or system: {error!r}")
    if not rows:
        breaches.add("no state in the file", remedy="fetch it again")
    breaches.raise_as(SourceError)
    frame = pd.DataFrame(rows, columns=["country", "name", "region", "first_year", "last_year"])
    return frame.astype({"last_year": "Int64"})
