"""Readings by hand that replace what the patterns code, each with its paragraph and reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pkstats.errors import Breaches, SourceError


@dataclass(frozen=True)
class Override:
    """One reading: the column `column` of (mission, resolution) has `value`."""

    mission: str
    resolution: int
    column: str
    value: int | str
    paragraph: str
    reason: str


def read_overrides(path: Path) -> tuple[Override, ...]:
    """Read a TOML file of `[[reading]]` tables.

    Raises
    ------
    SourceError
        If a table misses a field or has an unknown one.
    """
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("reading", [])
    fields = set(Override.__dataclass_fields__)
    breaches = Breaches(f"{path.name}")
    for number, row in enumerate(rows, start=1):
        if set(row) != fields:
            breaches.add(
                f"reading {number}: fields {sorted(set(row) ^ fields)} missing or unknown",
                remedy=f"give exactly {sorted(fields)}",
            )
    breaches.raise_as(SourceError)
    return tuple(Override(**row) for row in rows)


def apply(frame: pd.DataFrame, overrides: tuple[Override, ...]) -> pd.DataFrame:
    """A copy of the mandate frame with the readings put in; each must meet one row.

    Raises
    ------
    SourceError
        If a reading meets no row or no column of the frame.
    """
    result = frame.copy()
    breaches = Breaches("mandate overrides")
    for reading in overrides:
        row = result["mission"].eq(reading.mission) & result["resolution"].eq(reading.resolution)
        if row.sum() != 1 or reading.column not in result:
            breaches.add(f"{reading.mission} {reading.resolution} {reading.column} meets no cell")
            continue
        result.loc[row, reading.column] = reading.value
    breaches.raise_as(SourceError)
    return result
