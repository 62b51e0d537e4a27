"""Fetch: raw files from their public mirrors into the raw folder; nothing is ever overwritten."""

from __future__ import annotations

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from pkstats.data import registry
from pkstats.data.download import PART, Download, Progress, download, open_session, place
from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pkstats.data.registry import SourceFile

# Raw content of the repositories that the registry names; a template for another mirror of them
# names {repository}, {commit} and {path}.
MIRROR = "https://raw.githubusercontent.com/{repository}/{commit}/{path}"
THREADS = 8
MOST_FAILURES = 20


@dataclass(frozen=True)
class Plan:
    """One raw file that is not whole yet: what to download for it, or why that cannot be."""

    file: SourceFile
    downloads: tuple[Download, ...] = ()
    obstacle: str = ""


def make_totals(raw: Path, file: SourceFile) -> bytes:
    """Bytes of IPI's table of totals, joined from its files of single contributors."""
    from pkstats.data.sources.contributors_ipi import make_totals

    folder = (raw / file.name).parent
    return make_totals([folder / member.name for member in registry.list_members(raw, file)])


def cut_contributions(raw: Path, file: SourceFile) -> bytes:
    """Bytes of the table of contributors by mission, cut from the archive of the mirror."""
    from pkstats.data.sources.contributors_missions import make_table

    (archive,) = registry.list_members(raw, file)
    return make_table((raw / file.name).parent / archive.name)


# How files of kind made are made from what the mirror holds.
RECIPES: dict[str, Callable[[Path, SourceFile], bytes]] = {
    "ipi_personnel/contributor_month.csv": make_totals,
    "contributor_mission_1990_2020/contributions_1990_2020.csv.gz": cut_contributions,
}


def fetch(
    raw: Path,
    names: Iterable[str],
    *,
    mirror: str = MIRROR,
    say: Callable[[str], None] = print,
) -> tuple[str, ...]:
    """Download what is missing, check it by sha256 and put it in its place.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources; made if absent.
    names : iterable of str
        Raw files of the registry.
    mirror : str
        Template of an address, with ``{repository}``, ``{commit}`` and ``{path}``.
    say : callable
        Takes one line on what is done.

    Returns
    -------
    tuple of str
        The files that were not whole before and are now.

    Raises
    ------
    SourceError
        Lists every file that is not whole at the end, why, and the remedy. What was fetched
        stays; a file of another hash is left as it is.
    """
    check_template(mirror)
    wanted = [registry.files()[name] for name in dict.fromkeys(names)]
    plans = [
        plan(raw, file, mirror=mirror)
        for file in wanted
        if registry.inspect(raw, file).state != "ok"
    ]
    jobs = [job for p in plans for job in p.downloads]
    say(f"  {len(wanted) - len(plans)} of {len(wanted)} raw files are whole in {raw}")
    if jobs:
        say(f"  {len(jobs):,} downloads")
    failures = _run(jobs)
    breaches = Breaches(f"raw files fetched into {raw}")
    whole = []
    for p in plans:
        problems = list(_finish(raw, p, failures))
        if not problems:
            whole.append(p.file.name)
            say(f"  {p.file.name}: fetched")
        for problem in problems:
            breaches.add(problem)
    breaches.raise_as(SourceError)
    return tuple(whole)


def check_template(mirror: str) -> None:
    """Refuse a template of an address that cannot be filled."""
    try:
        mirror.format(repository="repository", commit="commit", path="path")
    except (KeyError, IndexError, ValueError) as error:
        problem = f"cannot be filled: {error!r}"
    else:
        if mirror.startswith(("http://", "https://")) and "{path}" in mirror:
            return
        problem = "is no http address with {path}"
    raise SourceError(f"mirror {mirror!r} {problem}. Remedy: a template like {MIRROR}")


