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

from pkstats.command.dependencies import follow_imports
from pkstats.command.steps import Step
from pkstats.errors import PkstatsError
from pkstats.families.catalogue import list_topics

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCK = "requirements.lock"
PACKAGE_FILES = ("codebook.csv", "datapackage.json")
#: What the builders of panels read beside their code.
PANEL_DATA = ("data/compiled/**/*", "data/sources.toml")
BUILDERS = "pkstats/data/panels/*.py"
#: Room whose topics are found by folder.
TOPICS = "pkstats.families"
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
    analyses = (
        Step(
            name=script.stem,
            title=f"analysis {script.stem}",
            patterns=(
                *(LOCK, "build/panels/*", *read_beside(script)),
                *list_code(root, f"analyses/{script.name}"),
            ),
            action=partial(analyse, script.stem),
        )
        for script in list_scripts(root)
    )
    project = Step(
        name="project",
        title="all verdicts side by side",
        patterns=(*(LOCK, "build/results/*_verdict.csv"), *list_code(root, "analyses/project.py")),
        action=partial(analyse, "project"),
    )
    return (
        declare_panels(root, raw, hashes),
        counts,
        *analyses,
        project,
        declare_codebook(root),
        declare_book(),
    )


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
            "build/*codebook.csv",
            "pkstats/**/*.py",
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

    Of the topics of families only those count that a script names by the code of a family.
    """
    first = [file for pattern in patterns for file in root.glob(pattern)]
    closure = follow_imports(first, root, apart=(TOPICS,))
    named = {
        node.value
        for file in closure
        if file.parts[0] == "analyses"
        for node in ast.walk(ast.parse((root / file).read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    own = [root / place for place, codes in find_topics().items() if codes & named]
    return tuple(map(str, follow_imports([*first, *own], root, apart=(TOPICS,))))


def find_topics() -> dict[str, set[str]]:
    """Codes of the families of each topic, by the file of the checkout that declares them."""
    return {
        topic.__name__.replace(".", "/") + "/__init__.py": {f.code for f in topic.FAMILIES}
        for topic in list_topics()
    }


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

    write_codebook(root / "build" / "results", folder)


def build_book(root: Path, folder: Path) -> None:
    """Build the book; every warning is an error."""
    command = [sys.executable, *map(str, (root / "book/build.py", root / "build", folder / "book"))]
    if subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=False).returncode:
        raise PkstatsError("the book was not built; its messages stand above")
