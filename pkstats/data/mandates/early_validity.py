"""Validity of the mandates of 1990-1999: two readers' codes, and the dictionary's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.mandates.validity import (
    READ,
    READ_ROLES,
    cohen_kappa,
    measure_changes,
    measure_codes,
    read_coding,
    replay_codes,
    step_state,
)
from pkstats.errors import Breaches, SourceError

STRATA = ("founding", "decision", "extension", "mention")
COLUMNS = ["pair", "stratum", "resolution", "mission", "role", *READ, "paragraphs", "doubt"]
READINGS, CODING = "mandate_early_readings.csv", "mandate_early_coding.csv"
SECOND = "mandate_early_readings_second.csv"
SECOND_READER, AGREED = "the second reader", "texts on which both readers agree"
CODED, MENDED = "as the dictionary codes", "with the readings put in"


def read_early_readings(path: Path) -> pd.DataFrame:
    """Read the codes of one reader of 1990-1999.

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
    inside = part.loc[~part["founding"]]
    coded, read = inside["after"] - inside["before"], inside["read"] - inside["before"]
    return {
        "element": element,
        "texts": len(part),
        "kappa_state": cohen_kappa(part["after"], part["read"]),
        **measure_codes(part["code"], part["given"]),
        **measure_changes(coded, read),
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
    more of those with words of the elements. The reader is the first, who had seen a list of the
    codes before; `compare_readers` holds the second against this one. Figures of the second
    coding show what was taken over (readings without doubt), not validity.
    """
    readings = read_early_readings(compiled / READINGS)
    tables = {CODED: read_coding(compiled / CODING), MENDED: mandates}
    parts = [measure_early(readings, c).assign(coding=name) for name, c in tables.items()]
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "coding", table.pop("coding"))
    shares = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].round(3) for name in shares})


def compare_readers(compiled: Path) -> pd.DataFrame:
    """Agreement of the two readers of 1990-1999, by element.

    Parameters
    ----------
    compiled : Path
        Folder of `READINGS` and `SECOND`.

    Returns
    -------
    pandas.DataFrame
        element, texts; given_first, given_second, given_both (texts whose code is 1); agreement
        (share of texts with equal codes) and kappa_readers (nan if neither reader gives a 1).

    Raises
    ------
    SourceError
        A file is broken, or the readers did not read the same pairs.
    """
    first, second = read_both(compiled)
    rows = []
    for name in READ:
        one, two = first[name], second[name]
        rows.append(
            {
                "element": name,
                "texts": len(one),
                "given_first": int(one.sum()),
                "given_second": int(two.sum()),
                "given_both": int((one & two).sum()),
                "agreement": float(one.eq(two).mean()),
                "kappa_readers": cohen_kappa(one, two),
            }
        )
    return pd.DataFrame(rows)


def measure_second(compiled: Path) -> pd.DataFrame:
    """`measure_early` of the dictionary against the second reader and where both readers agree.

    Parameters
    ----------
    compiled : Path
        Folder of `READINGS`, `SECOND` and `CODING`.

    Returns
    -------
    pandas.DataFrame
        against (`SECOND_READER` or `AGREED`) and the columns of `measure_early`. Under `AGREED`
        an element is measured on the texts that both readers code alike for it; roles and doubts
        are the second reader's.

    Raises
    ------
    SourceError
        As `compare_readers`, or a text read is not among the texts coded.
    """
    first, second = read_both(compiled)
    coding = read_coding(compiled / CODING)
    alike = [
        measure_early(second.loc[first[name].eq(second[name])], coding).query("element == @name")
        for name in READ
    ]
    parts = [
        measure_early(second, coding).assign(against=SECOND_READER),
        pd.concat(alike).assign(against=AGREED),
    ]
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "against", table.pop("against"))
    return table


def read_both(compiled: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read both readers' codes of 1990-1999, row by row of the same pairs.

    Parameters
    ----------
    compiled : Path
        Folder of `READINGS` and `SECOND`.

    Returns
    -------
    tuple of pandas.DataFrame
        First and second reading, as `read_early_readings` gives them.

    Raises
    ------
    SourceError
        A file is broken, or a pair read by one is not read by the other.
    """
    first, second = (read_early_readings(compiled / name) for name in (READINGS, SECOND))
    keys = ["pair", "mission", "resolution"]
    both = first[keys].merge(second[keys], how="outer", indicator="found")
    breaches = Breaches(SECOND)
    for row in both.loc[both["found"].ne("both")].itertuples():
        breaches.add(f"pair {row.pair}: {row.mission} {row.resolution} was read by one reader only")
    breaches.raise_as(SourceError)
    return first, second
