"""``pkstats simulate``: the whole simulation, and its comparison with the committed results."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from pkstats.command.comparison import compare_frames
from pkstats.simulation import run_study

NAME = "simulation.csv"
SHOWN = 20


def simulate(root: Path, *, jobs: int = 2, accept: bool = False) -> int:
    """Run the declared simulation and compare it with the reference, or make it the reference.

    Parts stand in ``build/simulation`` until all are done, so that an interrupted run goes on
    where it was.

    Returns
    -------
    int
        1 where a value differs from the committed one.
    """
    parts = root / "build" / "simulation"
    table = run_study(parts, jobs=jobs)
    shutil.rmtree(parts)
    reference = root / "analyses" / "results" / NAME
    if accept:
        table.to_csv(reference, index=False, lineterminator="\n")
        print(f"accepted: {reference.relative_to(root)}")
        return 0
    found = compare_frames(pd.read_csv(reference), table, file=NAME)
    print(f"  {found.agreeing:,} of {found.values:,} values agree with the reference")
    for difference in found.differences[:SHOWN]:
        print(f"  {difference}")
    return int(bool(found.differences))
