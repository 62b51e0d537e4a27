"""Moments of a linear fit that sensitivity formulas read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines import demand, find_engine
from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.estimate import Estimate


@dataclass(frozen=True)
class LinearMoments:
    """Outcome and regressors less their projection on the effects, n rows.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Its part that effects leave.
    regressors : ndarray, shape (n, k)
        Likewise; the treatment is column 0.
    residual : ndarray, shape (n,)
        Of the whole model.
    partial_f : ndarray, shape (k,)
        Cohen's partial f of each regressor with the outcome, signed: classical t over the root
        of the residual degrees of freedom. It describes the sample, whatever the clustering.
    """

    outcome: Floats
    regressors: Floats
    residual: Floats
    partial_f: Floats


def take_moments(estimate: Estimate) -> LinearMoments:
    """Moments of an estimate.

    Parameters
    ----------
    estimate : Estimate
        Of a linear specification: pooled, within or in first differences.

    Raises
    ------
    SpecificationError
        Another family or estimator.
    """
    engine = find_engine(estimate.specification)
    breaches = Breaches("sensitivity")
    instead = "e_value() for its rate ratio" if engine.is_rate else ""
    demand(engine, "partial R2", breaches, instead=instead)
    breaches.raise_as(SpecificationError)
    fit = estimate.fit
    residual = fit.cells.outcome - fit.mean
    size = np.sqrt((residual @ residual) * np.diag(fit.bread))
    return LinearMoments(
        outcome=fit.residualised @ fit.coefficients + residual,
        regressors=fit.residualised,
        residual=residual,
        partial_f=fit.coefficients / size,
    )
