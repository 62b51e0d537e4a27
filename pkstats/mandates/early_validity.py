"""Validity of the mandates of 1990-1999: one reader's codes against the dictionary's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.errors import Breaches, SourceError
from pkstats.mandates.validity import (
    READ,
    READ_ROLES,
    cohen_kappa,
    divide,
    read_coding,
    replay_codes,
    step_state,
)

STRATA = ("founding", "decision", "extension", "mention")
COLUMNS = ["pair", "stratum", "resolution", "mission", "role", *READ, "paragraphs", "doubt"]
READINGS, CODING = "mandate_early_readings.csv", "mandate_early_coding.csv"
CODED, MENDED = "as the dictionary codes", "with the readings put in"


def read_early_readings(path: Path) -> pd.DataFrame:
    """Read the codes of the one reader of 1990-1999.

    Parameters
    ----------
    path : Path
        CSV with `COLUMNS`: one row a resolution x mission; elements are 1 (given or stated as the
        mission's task) or 0; ``paragraphs`` says where, ``doubt`` names elements read with doubt.

    Returns
    -------
    pandas.DataFrame
        Sorted by pair.

    Raises
    ------
    SourceError
        Columns differ, a text is read twice, or a code, role, stratum or element is unknown.
    """
    frame = pd.read_csv(path, keep_default_na=False)
    breaches = Breaches(path.name)
    if list(frame.columns) != COLUMNS:
        wrong = sorted(set(frame.columns) ^ set(COLUMNS))
        breaches.add(f"columns {wrong} missing or unknown", remedy=f"give {COLUMNS}")
        breaches.raise_as(SourceError)
    roles = READ_ROLES | {"founding"}
    unknown = ~frame[list(READ)].isin([0, 1]).all(axis=1)
    unknown |= ~frame["role"].isin(roles) | ~frame["stratum"].isin(STRATA)
    unknown |= frame["doubt"].map(lambda text: bool(set(text.split(";")) - {"", *READ}))
    twice = frame.duplicated("pair", keep=False) | frame.duplicated(["resolution", "mission"])
    for row in frame.loc[unknown].itertuples():
        breaches.add(f"pair {row.pair}: unknown code, role, stratum or element in doubt")
    for row in frame.loc[twice].itertuples():
        breaches.add(f"pair {row.pair}: {row.mission} {row.resolution} or its number stands twice")
    breaches.raise_as(SourceError)
    return frame.sort_values("pair", ignore_index=True)


def measure_early(readings: pd.DataFrame, mandates: pd.DataFrame) -> pd.DataFrame:
    """Precision, recall and kappa of a coding against one reader, by element.

    Parameters
    ----------
    readings : pandas.DataFrame
        As `read_early_readings` gives it.
    mandates : pandas.DataFrame
        As `mandate_frame` gives it, every resolution of the missions read.

    Returns
    -------
    pandas.DataFrame
        element, texts; precision and recall of the codes and kappa of the state after the text
        (both from the coded state before it) over all texts; precision and recall of changes
        inside missions (foundings left out), changes_read, changes_coded; doubtful (texts whose
        code of the element the reader doubts).

    Raises
    ------
    SourceError
        A text read is no row of `mandates`.
    """
    coded = replay_codes(mandates)
    keys = list(zip(readings["mission"], readings["resolution"].astype(int), strict=True))
    breaches = Breaches("early mandate readings")
    for mission, resolution in sorted(set(keys) - set(coded)):
        breaches.add(f"{mission} {resolution} is not among the mandates")
    breaches.raise_as(SourceError)
    rows = []
    for key, row in zip(keys, readings.to_dict("records"), strict=True):
        before, codes, after = coded[key]
        given = {name: int(row[name]) for name in READ}
        read = step_state(before, given, str(row["role"]))
        for name in READ:
            rows.append(
                {
                    "element": name,
                    "founding": row["stratum"] == "founding",
                    "doubt": name in str(row["doubt"]).split(";"),
                    "code": codes[name],
                    "given": given[name],
                    "before": before[name],
                    "after": after[name],
                    "read": read[name],
                }
            )
    states = pd.DataFrame(rows)
    return pd.DataFrame([_measure(n, states.loc[states["element"].eq(n)]) for n in READ])


def _measure(element: str, part: pd.DataFrame) -> dict[str, object]:
    hits = int((part["code"].eq(1) & part["given"].eq(1)).sum())
    inside = part.loc[~part["founding"]]
    coded, read = inside["after"] - inside["before"], inside["read"] - inside["before"]
    right = int((coded.ne(0) & coded.eq(read)).sum())
    return {
        "element": element,
        "texts": len(part),
        "kappa_state": cohen_kappa(part["after"], part["read"]),
        "precision": divide(hits, int(part["code"].sum())),
        "recall": divide(hits, int(part["given"].sum())),
        "precision_of_changes": divide(right, int(coded.ne(0).sum())),
        "recall_of_changes": divide(right, int(read.ne(0).sum())),
        "changes_read": int(read.ne(0).sum()),
        "changes_coded": int(coded.ne(0).sum()),
        "doubtful": int(part["doubt"].sum()),
    }


def tabulate_early(mandates: pd.DataFrame, *, compiled: Path) -> pd.DataFrame:
    """`measure_early` for the dictionary alone and for the panel, which takes the readings over.

    Parameters
    ----------
    mandates : pandas.DataFrame
        As `mandate_frame` gives it, with the readings by hand put in.
    compiled : Path
        Folder of `READINGS` and of `CODING`: what dictionary 2.1 coded before they were put in.

    Returns
    -------
    pandas.DataFrame
        coding (`CODED` or `MENDED`) and the columns of `measure_early`, shares to 3 decimals.

    Notes
    -----
    Texts: every founding text and every decision on a mandate of 1990-1999 that is no mere
    extension; all four changes that the dictionary codes; extensions and mentions drawn at random,
    more of those with words of the elements. One reader, who had seen a list of the codes before:
    there is no second reading and no kappa of readers. Figures of the second coding show what
    was taken over (readings without doubt), not validity.
    """
    readings = read_early_readings(compiled / READINGS)
    tables = {CODED: read_coding(compiled / CODING), MENDED: mandates}
    parts = [measure_early(readings, c).assign(coding=name) for name, c in tables.items()]
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "coding", table.pop("coding"))
    shares = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].round(3) for name in shares})
