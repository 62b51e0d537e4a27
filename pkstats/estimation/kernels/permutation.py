"""Studentized statistics of reassigned treatments, each refitted exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.estimation.kernels.clusters import find_scoring, sandwich, sum_scores
from pkstats.estimation.kernels.effects import Effects, Floats, Integers
from pkstats.estimation.kernels.permutation_scores import NullScores, step_from_null
from pkstats.estimation.kernels.poisson import fit_poisson
from pkstats.estimation.kernels.separation import find_separated


@dataclass(frozen=True)
class Restricted:
    """The model without its treatment, ready for reassigned ones.

    Parameters
    ----------
    outcome, offset : ndarray, shape (n,)
        Counts and log exposure.
    controls : ndarray, shape (n, k - 1)
        Kept in every refit.
    effects : Effects
        Absorbed in every refit.
    cluster : ndarray of int, shape (n,)
        Codes 0..clusters-1.
    clusters : int
        Number of clusters.
    start : ndarray, shape (n,)
        Linear predictor of the restricted fit.
    scores : NullScores
        Scores and projection at the restricted fit.
    """

    outcome: Floats
    offset: Floats
    controls: Floats
    effects: Effects
    cluster: Integers
    clusters: int
    start: Floats
    scores: NullScores


def studentize(restricted: Restricted, treatment: Floats) -> float:
    """Estimate over CRV1 standard error of a treatment, refitted from its one-step solution.

    Parameters
    ----------
    restricted : Restricted
        Poisson model without treatment.
    treatment : ndarray, shape (n,)
        Reassigned.

    Returns
    -------
    float
        Missing if the treatment is collinear, separated, or too few clusters keep a score.
    """
    step = step_from_null(restricted.scores, treatment)
    if step is None:
        return np.nan
    X = np.column_stack([treatment, restricted.controls])
    solution = fit_poisson(
        restricted.outcome,
        X,
        restricted.effects,
        offset=restricted.offset,
        start=restricted.start + step,
    )
    separated = solution.suspect and (
        not solution.converged or find_separated(restricted.outcome, X, restricted.effects).any()
    )
    scoring = find_scoring(solution.residualised, restricted.cluster, count=restricted.clusters)
    if separated or len(scoring) < 2:
        return np.nan
    residual = restricted.outcome - solution.mean
    scores = sum_scores(
        solution.residualised, residual, restricted.cluster, count=restricted.clusters
    )
    factor = restricted.scores.adjustment * len(scoring) / (len(scoring) - 1)
    variance = factor * sandwich(solution.bread, scores)[0, 0]
    return float(solution.coefficients[0] / np.sqrt(variance)) if variance > 0 else np.nan
