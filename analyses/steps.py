"""The build graph of the project: panels, then the analyses, then the book."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pkstats.command.steps import Step
from pkstats.errors import PkstatsError

if TYPE_CHECKING:
    from collections.abc import Mapping

FAMILIES = ("h1", "h2", "replication", "simulation")
#: What an analysis reads beside the panels.
BESIDE = {
    "h1": ("analyses/h1_*.py",),
    "h2": ("analyses/h2_*.py", "data/compiled/impartiality_data.csv"),
    "replication": ("data/compiled/published_estimates.csv",),
}

LOCK = "requirements.lock"
PACKAGE = Path(__file__).parents[1] / "pkstats"
PACKAGE_FILES = ("codebook.csv", "datapackage.json")
PANEL_CODE = (
    "pkstats/errors.py",
    "pkstats/registry.py",
    "pkstats/sources/**/*",
    "pkstats/mandates/**/*",
    "pkstats/one_sided/**/*",
    "pkstats/panels/**/*",
    "pkstats/speeches/**/*",
    "data/compiled/**/*",
    "data/sources.toml",
)
NOT_IN_ANALYSES = {
    "__pycache__",
    "command",
    "download.py",
    "fetch.py",
    "mandates",
    "manifest.py",
    "one_sided",
    "sources",
    "speeches",
}
ANALYSIS_CODE = tuple(
    f"pkstats/{room.name}/**/*" if room.is_dir() else f"pkstats/{room.name}"
    for room in sorted(PACKAGE.iterdir())
    if room.name not in NOT_IN_ANALYSES
)


def declare_steps(raw: Path | None, hashes: Mapping[str, str]) -> tuple[Step, ...]:
    """List the steps in the order in which they run.

    Parameters
    ----------
    raw : Path or None
        Folder of the raw sources; None takes the committed panels.
    hashes : mapping of str to str
        SHA-256 of the raw files by name.
    """
    counts = Step(
        name="data",
        title="acceptance values",
        patterns=(LOCK, "analyses/data.py", "build/panels/*", *PANEL_CODE),
        action=partial(analyse, "data"),
        given={f"raw/{name}": digest for name, digest in hashes.items()},
    )
    analyses = (
        Step(
            name=family,
            title=f"analysis {family}",
            patterns=(
                *(LOCK, f"analyses/{family}.py", "build/panels/*"),
                *(*BESIDE.get(family, ()), *ANALYSIS_CODE),
            ),
            action=partial(analyse, family),
        )
        for family in FAMILIES
    )
    project = Step(
        name="project",
        title="all verdicts side by side",
        patterns=(LOCK, "analyses/project.py", "build/results/*_verdict.csv", *ANALYSIS_CODE),
        action=partial(analyse, "project"),
    )
    book = Step(
        name="book",
        title="book",
        patterns=(
            LOCK,
            "CITATION.cff",
            "benchmarks/inference.py",
            "benchmarks/results/*",
            "book/**/*",
            "data/*",
            "build/codebook.csv",
            "pkstats/**/*.py",
            "build/manifest.json",
            "build/panels/*",
            "build/results/*",
        ),
        action=build_book,
    )
    return (declare_panels(raw, hashes), counts, *analyses, project, book)


def declare_panels(raw: Path | None, hashes: Mapping[str, str]) -> Step:
    """Declare the step of the panels: built from raw sources, or copied as committed."""
    if raw:
        return Step(
            name="panels",
            title="panels from raw sources",
            patterns=(LOCK, *PANEL_CODE),
            action=partial(build_all_panels, raw),
            given={f"raw/{name}": digest for name, digest in hashes.items()},
        )
    return Step(
        name="panels",
        title="panels as committed (no raw sources here)",
        patterns=("data/panels/*", *(f"data/{name}" for name in PACKAGE_FILES)),
        action=copy_panels,
    )


def build_all_panels(raw: Path, _root: Path, folder: Path) -> None:
    """Build every panel from raw, with codebook and data package."""
    from pkstats.panels.building import build_panels

    build_panels(raw, folder)


def copy_panels(root: Path, folder: Path) -> None:
    """Take the committed panels, after their identity was checked."""
    from pkstats.panels import store

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


def build_book(root: Path, folder: Path) -> None:
    """Build the book; every warning is an error."""
    command = [sys.executable, *map(str, (root / "book/build.py", root / "build", folder / "book"))]
    if subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=False).returncode:
        raise PkstatsError("the book was not built; its messages stand above")
