"""Validity: the dictionary of the speeches against sentences read by hand."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column
from pkstats.data.speeches.dictionary import categories
from pkstats.errors import Breaches, SourceError, name_some

READING = COMPILED / "speech_reading.csv"
KEY = ["speaker", "year", "sentence"]

# The bar: a category below any of these is unusable.
PRECISION, RECALL, KAPPA, POSITIVES = 0.7, 0.7, 0.7, 20


def is_held_out(speaker: str, year: int, sentence: int) -> bool:
    """Whether a sentence belongs to the half on which the dictionary was not written.

    The half is drawn by the last hexadecimal digit of the SHA-256 of "speaker-year-sentence": odd
    is held out.
    """
    digest = hashlib.sha256(f"{speaker}-{year}-{sentence}".encode()).hexdigest()
    return int(digest[-1], 16) % 2 == 1


def read_reading(path: Path = READING) -> pd.DataFrame:
    """Read the codes of the sentences read by hand, one row a sentence and reading.

    Returns
    -------
    pandas.DataFrame
        ``speaker year sentence reading`` and one 0/1 column a category. One reader read every
        held-out sentence twice, the second time in another order. The readings lie close in time
        and are of one reader: their agreement is an upper bound of reliability.

    Raises
    ------
    SourceError
        Breaches of the schema.
    """
    columns = (
        Column(name="speaker"),
        Column(name="year", kind="integer", minimum=1990, maximum=2024),
        Column(name="sentence", kind="integer", minimum=1),
        Column(name="reading", kind="integer", minimum=1, maximum=2),
        *(Column(name=name, kind="flag") for name in categories()),
    )
    return read_compiled(path, columns, unique=(*KEY, "reading"))


def measure_validity(reading: pd.DataFrame, coded: pd.DataFrame) -> pd.DataFrame:
    """Compare dictionary and readings, category by category.

    Parameters
    ----------
    reading : pandas.DataFrame
        As :func:`read_reading`.
    coded : pandas.DataFrame
        As :func:`pkstats.data.speeches.coding.code_speeches`.

    Returns
    -------
    pandas.DataFrame
        ``category sentences hits positives precision recall kappa_readings kappa_dictionary
        usable``: sentences read; those the dictionary hits; those that the readings hold positive
        (the fewer of the two); precision, recall and kappa of the dictionary against the reading
        that agrees less with it; kappa between the readings. ``usable``: precision, recall and
        kappa between readings of at least 0.7 and at least 20 positives. Undefined is missing.

    Raises
    ------
    SourceError
        A sentence read is not among the coded ones, or has not both readings.
    """
    breaches = Breaches("reading of speeches")
    once = reading.groupby(KEY).filter(lambda rows: len(rows) != 2)
    if len(once):
        breaches.add(f"not read twice: {name_some(_label(once))}")
    first = reading[reading["reading"] == 1].set_index(KEY).sort_index()
    second = reading[reading["reading"] == 2].set_index(KEY).sort_index()
    found = coded.astype({"year": "Int64", "sentence": "Int64"}).set_index(KEY)
    lost = first.index.difference(found.index)
    if len(lost):
        breaches.add(
            f"{len(lost)} sentences read name no mission now: {name_some(map(str, lost))}",
            remedy="the cutting of sentences or the names have changed: read again",
        )
    breaches.raise_as(SourceError)
    hits = found.loc[first.index]
    rows = [_compare(name, hits[name], first[name], second[name]) for name in categories()]
    return pd.DataFrame(rows)


def _compare(name: str, hit: pd.Series, first: pd.Series, second: pd.Series) -> dict[str, object]:
    hit = hit.astype(int)
    readings = [first.astype(int), second.astype(int)]
    both = [int((hit & read).sum()) for read in readings]
    positives = min(int(read.sum()) for read in readings)
    precision = min(both) / int(hit.sum()) if hit.sum() else float("nan")
    recall = (
        min(b / int(read.sum()) for b, read in zip(both, readings, strict=True))
        if positives
        else float("nan")
    )
    kappa = cohen_kappa(*readings)
    usable = (
        precision >= PRECISION and recall >= RECALL and kappa >= KAPPA and positives >= POSITIVES
    )
    return {
        "category": name,
        "sentences": len(hit),
        "hits": int(hit.sum()),
        "positives": positives,
        "precision": precision,
        "recall": recall,
        "kappa_readings": kappa,
        "kappa_dictionary": min(cohen_kappa(hit, read) for read in readings),
        "usable": int(usable),
    }


def cohen_kappa(first: pd.Series, second: pd.Series) -> float:
    """Cohen's kappa of two 0/1 series of one index; nan if both are constant and equal."""
    from statsmodels.stats.inter_rater import cohens_kappa

    if first.nunique() == 1 and first.equals(second):
        return float("nan")
    table = pd.crosstab(first, second).reindex(index=[0, 1], columns=[0, 1], fill_value=0)
    return float(cohens_kappa(table.to_numpy(), return_results=False))


def _label(rows: pd.DataFrame) -> list[str]:
    return [" ".join(map(str, key)) for key in rows[KEY].drop_duplicates().itertuples(index=False)]
