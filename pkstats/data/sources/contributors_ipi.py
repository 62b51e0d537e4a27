"""Contributors, IPI: personnel by contributor, mission and gender; totals by contributor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources import contributors
from pkstats.data.sources.missions import declare_label
from pkstats.data.sources.table import Column, check_unique, read_table
from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GENDER = "ipi_personnel/contributor_mission_month_gender.csv"
TOTALS = "ipi_personnel/contributor_month.csv"

TYPES = {
    "Troops": "troops",
    "Individual Police": "individual_police",
    "Formed Police Units": "fpu",
    "Experts on Mission": "experts",
}
SEXES = {"Female": "female", "Male": "male", "Total": "total"}


def read_gender(raw: Path) -> pd.DataFrame:
    """Read personnel by contributor, mission, type and gender, 2009-11 to 2014-02.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (29115, 18)
        ``month label contributor``, then ``<type>_female <type>_male <type>_total`` for troops,
        individual_police, fpu and experts, and ``female male total``. Persons at the end of the
        month; staff officers are counted as troops.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; parts do not add up; an unknown
        mission or contributor.
    """
    return parse_gender(locate(raw, GENDER))


def parse_gender(path: Path) -> pd.DataFrame:
    """Read from a path without checking its hash; as :func:`read_gender`."""
    columns = (
        Column(
            name="Date", rename="month", kind="date", minimum="2009-11-30", maximum="2014-02-28"
        ),
        declare_label("Mission", "ipi"),
        Column(name="Contributor", rename="name"),
        Column(name="Contributor ISO-3", rename="contributor"),
        *(
            Column(name=f"{t} {s}", rename=f"{a}_{b}", kind="integer", minimum=0)
            for t, a in TYPES.items()
            for s, b in SEXES.items()
        ),
        *(Column(name=f"Total {s}", rename=b, kind="integer", minimum=0) for s, b in SEXES.items()),
    )
    table = read_table(path, columns)
    breaches = Breaches(path.name)
    _check_sums(table, breaches)
    named = contributors.assign(table["name"], what=path.name)
    apart = table.index[named != contributors.assign(table["contributor"], what=path.name)]
    if len(apart):
        breaches.add(f"name and code of the contributor disagree (line {name_some(apart)})")
    table["month"] = _start_month(table["month"])
    check_unique(table, ["month", "label", "contributor"], breaches)
    breaches.raise_as(SourceError)
    return table.drop(columns="name").reset_index(drop=True)


def _check_sums(table: pd.DataFrame, breaches: Breaches) -> None:
    for kind in TYPES.values():
        wrong = table.index[
            table[f"{kind}_female"] + table[f"{kind}_male"] != table[f"{kind}_total"]
        ]
        if len(wrong):
            breaches.add(f"women and men of {kind} do not add up (line {name_some(wrong)})")
    for sex in SEXES.values():
        parts = sum((table[f"{kind}_{sex}"] for kind in TYPES.values()), start=0)
        wrong = table.index[parts != table[sex]]
        if len(wrong):
            breaches.add(f"types do not add up to 'Total {sex}' (line {name_some(wrong)})")


def read_totals(raw: Path) -> pd.DataFrame:
    """Read personnel by contributor over all missions, 1990-11 to 2014-03.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (25657, 5)
        ``month contributor troops police experts``. A blank part is zero.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; an unknown contributor; a
        contributor-month twice.
    """
    return parse_totals(locate(raw, TOTALS))


def parse_totals(path: Path) -> pd.DataFrame:
    """Read from a path without checking its hash; as :func:`read_totals`."""
    parts = ["troops", "police", "experts"]
    columns = (
        Column(
            name="date", rename="month", kind="date", minimum="1990-11-30", maximum="2014-03-31"
        ),
        Column(name="contributor"),
        *(Column(name=n, kind="integer", blank=True, minimum=0) for n in parts),
    )
    table = read_table(path, columns)
    table["contributor"] = contributors.assign(table["contributor"], what=path.name)
    table["month"] = _start_month(table["month"])
    breaches = Breaches(path.name)
    check_unique(table, ["month", "contributor"], breaches)
    breaches.raise_as(SourceError)
    table[parts] = table[parts].fillna(0)
    return table.reset_index(drop=True)


def join_countries(files: Sequence[Path]) -> pd.DataFrame:
    """Join IPI's files of single contributors, as the raw table of totals was made.

    Parameters
    ----------
    files : sequence of Path
        Of the mirror's ``ppp_files/countries``: ``<contributor>.csv`` with Date, Troops, Police
        and Experts, NA where there are none.

    Returns
    -------
    pandas.DataFrame
        ``date troops police experts contributor``, in the order of the files.

    Raises
    ------
    SourceError
        There is no file, one cannot be read, is of another header or counts in other than
        numbers.
    """
    if not files:
        raise SourceError("no file of a contributor to join. Remedy: fetch them")
    counts = ["troops", "police", "experts"]
    parts = []
    for path in files:
        try:
            part = pd.read_csv(path, dtype=str, na_values=["NA"], keep_default_na=False)
        except (OSError, ValueError) as error:
            raise SourceError(f"{path.name} cannot be read: {error}") from error
        part.columns = part.columns.str.lower()
        if list(part) != ["date", *counts]:
            raise SourceError(f"{path.name} has other columns: {name_some(part)}")
        try:
            part[counts] = part[counts].astype("float64")
        except ValueError as error:
            raise SourceError(f"{path.name}: {error}") from error
        parts.append(part.assign(contributor=path.stem))
    return pd.concat(parts, ignore_index=True)


def make_totals(files: Sequence[Path]) -> bytes:
    """Bytes of the raw table of totals; as :func:`join_countries`."""
    return join_countries(files).to_csv(index=False, lineterminator="\n").encode()


def _start_month(date: pd.Series) -> pd.Series:
    return date.dt.to_period("M").dt.start_time.astype(date.dtype)
