"""Security Council resolutions as numbered paragraphs: XML from 2000, plain text 1946-2015."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from pkstats.data.sources.numbering import label_blocks
from pkstats.errors import Breaches, SourceError

Source = Literal["xml", "plain"]
COLUMNS = ["resolution", "date", "kind", "paragraph", "text", "source"]

XML_FOLDER = "unsc_resolutions"
PLAIN_FOLDER = "unsc_resolutions_1946_2015"
MISSING_XML = frozenset({2510, 2589, 2762})

# Delivered twice. The first path wins: the copy filed under the year of adoption, and for 2464
# the copy whose name carries the year. The copies of 2194 and 2195 are identical.
DUPLICATES = {
    2193: "Pre-2020/2014/S_RES_2193_1467585E.xml",
    2194: "Pre-2020/2014/S_RES_2194_1467590E.xml",
    2195: "Pre-2020/2014/S_RES_2195_1467661E.xml",
    2464: "Pre-2020/2019/S_RES_2464 (2019)-1906112E.xml",
}

_DATE = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\s+(January|February|March|April|May|June|July|August|September"
    r"|October|November|December),?\s+((?:19|20)\d\d)"
)
_FURNITURE = re.compile(
    r"^(/?\.\.\.|S/RES/\d+\s*\(\d+\)(\s*\**)?(\s*Page\s*\d+)?|Page\s*\d+|\d{1,3}|\*?\d{5,}\*?"
    r"|\d\d-\d{4,6}\s*(\(E\))?.*|\d+/\d+|United Nations\s+S/RES.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Document:
    """One resolution: number, year, dates the file offers, preamble and body blocks."""

    resolution: int
    year: int
    dates: tuple[pd.Timestamp, ...]
    preamble: tuple[str, ...]
    body: tuple[tuple[str, str], ...]
    source: Source
    member: str


def read(raw: Path) -> pd.DataFrame:
    """Read both text sources into one row a paragraph; XML wins where both exist.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources; each source is a folder of members or a zip beside it.

    Returns
    -------
    DataFrame
        resolution (int64), date (datetime64), kind ("preamble", "operative" or "heading"),
        paragraph (str: "4", "4(a)(i)", "pre-9" for an unnumbered clause before paragraph 9,
        "" in the preamble), text (str), source ("xml" or "plain"); in the order of the texts.

    Raises
    ------
    SourceError
        If a source is neither there as a folder nor as a zip; one message names every member that
        is no resolution of the schema.
    """
    both = read_sources(raw)
    in_xml = both.loc[both["source"].eq("xml"), "resolution"].unique()
    keep = both["source"].eq("xml") | ~both["resolution"].isin(in_xml)
    return both.loc[keep].sort_values("resolution", kind="stable", ignore_index=True)


def read_sources(raw: Path) -> pd.DataFrame:
    """Read both text sources without choosing between them (columns as in `read`)."""
    documents = [*_xml_documents(raw / XML_FOLDER), *_plain_documents(raw / PLAIN_FOLDER)]
    dates = adoption_dates(documents)
    rows = []
    for document in documents:
        date = dates[document.resolution]
        key = (document.resolution, date)
        rows += [(*key, "preamble", "", text, document.source) for text in document.preamble]
        rows += [
            (*key, kind, paragraph, text, document.source)
            for kind, paragraph, text in label_blocks(document.body)
        ]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(
        ["source", "resolution"], kind="stable", ignore_index=True
    )


def adoption_dates(documents: list[Document]) -> dict[int, pd.Timestamp]:
    """Date of adoption by resolution.

    Of the dates of the resolution's own year that its sources offer: one between the certain dates
    of its neighbours in number, then the one most sources agree on, then the earliest. A resolution
    without any takes the latest certain date before it.
    """
    offers: dict[int, Counter[pd.Timestamp]] = {}
    for document in documents:
        count = offers.setdefault(document.resolution, Counter())
        count.update(date for date in document.dates if date.year == document.year)
    numbers = sorted(offers)
    certain = {n: next(iter(offers[n])) for n in numbers if len(offers[n]) == 1}
    chosen = {}
    for position, number in enumerate(numbers):
        before = [certain[n] for n in numbers[max(0, position - 4) : position] if n in certain]
        after = [certain[n] for n in numbers[position + 1 : position + 5] if n in certain]
        low, high = max(before, default=pd.Timestamp.min), min(after, default=pd.Timestamp.max)
        if not offers[number]:
            chosen[number] = max(before) if before else min(after)
            continue
        chosen[number] = max(
            offers[number],
            key=lambda d: (low <= d <= high, offers[number][d], -d.toordinal()),
        )
    return chosen


def read_members(folder: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each member with a suffix, from the zip or the folder of members.

    Raises
    ------
    SourceError
        If neither is there, or the zip is damaged.
    """
    archive = folder / f"{folder.name}.zip"
    if archive.is_file():
        try:
            with zipfile.ZipFile(archive) as zipped:
                for name in sorted(zipped.namelist()):
                    if name.endswith(suffix):
                        yield name, zipped.read(name)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise SourceError(
                f"{archive.name} cannot be read: {error}. Remedy: fetch it again"
            ) from error
        return
    files = sorted(folder.rglob(f"*{suffix}")) if folder.is_dir() else []
    if not files:
        raise SourceError(
            f"no {suffix} member in {folder} and no {archive.name} beside it; "
            "fetch the source with `pkstats data fetch`"
        )
    for file in files:
        yield file.relative_to(folder).as_posix(), file.read_bytes()


