"""Registry of sources: where each raw file comes from, and whether the copy here is that file."""

from __future__ import annotations

import csv
import hashlib
import os
import tomllib
import zipfile
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["file", "bundle", "made", "compiled"]
State = Literal["ok", "missing", "altered"]

PACKAGE = Path(__file__).parents[1]
CHECKOUT = PACKAGE.parent

#: Hashes remembered: a raw folder whose bundles lie there as their 10,500 members fits whole, so
#: that checking it twice reads it once. An entry is a path and 64 characters.
HASHES = 16_384


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One raw file.

    Parameters
    ----------
    name : str
        Path below the raw folder.
    kind : {"file", "bundle", "made", "compiled"}
        A blob of the mirror; many blobs in one archive; cut or joined from blobs; our own.
    sha256, bytes : str, int
        Identity and size. The identity of a bundle is that of its members.
    repository, commit, path : str
        Public mirror; empty for a compiled file.
    members, members_sha256 : str
        List of the members of a bundle with their hashes, or of the parts that a file was made
        of, and the hash of the list itself.
    panels : tuple of str
        Panels built from the file.
    """

    name: str
    kind: Kind
    redistribute: bool
    bytes: int
    sha256: str
    repository: str = ""
    commit: str = ""
    path: str = ""
    members: str = ""
    members_sha256: str = ""
    panels: tuple[str, ...] = ()

    @property
    def mirror(self) -> str:
        """Repository, commit and path, or empty."""
        return f"{self.repository}@{self.commit}:{self.path}" if self.repository else ""


@dataclass(frozen=True)
class Member:
    """One member of a bundle: its name there, its path in the mirror, its sha256 or empty."""

    name: str
    path: str
    sha256: str


@dataclass(frozen=True)
class FileState:
    """What a check of one raw file found; ``details`` has one line a breach."""

    name: str
    state: State
    details: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A publication of data: its files, terms and citation."""

    id: str
    title: str
    provider: str
    version: str
    licence: str
    citation: str
    bibtex: str
    page: str
    notes: str
    files: tuple[SourceFile, ...]


def find_shipped(name: str) -> Path:
    """Path of a file of ``data/``: in an installed package, else in the checkout.

    Raises
    ------
    SourceError
        The file is in neither place.
    """
    places = [PACKAGE / "_data" / name, CHECKOUT / "data" / name]
    for place in places:
        if place.exists():
            return place
    raise SourceError(f"data/{name} is in neither the package nor a checkout. Remedy: reinstall")


@cache
def sources() -> tuple[Source, ...]:
    """Every source of the registry, in its order."""
    tables = tomllib.loads(find_shipped("sources.toml").read_text("utf-8"))["source"]
    return tuple(_read_source(table) for table in tables)


def _read_source(table: dict[str, Any]) -> Source:
    files = tuple(
        SourceFile(**{**file, "panels": tuple(file.get("panels", ()))}) for file in table["files"]
    )
    return Source(**{**table, "files": files})


def files() -> dict[str, SourceFile]:
    """Every raw file by name."""
    return {file.name: file for source in sources() for file in source.files}


def needed_files(panel: str | None = None) -> tuple[str, ...]:
    """Names of the raw files from which a panel (by default, any) is built."""
    return tuple(n for n, f in files().items() if (panel in f.panels if panel else f.panels))


def choose_files(names: Iterable[str]) -> tuple[str, ...]:
    """Names of the raw files that names of files, sources or panels stand for, in their order.

    Raises
    ------
    SourceError
        Lists every name that is none of these.
    """
    named: dict[str, list[str]] = {name: [name] for name in files()}
    for source in sources():
        named[source.id] = [file.name for file in source.files]
    for file in files().values():
        for panel in file.panels:
            named.setdefault(panel, []).append(file.name)
    wanted = list(names)
    breaches = Breaches("names of raw files")
    for name in wanted:
        if name not in named:
            breaches.add(
                f"{name} is not in the registry: no file, source or panel",
                remedy="see data/sources.toml",
            )
    breaches.raise_as(SourceError)
    return tuple(dict.fromkeys(file for name in wanted for file in named[name]))


def bibtex(ids: Iterable[str]) -> str:
    """BibTeX of sources, one entry a key.

    Raises
    ------
    SourceError
        Names the identifiers that are not in the registry.
    """
    known = {source.id: source for source in sources()}
    unknown = sorted(set(ids) - set(known))
    if unknown:
        raise SourceError(f"no source {name_some(unknown)}. Remedy: one of {', '.join(known)}")
    entries = {known[i].bibtex or i: known[i] for i in ids}
    return "\n\n".join(
        f"@misc{{{key},\n  author = {{{{{source.provider}}}}},\n  title = {{{{{source.title}}}}},\n"
        f"  version = {{{source.version}}},\n  howpublished = {{{source.page}}},\n"
        f"  note = {{{source.citation}. Licence: {source.licence}}}\n}}"
        for key, source in entries.items()
    )


def raw_folder() -> Path:
    """Folder of the raw sources: ``PKSTATS_RAW``; empty or unset, ``data/raw`` in the checkout."""
    return Path(os.environ.get("PKSTATS_RAW") or CHECKOUT / "data" / "raw")


