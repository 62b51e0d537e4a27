"""The build graph of the project: panels, then the analyses, then the book."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pkstats.command.declarations import hash_codebooks, hash_contract, hash_freeze
from pkstats.command.dependencies import follow_imports
from pkstats.command.steps import Step
from pkstats.errors import PkstatsError
from pkstats.families.catalogue import list_families, list_topics
from pkstats.families.freeze import AMENDED, FROZEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pkstats.families import Family

LOCK = "requirements.lock"
PACKAGE_FILES = ("codebook.csv", "datapackage.json")
#: What the builders of panels read beside their code.
PANEL_DATA = ("data/compiled/**/*", "data/sources.toml")
BUILDERS = "pkstats/data/panels/*.py"
#: Room whose topics are found by folder.
TOPICS = "pkstats.families"
#: Tables of which an analysis reads what they declare, never the words: that part is given.
DECLARED = ("pkstats/data/", "pkstats/results/")
#: Scripts that are no analysis of a topic: they run before or after all of those.
APART = ("steps", "data", "project")


def declare_steps(root: Path, raw: Path | None, hashes: Mapping[str, str]) -> tuple[Step, ...]:
    """List the steps in the order in which they run.

    A step depends on the files that its script imports, directly or not, and on no others.

    Parameters
    ----------
    root : Path
        Folder of the checkout.
    raw : Path or None
        Folder of the raw sources; None takes the committed panels.
    hashes : mapping of str to str
        SHA-256 of the raw files by name.
    """
    counts = Step(
        name="data",
        title="acceptance values",
        patterns=(
            LOCK,
            "build/panels/*",
            *PANEL_DATA,
            *list_code(root, "analyses/data.py", BUILDERS),
        ),
        action=partial(analyse, "data"),
        given={f"raw/{name}": digest for name, digest in hashes.items()},
    )
    analyses = (declare_analysis(root, script) for script in list_scripts(root))
    project = declare_analysis(
        root,
        root / "analyses" / "project.py",
        title="all verdicts side by side",
        reads=("build/results/*_verdict.csv",),
    )
    return (
        declare_panels(root, raw, hashes),
        counts,
        *analyses,
        project,
        declare_codebook(root),
        declare_book(),
    )


def declare_analysis(
    root: Path, script: Path, *, title: str = "", reads: tuple[str, ...] = ("build/panels/*",)
) -> Step:
    """Declare the step of a script: its code, what it reads, and what is declared of both.

    Of the codebooks, the results and the freeze no file counts but what they hold for the script,
    so that neither a label nor the entry of another family runs it again.
    """
    code = list_code(root, f"analyses/{script.name}")
    topics = follow_topics(name_constants(root, code))
    frozen = {f"freeze of {f.code}": hash_freeze(f) for listed in topics.values() for f in listed}
    return Step(
        name=script.stem,
        title=title or f"analysis {script.stem}",
        patterns=(LOCK, *reads, *read_beside(script), *(p for p in code if not is_declared(p))),
        action=partial(analyse, script.stem),
        given={
            "columns of the panels": hash_codebooks(),
            "columns of the results": hash_contract(),
            **frozen,
        },
    )


def is_declared(place: str) -> bool:
    """Say whether a file is a table of declarations whose content is given in its stead."""
    frozen = place.startswith("pkstats/families/") and Path(place).name in (FROZEN, AMENDED)
    return frozen or (place.startswith(DECLARED) and place.endswith(".toml"))


def declare_book() -> Step:
    """Declare the step of the book: every page, whatever it shows."""
    return Step(
        name="book",
        title="book",
        patterns=(
            LOCK,
            "CITATION.cff",
            "benchmarks/inference.py",
            "benchmarks/results/*",
            "book/**/*",
            "data/*",
            "data/compiled/mandate_*",
            "build/*codebook.csv",
            "pkstats/**/*",
            "build/manifest.json",
            "build/panels/*",
            "build/results/*",
        ),
        action=build_book,
    )


def list_scripts(root: Path) -> list[Path]:
    """Scripts of the topics: those of ``analyses`` that define ``main``."""
    found = sorted((root / "analyses").glob("*.py"))
    return [f for f in found if f.stem not in APART and "\ndef main(" in f.read_text("utf-8")]


def read_beside(script: Path) -> tuple[str, ...]:
    """Files that a script declares as ``BESIDE``: what it reads other than panels."""
    for node in ast.parse(script.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BESIDE":
            return tuple(ast.literal_eval(node.value))
    return ()


def list_code(root: Path, *patterns: str) -> tuple[str, ...]:
    """Files that the scripts of some patterns import, as patterns of a step.

    Of the topics of families only those count that a script names by the code of a family, and
    those whose families gate them.
    """
    first = [file for pattern in patterns for file in root.glob(pattern)]
    closure = map(str, follow_imports(first, root, apart=(TOPICS,)))
    own = [root / place for place in follow_topics(name_constants(root, closure))]
    return tuple(map(str, follow_imports([*first, *own], root, apart=(TOPICS,))))


def name_constants(root: Path, code: Iterable[str]) -> set[object]:
    """Constants of the scripts among some files: the codes of the families that they run."""
    return {
        node.value
        for file in code
        if file.startswith("analyses/")
        for node in ast.walk(ast.parse((root / file).read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }


def follow_topics(codes: Collection[object]) -> dict[str, tuple[Family, ...]]:
    """Families of the topics of some codes and of those that gate them, by the topic's file."""
    topics = {t.__name__.replace(".", "/") + "/__init__.py": t.FAMILIES for t in list_topics()}
    met: dict[str, tuple[Family, ...]] = {}
    waiting = set(codes)
    while waiting:
        found = {
            place: listed
            for place, listed in topics.items()
            if place not in met and waiting & {f.code for f in listed}
        }
        met |= found
        waiting = {gate for listed in found.values() for f in listed for gate in f.gates}
    return met


