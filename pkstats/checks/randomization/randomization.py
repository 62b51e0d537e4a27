"""Randomization inference: the observed statistic among those of reassigned treatments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from pkstats.arguments import note_arguments
from pkstats.checks.randomization.assignment import Assignment, OwnAssignment
from pkstats.checks.randomization.drawing import Drawn, draw_statistics
from pkstats.checks.randomization.null_model import NullModel, restrict
from pkstats.checks.randomization.refinement import MARGIN, Refined, refine
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines import demand, find_engine
from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.estimation.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: With fewer distinct assignments no p-value is given.
FEWEST_DISTINCT = 200
#: Relative slack with which a drawn statistic counts as reaching the observed one.
TIE = 1e-8

Method = Literal["exact", "score"]


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
        Distinct assignments on the rows of the estimate, or a lower bound of them (for a
        researcher's own function, those met among the draws).
    smallest_p : float
        Smallest attainable p-value: 1 / (1 + draws) with failed draws counted as extreme, and no
        less than one over the distinct assignments.
    reason : str
        Why there is no p-value; empty if there is one.
    statistics : ndarray, shape (draws,)
        Statistics of the draws, missing where failed.
    seed : int
        Of the draws.
    null : str
        Sharp null, in words.
    counts : dict of str to int
        What the scheme had to bend: steps off the renewal calendar, rows whose history was
        carried on.
    method : {"exact", "score"}
        As asked.
    refitted : int
        Draws whose statistic is that of an exact fit.
    margin, largest_move : float
        As in :class:`Refined`; zero where all draws are exact.
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
    null: str
    counts: dict[str, int]
    method: Method
    refitted: int
    margin: float
    largest_move: float

    @property
    def off_calendar(self) -> int:
        """Observed steps outside the renewal calendar."""
        return self.counts.get("off_calendar", 0)

    def __repr__(self) -> str:
        p = self.reason or f"p = {self.p_value:.4f} (smallest attainable {self.smallest_p:.4f})"
        refits = f"; {self.refitted} refitted exactly" if self.refitted < self.draws else ""
        return (
            f"randomization of t = {self.statistic:.3f}: {p}; {self.draws} draws, "
            f"{self.failed} without a fit, {float(self.distinct):.6g} distinct assignments{refits}"
            f"\nsharp null: {self.null}"
            + "".join(f"\n{name.replace('_', ' ')}: {n}" for name, n in self.counts.items() if n)
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Histogram of the drawn statistics, with the observed one and its mirror image."""
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(6, 3.5))
        ax.hist(self.statistics[np.isfinite(self.statistics)], bins=40, color="0.75")
        for value in (self.statistic, -self.statistic):
            observed = value == self.statistic
            ax.axvline(value, color="0.1", linestyle="-" if observed else ":", linewidth=1.2)
        ax.set_xlabel("Estimate over its standard error: draws, observed (line), mirrored (dots)")
        ax.set_ylabel(f"Draws of {self.draws:,}")
        return ax


def randomize(
    estimate: Estimate,
    assignment: Assignment | Callable[[np.random.Generator], np.ndarray],
    *,
    draws: int = 1999,
    seed: int,
    jobs: int = 1,
    method: Method = "exact",
    margin: float = MARGIN,
) -> Randomization:
    r"""Randomization p-value of the treatment of an estimate.

    The sharp null: no row's outcome would differ under any other assignment, so that the model
    without the treatment describes all of them alike. Each drawn treatment replaces the observed
    one with the controls, effects and exposure kept, and is studentized by its own CRV1;
    :math:`p = (1 + \#\{|t^*| \ge |t|\}) / (1 + B)`. A draw without a finite fit counts as extreme.

    Linear statistics are exact: draws are residualised on effects and controls many at a time
    (Frisch and Waugh 1933, Lovell 1963). Poisson draws are refitted exactly (``method="exact"``),
    or take one Newton step from the fit without the treatment, many at a time, after which every
    draw near enough to the observed statistic to decide the p-value is refitted
    (``method="score"``; :func:`refine` states when the p-value
    is that of exact refits).

    Parameters
    ----------
    estimate : Estimate
        Of a linear (pooled or within) or poisson specification.
    assignment : Assignment or callable
        ``renewal_assignment(...)``, ``aligned_histories(...)``, or a function from a random
        generator to a treatment on all rows of the estimate's panel, shape (rows,).
    draws : int
        B.
    seed : int
        Draw b uses the b-th child of this seed, whatever the method and the number of jobs.
    jobs : int
        Processes.
    method : {"exact", "score"}
        Of a poisson model; a linear one is exact either way.
    margin : float
        Of the score method, to begin with, in units of the statistic.

    Returns
    -------
    Randomization
        Without p-value if fewer than 200 assignments are distinct.

    Raises
    ------
    SpecificationError
        Family, estimator or method that is not served; draws, jobs or margin out of range; or an
        assignment that does not cover the estimate's rows, does not return its treatment, returns
        missing values, or never varies.
    ConvergenceError
        The fit without the treatment does not converge.
    """
    own = _wrap(estimate, assignment) if callable(assignment) else assignment
    breaches = Breaches("randomization")
    rows = _locate_rows(estimate, own, breaches)
    note_arguments(breaches, draws=draws, seed=seed, jobs=jobs, margin=margin)
    _check(estimate, breaches, method=method)
    model = restrict(estimate)
    absorbed = estimate.panel.unit in estimate.specification.effects
    distinct = own.count_distinct(rows, absorbed=absorbed)
    found = partial(
        _collect, model.statistic, seed=seed, null=own.null, counts=own.counts, method=method
    )
    if distinct is not None and distinct < FEWEST_DISTINCT:
        return found(None, distinct)
    run = partial(
        draw_statistics, assignment=own, rows=rows, seed=seed, jobs=jobs, mark=distinct is None
    )
    drawn, refined = _run(model, run, draws=draws, method=method, margin=margin)
    if drawn.constant == draws:
        raise SpecificationError(
            f"randomization: the assignment never varies on the rows of the estimate in any of "
            f"{draws} draws. Remedy: a function whose treatment varies"
        )
    if distinct is None:
        distinct = len(np.unique(drawn.marks, axis=0))
        if distinct < min(FEWEST_DISTINCT, draws):
            return found(None, distinct)
    return found(refined, distinct)


