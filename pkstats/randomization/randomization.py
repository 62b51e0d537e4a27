"""Randomization inference: the observed statistic among those of reassigned treatments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
import pandas as pd

from pkstats.engines.cells import Floats, Integers
from pkstats.errors import EstimationError, SpecificationError
from pkstats.estimation import Estimate
from pkstats.inference import cluster_covariance
from pkstats.kernels.effects import encode
from pkstats.kernels.permutation import Restricted, studentize
from pkstats.kernels.poisson import fit_poisson
from pkstats.randomization.renewals import RenewalAssignment

#: With fewer distinct assignments no p-value is given.
FEWEST_DISTINCT = 200
#: Relative slack with which a drawn statistic counts as reaching the observed one.
TIE = 1e-8

Assignment = RenewalAssignment | Callable[[np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Randomization:
    """Result of a randomization test.

    Parameters
    ----------
    statistic : float
        Observed estimate over its CRV1 standard error.
    p_value : float
        Share of assignments at least as extreme, the observed one included; missing if
        ``reason`` says why.
    draws, failed : int
        Assignments drawn; those without a finite fit, counted as extreme.
    distinct : int
        Distinct assignments on the rows of the estimate (for a researcher's own function, those
        met among the draws).
    smallest_p : float
        Smallest attainable p-value: 1 / (1 + draws) with failed draws counted as extreme, and no
        less than one over the distinct assignments.
    reason : str
        Why there is no p-value; empty if there is one.
    statistics : ndarray, shape (draws,)
        Statistics of the draws, missing where failed.
    seed : int
        Of the draws.
    off_calendar : int
        Observed steps outside the renewal calendar.
    """

    statistic: float
    p_value: float
    draws: int
    failed: int
    distinct: int
    smallest_p: float
    reason: str
    statistics: Floats
    seed: int
    off_calendar: int

    def __repr__(self) -> str:
        p = self.reason or f"p = {self.p_value:.4f} (smallest attainable {self.smallest_p:.4f})"
        return (
            f"randomization of t = {self.statistic:.3f}: {p}; {self.draws} draws, "
            f"{self.failed} without a fit, {float(self.distinct):.6g} distinct assignments"
        )


def randomize(
    estimate: Estimate, assignment: Assignment, *, draws: int = 1999, seed: int, jobs: int = 1
) -> Randomization:
    r"""Randomization p-value of the treatment of an estimate.

    The sharp null: no row's count would differ under any other assignment, so that the model
    without the treatment describes all of them alike. Each drawn treatment is refitted exactly
    with the controls, effects and exposure kept, and studentized by its own CRV1;
    :math:`p = (1 + \#\{|t^*| \ge |t|\}) / (1 + B)`. A draw without a finite fit counts as extreme.

    Parameters
    ----------
    estimate : Estimate
        Of a Poisson specification.
    assignment : RenewalAssignment or callable
        ``renewal_assignment(...)``, or a function from a random generator to a treatment on all
        rows of the estimate's panel, shape (rows,).
    draws : int
        B.
    seed : int
        Draw b uses the b-th child of this seed, whatever the number of jobs.
    jobs : int
        Processes.

    Returns
    -------
    Randomization
        Without p-value if fewer than 200 assignments are distinct.

    Raises
    ------
    EstimationError
        The assignment does not cover the estimate's rows, or does not return its treatment.
    SpecificationError
        Draws or jobs below one, or a family other than poisson.
    """
    if draws < 1 or jobs < 1:
        raise SpecificationError(f"draws={draws}, jobs={jobs}. Remedy: give at least one")
    if estimate.specification.family != "poisson":
        raise SpecificationError(
            f"randomization does not serve family {estimate.specification.family!r}. "
            "Remedy: family='poisson'"
        )
    rows = _locate_rows(estimate, assignment)
    restricted = _restrict(estimate)
    statistic = _observe(estimate)
    distinct, off_calendar = draws, 0
    if isinstance(assignment, RenewalAssignment):
        distinct, off_calendar = assignment.count_distinct(rows), assignment.off_calendar
        if distinct < FEWEST_DISTINCT:
            return _refuse(statistic, distinct, seed, off_calendar)
    statistics, marks = _run(restricted, assignment, rows, draws=draws, seed=seed, jobs=jobs)
    if not isinstance(assignment, RenewalAssignment):
        distinct = len(set(marks))
        if distinct < min(FEWEST_DISTINCT, draws):
            return _refuse(statistic, distinct, seed, off_calendar)
    failed = np.isnan(statistics)
    extreme = failed | (np.abs(statistics) >= abs(statistic) * (1 - TIE))
    return Randomization(
        statistic=statistic,
        p_value=float((1 + extreme.sum()) / (1 + draws)),
        draws=draws,
        failed=int(failed.sum()),
        distinct=distinct,
        smallest_p=float(max((1 + failed.sum()) / (1 + draws), 1 / distinct)),
        reason="",
        statistics=statistics,
        seed=seed,
        off_calendar=off_calendar,
    )


def _refuse(statistic: float, distinct: int, seed: int, off_calendar: int) -> Randomization:
    reason = f"no p-value: {distinct} distinct assignments, fewer than {FEWEST_DISTINCT}"
    nothing = np.empty(0)
    return Randomization(
        statistic, np.nan, 0, 0, distinct, 1 / distinct, reason, nothing, seed, off_calendar
    )


def _observe(estimate: Estimate) -> float:
    inference = replace(estimate.specification.inference, method="CRV1", small_sample="house")
    variance = cluster_covariance(estimate.fit, inference)[0, 0]
    return float(estimate.coefficient / np.sqrt(variance))


def _restrict(estimate: Estimate) -> Restricted:
    fit, cells = estimate.fit, estimate.fit.cells
    effects = encode(cells.effects)
    controls = cells.regressors[:, 1:]
    null = fit_poisson(
        cells.outcome, controls, effects, offset=cells.offset, start=fit.linear_predictor
    )
    present, cluster = np.unique(cells.cluster, return_inverse=True)
    return Restricted(
        outcome=cells.outcome,
        offset=cells.offset,
        controls=controls,
        effects=effects,
        cluster=cluster,
        clusters=len(present),
        start=null.linear_predictor,
        adjustment=(len(cells) - 1) / (len(cells) - fit.parameters),
    )


def _locate_rows(estimate: Estimate, assignment: Assignment) -> Integers:
    """Rows of the assignment's panel that the estimate uses; checks that they fit together."""
    position = estimate.fit.cells.position
    if not isinstance(assignment, RenewalAssignment):
        return position
    keys = [estimate.panel.unit, estimate.panel.time]
    wanted = pd.MultiIndex.from_frame(estimate.panel.frame[keys].iloc[position])
    rows = pd.MultiIndex.from_frame(assignment.keys).get_indexer(wanted).astype(np.int64)
    if (rows < 0).any():
        raise EstimationError(
            f"{int((rows < 0).sum())} rows of the estimate are not in the assignment's panel. "
            "Remedy: make the assignment on the whole panel"
        )
    given = assignment.shift(assignment.observed)[rows]
    gap = np.abs(given - estimate.fit.cells.regressors[:, 0])
    if not (gap <= 1e-9).all():
        raise EstimationError(
            f"the treatment {estimate.specification.treatment!r} differs from "
            f"{assignment.treatment!r} lagged by {assignment.lag} in "
            f"{int((~(gap <= 1e-9)).sum())} rows. Remedy: name the same column and lag"
        )
    return rows


