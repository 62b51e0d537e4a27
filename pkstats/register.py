"""Claims: what the documents say about peacekeeping, in our own words."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args, overload

from pkstats.errors import Breaches, HypothesisError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["cause", "context", "norm"]


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
        Where the document can be read.
    passage : str
        Where in the document the claim stands.
    kind : {"cause", "context", "norm"}
        An effect, a descriptive fact or a recommendation.
    statement : str
        The claim, paraphrased.
    caveat : str
        What the document or the design concedes about it.
    """

    id: str
    document: str
    source: str
    url: str
    passage: str
    kind: Kind
    statement: str
    caveat: str = ""


@cache
def _read_register() -> tuple[Claim, ...]:
    text = files("pkstats").joinpath("claims.toml").read_text(encoding="utf-8")
    return parse_register(text)


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
        Names every claim with an unknown document, kind or field, and every repeated id.
    """
    register = tomllib.loads(text)
    documents = register["documents"]
    known = {f.name for f in fields(Claim)} - {"source", "url"}
    breaches = Breaches("register of claims")
    ids = [row["id"] for row in register["claim"]]
    for name in sorted({i for i in ids if ids.count(i) > 1}):
        breaches.add(f"claim {name} is listed twice")
    for row in register["claim"]:
        if row["document"] not in documents:
            breaches.add(f"claim {row['id']}: unknown document {row['document']!r}")
        if row["kind"] not in get_args(Kind):
            breaches.add(f"claim {row['id']}: unknown kind {row['kind']!r}")
        for extra in sorted(set(row) - known):
            breaches.add(f"claim {row['id']}: unknown field {extra!r}")
    breaches.raise_as(HypothesisError)
    return tuple(
        Claim(**row, source=_describe(document), url=document["url"])
        for row in register["claim"]
        for document in [documents[row["document"]]]
    )


def _describe(document: dict[str, Any]) -> str:
    published = f"{document['date']:%d %B %Y}".lstrip("0")
    return f"{document['author']}, {document['title']}, {document['outlet']}, {published}"


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
    register = _read_register()
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
    for found in _read_register():
        if found.id == id:
            return found
    known = ", ".join(c.id for c in _read_register())
    raise HypothesisError(f"no claim {id!r}. Remedy: choose among {known}")
