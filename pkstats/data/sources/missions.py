"""Missions: the UN's list of operations, and the compiled crosswalk of names, dates and hosts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import Breaches, SourceError, name_some

NAME = "un_missions/missions.csv"
CROSSWALK = COMPILED / "missions.csv"
REMEDY = f"add the mission to data/compiled/{CROSSWALK.name} with a citation"
Labels = Literal["un_missions", "fatalities", "ipi", "tamm", "strength"]

# Rows of the UN file that pool successive operations listed beside them.
POOLED = ("UNAVEM", "UNEF", "UNOSOM")

COLUMNS = (
    Column(name="mission_acronym", rename="label"),
    Column(name="mission_name", rename="name"),
    Column(name="lead_department", values=("DPO",)),
    Column(name="mission_isactive", rename="active", values=("Yes", "No", "NO")),
    Column(name="start_date", rename="start", kind="date", blank=True, minimum="1946-01-01"),
    Column(name="end_date", rename="end", kind="date", blank=True, minimum="1946-01-01"),
    Column(name="last_update", kind="date", maximum="2026-12-31"),
)

CROSSWALK_COLUMNS = (
    Column(name="mission"),
    Column(name="name"),
    Column(name="universe", values=("peacekeeping", "excluded")),
    Column(name="reason", blank=True),
    Column(name="start", kind="date", blank=True, minimum="1946-01-01"),
    Column(name="end", kind="date", blank=True, minimum="1946-01-01", maximum="2025-12-31"),
    Column(name="host", blank=True),
    Column(name="country", kind="integer", blank=True, minimum=2, maximum=990),
    Column(name="host_countries", blank=True),
    *(
        Column(name=source, blank=True)
        for source in ("un_missions", "fatalities", "ipi", "tamm", "strength")
    ),
    Column(name="founding_resolution", kind="integer", blank=True, minimum=1),
    Column(name="closing_resolution", kind="integer", blank=True, minimum=1),
    Column(name="citation"),
    Column(name="note", blank=True),
)


def read(raw: Path) -> pd.DataFrame:
    """Read the UN's list of peacekeeping operations.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (81, 8)
        ``label name active start end last_update pooled``: one row an operation of the list;
        dates to the month where the file gives the first of a month; pooled rows repeat the
        operations that stand beside them.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the list from a path without checking its hash; as :func:`read`."""
    table = read_table(path, COLUMNS, unique=["label"])
    ended = table["end"] < table["start"]
    if ended.any():
        raise SourceError(f"{path.name}: end before start: {name_some(table['label'][ended])}")
    active = table["active"].str.lower() == "yes"
    table = table.assign(active=active, pooled=table["label"].isin(POOLED))
    return table.drop(columns="lead_department").reset_index(drop=True)


def crosswalk(path: Path = CROSSWALK) -> pd.DataFrame:
    """Read the compiled crosswalk of missions.

    Returns
    -------
    pandas.DataFrame
        One row a mission: canonical acronym, name, ``universe`` (peacekeeping, or excluded with
        a ``reason``), first and last day (no last day: active at the end of 2025), ``host`` (the
        cluster), ``country`` (Gleditsch-Ward number where one state is host),
        ``host_countries`` (all states whose conflict deaths count), the labels of each source
        separated by semicolons, resolutions, citation and note.

    Raises
    ------
    SourceError
        Breaches of the schema; a mission without dates, host or reason.
    """
    return read_compiled(path, CROSSWALK_COLUMNS, unique=("mission",), check=_check)


def _check(table: pd.DataFrame, breaches: Breaches) -> None:
    inside = table["universe"] == "peacekeeping"
    for column in ("start", "host", "founding_resolution"):
        blank = table["mission"][inside & table[column].isna()]
        if len(blank):
            breaches.add(f"{column} is missing for {name_some(blank)}")
    for mission in table["mission"][~inside & table["reason"].isna()]:
        breaches.add(f"{mission} is excluded without a reason")
    for mission in table["mission"][table["end"] < table["start"]]:
        breaches.add(f"{mission} ends before it starts")


def labels(source: Labels) -> frozenset[str]:
    """Every label that a source uses for a mission of the crosswalk."""
    return frozenset(_label_table(source)["label"])


def declare_label(name: str, *sources: Labels) -> Column:
    """Column ``label`` of a raw file that names missions as the sources do; no other is admitted.

    Parameters
    ----------
    name : str
        Header in the file.
    *sources : {"un_missions", "fatalities", "ipi", "tamm", "strength"}
        Whose labels apply.
    """
    known = frozenset[str]().union(*(labels(source) for source in sources))
    return Column(name=name, rename="label", values=known, remedy=REMEDY)


def check_known(names: Iterable[str], *, what: str) -> None:
    """Refuse canonical names that the crosswalk does not hold; ``what`` is the file they are of.

    Raises
    ------
    SourceError
        Names the unknown missions.
    """
    unknown = sorted(set(names) - set(crosswalk()["mission"]))
    if unknown:
        raise SourceError(f"{what}: unknown mission {name_some(unknown)}. Remedy: {REMEDY}")


def _label_table(*sources: Labels) -> pd.DataFrame:
    parts = []
    for source in sources:
        table = crosswalk()[["mission", "universe", "reason", "start", "end", source]]
        named = table.dropna(subset=[source])
        listed = named.assign(label=named[source].str.split(";"))
        parts.append(listed.drop(columns=source).explode("label"))
    return pd.concat(parts).drop_duplicates(["mission", "label"]).reset_index(drop=True)


def assign(label: pd.Series, date: pd.Series, *sources: Labels) -> pd.DataFrame:
    """Canonical mission of each record, by label and, where labels are shared, by date.

    Parameters
    ----------
    label, date : pandas.Series, shape (rows,)
        Label in the source and day of the record; the same index.
    *sources : {"un_missions", "fatalities", "ipi", "tamm", "strength"}
        Whose labels apply.

    Returns
    -------
    pandas.DataFrame, shape (rows, 3)
        ``mission``, ``inside`` (a peacekeeping operation with an active day in that month) and
        ``reason`` (why not). A shared label goes to the mission whose window holds the day,
        outside all windows to the mission that ended last before it, else to the first.

    Raises
    ------
    SourceError
        Names labels that are not in the crosswalk, and their rows.
    """
    table = _label_table(*sources)
    unknown = label[~label.isin(table["label"])]
    if len(unknown):
        raise SourceError(
            f"unknown mission in {' and '.join(sources)}: {name_some(sorted(set(unknown)))} "
            f"in {len(unknown)} rows (row {name_some(unknown.index)}). "
            f"Remedy: {REMEDY}"
        )
    records = pd.DataFrame({"label": label, "date": date}).rename_axis("record").reset_index()
    pairs = records.merge(table, on="label")
    pairs["rank"] = (pairs["date"] - pairs["start"]).dt.days
    ended = pairs["date"] > pairs["end"]
    within = (pairs["date"] >= pairs["start"]) & ~ended
    pairs["order"] = (~within).astype(int) + (pairs["date"] < pairs["start"]).astype(int)
    pairs = pairs.sort_values(["record", "order", "rank"], kind="stable")
    best = pairs.drop_duplicates("record").set_index("record").reindex(label.index)
    month = best["date"].dt.to_period("M")
    begun = month >= best["start"].dt.to_period("M")
    open_ended = best["end"].isna() & best["start"].notna()
    inside = begun & (open_ended | (month <= best["end"].dt.to_period("M")))
    inside &= best["universe"] == "peacekeeping"
    early = best["start"].notna() & ~begun
    reason = best["reason"].fillna(
        early.map({True: "before the mission began", False: "after the mission ended"})
    )
    return pd.DataFrame(
        {"mission": best["mission"], "inside": inside, "reason": reason.where(~inside)}
    )
