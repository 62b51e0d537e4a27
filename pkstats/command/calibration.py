"""``pkstats calibrate``: the whole rule in worlds, and its comparison with the committed rows."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats.data.panels import load_panel
from pkstats.errors import SpecificationError
from pkstats.families import find_family
from pkstats.simulation.calibration.design import FAMILY
from pkstats.simulation.calibration.ground import lay_ground
from pkstats.simulation.calibration.study import declare_blocks, run_study
from pkstats.simulation.calibration.trial import KEYS, NUMBERS
from pkstats.simulation.calibration.tuning import (
    PARAMETERS,
    choose_violence,
    list_persistences,
    tune,
    write_parameters,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pkstats.simulation.calibration.study import Jobs

#: Relative and absolute tolerance of the comparison of numbers.
TOLERANCE = (1e-6, 1e-8)
SHOWN = 20
PANEL = "mission_month"


def calibrate(
    root: Path, *, worlds: int | None = None, jobs: Jobs = 2, accept: bool = False
) -> int:
    """Judge the declared worlds and compare them with the committed rows, or commit them.

    Rows stand in ``build/calibration`` and stay there: an interrupted run goes on where it was,
    and a run of more worlds adds to one of fewer.

    Parameters
    ----------
    root : Path
        Of the checkout.
    worlds : int, optional
        Of each block; by default as declared.
    jobs : int or "dask"
        Processes, or the workers of the active client.
    accept : bool
        Put the rows in place of the committed ones.

    Returns
    -------
    int
        1 where a row differs from the committed one.
    """
    made, kept = root / "build" / "calibration", root / "analyses" / "calibration"
    run_study(made, load_panel(PANEL), worlds=worlds, jobs=jobs)
    if accept:
        kept.mkdir(exist_ok=True)
        for block in declare_blocks():
            shutil.copy2(made / block.file, kept / block.file)
        print(f"accepted: {kept.relative_to(root)}")
        return 0
    both, differences = 0, list[str]()
    for block in declare_blocks():
        same, found = compare_rows(block.read(kept), block.read(made))
        both, differences = both + same, differences + found
    print(f"  {both:,} worlds stand in both; {len(differences):,} of their values differ")
    for difference in differences[:SHOWN]:
        print(f"  {difference}")
    return int(bool(differences))


def compare_rows(expected: pd.DataFrame, found: pd.DataFrame) -> tuple[int, list[str]]:
    """Compare the rows of the worlds that both hold, the seconds apart.

    Returns
    -------
    int
        Worlds in both.
    list of str
        A line for each value that differs.
    """
    keys = list(KEYS)
    both = expected.merge(found, on=keys, suffixes=("", "_found"))
    lines = []
    for column in expected.columns.drop([*keys, "seconds"]):
        here, there = both[column], both[f"{column}_found"]
        if column in NUMBERS:
            values = (here.to_numpy(dtype=float), there.to_numpy(dtype=float))
            same = np.isclose(*values, rtol=TOLERANCE[0], atol=TOLERANCE[1], equal_nan=True)
        else:
            same = here.eq(there).to_numpy(dtype=bool)
        for place in np.flatnonzero(~same):
            world = " ".join(map(str, both.loc[place, ["kind", "hypothesis", "number"]]))
            lines.append(f"{world}: {column} expected {here[place]}, found {there[place]}")
    return len(both), lines


def tune_worlds() -> int:
    """Tune the worlds' parameters again on the tuning block, and write them where they differ."""
    family, panel = find_family(FAMILY), load_panel(PANEL)
    chosen = []
    for hypothesis in family.hypotheses:
        grid = tune(lay_ground(family, hypothesis, panel))
        print(f"  {hypothesis.name}: {len(grid)} points of the grid")
        chosen += [
            (hypothesis.name, choose_violence(grid, persistence=p), p is None)
            for p in list_persistences()
        ]
    text = write_parameters(chosen)
    same = text == PARAMETERS.read_text("utf-8")
    if not same:
        PARAMETERS.write_text(text, "utf-8")
    print(f"  parameters {'as committed' if same else f'written to {PARAMETERS.name}'}")
    return int(not same)


def read_jobs(text: str) -> Jobs:
    """Read ``--jobs``: a number, or the word dask.

    Raises
    ------
    SpecificationError
        Neither.
    """
    if text == "dask":
        return "dask"
    if not text.isdigit() or int(text) < 1:
        raise SpecificationError(f"jobs {text!r}. Remedy: a number of at least 1, or dask")
    return int(text)
