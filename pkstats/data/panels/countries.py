"""Countries: states of the system over time, and what UCDP counts in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.one_sided import split_country_months
from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.codebook import codebook
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import agreements, armed_conflict, conflict_deaths, states, terminations
from pkstats.errors import Breaches, PanelError, name_some

FIRST, LAST = "1989-01", "2025-12"
KEY = ["country", "month"]
TOTALS = ["state_based_deaths", "non_state_deaths", "one_sided_deaths"]

# The last year whose ends are known: an episode has ended when a year without it has passed.
LAST_TERMINATION = "2019-12-01"
LAST_AGREEMENT = "2021-12-01"


def list_states(raw: Path, *, step: str) -> pd.DataFrame:
    """List states and periods (``MS`` or ``YS``), 1989-2025.

    Returns
    -------
    pandas.DataFrame
        ``country period name microstate observed``: whether UCDP observes the state.
    """
    listed = states.list_periods(states.read(raw), first=FIRST, last=LAST, step=step)
    return listed.assign(
        microstate=listed["microstate"].astype("int8"),
        observed=listed["country"].isin(_find_observed(raw)),
    )


def count_violence(raw: Path) -> pd.DataFrame:
    """Count organized violence by state of the system and month.

    Returns
    -------
    pandas.DataFrame
        ``country month`` for every member state and month; events and deaths by type, one-sided
        violence by side. A month without an event is a true zero where UCDP observes the state,
        and missing where it does not.

    Raises
    ------
    PanelError
        UCDP counts events where no state is a member of the system.
    """
    frame = _join_events(count_events(raw), split_country_months(raw))
    frame["organized_violence_deaths"] = frame[TOTALS].sum(axis=1, min_count=3).astype("Int64")
    return frame


def count_events(raw: Path) -> pd.DataFrame:
    """Count events and deaths by type alone; as :func:`count_violence`, without the sides."""
    frame = list_states(raw, step="MS").rename(columns={"period": "month"})
    return _join_events(frame, conflict_deaths.read(raw))


def _join_events(frame: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Join counts of events: zero without an event where UCDP observes the state."""
    check_universe(counts, frame)
    columns = list(counts.columns.difference(KEY, sort=False))
    frame = frame.merge(counts, on=KEY, how="left", validate="1:1")
    frame[columns] = frame[columns].astype("Int64")
    return frame.assign(
        **frame[columns].mask(frame[columns].isna().mul(frame["observed"], axis=0), 0)
    )


def count_agreements(raw: Path, *, step: str) -> pd.DataFrame:
    """Count peace agreements by state and period: ``country period peace_agreements``."""
    found = agreements.read(raw)
    return _count(found, found["date"], step=step, name="peace_agreements")


def list_terminations(raw: Path) -> pd.DataFrame:
    """List conflict episodes that ended, by state: ``country end outcome``."""
    found = terminations.read(raw)
    ended = found.loc[found["terminated"] == 1, ["countries", "end", "outcome"]]
    ended = ended[ended["end"] < pd.Timestamp(LAST_TERMINATION) + pd.offsets.MonthBegin(1)]
    ended["country"] = ended["countries"].str.split(";")
    ended = ended.explode("country").drop(columns="countries")
    return ended.astype({"country": "int64"}).reset_index(drop=True)


def count_terminations(raw: Path, *, step: str) -> pd.DataFrame:
    """Count episodes that ended, by state and period: ``country period conflict_terminations``."""
    ended = list_terminations(raw)
    return _count(ended, ended["end"], step=step, name="conflict_terminations")


def join_counts(frame: pd.DataFrame, counts: pd.DataFrame, *, on: str, last: str) -> pd.DataFrame:
    """Join counts by state and period: none listed is zero in a state observed, up to the last.

    Counts of places that are no member of the system in the period are left out.
    """
    columns = [column for column in counts if column not in ("country", "period")]
    counts = counts.rename(columns={"period": on})
    joined = frame.merge(counts, on=["country", on], how="left", validate="1:1")
    inside = joined["observed"] & (joined[on] <= pd.Timestamp(last))
    for column in columns:
        joined[column] = joined[column].astype("Int64").fillna(0).where(inside)
    return joined


def finish(frame: pd.DataFrame, name: str) -> Panel:
    """Order, type and round the columns as the codebook says, and return the panel."""
    columns = {}
    for variable in codebook(name):
        values = frame[variable.name]
        if variable.kind == "count":
            values = values.astype("Int64")
            values = values if values.isna().any() else values.astype("int64")
        elif variable.kind == "binary":
            values = values.astype("int8")
        elif variable.kind == "continuous":
            values = values.astype("float64").round(variable.decimals) + 0.0
        columns[variable.name] = values
    return assemble_panel(pd.DataFrame(columns), name)


def _count(rows: pd.DataFrame, dates: pd.Series, *, step: str, name: str) -> pd.DataFrame:
    period = dates.dt.to_period(step.removesuffix("S")).dt.start_time.astype("datetime64[s]")
    grouped = rows.assign(period=period).groupby(["country", "period"]).size()
    return grouped.rename(name).reset_index()


def _find_observed(raw: Path) -> set[int]:
    """States that UCDP observes; a state is observed in all its years or in none."""
    years = armed_conflict.read(raw)
    sometimes = years.groupby("country")["observed"].nunique()
    if (sometimes > 1).any():
        shown = name_some(sometimes.index[sometimes > 1])
        raise PanelError(f"UCDP observes country {shown} in some years only")
    return set(years.loc[years["observed"], "country"])


def check_universe(counts: pd.DataFrame, frame: pd.DataFrame) -> None:
    """Refuse counts in a country-month that the frame of states does not hold."""
    known = pd.MultiIndex.from_frame(frame[KEY])
    outside = ~pd.MultiIndex.from_frame(counts[KEY]).isin(known)
    if outside.any():
        breaches = Breaches("organized violence outside the system of states")
        rows = counts.loc[outside, KEY]
        shown = name_some(f"{c} {m:%Y-%m}" for c, m in rows.itertuples(index=False, name=None))
        breaches.add(f"{len(rows)} country-months: {shown}")
        breaches.raise_as(PanelError)
