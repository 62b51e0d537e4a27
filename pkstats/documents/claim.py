"""Claims: what the documents say about peacekeeping, in our own words."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args, overload

from pkstats.errors import Breaches, HypothesisError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["cause", "context", "norm"]
Data = Literal["strong", "partial", "proxy", "none"]
Status = Literal["open", "no data", "recommendation"]

_ALLOWED = {"kind": get_args(Kind), "data": get_args(Data), "status": get_args(Status)}
_SAYS_NOTHING = frozenset({"caveat", "note", "outlet", "url"})


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document of the library, with the details that it prints of itself.

    Parameters
    ----------
    key : str
        Short name, such as "labuda2020".
    author, title : str
        As printed.
    outlet : str
        Journal, site or publisher; empty if the document prints none.
    date : str
        ISO 8601, as exact as printed: a year, a month or a day.
    url : str
        Where it can be read; empty if no address is known.
    note : str
        What is missing or uncertain in these details.
    """

    key: str
    author: str
    title: str
    outlet: str
    date: str
    url: str
    note: str = ""

    @property
    def published(self) -> str:
        """The date in words: "27 February 2023", "May 2020" or "2021"."""
        parts = self.date.split("-")
        day = date(*(int(part) for part in [*parts, "1", "1"][:3]))
        form = ("%Y", "%B %Y", "%d %B %Y")[len(parts) - 1]
        return day.strftime(form).lstrip("0")

    @property
    def source(self) -> str:
        """Author, title, outlet and date in one line."""
        parts = (self.author, self.title, self.outlet, self.published)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of one document.

    Parameters
    ----------
    id : str
        Short name in the register, such as "J4".
    document : str
        Key of the document.
    source : str
        Author, title, outlet and date of the document.
    url : str
        Where the document can be read; empty if no address is known.
    passage : str
        Where in the document the claim stands.
    kind : {"cause", "context", "norm"}
        An effect, a descriptive fact or a recommendation.
    data : {"strong", "partial", "proxy", "none"}
        How well data at hand can speak to it; "proxy" is a stand-in for what is meant.
    status : {"open", "no data", "recommendation"}
        What there is to do. Whether a hypothesis judges the claim is not part of the register:
        ``Hypothesis.claims`` tells.
    statement : str
        The claim, paraphrased.
    test : str
        What would speak to it.
    caveat : str
        What the document or the design concedes about it.
    """

    id: str
    document: str
    source: str
    url: str
    passage: str
    kind: Kind
    data: Data
    status: Status
    statement: str
    test: str
    caveat: str = ""


@cache
def _read_register() -> tuple[tuple[Document, ...], tuple[Claim, ...]]:
    text = files("pkstats.documents").joinpath("claims.toml").read_text(encoding="utf-8")
    return parse_documents(text), parse_register(text)


def parse_documents(text: str) -> tuple[Document, ...]:
    """Read the documents of a register.

    Parameters
    ----------
    text : str
        TOML with a table ``documents``.

    Returns
    -------
    tuple of Document
        In the order of the register.

    Raises
    ------
    HypothesisError
        Names every missing, unknown or empty field and every date that is none.
    """
    breaches = Breaches("documents of the register")
    listed = _read_toml(text).get("documents", {})
    _check_documents(breaches, listed)
    breaches.raise_as(HypothesisError)
    return tuple(Document(key=key, **row) for key, row in listed.items())


def parse_register(text: str) -> tuple[Claim, ...]:
    """Read a register of claims.

    Parameters
    ----------
    text : str
        TOML with a table ``documents`` and an array of tables ``claim``.

    Returns
    -------
    tuple of Claim
        In the order of the register.

    Raises
    ------
    HypothesisError
        Names every claim with an unknown document, kind, data, status or field, a missing or empty
        field or a status that its kind or data contradict, and every repeated id.
    """
    register = _read_toml(text)
    listed, rows = register.get("documents", {}), register.get("claim", [])
    breaches = Breaches("register of claims")
    _check_documents(breaches, listed)
    ids = [str(row.get("id")) for row in rows]
    for name in sorted({i for i in ids if ids.count(i) > 1}):
        breaches.add(f"claim {name} is listed twice")
    for name, row in zip(ids, rows, strict=True):
        _check_claim(breaches, f"claim {name}", row, known=list(listed))
    breaches.raise_as(HypothesisError)
    documents = {key: Document(key=key, **row) for key, row in listed.items()}
    return tuple(
        Claim(**row, source=document.source, url=document.url)
        for row in rows
        for document in [documents[row["document"]]]
    )


def _read_toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HypothesisError(f"the register is no TOML: {error}. Remedy: mend it") from error


def _check_documents(breaches: Breaches, documents: dict[str, Any]) -> None:
    for key, row in documents.items():
        _check_fields(breaches, f"document {key}", row, Document, given={"key"})
        if isinstance(row.get("date"), str) and not _is_date(row["date"]):
            breaches.add(f"document {key}: {row['date']!r} is no year, month or day (ISO 8601)")


def _check_claim(breaches: Breaches, name: str, row: dict[str, Any], *, known: list[str]) -> None:
    _check_fields(breaches, name, row, Claim, given={"source", "url"})
    if "document" in row and row["document"] not in known:
        breaches.add(f"{name}: unknown document {row['document']!r}")
    unknown = [f for f, allowed in _ALLOWED.items() if f in row and row[f] not in allowed]
    for field in unknown:
        breaches.add(f"{name}: unknown {field} {row[field]!r}")
    if unknown or not _ALLOWED.keys() <= row.keys():
        return
    norm, none = row["kind"] == "norm", row["data"] == "none"
    expected = "recommendation" if norm else "no data" if none else "open"
    if row["status"] != expected:
        breaches.add(
            f"{name}: status {row['status']!r} with kind {row['kind']!r} and data {row['data']!r}",
            remedy=f"{expected!r}",
        )
    if norm and not none:
        breaches.add(f"{name}: data {row['data']!r} for a recommendation", remedy="'none'")


def _check_fields(
    breaches: Breaches, name: str, row: dict[str, Any], kind: type, *, given: set[str]
) -> None:
    """Name unknown, missing, empty and ill-typed fields of a row of a dataclass."""
    known = {f.name: f.default is MISSING for f in fields(kind) if f.name not in given}
    for extra in sorted(row.keys() - known):
        breaches.add(f"{name}: unknown field {extra!r}")
    for field, needed in known.items():
        if field not in row:
            if needed:
                breaches.add(f"{name}: no field {field!r}")
        elif not isinstance(row[field], str):
            breaches.add(f"{name}: {field} is no text")
        elif not row[field].strip() and field not in _SAYS_NOTHING:
            breaches.add(f"{name}: {field} is empty")


def _is_date(text: str) -> bool:
    parts = text.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]):
        return False
    try:
        date(*(int(part) for part in [*parts, "1", "1"][:3]))
    except ValueError:
        return False
    return True


def documents() -> tuple[Document, ...]:
    """Return the documents of the register."""
    return _read_register()[0]


@overload
def claims(*, as_frame: Literal[False] = False) -> tuple[Claim, ...]: ...
@overload
def claims(*, as_frame: Literal[True]) -> pd.DataFrame: ...
def claims(*, as_frame: bool = False) -> tuple[Claim, ...] | pd.DataFrame:
    """Return the register of claims.

    Parameters
    ----------
    as_frame : bool, default False
        Return a DataFrame with one row a claim instead of a tuple.
    """
    register = _read_register()[1]
    if not as_frame:
        return register
    import pandas as pd

    return pd.DataFrame([asdict(claim) for claim in register])


def claim(id: str) -> Claim:
    """Return one claim by its id.

    Raises
    ------
    HypothesisError
        Unknown id; the message lists the known ones.
    """
    for found in claims():
        if found.id == id:
            return found
    known = ", ".join(c.id for c in claims())
    raise HypothesisError(f"no claim {id!r}. Remedy: choose among {known}")
