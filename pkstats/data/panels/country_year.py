"""Country-year: violence, its ends, and the covariates of every state of the system, 1989-2025."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.panels import countries
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import armed_conflict, country_series, coups, displacement, ideal_points
from pkstats.data.sources.terminations import OUTCOMES

NAME = "country_year"
KEY = ["country", "year"]


def build(raw: Path) -> Panel:
    """Build the panel of country-years from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a state and year in which it is a member of the system on some day; columns as in
        the codebook. Violence is the sum of the months; covariates are as published, never filled.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    PanelError
        UCDP counts events where no state is a member of the system.
    """
    frame = countries.list_states(raw, step="YS")
    for counts, last in (
        (countries.count_agreements(raw, step="YS"), countries.LAST_AGREEMENT),
        (count_outcomes(raw), countries.LAST_TERMINATION),
    ):
        frame = countries.join_counts(frame, counts, on="period", last=last)
    frame["year"] = frame["period"].dt.year.astype("int64")
    frame = _join(frame, sum_years(countries.count_violence(raw)))
    frame = _join(frame, armed_conflict.read(raw).drop(columns="observed"))
    frame = _join(frame, coups.read(raw))
    frame = _join(frame, country_series.read_population(raw))
    for series in country_series.SERIES:
        frame = _join(frame, country_series.read(raw, series))
    frame = _join(frame, displacement.read(raw))
    frame = _join(frame, ideal_points.read(raw))
    return countries.finish(frame, NAME)


def sum_years(months: pd.DataFrame) -> pd.DataFrame:
    """Sum counts of violence over the months of each year; missing where a month is missing."""
    counts = list(months.filter(regex="_(deaths|events|low|high)$").columns)
    grouped = months.assign(year=months["month"].dt.year).groupby(KEY)[counts]
    return grouped.sum(min_count=1).reset_index()


def count_outcomes(raw: Path) -> pd.DataFrame:
    """Count conflict episodes that ended, by outcome: ``country period``, all and each outcome."""
    ended = countries.list_terminations(raw)
    ended["period"] = ended["end"].dt.to_period("Y").dt.start_time.astype("datetime64[s]")
    table = pd.crosstab([ended["country"], ended["period"]], ended["outcome"])
    table = table.reindex(columns=list(OUTCOMES), fill_value=0)
    table.columns = [f"terminations_{OUTCOMES[o].replace(' ', '_')}" for o in OUTCOMES]
    table.insert(0, "conflict_terminations", table.sum(axis=1))
    return table.reset_index()


def _join(frame: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    return frame.merge(values, on=KEY, how="left", validate="1:1")
