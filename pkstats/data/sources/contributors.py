"""Contributors: the crosswalk of states that send personnel, months without report, slips."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.sources import missions
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column
from pkstats.errors import Breaches, SourceError, name_some

CROSSWALK = COMPILED / "contributors.csv"
MONTHS = COMPILED / "personnel_months.csv"
SLIPS = COMPILED / "personnel_slips.csv"
LABELS = ("fatalities", "ipi", "other_labels")

COLUMNS = (
    Column(name="contributor"),
    Column(name="name"),
    Column(name="country", kind="integer", blank=True, minimum=2, maximum=990),
    Column(name="predecessor", kind="integer", blank=True, minimum=2, maximum=990),
    Column(name="succession", kind="date", blank=True, minimum="1990-01-01"),
    Column(name="independent", kind="date", blank=True, minimum="1990-01-01"),
    *(Column(name=name, blank=True) for name in LABELS),
    Column(name="un_contributions", blank=True),
    Column(name="citation", blank=True),
    Column(name="note", blank=True),
)
MONTH_COLUMNS = (
    Column(name="panel", values=("contributor_mission_month", "contributor_month")),
    Column(name="first", kind="month", minimum="1990-11"),
    Column(name="last", kind="month", maximum="2025-07"),
    Column(name="reason"),
    Column(name="citation"),
)
SLIP_COLUMNS = (
    Column(name="contributor"),
    Column(name="mission"),
    Column(name="month", kind="month", minimum="2009-11", maximum="2025-07"),
    Column(name="effect", values=("too low", "too high", "uncertain")),
    Column(name="note"),
    Column(name="citation"),
)


def _list_labels(table: pd.DataFrame) -> pd.DataFrame:
    parts = [table[["contributor"]].assign(label=table["name"])]
    for name in LABELS:
        split = table[["contributor"]].assign(label=table[name].str.split(";"))
        parts.append(split.explode("label").dropna(subset=["label"]))
    return pd.concat(parts, ignore_index=True)


def list_names() -> dict[str, str]:
    """Contributor by every name that a source uses."""
    listed = _list_labels(crosswalk()).drop_duplicates()
    return dict(zip(listed["label"], listed["contributor"], strict=True))


def crosswalk(path: Path = CROSSWALK) -> pd.DataFrame:
    """Read the compiled crosswalk of contributors.

    Returns
    -------
    pandas.DataFrame
        One row a state (ISO 3166 code of three letters in ``contributor``): name as the UN writes
        it, ``country`` (Gleditsch-Ward), the state whose label it continues with the date of
        succession, ``independent`` (entry into the list of states, if after 1989), its labels in
        each source separated by semicolons, citation and note.

    Raises
    ------
    SourceError
        Breaches of the schema; a label that stands for several contributors.
    """
    return read_compiled(path, COLUMNS, unique=("contributor",), check=_check)


def _check(table: pd.DataFrame, breaches: Breaches) -> None:
    odd = table["contributor"][~table["contributor"].str.fullmatch("[A-Z]{3}")]
    if len(odd):
        breaches.add(f"no ISO code of three letters: {name_some(odd)}")
    half = table["contributor"][table["predecessor"].isna() != table["succession"].isna()]
    if len(half):
        breaches.add(f"predecessor without date of succession, or the reverse: {name_some(half)}")
    listed = _list_labels(table).drop_duplicates()
    twice = listed.loc[listed.duplicated("label", keep=False), "label"]
    if len(twice):
        breaches.add(f"label of several contributors: {name_some(sorted(set(twice)))}")


def assign(label: pd.Series, *, what: str = "contributors") -> pd.Series:
    """Contributor of each label, whatever the source writes.

    Parameters
    ----------
    label : pandas.Series of str, shape (rows,)
        Names or codes of three letters; missing labels stay missing. The index numbers the rows.
    what : str
        Name of the file, for the message.

    Returns
    -------
    pandas.Series of str, shape (rows,)
        ISO code of three letters.

    Raises
    ------
    SourceError
        Names the labels that are not in the crosswalk, and their rows.
    """
    codes = crosswalk()["contributor"]
    known = list_names() | dict(zip(codes, codes, strict=True))
    found = label.map(known)
    unknown = label[found.isna() & label.notna()]
    if len(unknown):
        raise SourceError(
            f"{what}: unknown contributor: {name_some(sorted(set(unknown)))} "
            f"in {len(unknown)} rows (row {name_some(unknown.index)}). "
            "Remedy: add it to data/compiled/contributors.csv with a citation"
        )
    return found.astype("str").rename("contributor")


def assign_country(contributor: pd.Series, month: pd.Series) -> pd.Series:
    """Gleditsch-Ward number of each contributor in each month; missing outside their list."""
    table = crosswalk().set_index("contributor")
    current = contributor.map(table["country"])
    earlier = month < contributor.map(table["succession"])
    return current.where(~earlier, contributor.map(table["predecessor"])).astype("Int64")


def read_absent_months(path: Path = MONTHS) -> pd.DataFrame:
    """Months in which no source gives contributors: ``panel month reason citation``."""
    table = read_compiled(path, MONTH_COLUMNS)
    every = pd.date_range(table["first"].min(), table["last"].max(), freq="MS", unit="us")
    months = table.merge(pd.DataFrame({"month": every}), how="cross")
    months = months[months["month"].between(months["first"], months["last"])]
    if months.duplicated(["panel", "month"]).any():
        raise SourceError(f"{path.name}: a month stands twice. Remedy: keep one reason a month")
    return months[["panel", "month", "reason", "citation"]].reset_index(drop=True)


def read_slips(path: Path = SLIPS) -> pd.DataFrame:
    """Entries in which a source is known to err: ``contributor mission month effect note``.

    Raises
    ------
    SourceError
        Breaches of the schema; a mission or contributor without a row in its crosswalk.
    """
    table = read_compiled(path, SLIP_COLUMNS, unique=("contributor", "mission", "month"))
    assign(table["contributor"], what=path.name)
    missions.check_known(table["mission"], what=path.name)
    return table
