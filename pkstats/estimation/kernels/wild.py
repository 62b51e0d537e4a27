"""Wild cluster bootstrap of a score at its null, each draw a product of G x G sums."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from pkstats.estimation.kernels.clusters import sum_by_cluster
from pkstats.estimation.kernels.effects import (
    Effects,
    Floats,
    Integers,
    Levels,
    eliminate,
    partial_out,
    solve,
)

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
    columns = np.ascontiguousarray(regressors.T)
    if effects is not None:
        columns = np.ascontiguousarray(partial_out(effects, weights, regressors).T)
    root = np.sqrt(weights)
    basis = np.linalg.qr((root * columns[1:]).T)[0].T / root
    within = columns[0]
    for _ in range(2):
        within = within - (basis @ (weights * within)) @ basis
    pulled, working = weights * within, weights * residual
    rows = [pulled * residual, pulled * within, *(pulled * basis), *(working * basis)]
    sums = sum_by_cluster(np.array(rows).T, cluster, count=count).T
    pull, share = sums[:2]
    left, right = np.split(sums[2:], 2)
    cross = np.diag(pull) - left.T @ right
    if effects is not None:
        cross -= _project_on_effects(effects, weights, pulled, working, cluster)
    return NullScores(pull, cross, share)


def _project_on_effects(
    effects: Effects, weights: Floats, pulled: Floats, working: Floats, cluster: Integers
) -> Floats:
    """Product of ``pulled`` in one cluster with the fit of effects to another's residual.

    From sums by level and cluster alone: with A of ``pulled`` and B of ``working``, shape
    (levels, G), the entries are A' (D'WD)^- B. Shape (G, G).
    """
    first_pulled, first = (
        _sum_by_level(effects.longest, cluster, values) for values in (pulled, working)
    )
    inverse = 1 / effects.longest.sum(weights[None])[0]
    mean = first * inverse[:, None]
    if not len(effects.kept):
        return np.asarray(first_pulled.T @ mean)
    table, complement = eliminate(effects, weights, inverse)
    rest_pulled, rest = (
        np.concatenate([_sum_by_level(o, cluster, values) for o in effects.others])[effects.kept]
        for values in (pulled, working)
    )
    gamma = solve(complement, rest - table @ mean)
    alpha = mean - inverse[:, None] * (table.T @ gamma)
    return np.asarray(first_pulled.T @ alpha + rest_pulled.T @ gamma)


def _sum_by_level(level: Levels, cluster: Integers, values: Floats) -> Floats:
    """Sums by level and cluster, shape (level.count, G)."""
    count = int(cluster.max()) + 1
    cells = np.bincount(level.codes * count + cluster, values, level.count * count)
    return cells.reshape(level.count, count).astype(float, copy=False)


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
    remainder = draws @ scores.cross.T
    remainder -= estimate[:, None] * scores.share
    error = np.sqrt(np.einsum("ij,ij->i", remainder, remainder)) / scores.share.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(estimate / error)


def draw_weights(kind: Weights, *, clusters: int, draws: int, rng: np.random.Generator) -> Floats:
    """Weights of mean zero and variance one, shape (draws, clusters)."""
    points, probability = POINTS[kind]
    if kind == "rademacher":
        return np.asarray(2.0 * rng.integers(0, 2, size=(draws, clusters), dtype=np.int8) - 1.0)
    return np.asarray(rng.choice(points, size=(draws, clusters), p=probability))


def enumerate_signs(clusters: int) -> Floats:
    """All assignments of -1 and 1, shape (2 ** clusters, clusters)."""
    return np.array(list(product((-1.0, 1.0), repeat=clusters)))