def _xml_documents(folder: Path) -> Iterator[Document]:
    dates = _json_dates(folder)
    breaches = Breaches(folder.name)
    for member, content in read_members(folder, ".xml"):
        if "PRST" in member:
            continue
        try:
            document = _parse_xml(member, content, dates)
        except (ElementTree.ParseError, LookupError, StopIteration, ValueError) as error:
            breaches.add(f"{member} is no resolution: {error!r}", remedy="fetch it again")
            continue
        if DUPLICATES.get(document.resolution, member) == member:
            yield document
    breaches.raise_as(SourceError)


def _json_dates(folder: Path) -> dict[int, pd.Timestamp]:
    dates = {}
    for _, content in read_members(folder, ".json"):
        for symbol, text in re.findall(
            r'"symbol": "S/RES/(\d+)[^"]*".*?"adoption_date": "([^"]*)"',
            content.decode("utf-8", errors="replace"),
        ):
            date = _first_date(text)
            if date is not None:
                dates[int(symbol)] = date
    return dates


def _parse_xml(member: str, content: bytes, json_dates: dict[int, pd.Timestamp]) -> Document:
    root = ElementTree.fromstring(content)
    uri = next(e.get("value", "") for e in root.iter() if _tag(e) == "FRBRuri")
    found = re.search(r"/(\d{4})-(\d\d)-(\d\d)/(\d+)-(\d{4})", uri) or re.search(
        r"()()()/(\d+)-(\d{4})/", uri
    )
    if found is None:
        raise ValueError(f"no resolution number in {uri!r}")
    resolution, year = int(found[4]), int(found[5])
    statement = root[0]
    parts = {_tag(child): child for child in statement}
    cover = " ".join(parts["coverPage"].itertext()) if "coverPage" in parts else ""
    offered = [_meta_date(root), json_dates.get(resolution), _first_date(cover)]
    blocks = [*_blocks(parts["preamble"])] if "preamble" in parts else []
    first = next((i for i, (number, _) in enumerate(blocks) if number == "1."), len(blocks))
    texts = tuple(text for _, text in blocks[:first])
    body = (*blocks[first:], *_blocks(parts["mainBody"]))
    known = tuple(date for date in offered if date is not None)
    return Document(resolution, year, known, texts, body, "xml", member)