def plan(raw: Path, file: SourceFile, *, mirror: str = MIRROR) -> Plan:
    """Say what must be downloaded before a raw file is whole; what is there is left alone."""
    address = partial(mirror.format, repository=file.repository, commit=file.commit)
    if file.kind == "compiled":
        return Plan(file, obstacle=_explain_compiled(file))
    if (raw / file.name).exists():
        return Plan(file)
    if file.kind == "file":
        job = Download(
            name=file.name,
            address=address(path=quote(file.path)),
            target=raw / file.name,
            sha256=file.sha256,
        )
        return Plan(file, (job,))
    if file.kind == "made" and file.name not in RECIPES:
        return Plan(file, obstacle=_explain_made(file))
    folder = (raw / file.name).parent
    try:
        members = registry.list_members(raw, file)
    except SourceError as error:
        return Plan(file, obstacle=str(error))
    jobs = (
        Download(
            name=f"{file.name}: {member.name}",
            address=address(path=quote(member.path)),
            target=folder / member.name,
            sha256=member.sha256,
        )
        for member in members
        if not (folder / member.name).exists()
    )
    return Plan(file, tuple(jobs))


def _explain_compiled(file: SourceFile) -> str:
    if file.redistribute:
        return (
            f"{file.name} was compiled by this project and no mirror holds it. "
            "Remedy: take it from data/compiled of a checkout"
        )
    return (
        f"{file.name} is a cross-check that no panel is built from, and no mirror holds it. "
        "Remedy: leave it out"
    )


def _explain_made(file: SourceFile) -> str:
    return (
        f"{file.name} was cut from {file.path} of github.com/{file.repository} at commit "
        f"{file.commit}, and no panel is built from it. Remedy: leave it out, or cut it again so "
        f"that its sha256 is {file.sha256}"
    )


def _run(jobs: list[Download]) -> dict[Download, str]:
    """Run downloads side by side; problem by download. Many failures end the rest untried."""
    progress = Progress(len(jobs))
    failures: dict[Download, str] = {}

    def run(job: Download) -> None:
        if progress.stopped.is_set():
            failures[job] = f"{job.name}: not tried after {MOST_FAILURES} failures"
            return
        try:
            download(job, session=session, progress=progress)
        except SourceError as error:
            failures[job] = str(error)
            if len(failures) >= MOST_FAILURES:
                progress.stopped.set()

    with open_session(connections=THREADS) as session:
        pool = ThreadPoolExecutor(THREADS)
        try:
            list(pool.map(run, jobs))
        finally:
            progress.stopped.set()
            pool.shutdown(cancel_futures=True)
    return failures


def _finish(raw: Path, done: Plan, failures: dict[Download, str]) -> Iterable[str]:
    """Make what is made of the downloads; yield what is wrong with a file at the end."""
    file = done.file
    if done.obstacle:
        yield done.obstacle
        return
    failed = [failures[job] for job in done.downloads if job in failures]
    if failed:
        yield (
            f"{file.name}: {len(failed)} of {len(done.downloads)} downloads failed: "
            f"{name_some(failed, most=3)}. Remedy: fetch again, or name another mirror"
        )
    elif file.kind == "made" and not (raw / file.name).exists():
        try:
            _make(raw, file)
        except SourceError as error:
            yield str(error)
            return
    elif file.kind == "bundle" and not (raw / file.members).exists():
        shutil.copyfile(registry.find_shipped(f"compiled/{file.members}"), raw / file.members)
    found = registry.inspect(raw, file)
    if found.state == "altered" or (found.state == "missing" and not failed):
        yield f"{'; '.join(found.details)}. Remedy: {found.remedy}"


def _make(raw: Path, file: SourceFile) -> None:
    content = RECIPES[file.name](raw, file)
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise SourceError(
            f"{file.name}, made of {file.path}: expected sha256 {file.sha256}, found {found}. "
            f"Remedy: remove the parts in {(raw / file.name).parent} and fetch again"
        )
    target = raw / file.name
    part = target.with_name(target.name + PART)
    part.write_bytes(content)
    place(part, target)