def declare_panels(root: Path, raw: Path | None, hashes: Mapping[str, str]) -> Step:
    """Declare the step of the panels: built from raw sources, or copied as committed."""
    if raw:
        return Step(
            name="panels",
            title="panels from raw sources",
            patterns=(LOCK, *PANEL_DATA, *list_code(root, BUILDERS)),
            action=partial(build_all_panels, raw),
            given={f"raw/{name}": digest for name, digest in hashes.items()},
        )
    return Step(
        name="panels",
        title="panels as committed (no raw sources here)",
        patterns=("data/panels/*", *(f"data/{name}" for name in PACKAGE_FILES)),
        action=copy_panels,
    )


def declare_codebook(root: Path) -> Step:
    """Declare the step that describes the results; a file that no table declares stops it."""
    return Step(
        name="results_codebook",
        title="codebook of the results",
        patterns=("build/results/*.csv", *list_code(root, "pkstats/results/*.py")),
        action=describe_results,
    )


def build_all_panels(raw: Path, _root: Path, folder: Path) -> None:
    """Build every panel from raw, with codebook and data package."""
    from pkstats.data.panels.building import build_panels

    build_panels(raw, folder)


def copy_panels(root: Path, folder: Path) -> None:
    """Take the committed panels, after their identity was checked."""
    from pkstats.data.panels import store

    for name in store.panels():
        store.load_panel(name)
    shutil.copytree(root / "data" / "panels", folder / "panels")
    for name in PACKAGE_FILES:
        shutil.copy2(root / "data" / name, folder / name)


def analyse(family: str, root: Path, folder: Path) -> None:
    """Run the main function of one family on the panels of the build."""
    (folder / "results").mkdir()
    main = import_module(f"analyses.{family}").main
    main(panels=root / "build" / "panels", results=folder / "results")


def describe_results(root: Path, folder: Path) -> None:
    """Tell every column of every results table."""
    from pkstats.results.codebook import write_codebook

    prefixes = {family.prefix for family in list_families()}
    write_codebook(root / "build" / "results", folder, families=prefixes)


def build_book(root: Path, folder: Path) -> None:
    """Build the book; every warning is an error."""
    command = [sys.executable, *map(str, (root / "book/build.py", root / "build", folder / "book"))]
    if subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=False).returncode:
        raise PkstatsError("the book was not built; its messages stand above")