def verify(raw: Path, names: Iterable[str] | None = None) -> dict[str, str]:
    """Check raw files by sha256.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.
    names : iterable of str, optional
        Files to check; by default every file of the registry.

    Returns
    -------
    dict of str to str
        The sha256 by name.

    Raises
    ------
    SourceError
        Lists every unknown, missing and altered file with expected and found hash and the remedy.
    """
    registered = files()
    wanted = list(registered if names is None else names)
    breaches = Breaches(f"raw sources in {raw}")
    for name in wanted:
        if name not in registered:
            breaches.add(f"{name} is not in the registry", remedy="see data/sources.toml")
            continue
        found = inspect(raw, registered[name])
        for detail in found.details:
            breaches.add(detail, remedy=found.remedy)
    breaches.raise_as(SourceError)
    return {name: registered[name].sha256 for name in wanted}


def locate(raw: Path, name: str) -> Path:
    """Path of one raw file, after its hash was checked; as :func:`verify`.

    A table compiled by this project may be in the raw folder or in ``data/compiled``.
    """
    verify(raw, [name])
    return find_copy(raw, files()[name])


def find_copy(raw: Path, file: SourceFile) -> Path:
    """Path of the copy that is read: in the raw folder or, of a compiled file, the shipped one."""
    path = raw / file.name
    if file.kind == "compiled" and not path.is_file():
        shipped = CHECKOUT / "data" / "compiled" / file.name
        return shipped if shipped.is_file() else path
    return path


def inspect(raw: Path, file: SourceFile) -> FileState:
    """Check one raw file by sha256; a bundle may be an archive or a folder of its members."""
    path = find_copy(raw, file)
    remedy = _name_remedy(file, raw)
    if not path.is_file():
        if file.kind == "bundle":
            return _inspect_members(raw, file)
        detail = f"{file.name} is missing: expected sha256 {file.sha256}, found no file"
        remedy = remedy if file.kind == "compiled" else f"`pkstats data fetch`, or {remedy}"
        return FileState(file.name, "missing", (detail,), remedy)
    found = hash_file(path)
    if found == file.sha256 or (file.kind == "bundle" and _is_repacked(raw, file)):
        return FileState(file.name, "ok")
    detail = (
        f"{file.name} is altered: expected sha256 {file.sha256} ({file.bytes} bytes), "
        f"found {found} ({path.stat().st_size} bytes)"
    )
    return FileState(file.name, "altered", (detail,), f"move it away, then {remedy}")


def list_members(raw: Path, file: SourceFile) -> tuple[Member, ...]:
    """Members of a bundle, from the list in the raw folder or else from the one shipped.

    Raises
    ------
    SourceError
        There is no list, or it is not the registered one.
    """
    path = raw / file.members
    path = path if path.is_file() else find_shipped(f"compiled/{file.members}")
    found = hash_file(path)
    if found != file.members_sha256:
        raise SourceError(
            f"{file.members} is altered: expected sha256 {file.members_sha256}, found {found}"
        )
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return tuple(Member(row["member"], row["mirror_path"], row["sha256"]) for row in rows)


def _name_remedy(file: SourceFile, raw: Path) -> str:
    if not file.repository:
        return f"restore the table compiled by this project in {raw / file.name}"
    return (
        f"take {file.path} of github.com/{file.repository} at commit {file.commit} and put it in "
        f"{raw / file.name}"
    )


def _is_repacked(raw: Path, file: SourceFile) -> bool:
    """Whether an archive of another hash holds exactly the listed members."""
    if not zipfile.is_zipfile(raw / file.name):
        return False
    with zipfile.ZipFile(raw / file.name) as archive:
        found = {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if not name.endswith("/")
        }
    try:
        return found == {member.name: member.sha256 for member in list_members(raw, file)}
    except SourceError:
        return False


def _inspect_members(raw: Path, file: SourceFile) -> FileState:
    folder = (raw / file.name).parent
    remedy = f"`pkstats data fetch`, or {_name_remedy(file, raw)}"
    try:
        listed = list_members(raw, file)
    except SourceError as error:
        return FileState(file.name, "altered", (str(error),), remedy)
    there = [m for m in listed if (folder / m.name).is_file()]
    if not there:
        detail = f"{file.name} is missing: expected sha256 {file.sha256}, found no file"
        return FileState(file.name, "missing", (detail,), remedy)
    absent = [m.name for m in listed if m not in set(there)]
    altered = [m.name for m in there if hash_file(folder / m.name) != m.sha256]
    details = []
    if absent:
        details.append(f"{file.name}: {len(absent)} members missing: {name_some(absent)}")
    if altered:
        details.append(f"{file.name}: {len(altered)} members altered: {name_some(altered)}")
        remedy = f"move the altered members away, then {remedy}"
    state: State = "altered" if altered else "missing" if absent else "ok"
    return FileState(file.name, state, tuple(details), remedy if details else "")


def hash_file(path: Path) -> str:
    """Sha256 of a file; remembered while its path, size and time of change stay the same."""
    return _hash(stamp_file(path))


def stamp_file(path: Path) -> tuple[str, int, int]:
    """Path, size in bytes and time of change in nanoseconds: what a file is remembered by.

    Only an edit that keeps the size within one tick of the file system's clock escapes it.

    Raises
    ------
    OSError
        There is no such file.
    """
    status = path.stat()
    return str(path.resolve()), status.st_size, status.st_mtime_ns


@lru_cache(maxsize=HASHES)
def _hash(stamp: tuple[str, int, int]) -> str:
    with Path(stamp[0]).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
