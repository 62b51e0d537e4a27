"""Cluster scores and their sandwich."""

from __future__ import annotations

import numpy as np

from pkstats.estimation.kernels.effects import Floats, Integers

#: Share of the largest residual treatment above which a cluster keeps a score.
SCORING = 1e-9


def sum_by_cluster(scores: Floats, cluster: Integers, *, count: int) -> Floats:
    """Sums of row scores, shape (count, k), of an array of shape (n, k)."""
    return np.column_stack([np.bincount(cluster, s, count) for s in scores.T])


def sum_scores(residualised: Floats, residual: Floats, cluster: Integers, *, count: int) -> Floats:
    """Score of each cluster.

    Parameters
    ----------
    residualised : ndarray, shape (n, k)
        Regressors less their weighted projection on the effects.
    residual : ndarray, shape (n,)
        Outcome less mean.
    cluster : ndarray of int, shape (n,)
        Codes 0..count-1.
    count : int
        Number of clusters.

    Returns
    -------
    ndarray, shape (count, k)
    """
    return sum_by_cluster(residualised * residual[:, None], cluster, count=count)


def find_scoring(residualised: Floats, cluster: Integers, *, count: int) -> Integers:
    """Clusters in which the first regressor is not wholly absorbed, so that they keep a score."""
    size = np.abs(residualised[:, 0])
    left = cluster[size > SCORING * size.max(initial=0.0)]
    return np.flatnonzero(np.bincount(left, minlength=count))


def sandwich(bread: Floats, scores: Floats) -> Floats:
    """Bread, cluster meat, bread: shape (k, k), without small-sample factor."""
    half = scores @ bread
    return half.T @ half
