r"""Joint test of a multiverse: the median statistic under randomization.

Every draw of the assignment is refitted in every specification, so that the draws keep the
dependence between specifications. With t the studentized estimates,

.. math:: p = \frac{1 + \#\{b : |\operatorname{med}_s t^*_{bs}| \ge |\operatorname{med}_s t_s|\}}
          {1 + B}

(Simonsohn, Simmons and Nelson 2020, with assignments for the labels they shuffle).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pkstats.arguments import check_arguments
from pkstats.checks.multiverse.multiverse import Multiverse, draw_samples
from pkstats.checks.randomization import randomize
from pkstats.data.panels import Panel
from pkstats.errors import EmptySampleError, EstimationError
from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Specification


@dataclass(frozen=True)
class JointTest:
    """Result of the joint test.

    Parameters
    ----------
    median : float
        Median of the observed t over the specifications tested.
    p_value : float
        Of the sharp null that no specification's outcome would differ under any assignment.
    draws : int
        B; a draw without a fit in more than half of the specifications counts as extreme.
    smallest_p : float
        Smallest attainable: 1 / (1 + B).
    specifications : int
        Tested: distinct apart from their inference, with an assignment and an estimate.
    untested : int
        Distinct specifications without an assignment, an estimate or enough assignments.
    medians : ndarray, shape (draws,)
        Of the draws.
    """

    median: float
    p_value: float
    draws: int
    smallest_p: float
    specifications: int
    untested: int
    medians: Floats

    def __repr__(self) -> str:
        return (
            f"joint test: median t {self.median:.3f} over {self.specifications} specifications, "
            f"p = {self.p_value:.4f} ({self.draws} draws, smallest attainable "
            f"{self.smallest_p:.4f}; {self.untested} specifications untested)"
        )


def randomize_jointly(
    multiverse: Multiverse,
    panel: Panel,
    assign: Callable[[str], Any | None],
    *,
    draws: int = 199,
    seed: int,
    jobs: int = 1,
) -> JointTest:
    """Test all specifications of a multiverse at once.

    Parameters
    ----------
    multiverse : Multiverse
        What was chosen.
    panel : Panel
        Whole.
    assign : callable
        From the name of a treatment column to its assignment, or None where it has none. Draws
        are joint only among assignments of one column and its lags, so only these belong here.
    draws, seed, jobs : int
        The b-th draw of every specification comes from the b-th child of the seed.

    Returns
    -------
    JointTest

    Raises
    ------
    SpecificationError
        As :meth:`Multiverse.run`, before anything is drawn; or an assignment that does not fit
        its column.
    EmptySampleError
        No specification can be tested.
    """
    check_arguments("joint test", draws=draws, seed=seed, jobs=jobs)
    listed = multiverse.list_specifications()
    samples = draw_samples(listed, panel)
    wanted: dict[tuple[Specification, str], None] = {}
    for _, specification, sample in listed:
        plain = replace(specification, inference=specification.inference.plain)
        wanted[(plain, sample)] = None
    assignments = {name: assign(name) for name in {s.treatment for s, _ in wanted}}
    tasks = [
        (s, samples[q], assignments[s.treatment])
        for s, q in wanted
        if assignments[s.treatment] is not None
    ]
    results = [r for r in _run(tasks, draws=draws, seed=seed, jobs=jobs) if r is not None]
    if not results:
        raise EmptySampleError(
            "joint test: no specification has an estimate and an assignment with enough draws. "
            "Remedy: assign the treatment of the main specification"
        )
    observed = np.array([r[0] for r in results])
    drawn = np.column_stack([r[1] for r in results])
    failed = np.isnan(drawn).mean(axis=1) > 0.5
    medians = np.full(draws, np.nan)
    medians[~failed] = np.nanmedian(drawn[~failed], axis=1)
    middle = float(np.median(observed))
    extreme = failed | (np.abs(medians) >= abs(middle) * (1 - 1e-8))
    return JointTest(
        median=middle,
        p_value=float((1 + extreme.sum()) / (1 + draws)),
        draws=draws,
        smallest_p=1 / (1 + draws),
        specifications=len(results),
        untested=len(wanted) - len(results),
        medians=medians,
    )


def _run(
    tasks: list[tuple[Specification, Panel, Any]], *, draws: int, seed: int, jobs: int
) -> list[tuple[float, Floats] | None]:
    if jobs == 1:
        return [_draw_statistics(*task, draws=draws, seed=seed) for task in tasks]
    from joblib import Parallel, delayed

    calls = (delayed(_draw_statistics)(*task, draws=draws, seed=seed) for task in tasks)
    found: list[tuple[float, Floats] | None] = Parallel(n_jobs=jobs)(calls)
    return found


def _draw_statistics(
    specification: Specification, panel: Panel, assignment: Any, *, draws: int, seed: int
) -> tuple[float, Floats] | None:
    try:
        found = estimate(specification, panel)
        tested = randomize(found, assignment, draws=draws, seed=seed)
    except EstimationError:
        return None
    return None if tested.reason else (tested.statistic, tested.statistics)
