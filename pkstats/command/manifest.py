"""Manifest of a build: what went in, which code made it, what came out.

The manifest holds no time of day, so the same inputs and the same commit give the same bytes.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "statsmodels", "linearmodels", "pkstats")


def hash_file(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_files(files: Iterable[Path], *, root: Path) -> dict[str, str]:
    """SHA-256 by name (POSIX, relative to ``root``), sorted by name.

    Raises
    ------
    FileNotFoundError
        One of the files does not exist.
    ValueError
        One of the files lies outside ``root``.
    """
    return dict(sorted((f.relative_to(root).as_posix(), hash_file(f)) for f in files))


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old text or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o644)  # noqa: PTH101
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        os.unlink(name)  # noqa: PTH108
        raise


def describe_build(root: Path, *, steps: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Manifest of a build.

    Parameters
    ----------
    root : Path
        Folder of the checkout.
    steps : mapping of str to mapping
        By step: ``inputs`` and ``outputs``, each SHA-256 by file name.

    Returns
    -------
    dict
        ``code`` (version, commit, dirty), ``environment`` (Python, system, versions, hash of the
        lock), ``seeds`` (by module and name) and ``steps``.
    """
    lock = root / "requirements.lock"
    return {
        "code": {"version": metadata.version("pkstats"), **describe_commit(root)},
        "environment": {
            "python": platform.python_version(),
            "system": f"{sys.platform}-{platform.machine()}",
            "lock_sha256": hash_file(lock) if lock.is_file() else None,
            "versions": {name: metadata.version(name) for name in PACKAGES},
        },
        "seeds": find_seeds([*root.glob("analyses/*.py"), *root.glob("pkstats/**/*.py")], root),
        "steps": {name: dict(record) for name, record in steps.items()},
    }


def describe_commit(root: Path) -> dict[str, Any]:
    """Commit of the checkout and whether anything in it differs; None without git."""
    commit = _ask_git(root, "rev-parse", "HEAD")
    status = _ask_git(root, "status", "--porcelain")
    return {"commit": commit or None, "dirty": None if status is None else bool(status)}


def find_seeds(modules: Iterable[Path], root: Path) -> dict[str, int]:
    """Whole-number constants named SEED or *_SEED at the top of the modules."""
    seeds = {}
    for module in sorted(modules):
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                continue
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and f"_{target.id}".endswith("_SEED"):
                    name = f"{module.relative_to(root).as_posix()}:{target.id}"
                    seeds[name] = ast.literal_eval(node.value)
    return seeds


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> str:
    """Write the manifest as JSON and return its SHA-256; an equal manifest is left untouched."""
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
    return hashlib.sha256(text.encode()).hexdigest()


def _ask_git(root: Path, *words: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()
