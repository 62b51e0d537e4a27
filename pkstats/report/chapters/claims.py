"""Claims beside the verdicts on them: one table a document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from pkstats.documents.claim import Document
from pkstats.errors import Breaches, HypothesisError, SourceError
from pkstats.report.results import write_records
from pkstats.report.tables import write_markdown

VERDICT = ["hypothesis", "claim", "ruling"]
"""Columns of a verdict file that the tables of claims need; a file of facts has ``fact`` first."""

DATA = {
    "strong": "Strong data",
    "partial": "Partial data",
    "proxy": "A stand-in only",
    "none": "No data",
}
JUDGED = "judged"


def read_verdicts(folder: Path) -> pd.DataFrame:
    """Read the rulings of every family judged in a build.

    Parameters
    ----------
    folder : Path
        Holds one ``<family>_verdict.csv`` and ``<family>_facts.csv`` a family; none at all is no
        error.

    Returns
    -------
    DataFrame
        Columns ``hypothesis`` (or name of a fact), ``claim`` and ``ruling``.

    Raises
    ------
    SourceError
        A file lacks a column; lists every breach.
    """
    breaches = Breaches("verdicts of the build")
    frames = [pd.DataFrame(columns=VERDICT, dtype=str)]
    files = [*Path(folder).glob("*_verdict.csv"), *Path(folder).glob("*_facts.csv")]
    for path in sorted(files):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame = frame.rename(columns={"fact": "hypothesis"})
        absent = [column for column in VERDICT if column not in frame]
        if absent:
            breaches.add(f"{path.name} lacks {', '.join(absent)}", remedy="make reproduce")
        else:
            frames.append(frame[VERDICT])
    breaches.raise_as(SourceError)
    return pd.concat(frames, ignore_index=True)


def judge_claims(
    claims: pd.DataFrame, *, hypotheses: pd.DataFrame, verdicts: pd.DataFrame
) -> pd.DataFrame:
    """Join claims with the hypotheses that name them and with their rulings.

    Parameters
    ----------
    claims : DataFrame
        ``pkstats.claims(as_frame=True)``.
    hypotheses : DataFrame
        ``pkstats.hypotheses(as_frame=True)``, with facts below: columns ``hypothesis``,
        ``family``, ``claims``.
    verdicts : DataFrame
        Columns ``hypothesis`` and ``ruling``; hypotheses without a row have no verdict.

    Returns
    -------
    DataFrame
        The claims with ``status`` "judged" where a hypothesis names them, and a column
        ``judgements``: a tuple of (hypothesis, family, ruling or empty text).

    Raises
    ------
    HypothesisError
        A hypothesis names a claim that is not registered, or a verdict an unknown hypothesis. One
        that names none extends another's and answers no claim by itself.
    """
    rulings = dict(zip(verdicts["hypothesis"], verdicts["ruling"], strict=True))
    found: dict[str, list[tuple[str, str, str]]] = {str(name): [] for name in claims["id"]}
    breaches = Breaches("claims and verdicts")
    for row in write_records(hypotheses):
        ruling = rulings.pop(row["hypothesis"], "")
        for name in filter(None, str(row["claims"]).split(", ")):
            if name not in found:
                breaches.add(f"{row['hypothesis']} names no registered claim: {name!r}")
                continue
            found[name].append((row["hypothesis"], row["family"], ruling))
    for name in rulings:
        breaches.add(f"a verdict on {name!r}, which no family declares", remedy="make reproduce")
    breaches.raise_as(HypothesisError)
    judgements = pd.Series([tuple(found[str(n)]) for n in claims["id"]], index=claims.index)
    status = claims["status"].mask(judgements.map(len) > 0, JUDGED)
    return claims.assign(status=status, judgements=judgements)


def tabulate_claims(judged: pd.DataFrame, *, pages: Collection[str] = ()) -> pd.DataFrame:
    """Lay out one line a claim.

    Parameters
    ----------
    judged : DataFrame
        Rows of :func:`judge_claims`.
    pages : collection of str
        Pages of the book; the chapter of a family among them is linked from its rulings.

    Returns
    -------
    DataFrame
        Text, written in MyST markdown.
    """
    rows = write_records(judged)
    return pd.DataFrame(
        {
            "Claim": [f"**{row['id']}**" for row in rows],
            "In our words": [f"{row['statement']} *({row['passage']})*" for row in rows],
            "Kind": [str(row["kind"]) for row in rows],
            "What data can say": [_write_test(row) for row in rows],
            "Status or verdict": [_write_status(row, pages=pages) for row in rows],
        }
    )


def _write_test(row: dict[str, object]) -> str:
    if row["kind"] == "norm":
        return "No test is asked of a recommendation."
    parts = [f"**{DATA[str(row['data'])]}.** {row['test']}"]
    if row["caveat"]:
        parts.append(f"*But:* {row['caveat']}")
    return " ".join(parts)


def _write_status(row: dict[str, object], *, pages: Collection[str]) -> str:
    judgements = row["judgements"]
    if not isinstance(judgements, tuple) or not judgements:
        return str(row["status"])
    return "; ".join(_write_judgement(*judgement, pages=pages) for judgement in judgements)


def _write_judgement(hypothesis: str, family: str, ruling: str, *, pages: Collection[str]) -> str:
    text = f"**{ruling}**" if ruling else "declared, no verdict in this build"
    name = f"`{hypothesis}`"
    return (
        f"{text} ([{name}]({family.lower()}.md))" if family.lower() in pages else f"{text} ({name})"
    )


def write_claim_table(judged: pd.DataFrame, *, pages: Collection[str] = ()) -> str:
    """Write the table of claims as MyST; on narrow screens each claim becomes a card."""
    return f"::::{{div}} pk-cards\n{write_markdown(tabulate_claims(judged, pages=pages))}\n::::"


def say_document(document: Document) -> str:
    """Author, outlet, date, address and what these details lack, in one line."""
    parts = [document.author, document.outlet, document.published]
    text = ", ".join(part for part in parts if part) + "."
    if document.url:
        text += f" <{document.url}>."
    return f"{text} {document.note}".strip()


def say_register(judged: pd.DataFrame) -> str:
    """How many claims there are, of which kind, and what becomes of them."""
    kinds, statuses = Counter(judged["kind"]), Counter(judged["status"])
    rulings = Counter(
        ruling for judgements in judged["judgements"] for _, _, ruling in judgements if ruling
    )
    said = ", ".join(f"{count} {ruling}" for ruling, count in rulings.most_common())
    verdicts = (
        f"; rulings on them so far: {said}" if said else ", none with a verdict in this build"
    )
    return (
        f"The {judged['document'].nunique()} documents make {len(judged)} claims: "
        f"{kinds['cause']} about an effect, {kinds['context']} descriptive, {kinds['norm']} "
        f"recommendations. Declared hypotheses name {statuses[JUDGED]} of them{verdicts}. "
        f"Data are at hand to speak to {statuses['open']} more; for {statuses['no data']} there "
        "are none."
    )


def tabulate_counts(judged: pd.DataFrame, *, documents: tuple[Document, ...]) -> pd.DataFrame:
    """Count the claims of each document by status."""
    order = [JUDGED, "open", "no data", "recommendation"]
    counted = pd.crosstab(judged["document"], judged["status"]).reindex(columns=order, fill_value=0)
    keys = [document.key for document in documents]
    counted = counted.reindex(keys, fill_value=0)
    table = counted.assign(all=counted.sum(axis=1)).astype(str)
    names = [f"{re.split(',| and ', d.author)[0]}, {d.date[:4]}" for d in documents]
    table.insert(0, "Document", names)
    renamed = table.rename(columns={"recommendation": "norm"}).rename(columns=str.capitalize)
    return renamed.reset_index(drop=True)
