"""Reproduction: data, panels, analyses, comparison with the reference, book, verdict."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkstats.command.manifest import describe_build, write_atomically, write_manifest
from pkstats.command.steps import read_record, run_step
from pkstats.errors import PkstatsError

if TYPE_CHECKING:
    from pkstats.command.comparison import Comparison
    from pkstats.command.steps import Step

REFERENCE = {"panels": "data/panels", "results": "analyses/results"}
BESIDE = {"panels": ("codebook.csv", "datapackage.json")}
SHOWN = 50


def find_checkout(start: Path | None = None) -> Path:
    """Folder of the checkout: the nearest one upwards that holds ``analyses/steps.py``."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "analyses" / "steps.py").is_file():
            return folder
    raise PkstatsError(
        f"{start} lies in no checkout of pkstats. Remedy: clone the repository and run there"
    )


def reproduce(root: Path) -> int:
    """Run the whole way and return the exit code: 1 where a value disagrees."""
    print("[1/5] data")
    steps = _declare(root)
    print("[2/5] panels")
    run_step(steps[0], root)
    print("[3/5] analyses")
    for step in steps[1:-1]:
        run_step(step, root)
    print("[4/5] comparison with the committed reference")
    if compare(root):
        return 1
    print("[5/5] book")
    _build_book(root, steps)
    print_verdicts(root)
    return 0


def build(root: Path, *, upto: str) -> None:
    """Run the steps up to ``panels``, ``analyses`` or ``book``, without comparing."""
    steps = _declare(root)
    run_step(steps[0], root)
    if upto == "panels":
        return
    for step in steps[1:-1]:
        run_step(step, root)
    if upto == "book":
        _build_book(root, steps)


def verify(root: Path) -> tuple[Path | None, dict[str, str]]:
    """Check the raw files by sha256.

    Returns
    -------
    folder : Path or None
        The raw folder, or None where it holds no file that a panel is built from.
    hashes : dict of str to str
        SHA-256 by name of the files that the panels are built from.

    Raises
    ------
    SourceError
        Some files are present and others missing, or a file is altered; every one is named.
    """
    from pkstats.data import registry

    folder = Path(os.environ.get("PKSTATS_RAW") or root / "data" / "raw").resolve()
    needed = registry.needed_files()
    if not any((folder / name).exists() for name in needed):
        print(f"  no raw sources in {folder}: the committed panels are used")
        return None, {}
    hashes = registry.verify(folder, needed)
    print(f"  {len(hashes)} raw files agree with their sha256")
    return folder, dict(hashes)


def compare(root: Path) -> int:
    """Print how many regenerated values agree with the reference; 1 where any does not."""
    from pkstats.command.comparison import Comparison

    total = Comparison()
    record = read_record("panels", root / "build") or {"inputs": {}}
    parts = list(REFERENCE)
    if not any(name.startswith("raw/") for name in record["inputs"]):
        print("  panels: committed ones in use, so nothing to compare")
        parts.remove("panels")
    for part in parts:
        found = _compare_part(root, part)
        print(f"  {part}: {found.agreeing:,} of {found.values:,} agree")
        total += found
    for difference in total.differences[:SHOWN]:
        print(f"  {difference}")
    if len(total.differences) > SHOWN:
        print(f"  and {len(total.differences) - SHOWN:,} more")
    print(f"  {total.agreeing:,} of {total.values:,} agree")
    if total.differences:
        print("  If the change is meant: read the differences, then `make accept`.")
    return int(bool(total.differences))


def accept(root: Path, *, parts: tuple[str, ...]) -> None:
    """Copy what ``build/`` holds over the committed reference."""
    for part in parts:
        source, target = root / "build" / part, root / REFERENCE[part]
        if not source.is_dir():
            raise PkstatsError(f"build/{part} is absent. Remedy: `make reproduce` first")
        fresh = target.with_name(f".{target.name}.partial")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(source, fresh)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        for name in BESIDE.get(part, ()):
            write_atomically(target.parent / name, (root / "build" / name).read_text("utf-8"))
        print(f"accepted: {REFERENCE[part]} ({len(list(target.iterdir()))} files)")


def print_verdicts(root: Path) -> None:
    """Print every verdict of the build and where to open the book."""
    from pkstats.results import find_prefixes, read_table

    folder = root / "build" / "results"
    for prefix in find_prefixes(folder, "verdict"):
        for row in read_table(folder, "verdict", prefix=prefix).to_dict("records"):
            print(f"\nverdict on {row['hypothesis']} (claim {row['claim']}): {row['ruling']}")
            print(f"  {row['reason']}")
            interval = f"[{row['conf_low']:.3g}, {row['conf_high']:.3g}]"
            print(f"  estimate {row['estimate']:.3g} {interval} {row['unit']}")
    print(f"\nopen the book: {root / 'build' / 'book' / 'index.html'}")


def _declare(root: Path) -> tuple[Step, ...]:
    raw, hashes = verify(root)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    steps: tuple[Step, ...] = import_module("analyses.steps").declare_steps(root, raw, hashes)
    return steps


def _build_book(root: Path, steps: tuple[Step, ...]) -> None:
    records: dict[str, Any] = {}
    for step in steps[:-1]:
        records[step.name] = read_record(step.name, root / "build") or {}
    digest = write_manifest(root / "build/manifest.json", describe_build(root, steps=records))
    print(f"  manifest: build/manifest.json ({digest[:12]})")
    run_step(steps[-1], root)


def _compare_part(root: Path, part: str) -> Comparison:
    from pkstats.command.comparison import compare_folders, compare_results
    from pkstats.families import list_families

    reference = root / REFERENCE[part]
    if not reference.is_dir():
        raise PkstatsError(
            f"no reference in {REFERENCE[part]}. Remedy: `make accept` makes this build the first"
        )
    rebuilt = root / "build" / part
    if part == "results":
        prefixes = {family.prefix for family in list_families()}
        return compare_results(reference, rebuilt, families=prefixes)
    return compare_folders(reference, rebuilt, tolerances=_read_tolerances(root))


def _read_tolerances(root: Path) -> dict[str, dict[str, float]]:
    """Absolute tolerance by panel and column, as the codebook declares it."""
    import pandas as pd

    codebook = pd.read_csv(root / "data" / "codebook.csv")
    declared = codebook[codebook["tolerance"] > 0]
    return {
        str(panel): dict(zip(rows["name"], rows["tolerance"], strict=True))
        for panel, rows in declared.groupby("panel")
    }
