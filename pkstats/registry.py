"""Registry of sources: where each raw file comes from, and whether the copy here is that file."""

from __future__ import annotations

import csv
import hashlib
import os
import tomllib
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Kind = Literal["file", "bundle", "made", "compiled"]

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent


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
        List of the members of a bundle with their hashes, and its own hash.
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
        for breach in _check_file(raw, registered[name]):
            breaches.add(breach, remedy=_name_remedy(registered[name], raw))
    breaches.raise_as(SourceError)
    return {name: registered[name].sha256 for name in wanted}


def locate(raw: Path, name: str) -> Path:
    """Path of one raw file, after its hash was checked; as :func:`verify`."""
    verify(raw, [name])
    return raw / name


def _name_remedy(file: SourceFile, raw: Path) -> str:
    if not file.repository:
        return f"restore the table compiled by this project in {raw / file.name}"
    return (
        f"take {file.path} of github.com/{file.repository} at commit {file.commit} and put it in "
        f"{raw / file.name}"
    )


def _check_file(raw: Path, file: SourceFile) -> Iterator[str]:
    path = raw / file.name
    if path.is_file():
        found = hash_file(path)
        if found != file.sha256:
            repacked = file.kind == "bundle" and _is_repacked(raw, file)
            if not repacked:
                yield (
                    f"{file.name} is altered: expected sha256 {file.sha256} ({file.bytes} bytes), "
                    f"found {found} ({path.stat().st_size} bytes)"
                )
    elif file.kind == "bundle" and (raw / file.members).is_file():
        yield from _check_members(raw, file)
    else:
        yield f"{file.name} is missing: expected sha256 {file.sha256}, found no file"


def _is_repacked(raw: Path, file: SourceFile) -> bool:
    """Whether an archive of another hash holds exactly the listed members."""
    if not (raw / file.members).is_file() or not zipfile.is_zipfile(raw / file.name):
        return False
    with zipfile.ZipFile(raw / file.name) as archive:
        found = {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if not name.endswith("/")
        }
    return hash_file(raw / file.members) == file.members_sha256 and found == _read_members(
        raw, file
    )


def _check_members(raw: Path, file: SourceFile) -> Iterator[str]:
    found = hash_file(raw / file.members)
    if found != file.members_sha256:
        yield (f"{file.members} is altered: expected sha256 {file.members_sha256}, found {found}")
        return
    folder = (raw / file.name).parent
    listed = _read_members(raw, file)
    absent = [m for m in listed if not (folder / m).is_file()]
    altered = [m for m, h in listed.items() if m not in absent and hash_file(folder / m) != h]
    if absent:
        yield f"{file.name}: {len(absent)} members missing: {name_some(absent)}"
    if altered:
        yield f"{file.name}: {len(altered)} members altered: {name_some(altered)}"


def _read_members(raw: Path, file: SourceFile) -> dict[str, str]:
    with (raw / file.members).open(encoding="utf-8", newline="") as lines:
        return {row["member"]: row["sha256"] for row in csv.DictReader(lines)}


def hash_file(path: Path) -> str:
    """Sha256 of a file; remembered while its path, size and time of change stay the same."""
    status = path.stat()
    return _hash(str(path.resolve()), status.st_size, status.st_mtime_ns)


@cache
def _hash(path: str, _size: int, _mtime_ns: int) -> str:
    import pooch  # type: ignore[import-untyped]

    found: str = pooch.file_hash(path, alg="sha256")
    return found
