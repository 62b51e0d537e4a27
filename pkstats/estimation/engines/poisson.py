"""Poisson engine: drops what carries no information, names it, and fits the rest."""

from __future__ import annotations

import numpy as np

from pkstats.errors import ConvergenceError, SaturatedError
from pkstats.estimation.engines.cells import Cells, Floats
from pkstats.estimation.engines.engine import RATE_RATIO, Engine
from pkstats.estimation.engines.fit import Fit
from pkstats.estimation.engines.restricted import NullFit, Restricted
from pkstats.estimation.engines.settled import (
    Attempt,
    Settled,
    Solver,
    restore_treatment,
    settle,
    settle_without_treatment,
)
from pkstats.estimation.kernels.effects import Effects
from pkstats.estimation.kernels.poisson import PoissonFit, fit_poisson, measure_log_likelihood
from pkstats.estimation.kernels.separation import find_separated

#: Share of the largest count up to which a residual is rounding.
EXACT = 1e-10


def _attempt(used: Cells, X: Floats, effects: Effects, start: Floats | None) -> Attempt[PoissonFit]:
    found = fit_poisson(used.outcome, X, effects, offset=used.offset, start=start)
    return Attempt(found, found.suspect, found.converged)


def _refuse(found: PoissonFit) -> str:
    return (
        f"Poisson fit: no convergence in {found.iterations} steps, though no row is separated. "
        "Remedy: rescale regressors or drop extreme exposures"
    )


SOLVER = Solver(("all-zero", "singleton"), _attempt, find_separated, _refuse)


def fit(cells: Cells, *, start: Floats | None = None) -> Fit:
    """Poisson pseudo-maximum likelihood on cells, by reason of every row lost.

    Levels without events, singletons and separated rows are dropped until none is left; then a
    control that is collinear is dropped and named.

    Parameters
    ----------
    cells : Cells
        n rows.
    start : ndarray, shape (n,), optional
        Linear predictor to start from.

    Returns
    -------
    Fit

    Raises
    ------
    EmptySampleError, AbsorbedError, ConvergenceError
        No row is left, the treatment is absorbed or collinear, or the solver stops short.
    SeparationError
        The treatment is separated: without the rows it predicts perfectly it is collinear.
    """
    return _collect(settle(SOLVER, cells, start=start))


def _collect(settled: Settled[PoissonFit]) -> Fit:
    used, solution = settled.cells, settled.solution
    residual = used.outcome - solution.mean
    if np.abs(residual).max() <= EXACT * used.outcome.max():
        raise SaturatedError(
            f"the model fits all {len(used)} rows exactly: no residual is left. Remedy: fewer "
            "effects, or an outcome that effects and exposure do not determine"
        )
    return Fit(
        cells=used,
        rows=settled.rows,
        coefficients=solution.coefficients,
        linear_predictor=solution.linear_predictor,
        mean=solution.mean,
        residualised=solution.residualised,
        weights=solution.mean,
        scores=solution.residualised * residual[:, None],
        bread=solution.bread,
        deviance=solution.deviance,
        log_likelihood=measure_log_likelihood(used.outcome, solution.linear_predictor),
        parameters=len(used.terms) + settled.effects.rank,
        iterations=solution.iterations,
        losses=settled.losses,
        dropped_terms=settled.dropped_terms,
    )


def fit_null(cells: Cells, *, effects: Effects, start: Floats | None = None) -> NullFit:
    """Fit settled cells without the treatment.

    Raises
    ------
    ConvergenceError
        The solver stops short.
    """
    controls = cells.regressors[:, 1:]
    found = fit_poisson(cells.outcome, controls, effects, offset=cells.offset, start=start)
    if not found.converged:
        raise ConvergenceError(
            "the fit without the treatment does not converge. Remedy: fewer effects or controls"
        )
    return NullFit(
        residual=cells.outcome - found.mean,
        working_residual=cells.outcome / found.mean - 1,
        weights=found.mean,
        linear_predictor=found.linear_predictor,
    )


def restrict(cells: Cells) -> Restricted:
    """Rows on which the model without the treatment settles, weighted by its means."""
    settled = settle_without_treatment(SOLVER, cells)
    return restore_treatment(cells, settled, settled.solution.mean)


ENGINES = (
    Engine(
        family="poisson",
        estimator="within",
        fit=fit,
        solver="pseudo-maximum likelihood on absorbed effects",
        outcome="count",
        scale=RATE_RATIO,
        effects="absorbed",
        offset=True,
        covariances=("CRV1", "CRV2", "CRV3"),
        working_weights="mean",
        jackknife="poisson",
        null=fit_null,
        restrict=restrict,
        serves=("wild bootstrap", "randomization", "event study"),
    ),
)
