"""Simulation: the committed results of ``make simulate``, checked against the declared design."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.registry import CHECKOUT
from pkstats.errors import SourceError, name_some
from pkstats.results import read_table, write_table
from pkstats.simulation import GRID, METHODS, count_replications

if TYPE_CHECKING:
    from pathlib import Path

#: A full run takes longer than everything else together, so `make simulate` alone repeats it.
REFERENCE = CHECKOUT / "analyses" / "results" / "simulation.csv"


def main(*, panels: Path, results: Path) -> None:
    """Copy the committed results, if their rows are those of the declared design.

    A part that has not been run stands there with zero replications, so that nobody takes its
    absence for an answer.

    Raises
    ------
    SourceError
        The design and the results differ in worlds, methods or replications.
    """
    del panels
    table = read_table(REFERENCE.parent, "simulation")
    declared = declare_rows()
    keys = list(declared.columns[:-1])
    both = declared.merge(
        table[[*keys, "replications"]], on=keys, how="outer", suffixes=("", "_found")
    )
    run = both["replications_found"]
    wrong = both[(run != both["replications"]) & (run != 0)]
    if len(wrong):
        rows = (" ".join(map(str, row)) for row in wrong.itertuples(index=False))
        raise SourceError(
            f"{REFERENCE.name} and the design differ in {len(wrong)} rows: {name_some(rows)}. "
            "Remedy: make simulate, then pkstats simulate --accept"
        )
    write_table(table, "simulation", results)


def declare_rows() -> pd.DataFrame:
    """World, method and replications of every row that the design asks for."""
    return pd.DataFrame(
        [
            {**asdict(world), "method": method, "replications": count_replications(world, group)}
            for world in GRID
            for group, methods in METHODS.items()
            for method in methods
        ]
    )
