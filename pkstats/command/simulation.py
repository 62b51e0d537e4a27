"""``pkstats simulate``: the whole simulation, and its comparison with the committed results."""

from __future__ import annotations

import shutil
from pathlib import Path

from pkstats.command.comparison import compare_frames
from pkstats.results import find_table, read_table, write_table
from pkstats.simulation import run_study

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
    declared = find_table("simulation").table
    folder = root / "analyses" / "results"
    if accept:
        written = write_table(table, declared, folder)
        print(f"accepted: {written.relative_to(root)}")
        return 0
    found = compare_frames(
        read_table(folder, declared),
        table,
        file=declared.name_file(),
        keys=declared.key,
        monte_carlo=declared.monte_carlo,
    )
    print(f"  {found.agreeing:,} of {found.values:,} values agree with the reference")
    for difference in found.differences[:SHOWN]:
        print(f"  {difference}")
    return int(bool(found.differences))
