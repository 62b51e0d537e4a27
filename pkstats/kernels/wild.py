"""Wild cluster bootstrap of a score at its null, each draw a product of G x G sums."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from pkstats.kernels.clusters import sum_by_cluster
from pkstats.kernels.effects import Effects, Floats, Integers, partial_out

Weights = Literal["rademacher", "webb", "mammen"]

GOLDEN = (1 + np.sqrt(5)) / 2
POINTS = {
    "rademacher": (np.array([-1.0, 1.0]), np.array([0.5, 0.5])),
    "webb": (
        np.sqrt([0.5, 1.0, 1.5])[[2, 1, 0, 0, 1, 2]] * [-1, -1, -1, 1, 1, 1],
        np.full(6, 1 / 6),
    ),
    "mammen": (np.array([1 - GOLDEN, GOLDEN]), np.array([GOLDEN, GOLDEN - 1]) / np.sqrt(5)),
}


@dataclass(frozen=True)
class NullScores:
    r"""Sums at the restricted fit that every draw needs, G clusters.

    With weights w, working residual r and :math:`\tilde x` the treatment less its weighted
    projection on effects and controls.

    Parameters
    ----------
    pull : ndarray, shape (G,)
        :math:`\sum_{i \in g} w_i \tilde x_i r_i`.
    cross : ndarray, shape (G, G)
        :math:`\sum_{i \in h} w_i \tilde x_i (M r_{(g)})_i`, row h, column g: r kept in cluster g
        alone, then residualised on effects and controls.
    share : ndarray, shape (G,)
        :math:`\sum_{i \in g} w_i \tilde x_i^2`.
    """

    pull: Floats
    cross: Floats
    share: Floats


def sum_null_scores(
    residual: Floats,
    regressors: Floats,
    effects: Effects | None,
    *,
    weights: Floats,
    cluster: Integers,
    count: int,
) -> NullScores:
    """Sums at the restricted fit; the only step that reads rows.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        Working residual of the restricted fit: outcome less mean, over the weight.
    regressors : ndarray, shape (n, k)
        Treatment first, then controls.
    effects : Effects or None
        Of the n rows; None absorbs nothing.
    weights : ndarray, shape (n,)
        Mean of the restricted fit (poisson) or one (linear).
    cluster : ndarray of int, shape (n,)
        Codes 0..count-1.
    count : int
        G.
    """
    alone = np.zeros((len(residual), count))
    alone[np.arange(len(residual)), cluster] = residual
    columns = np.column_stack([regressors, alone])
    if effects is not None:
        columns = partial_out(effects, weights, columns)
    k = regressors.shape[1]
    root = np.sqrt(weights)[:, None]
    if k > 1:
        basis = np.linalg.qr(root * columns[:, 1:k])[0]
        for _ in range(2):
            columns = columns - (basis @ (basis.T @ (root * columns))) / root
    pulled = (weights * columns[:, 0])[:, None]
    sums = sum_by_cluster(pulled * columns[:, [0, *range(k, k + count)]], cluster, count=count)
    pull = sum_by_cluster(pulled * residual[:, None], cluster, count=count)[:, 0]
    return NullScores(pull, sums[:, 1:], sums[:, 0])


def studentize_draws(scores: NullScores, draws: Floats) -> Floats:
    r"""Estimate over cluster-robust standard error of each draw, without small-sample factor.

    :math:`b^* = v'pull / \sum share`; the score of cluster h is
    :math:`(cross\,v)_h - share_h b^*`, so that its variance is new in every draw.

    Parameters
    ----------
    scores : NullScores
        Of G clusters.
    draws : ndarray, shape (draws, G)
        Weights of the clusters; all ones give the observed statistic.

    Returns
    -------
    ndarray, shape (draws,)
    """
    estimate = draws @ scores.pull / scores.share.sum()
    remainder = draws @ scores.cross.T - estimate[:, None] * scores.share
    error = np.sqrt((remainder**2).sum(axis=1)) / scores.share.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(estimate / error)


def draw_weights(kind: Weights, *, clusters: int, draws: int, rng: np.random.Generator) -> Floats:
    """Weights of mean zero and variance one, shape (draws, clusters)."""
    points, probability = POINTS[kind]
    return np.asarray(rng.choice(points, size=(draws, clusters), p=probability))


def enumerate_signs(clusters: int) -> Floats:
    """All assignments of -1 and 1, shape (2 ** clusters, clusters)."""
    return np.array(list(product((-1.0, 1.0), repeat=clusters)))
