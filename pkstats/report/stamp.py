"""What the footer of every page says: version, commit, manifest."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pkstats
from pkstats.report.build import find_build


def read_stamp(build: Path | None = None) -> dict[str, str]:
    """Read version, commit and the hash of the build's manifest.

    Parameters
    ----------
    build : Path, optional
        The build folder; default ``find_build()``.

    Returns
    -------
    dict
        ``version``, ``commit`` and ``manifest`` (first twelve digits of the sha256 of
        ``manifest.json``); what cannot be read says so.
    """
    path = (build or find_build()) / "manifest.json"
    if not path.is_file():
        return {"version": pkstats.__version__, "commit": read_commit(), "manifest": "none yet"}
    content = path.read_bytes()
    code = json.loads(content).get("code", {})
    commit = str(code.get("commit") or "unknown")[:12] + ("-dirty" if code.get("dirty") else "")
    digest = hashlib.sha256(content).hexdigest()[:12]
    return {"version": pkstats.__version__, "commit": commit, "manifest": digest}


def read_commit() -> str:
    """Short name of the checkout's commit, or ``unknown`` outside a checkout."""
    folder = Path(__file__).resolve().parent
    try:
        command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def write_stamp(stamp: dict[str, str]) -> str:
    """Write the stamp on one line."""
    return f"pkstats {stamp['version']} · commit {stamp['commit']} · manifest {stamp['manifest']}"
