"""Data: what stands in the raw folder, and how what is missing gets there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pkstats.data import registry
from pkstats.errors import PkstatsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pkstats.data.registry import FileState


def choose(names: Sequence[str], *, everything: bool = False) -> tuple[str, ...]:
    """Raw files by name, source or panel; by default those that the panels are built from.

    Raises
    ------
    PkstatsError
        Names are given and everything is asked for; or a name is unknown.
    """
    if everything and names:
        raise PkstatsError("--all goes without names. Remedy: give one or the other")
    if everything:
        return tuple(registry.files())
    return registry.choose_files(names) if names else registry.needed_files()


def find_folder(named: Path | None) -> Path:
    """Folder of raw files: the one named, else ``PKSTATS_RAW``, else ``data/raw`` of the checkout.

    Raises
    ------
    PkstatsError
        None is named, and pkstats is installed without a checkout.
    """
    if named is not None or os.environ.get("PKSTATS_RAW"):
        return named or registry.raw_folder()
    if not (registry.CHECKOUT / "pyproject.toml").is_file():
        raise PkstatsError("no folder of raw files. Remedy: name it with --raw or PKSTATS_RAW")
    return registry.raw_folder()


def verify(raw: Path, names: Sequence[str]) -> int:
    """Print the state of raw files and the remedy for each breach; 1 where any is not whole."""
    print(f"raw sources in {raw}")
    findings = [registry.inspect(raw, registry.files()[name]) for name in names]
    print(write_table(findings))
    broken = [finding for finding in findings if finding.state != "ok"]
    for finding in broken:
        print(f"\n{finding.name}")
        for detail in finding.details:
            print(f"  {detail}")
        print(f"  remedy: {finding.remedy}")
    counts = {s: sum(f.state == s for f in findings) for s in ("ok", "missing", "altered")}
    print(f"\n{', '.join(f'{count} {state}' for state, count in counts.items())}")
    return int(bool(broken))


def write_table(findings: Sequence[FileState]) -> str:
    """Table of findings for a terminal: state, kind, size, name, panels built from the file."""
    rows = [("state", "kind", "bytes", "file", "panels")]
    for finding in findings:
        file = registry.files()[finding.name]
        panels = ", ".join(file.panels) or "none"
        rows.append((finding.state, file.kind, f"{file.bytes:,}", finding.name, panels))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join(
        f"{state:<{widths[0]}}  {kind:<{widths[1]}}  {size:>{widths[2]}}  {name:<{widths[3]}}  "
        f"{panels}"
        for state, kind, size, name, panels in rows
    )


def fetch(raw: Path, names: Sequence[str], *, mirror: str | None) -> int:
    """Fetch raw files and say what came."""
    from pkstats.data.fetch import MIRROR
    from pkstats.data.fetch import fetch as fetch_files

    fetched = fetch_files(raw, names, mirror=mirror or MIRROR)
    print(f"  {len(fetched)} files fetched, {len(names)} of {len(names)} whole")
    return 0
