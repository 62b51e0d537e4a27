"""Steps of a build: each is run when an input or an output has changed, and leaves whole files.

The hashes of a step's inputs and outputs are its record (``build/steps/<name>.json``), written
last. A step is fresh while the record tells the truth about every file.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkstats.command.manifest import hash_file, hash_files, write_atomically
from pkstats.errors import PkstatsError, name_some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Record = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the build.

    Parameters
    ----------
    name : str
        Name of the step.
    title : str
        What it does, as printed while it runs.
    patterns : tuple of str
        Input files: glob patterns relative to the checkout.
    action : callable
        ``action(root, folder)`` writes the outputs below ``folder``, named as they shall be
        named below ``build/``.
    given : mapping of str to str
        Further inputs: SHA-256 by name (raw files lie outside the checkout).
    """

    name: str
    title: str
    patterns: tuple[str, ...]
    action: Callable[[Path, Path], None]
    given: Mapping[str, str] = field(default_factory=dict)


def run_step(step: Step, root: Path, *, say: Callable[[str], None] = print) -> bool:
    """Run a step unless it is fresh; return whether it ran.

    The action works in ``build/.partial/<name>``; each file is then moved into place whole, and
    files that the step made earlier and makes no more are removed. Whatever ends the action
    early leaves ``build/`` as it was.

    Raises
    ------
    PkstatsError
        An input pattern meets no file, or the action writes nothing.
    """
    build = root / "build"
    inputs = _hash_inputs(step, root)
    old = read_record(step.name, build)
    if old and old["inputs"] == inputs and _are_whole(old["outputs"], build):
        say(f"  {step.title}: unchanged")
        return False
    say(f"  {step.title} ... ({_name_changes(old, inputs)})")
    started = time.monotonic()
    partial = build / ".partial" / step.name
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        step.action(root, partial)
        outputs = hash_files((f for f in partial.rglob("*") if f.is_file()), root=partial)
        if not outputs:
            raise PkstatsError(f"step {step.name!r} wrote nothing")
        _promote(outputs, partial, build, old)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    record = {"inputs": inputs, "outputs": outputs}
    write_atomically(_record_path(step.name, build), json.dumps(record, indent=1) + "\n")
    say(f"    {len(outputs)} files in {time.monotonic() - started:.1f} s")
    return True


def read_record(name: str, build: Path) -> Record | None:
    """Record of a step's last run, or None."""
    try:
        record: Any = json.loads(_record_path(name, build).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return record if isinstance(record, dict) and {"inputs", "outputs"} <= set(record) else None


def _record_path(name: str, build: Path) -> Path:
    return build / "steps" / f"{name}.json"


def _hash_inputs(step: Step, root: Path) -> dict[str, str]:
    files: set[Path] = set()
    empty = []
    for pattern in step.patterns:
        met = {f for f in root.glob(pattern) if f.is_file() and "__pycache__" not in f.parts}
        files |= met
        if not met:
            empty.append(pattern)
    if empty:
        raise PkstatsError(f"step {step.name!r}: no file meets {name_some(empty)}")
    return {**hash_files(files, root=root), **step.given}


def _are_whole(outputs: Mapping[str, str], build: Path) -> bool:
    return all(
        (build / name).is_file() and hash_file(build / name) == digest
        for name, digest in outputs.items()
    )


def _promote(outputs: Mapping[str, str], partial: Path, build: Path, old: Record | None) -> None:
    # Without a record a half-moved set of files can never be taken for a finished one.
    _record_path(partial.name, build).unlink(missing_ok=True)
    for name in outputs:
        target = build / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(partial / name, target)  # noqa: PTH105
    for name in set(old["outputs"] if old else ()) - set(outputs):
        (build / name).unlink(missing_ok=True)


def _name_changes(old: Record | None, inputs: Mapping[str, str]) -> str:
    if not old:
        return "first run"
    changed = sorted(
        n for n in inputs.keys() | old["inputs"] if inputs.get(n) != old["inputs"].get(n)
    )
    return (
        f"changed: {name_some(changed, most=3)}" if changed else "an output is missing or altered"
    )