def _wrap(estimate: Estimate, function: Callable[[np.random.Generator], np.ndarray]) -> Assignment:
    panel, treatment = estimate.panel, estimate.specification.treatment
    observed = panel.frame[treatment].to_numpy(dtype=float, na_value=np.nan)
    return OwnAssignment(function, panel.frame[[panel.unit, panel.time]], treatment, observed)


def _locate_rows(estimate: Estimate, assignment: Assignment, breaches: Breaches) -> Integers:
    """Rows of the assignment's panel that the estimate uses; notes what does not fit together."""
    keys = [estimate.panel.unit, estimate.panel.time]
    wanted = pd.MultiIndex.from_frame(estimate.panel.frame[keys].iloc[estimate.fit.cells.position])
    rows = pd.MultiIndex.from_frame(assignment.keys).get_indexer(wanted).astype(np.int64)
    absent = int((rows < 0).sum())
    if absent:
        breaches.add(
            f"{absent} rows of the estimate are not in the assignment's panel",
            remedy="make the assignment on the whole panel",
        )
    here = rows >= 0
    given = assignment.shift(assignment.observed)[rows[here]]
    gap = np.abs(given - estimate.fit.cells.regressors[here, 0])
    differs = int((~(gap <= 1e-9)).sum())
    if differs and not isinstance(assignment, OwnAssignment):
        breaches.add(
            f"the treatment {estimate.specification.treatment!r} differs from "
            f"{assignment.treatment!r} lagged by {assignment.lag} in {differs} rows",
            remedy="name the same column and lag",
        )
    return rows


def _check(estimate: Estimate, breaches: Breaches, *, method: str) -> None:
    """Raise every breach at once, those of the assignment among them."""
    demand(find_engine(estimate.specification), "randomization", breaches)
    if method not in get_args(Method):
        breaches.add(f"method={method!r} does not exist", remedy="'exact' or 'score'")
    breaches.raise_as(SpecificationError)


def _run(
    model: NullModel,
    run: Callable[..., Drawn],
    *,
    draws: int,
    method: Method,
    margin: float,
) -> tuple[Drawn, Refined]:
    """Statistics of all draws, and how far they are exact."""
    everything = np.arange(draws)
    if model.refit is not None and method == "score":
        drawn = run(model.scores, numbers=everything)
        refined = refine(
            drawn.statistics,
            model.statistic,
            lambda numbers: run(model.refit, numbers=numbers).statistics,
            margin=margin,
        )
        return drawn, refined
    drawn = run(model.refit or model.scores, numbers=everything)
    return drawn, Refined(drawn.statistics, np.ones(draws, dtype=bool), 0.0, 0.0)


def _collect(
    statistic: float,
    refined: Refined | None,
    distinct: int,
    *,
    seed: int,
    null: str,
    counts: dict[str, int],
    method: Method,
) -> Randomization:
    """The result; without p-value where nothing was drawn or too little is distinct."""
    reason = ""
    if refined is None:
        reason = f"no p-value: {distinct} distinct assignments, fewer than {FEWEST_DISTINCT}"
        refined = Refined(np.empty(0), np.empty(0, dtype=bool), 0.0, 0.0)
    draws = len(refined.statistics)
    failed = np.isnan(refined.statistics)
    extreme = failed | (np.abs(refined.statistics) >= abs(statistic) * (1 - TIE))
    attainable = 1 / distinct if reason else max((1 + failed.sum()) / (1 + draws), 1 / distinct)
    return Randomization(
        statistic=statistic,
        p_value=np.nan if reason else float((1 + extreme.sum()) / (1 + draws)),
        draws=draws,
        failed=int(failed.sum()),
        distinct=distinct,
        smallest_p=float(attainable),
        reason=reason,
        statistics=refined.statistics,
        seed=seed,
        null=null,
        counts=counts,
        method=method,
        refitted=int(refined.exact.sum()),
        margin=refined.margin,
        largest_move=refined.largest_move,
    )
