"""States: membership in the system of states (Gleditsch and Ward), and codes of other sources."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.r_frames import read_frame
from pkstats.data.sources.table import Column
from pkstats.errors import Breaches, SourceError, name_some

NAME = "covariates/gwstates.rda"
CODES = COMPILED / "state_codes.csv"
FOREVER = 9999  # the year in which a lasting membership ends in the file
CODE_COLUMNS = (
    Column(name="code", blank=True),
    Column(name="country", kind="integer", blank=True, minimum=2, maximum=990),
    Column(name="name"),
    Column(name="first_year", kind="integer", blank=True, minimum=1946, maximum=2025),
    Column(name="last_year", kind="integer", blank=True, minimum=1946, maximum=2025),
    Column(name="citation"),
    Column(name="note", blank=True),
)
EPOCH = np.datetime64("1970-01-01")


def read(raw: Path) -> pd.DataFrame:
    """Read periods of membership in the system of states.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (239, 5)
        ``country name start end microstate``: Gleditsch-Ward number, first and last day (missing
        while membership lasts), whether the state is on the list of microstates.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the memberships from a path without checking its hash; as :func:`read`."""
    columns = (
        Column(name="gwcode", rename="country", kind="integer", minimum=2, maximum=990),
        Column(name="country_name", rename="name"),
        Column(name="start", kind="integer", minimum=-60000, maximum=40000),
        Column(name="end", kind="integer", minimum=-60000),
        Column(name="microstate", kind="flag"),
    )
    table = read_frame(path, "gwstates", columns, unique=["country", "start"])
    reversed_ = table.index[table["end"] < table["start"]]
    if len(reversed_):
        raise SourceError(f"{path.name}: membership ends before it starts: {name_some(reversed_)}")
    days = {
        c: EPOCH + table[c].to_numpy("int64").astype("timedelta64[D]") for c in ("start", "end")
    }
    table["start"] = days["start"].astype("datetime64[s]")
    lasting = days["end"] >= np.datetime64(f"{FOREVER}-01-01")
    table["end"] = pd.Series(days["end"].astype("datetime64[s]"), table.index).mask(lasting)
    table["microstate"] = table["microstate"].astype(bool)
    return table.reset_index(drop=True)


def list_periods(members: pd.DataFrame, *, first: str, last: str, step: str) -> pd.DataFrame:
    """List every state and period (``MS`` month, ``YS`` year) in which it is a member on some day.

    Returns
    -------
    pandas.DataFrame
        ``country period name microstate``, sorted; the period is given by its first day.
    """
    periods = pd.period_range(first, last, freq=step.removesuffix("S"))
    opens = periods.start_time.to_numpy("datetime64[s]")
    closes = periods.end_time.to_numpy("datetime64[s]")
    parts = []
    ends = members["end"].fillna(pd.Timestamp(f"{FOREVER}-12-31")).to_numpy("datetime64[s]")
    starts = members["start"].to_numpy("datetime64[s]")
    for member, start, end in zip(members.itertuples(index=False), starts, ends, strict=True):
        inside = (start <= closes) & (end >= opens)
        parts.append(
            pd.DataFrame(
                {
                    "country": member.country,
                    "period": opens[inside],
                    "name": member.name,
                    "microstate": member.microstate,
                }
            )
        )
    listed = pd.concat([part for part in parts if len(part)], ignore_index=True)
    listed = listed.drop_duplicates(["country", "period"], keep="last")
    return listed.sort_values(["country", "period"], ignore_index=True).astype({"country": "int64"})


def codes(path: Path = CODES) -> pd.DataFrame:
    """Codes of countries in other sources (ISO 3166 and their own), with the state they stand for.

    Returns
    -------
    pandas.DataFrame
        ``code country first_year last_year``: country is missing for a territory, which is no
        member of the system of states; the years bound the validity of the code.

    Raises
    ------
    SourceError
        The compiled table is not of its schema, or a code stands for two states in one year.
    """
    return _bound(read_compiled(path, CODE_COLUMNS, check=_check_codes))


def _bound(table: pd.DataFrame) -> pd.DataFrame:
    """Rows with a code, each with the years that bound it."""
    rows = table.loc[table["code"].notna(), ["code", "country", "first_year", "last_year"]]
    bounds = {"first_year": 1800, "last_year": FOREVER}
    return rows.fillna(bounds).reset_index(drop=True)


def _check_codes(table: pd.DataFrame, breaches: Breaches) -> None:
    ordered = _bound(table).sort_values(["code", "first_year"])
    previous = ordered.groupby("code")["last_year"].shift()
    overlap = ordered["code"][(previous >= ordered["first_year"]).fillna(False)]
    if len(overlap):
        breaches.add(
            f"periods of {name_some(overlap)} overlap", remedy="end one before the other begins"
        )


def join_country(frame: pd.DataFrame, *, code: str = "code", what: str = "source") -> pd.DataFrame:
    """Put the Gleditsch-Ward number in the place of a source's code.

    Rows of territories and of years outside a code's validity are left out.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the code and ``year``.
    code : str
        Column of the code.
    what : str
        Name of the source, for the message.

    Raises
    ------
    SourceError
        Names the codes that the compiled table does not know, and states served twice in a year.
    """
    known = codes().rename(columns={"code": code})
    breaches = Breaches(what)
    strange = sorted(set(frame[code].dropna()) - set(known[code]))
    if strange:
        breaches.add(
            f"unknown country codes {name_some(strange)}",
            remedy=f"add them to data/compiled/{CODES.name} with a citation",
        )
    joined = frame.merge(known, on=code, how="inner")
    joined = joined[joined["year"].between(joined["first_year"], joined["last_year"])]
    joined = joined[joined["country"].notna()].drop(columns=[code, "first_year", "last_year"])
    breaches.raise_as(SourceError)
    return joined.astype({"country": "int64"}).reset_index(drop=True)