def _meta_date(root: ElementTree.Element) -> pd.Timestamp | None:
    for element in root.iter():
        if _tag(element) == "FRBRdate" and element.get("name") == "adoption":
            text = element.get("date", "")
            return None if text.startswith("0001") else pd.Timestamp(text)
    return None


def _blocks(part: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """Yield (number, text) in document order: "#" for a heading, "" where there is no number."""
    pending = ""
    stack = [part]
    while stack:
        element = stack.pop()
        tag = _tag(element)
        if tag == "num":
            pending = _clean(element)
            pending = "#" if re.fullmatch(r"[A-Z]{1,4}\.?", pending) else pending
        elif tag in {"p", "docTitle"}:
            text = _clean(element)
            if text:
                yield pending, text
                pending = ""
        elif tag in {"subheading", "heading"}:
            text = _clean(element)
            if text:
                yield pending or "#", text
                pending = ""
        elif tag != "table":
            stack.extend(reversed(element))


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _clean(element: ElementTree.Element) -> str:
    return _normalize("".join(element.itertext()))


def _normalize(text: str) -> str:
    """Plain hyphens for non-breaking ones, none for soft ones, one space for every run of white."""
    return re.sub(r"\s+", " ", text.replace("\u2011", "-").replace("\u00ad", "")).strip()


def _plain_documents(folder: Path) -> Iterator[Document]:
    breaches = Breaches(folder.name)
    for member, content in read_members(folder, ".txt"):
        found = re.search(r"S-RES-(\d+)\((\d{4})\)", member)
        if found is None:
            breaches.add(f"{member}: no resolution number in the name", remedy="fetch it again")
            continue
        yield _parse_plain(member, int(found[1]), int(found[2]), _decode(content))
    breaches.raise_as(SourceError)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _parse_plain(member: str, resolution: int, year: int, text: str) -> Document:
    inline = (
        r"(?<=[;:,.]) (?=\d{1,2}\. +[A-Z][a-z]+s |\(?[a-z]{1,3}\) |[A-Z] Acting\b)"
        r"|(?<=[;:,.] [A-Z]) (?=Acting\b)"
    )
    lines = [
        line for printed in text.splitlines() for line in re.split(inline, _normalize(printed))
    ]
    opening = re.compile(r"^.?The Security Council\b|The Security Council,$")
    start = next((i for i, line in enumerate(lines) if opening.search(line)), 0)
    head = " ".join(lines[: start + 1] if start else lines[:40])
    dates = _dates(head)
    body = [line for line in lines[start:] if line and not _FURNITURE.match(line)]
    first = next((i for i, line in enumerate(body) if re.match(r"^1\s*[.,]\s*\S", line)), None)
    if first is None:
        verb = r"^(Decides|Requests|Recommends|Calls|Approves|Authorizes|Resolves|Takes note)\b"
        first = next((i for i, line in enumerate(body) if re.match(verb, line)), len(body))
    blocks = tuple(_split_number(line) for line in body[first:])
    return Document(resolution, year, dates, tuple(body[:first]), blocks, "plain", member)


def _split_number(line: str) -> tuple[str, str]:
    found = re.match(r"^(\d{1,3}\s*[.,]|\(\w{1,5}\)|[a-z]\)|[–—•-])\s*(\S.*)$", line)
    if found:
        return found[1], found[2]
    return ("#", line) if re.fullmatch(r"[A-Z]|[IVX]{1,5}", line) else ("", line)


def _dates(text: str) -> tuple[pd.Timestamp, ...]:
    printed = [" ".join(found) for found in _DATE.findall(text)]
    iso = re.findall(r"^\s*(\d{4}-\d\d-\d\d)", text)
    parsed = pd.to_datetime(
        pd.Series([*iso, *printed], dtype="str"), format="mixed", errors="coerce"
    )
    return tuple(parsed.dropna())


def _first_date(text: str) -> pd.Timestamp | None:
    return next(iter(_dates(text)), None)
