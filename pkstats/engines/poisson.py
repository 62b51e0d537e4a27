"""Poisson engine: drops what carries no information, names it, and fits the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pkstats.engines.cells import Cells, Floats, Integers
from pkstats.engines.fit import Fit, Loss
from pkstats.errors import EstimationError, SeparationError, name_some
from pkstats.kernels.collinearity import find_collinear
from pkstats.kernels.effects import Effects, encode
from pkstats.kernels.poisson import PoissonFit, fit_poisson
from pkstats.kernels.separation import find_empty_level, find_separated

BY_EFFECTS = "separated by effects"
BY_REGRESSORS = "separated by regressors"


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
        rows = _drop_empty(cells, rows, losses)
        used = cells.take(rows)
        effects = encode(used.effects)
        kept = _keep_regressors(used, effects, losses)
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
        losses.append(_name_loss(used, reason, separated))
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
        bread=solution.bread,
        deviance=solution.deviance,
        parameters=len(kept) + effects.rank,
        iterations=solution.iterations,
        losses=tuple(losses),
        dropped_terms=tuple(t for i, t in enumerate(used.terms) if i not in kept),
    )


def _drop_empty(cells: Cells, rows: Integers, losses: list[Loss]) -> Integers:
    """Drop all-zero levels, then singletons, until there are none."""
    while True:
        used = cells.take(rows)
        if not len(used) or used.outcome.sum() <= 0:
            raise EstimationError(
                "the sample holds no event" + ("" if len(used) else " and no row")
                + ": nothing to estimate. Remedy: widen the sample or choose another outcome"
            )  # fmt: skip
        found = find_empty_level(used.outcome, used.effects)
        if found is None:
            return rows
        effect, reason, lost = found
        labels = used.effect_labels[effect][np.unique(used.effects[lost, effect])]
        losses.append(
            Loss(
                reason=f"{reason} {used.effect_names[effect]}",
                rows=int(lost.sum()),
                names=tuple(map(str, labels)),
                events=float(used.outcome[lost].sum()),
            )
        )
        rows = rows[~lost]


def _keep_regressors(used: Cells, effects: Effects, losses: list[Loss]) -> list[int]:
    """Positions of the regressors that are not collinear; the treatment must be among them."""
    collinear = find_collinear(used.regressors, effects)
    if 0 not in collinear:
        return [i for i in range(len(used.terms)) if i not in collinear]
    separated = [loss for loss in losses if loss.reason == BY_REGRESSORS]
    if separated:
        names = sorted({name for loss in separated for name in loss.names})
        count = sum(loss.rows for loss in separated)
        raise SeparationError(
            f"treatment {used.terms[0]!r} is separated: it predicts the zero counts of "
            f"{count} rows perfectly, in {name_some(names)}, and varies nowhere else; its "
            "coefficient has no finite estimate. Remedy: fewer effects or controls, or a coarser "
            "treatment"
        )
    without = "; ".join(f"{loss.reason}: {name_some(loss.names)}" for loss in losses)
    raise EstimationError(
        f"treatment {used.terms[0]!r} is absorbed by the effects or collinear with the controls"
        + (f" in the rows left after dropping {without}" if without else "")
        + ". Remedy: drop the effect or control that determines it"
    )


def _separate(used: Cells, X: Floats, effects: Effects) -> tuple[str, NDArray[np.bool_]]:
    """Rows separated by the effects alone, else by effects and regressors."""
    by_effects = find_separated(used.outcome, X[:, :0], effects)
    if by_effects.any():
        return BY_EFFECTS, by_effects
    return BY_REGRESSORS, find_separated(used.outcome, X, effects)


def _name_loss(used: Cells, reason: str, lost: NDArray[np.bool_]) -> Loss:
    units = used.unit_labels[np.unique(used.unit[lost])]
    return Loss(reason, int(lost.sum()), tuple(map(str, units)), float(used.outcome[lost].sum()))
