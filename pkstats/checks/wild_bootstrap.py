"""Wild cluster bootstrap of the treatment: restricted for linear models, of scores for poisson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np

from pkstats.arguments import note_arguments
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines import demand, find_engine
from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.estimate import Estimate
from pkstats.estimation.kernels.clusters import find_scoring
from pkstats.estimation.kernels.wild import (
    NullScores,
    Weights,
    draw_weights,
    enumerate_signs,
    studentize_draws,
    sum_null_scores,
)

#: Below this number of clusters with a score, two-point weights give too few distinct draws.
FEWEST_TWO_POINT = 12
#: Draws this close to the observed statistic count as ties.
TIE = 1e-9
#: Statistics computed at once.
CHUNK = 10_000


@dataclass(frozen=True)
class Bootstrap:
    """Bootstrap of the treatment under the null of no effect.

    Parameters
    ----------
    statistic : float
        Estimate over cluster-robust standard error, without small-sample factor: of the full fit
        (linear), or of one step from the restricted fit (poisson).
    p_value : float
        Two-sided, (1 + draws at least as large) / (1 + draws); their share if enumerated.
    draws : int
        Draws made, or sign assignments enumerated.
    weights : str
        ``rademacher``, ``webb`` or ``mammen``.
    enumerated : bool
        Whether the draws are all sign assignments.
    clusters_scoring : int
        G*.
    statistics : ndarray, shape (draws,)
        Of the draws.
    seed : int
        Of the draws.
    """

    statistic: float
    p_value: float
    draws: int
    weights: str
    enumerated: bool
    clusters_scoring: int
    statistics: Floats
    seed: int


def bootstrap(
    estimate: Estimate, *, draws: int = 9_999, weights: Weights | None = None, seed: int
) -> Bootstrap:
    r"""Test the treatment of an estimate by a wild cluster bootstrap that imposes the null.

    linear: :math:`y^* = \tilde y + v_g \tilde u` from the restricted fit, each draw studentized
    by its own CRV1 (Cameron, Gelbach and Miller 2008). poisson: the scores of the restricted fit,
    residualised on effects and controls with Poisson weights and multiplied by :math:`v_g`, one
    step and its variance recomputed in each draw (after Kline and Santos 2012); offset kept.

    Parameters
    ----------
    estimate : Estimate
        Of a linear (not random effects) or poisson specification.
    draws : int
        Number of draws; where Rademacher weights have no more sign assignments than this, all
        are enumerated.
    weights : {"rademacher", "webb", "mammen"}, optional
        By default webb below 12 clusters with a score, else rademacher.
    seed : int
        Of the draws.

    Returns
    -------
    Bootstrap

    Raises
    ------
    SpecificationError
        Family, estimator, weights or draws that are not served.
    ConvergenceError
        The restricted fit does not converge.
    """
    _check(estimate, draws, weights, seed=seed)
    cells = estimate.fit.cells
    present, cluster = np.unique(cells.cluster, return_inverse=True)
    scoring = find_scoring(estimate.fit.residualised, cluster, count=len(present))
    kind = weights or ("webb" if len(scoring) < FEWEST_TWO_POINT else "rademacher")
    size = len(present)
    scores = _restrict(estimate, cluster, size)
    observed = float(studentize_draws(scores, np.ones((1, size)))[0])
    enumerated = kind == "rademacher" and 2**size <= draws
    if enumerated:
        statistics = studentize_draws(scores, enumerate_signs(size))
    else:
        rng = np.random.default_rng(seed)
        lots = [min(CHUNK, draws - first) for first in range(0, draws, CHUNK)]
        statistics = np.concatenate(
            [
                studentize_draws(scores, draw_weights(kind, clusters=size, draws=n, rng=rng))
                for n in lots
            ]
        )
    extreme = np.isnan(statistics) | (np.abs(statistics) >= abs(observed) * (1 - TIE))
    more = 0 if enumerated else 1
    return Bootstrap(
        statistic=observed,
        p_value=float((more + extreme.sum()) / (more + len(statistics))),
        draws=len(statistics),
        weights=kind,
        enumerated=enumerated,
        clusters_scoring=len(scoring),
        statistics=statistics,
        seed=seed,
    )


def _check(estimate: Estimate, draws: int, weights: str | None, *, seed: int) -> None:
    breaches = Breaches("bootstrap")
    demand(find_engine(estimate.specification), "wild bootstrap", breaches)
    if weights is not None and weights not in get_args(Weights):
        breaches.add(
            f"weights={weights!r} does not exist", remedy=f"one of {', '.join(get_args(Weights))}"
        )
    note_arguments(breaches, draws=draws, seed=seed)
    breaches.raise_as(SpecificationError)


def _restrict(estimate: Estimate, cluster: np.ndarray, count: int) -> NullScores:
    """Scores at the fit without the treatment."""
    fit, cells = estimate.fit, estimate.fit.cells
    engine = find_engine(estimate.specification)
    effects = engine.encode_effects(cells)
    assert engine.null is not None  # every engine with a wild bootstrap declares one
    null = engine.null(cells, effects=effects, start=fit.linear_predictor)
    return sum_null_scores(
        null.working_residual,
        cells.regressors,
        effects,
        weights=null.weights,
        cluster=cluster,
        count=count,
    )
