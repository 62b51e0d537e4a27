"""Null model: an estimate's specification without its treatment, ready for reassigned ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pkstats.estimation.engines import find_engine
from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.estimate import Estimate
from pkstats.estimation.inference import cluster_covariance
from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.kernels.permutation import Restricted
from pkstats.estimation.kernels.permutation_scores import NullScores, prepare_scores


@dataclass(frozen=True)
class NullModel:
    """Restricted fit of an estimate.

    Parameters
    ----------
    statistic : float
        Observed estimate over its CRV1 standard error.
    scores : NullScores
        Of the restricted fit.
    refit : Restricted or None
        What an exact refit needs; None for a linear model, whose one step is exact.
    """

    statistic: float
    scores: NullScores
    refit: Restricted | None


def restrict(estimate: Estimate) -> NullModel:
    """Fit an estimate's model without its treatment.

    Raises
    ------
    ConvergenceError
        That fit does not converge.
    """
    fit, cells = estimate.fit, estimate.fit.cells
    effects, controls = encode(cells.effects), cells.regressors[:, 1:]
    present, cluster = np.unique(cells.cluster, return_inverse=True)
    adjustment = (len(cells) - 1) / (len(cells) - fit.parameters)
    variance = cluster_covariance(fit, estimate.specification.inference.plain)[0, 0]
    statistic = float(estimate.coefficient / np.sqrt(variance))
    engine = find_engine(estimate.specification)
    assert engine.null is not None  # every engine that randomization serves declares one
    null = engine.null(cells, effects=effects, start=fit.linear_predictor)
    scores = prepare_scores(
        null.residual,
        controls,
        effects,
        weights=null.weights,
        cluster=cluster,
        clusters=len(present),
        adjustment=adjustment,
    )
    if engine.is_linear:
        return NullModel(statistic, scores, None)
    refit = Restricted(
        outcome=cells.outcome,
        offset=cells.offset,
        controls=controls,
        effects=effects,
        cluster=cluster,
        clusters=len(present),
        start=null.linear_predictor,
        scores=scores,
    )
    return NullModel(statistic, scores, refit)


def shift_null(estimate: Estimate, value: float) -> Estimate:
    """Measure the treatment's coefficient from a value: its null of no effect is that value.

    The outcome gives up ``value`` times the treatment (linear), or the offset takes it over
    (poisson); the fitted means stay as they are.

    Parameters
    ----------
    estimate : Estimate
        Of a linear or poisson specification.
    value : float
        On the scale of the coefficient.
    """
    fit, cells = estimate.fit, estimate.fit.cells
    part: Floats = value * cells.regressors[:, 0]
    if find_engine(estimate.specification).offset:
        moved = replace(cells, offset=cells.offset + part)
    else:
        moved = replace(cells, outcome=cells.outcome - part)
    coefficients = fit.coefficients.copy()
    coefficients[0] -= value
    return replace(estimate, fit=replace(fit, cells=moved, coefficients=coefficients))