def _run(
    restricted: Restricted,
    assignment: Assignment,
    rows: Integers,
    *,
    draws: int,
    seed: int,
    jobs: int,
) -> tuple[Floats, list[bytes]]:
    """Statistics and marks of distinctness of all draws."""
    chunks = np.array_split(np.arange(draws), jobs)
    if jobs == 1:
        parts = [_run_chunk(restricted, assignment, rows, chunks[0], seed)]
    else:
        from joblib import Parallel, delayed

        parts = Parallel(n_jobs=jobs)(
            delayed(_run_chunk)(restricted, assignment, rows, chunk, seed) for chunk in chunks
        )
    return np.concatenate([p[0] for p in parts]), [mark for p in parts for mark in p[1]]


def _run_chunk(
    restricted: Restricted, assignment: Assignment, rows: Integers, chunk: Integers, seed: int
) -> tuple[Floats, list[bytes]]:
    statistics, marks = np.empty(len(chunk)), []
    for place, number in enumerate(chunk):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(number),)))
        treatment = _draw(assignment, rng, rows)
        statistics[place] = studentize(restricted, treatment)
        marks.append(sha256(treatment.tobytes()).digest())
    return statistics, marks


def _draw(assignment: Assignment, rng: np.random.Generator, rows: Integers) -> Floats:
    if isinstance(assignment, RenewalAssignment):
        return assignment.draw(rng)[rows]
    drawn = np.asarray(assignment(rng), dtype=float)
    if drawn.ndim != 1 or len(drawn) <= rows.max():
        raise EstimationError(
            f"the assignment returned shape {drawn.shape}. Remedy: one value for each row of the "
            "estimate's panel"
        )
    if not np.isfinite(drawn[rows]).all():
        raise EstimationError(
            "the assignment is missing or infinite in rows of the estimate. Remedy: assign them"
        )
    return drawn[rows]
