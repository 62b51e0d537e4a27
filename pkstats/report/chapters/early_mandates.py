"""Coding of the mandates of 1990-1999 against its readers: sentences and tables for the page."""

from __future__ import annotations

import pandas as pd

from pkstats.data.mandates.early_validity import AGREED, CODED, MENDED, SECOND_READER
from pkstats.display.number import MISSING, write_count
from pkstats.report.chapters.mandates import name_element

COLUMNS = (
    "coding element texts kappa_state precision recall precision_of_changes recall_of_changes "
    "changes_read changes_coded doubtful"
)
SHARES = {
    "precision": "Precision",
    "recall": "Recall",
    "kappa_state": "Kappa of the state",
    "precision_of_changes": "Precision of changes",
    "recall_of_changes": "Recall of changes",
}
CODINGS = {CODED: "dictionary alone", MENDED: "in the panel"}
AGAINST = {
    SECOND_READER: "dictionary alone, against the second reader",
    AGREED: "dictionary alone, where both readers agree",
}


def tabulate_early(table: pd.DataFrame, coding: str) -> pd.DataFrame:
    """Lay out one coding, one line an element that the reader or the coding sees anywhere."""
    seen = table["precision"].notna() | table["recall"].notna() | table["doubtful"].gt(0)
    return _lay_out(table[table["coding"].eq(coding) & seen])


def tabulate_second(table: pd.DataFrame, against: str) -> pd.DataFrame:
    """Lay out the dictionary against one of `AGAINST`, one line an element seen anywhere."""
    seen = table["precision"].notna() | table["recall"].notna() | table["doubtful"].gt(0)
    return _lay_out(table[table["against"].eq(against) & seen])


def _lay_out(rows: pd.DataFrame) -> pd.DataFrame:
    laid: dict[str, pd.Series] = {"Element": rows["element"].map(name_element)}
    for column, label in SHARES.items():
        laid[label] = rows[column].map(lambda v: MISSING if pd.isna(v) else f"{v:.2f}")
    laid["Changes read"] = rows["changes_read"].map(write_count)
    laid["Changes coded"] = rows["changes_coded"].map(write_count)
    laid["Read with doubt"] = rows["doubtful"].map(write_count)
    return pd.DataFrame(laid).reset_index(drop=True)


def say_early(table: pd.DataFrame | None) -> str:
    """Say what the reader of 1990-1999 saw and what the dictionary missed."""
    if table is None:
        return (
            "**The table of the reading of 1990-1999 is absent in this build: nothing can be said "
            "here of mandates before 2000.**"
        )
    alone = table[table["coding"] == CODED]
    read, coded = int(alone["changes_read"].sum()), int(alone["changes_coded"].sum())
    missed = alone[alone["recall_of_changes"] < 1]
    names = ", ".join(
        f"{name_element(row['element'])} ({row['recall_of_changes']:.2f})"
        for row in missed.to_dict("records")
    )
    return (
        f"{write_count(alone['texts'].max())} pairs of resolution and mission were read. The first "
        f"reader sees {write_count(read)} changes inside missions, the dictionary "
        f"{write_count(coded)}, all elements together. Recall of changes below one: {names}."
    )


def tabulate_readers(table: pd.DataFrame) -> pd.DataFrame:
    """Lay out `compare_readers`, one line an element that either reader gives anywhere."""
    rows = table[table["given_first"].gt(0) | table["given_second"].gt(0)]
    counts = {
        "given_first": "Given by the first",
        "given_second": "Given by the second",
        "given_both": "Given by both",
    }
    laid: dict[str, pd.Series] = {"Element": rows["element"].map(name_element)}
    for column, label in counts.items():
        laid[label] = rows[column].map(write_count)
    laid["Agreement"] = rows["agreement"].map(lambda v: f"{v:.2f}")
    laid["Kappa of the readers"] = rows["kappa_readers"].map(lambda v: f"{v:.2f}")
    return pd.DataFrame(laid).reset_index(drop=True)


def say_readers(table: pd.DataFrame) -> str:
    """Say how far the two readers of 1990-1999 agree."""
    given = table[table["given_first"].gt(0) | table["given_second"].gt(0)]
    ranked = given.sort_values("kappa_readers", ascending=False)
    kappas = ", ".join(
        f"{name_element(row['element'])} ({row['kappa_readers']:.2f})"
        for row in ranked.to_dict("records")
    )
    return (
        f"{write_count(table['texts'].max())} pairs of resolution and mission were read twice. "
        f"Kappa of the two readers: {kappas}. {write_count(len(table) - len(given))} elements were "
        "given by neither reader, so their agreement has no kappa and shows little."
    )
