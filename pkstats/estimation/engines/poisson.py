"""Poisson engine: drops what carries no information, names it, and fits the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pkstats.errors import EstimationError
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.fit import Fit, Loss
from pkstats.estimation.engines.rows import (
    BY_EFFECTS,
    BY_REGRESSORS,
    drop_levels,
    keep_regressors,
    name_loss,
)
from pkstats.estimation.kernels.effects import Effects, encode
from pkstats.estimation.kernels.poisson import PoissonFit, fit_poisson, measure_log_likelihood
from pkstats.estimation.kernels.separation import find_separated

REASONS = ("all-zero", "singleton")


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
    EstimationError
        No row is left, the treatment is absorbed or collinear, or the solver stops short.
    SeparationError
        The treatment is separated: without the rows it predicts perfectly it is collinear.
    """
    rows = np.arange(len(cells))
    losses: list[Loss] = []
    while True:
        rows = drop_levels(cells, rows, losses, reasons=REASONS)
        used = cells.take(rows) if len(rows) < len(cells) else cells
        effects = encode(used.effects)
        kept = keep_regressors(used, effects, losses)
        X = used.regressors[:, kept]
        warm = None if start is None else start[rows]
        solution = fit_poisson(used.outcome, X, effects, offset=used.offset, start=warm)
        if not solution.suspect:
            break
        reason, separated = _separate(used, X, effects)
        if not separated.any():
            if not solution.converged:
                raise EstimationError(
                    f"Poisson fit: no convergence in {solution.iterations} steps, though no row "
                    "is separated. Remedy: rescale regressors or drop extreme exposures"
                )
            break
        losses.append(name_loss(used, reason, separated))
        rows = rows[~separated]
    return _collect(used, rows, kept, solution, effects, losses)


def _collect(
    used: Cells,
    rows: Integers,
    kept: list[int],
    solution: PoissonFit,
    effects: Effects,
    losses: list[Loss],
) -> Fit:
    terms = tuple(used.terms[i] for i in kept)
    return Fit(
        family="poisson",
        cells=replace(used, terms=terms, regressors=used.regressors[:, kept]),
        rows=rows,
        coefficients=solution.coefficients,
        linear_predictor=solution.linear_predictor,
        mean=solution.mean,
        residualised=solution.residualised,
        weights=solution.mean,
        scores=solution.residualised * (used.outcome - solution.mean)[:, None],
        bread=solution.bread,
        deviance=solution.deviance,
        log_likelihood=measure_log_likelihood(used.outcome, solution.linear_predictor),
        parameters=len(kept) + effects.rank,
        iterations=solution.iterations,
        losses=tuple(losses),
        dropped_terms=tuple(t for i, t in enumerate(used.terms) if i not in kept),
    )


def _separate(used: Cells, X: Floats, effects: Effects) -> tuple[str, NDArray[np.bool_]]:
    """Rows separated by the effects alone, else by effects and regressors."""
    by_effects = find_separated(used.outcome, X[:, :0], effects)
    if by_effects.any():
        return BY_EFFECTS, by_effects
    return BY_REGRESSORS, find_separated(used.outcome, X, effects)
