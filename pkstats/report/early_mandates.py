"""Coding of the mandates of 1990-1999 against its one reader: sentences and table for the page."""

from __future__ import annotations

import pandas as pd

from pkstats.mandates.early_validity import CODED, MENDED
from pkstats.report.mandate_tables import name_element
from pkstats.report.number import MISSING, write_count

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


def tabulate_early(table: pd.DataFrame, coding: str) -> pd.DataFrame:
    """Lay out one coding, one line an element that the reader or the coding sees anywhere."""
    seen = table["precision"].notna() | table["recall"].notna() | table["doubtful"].gt(0)
    rows = table[table["coding"].eq(coding) & seen]
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
        f"{write_count(alone['texts'].max())} pairs of resolution and mission were read once. The "
        f"reader sees {write_count(read)} changes inside missions, the dictionary "
        f"{write_count(coded)}, all elements together. Recall of changes below one: {names}."
    )
