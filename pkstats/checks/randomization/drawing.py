"""Drawing: statistics of many assignments, a lot at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pkstats.checks.randomization.assignment import Assignment
from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.estimation.kernels.permutation import Restricted, studentize
from pkstats.estimation.kernels.permutation_scores import NullScores, studentize_columns

#: Draws in one array of treatments: as many as these numbers allow, within these limits, so that
#: memory grows with cells and not with draws.
NUMBERS, FEWEST, MOST = 2_000_000, 4, 64

Statistics = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Drawn:
    """Draws made.

    Parameters
    ----------
    statistics : ndarray, shape (draws,)
        Missing where a draw has no finite fit.
    marks : ndarray, shape (draws, 2)
        Two random sums of each treatment, equal for equal treatments and, but for a chance below
        one in a million, for no others; empty if not asked for.
    constant : int
        Draws that never vary on the rows.
    """

    statistics: Floats
    marks: Floats
    constant: int


def draw_statistics(
    model: NullScores | Restricted,
    assignment: Assignment,
    rows: Integers,
    *,
    numbers: Integers,
    seed: int,
    jobs: int,
    mark: bool,
) -> Drawn:
    """Draw treatments and studentize each.

    Parameters
    ----------
    model : NullScores or Restricted
        One-step statistics by matrix products, or exact refits.
    assignment : Assignment
        Scheme.
    rows : ndarray of int, shape (n,)
        Rows of the assignment's panel that the model uses.
    numbers : ndarray of int, shape (draws,)
        Draw b uses the b-th child of the seed, whatever the lot and the number of jobs.
    seed, jobs : int
        Of the draws; processes.
    mark : bool
        Whether to mark draws, so that distinct ones can be counted.
    """
    chunks = np.array_split(numbers, jobs)
    if jobs == 1:
        parts = [_draw_chunk(model, assignment, rows, numbers, seed, mark)]
    else:
        from joblib import Parallel, delayed

        parts = Parallel(n_jobs=jobs)(
            delayed(_draw_chunk)(model, assignment, rows, chunk, seed, mark) for chunk in chunks
        )
    return Drawn(
        statistics=np.concatenate([p.statistics for p in parts]),
        marks=np.concatenate([p.marks for p in parts]),
        constant=sum(p.constant for p in parts),
    )


def _draw_chunk(
    model: NullScores | Restricted,
    assignment: Assignment,
    rows: Integers,
    numbers: Integers,
    seed: int,
    mark: bool,
) -> Drawn:
    fill = assignment.sampler(rows)
    width = int(np.clip(NUMBERS // max(len(rows), 1), FEWEST, MOST))
    room = np.empty((2, len(rows) * width))
    statistics, constant = np.empty(len(numbers)), 0
    marks = np.empty((len(numbers) if mark else 0, 2))
    keys = np.random.default_rng(0).normal(size=(2, len(rows)))
    for begin in range(0, len(numbers), width):
        lot = numbers[begin : begin + width]
        columns, work = (r[: len(rows) * len(lot)].reshape(len(rows), len(lot)) for r in room)
        children = (np.random.SeedSequence(seed, spawn_key=(int(b),)) for b in lot)
        fill([np.random.default_rng(child) for child in children], columns)
        if mark:
            for place, path in enumerate(np.ascontiguousarray(columns.T), begin):
                marks[place] = [np.multiply(path, key).sum() for key in keys]
                constant += int((path == path[0]).all())
        statistics[begin : begin + width] = _studentize(model, columns, work)
    return Drawn(statistics, marks, constant)


def _studentize(model: NullScores | Restricted, columns: Floats, work: Floats) -> Floats:
    if isinstance(model, NullScores):
        return studentize_columns(model, columns, work)
    return np.array([studentize(model, path) for path in np.ascontiguousarray(columns.T)])
