"""Seasons of agreement: run the family and write its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkstats.verdicts.inquiry import run

if TYPE_CHECKING:
    from pathlib import Path


def main(*, panels: Path, results: Path) -> None:
    """Write every results file of the family."""
    run("X1", panels=panels, results=results)
