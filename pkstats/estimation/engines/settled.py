"""Settled: the rows and regressors on which a model with a log link has a finite optimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from pkstats.errors import ConvergenceError
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.fit import Loss
from pkstats.estimation.engines.restricted import Restricted
from pkstats.estimation.engines.rows import (
    BY_EFFECTS,
    BY_REGRESSORS,
    Keep,
    drop_levels,
    keep_controls,
    keep_regressors,
    name_loss,
    take_regressors,
)
from pkstats.estimation.kernels.effects import Effects, encode

S = TypeVar("S")


@dataclass(frozen=True)
class Attempt(Generic[S]):
    """One run of a solver.

    Parameters
    ----------
    solution : object
        What it found.
    suspect : bool
        Whether rows may be separated, so that they are looked for.
    converged : bool
        Whether the solution stands where none is.
    """

    solution: S
    suspect: bool
    converged: bool


@dataclass(frozen=True)
class Solver(Generic[S]):
    """A likelihood that may have no finite maximum.

    Parameters
    ----------
    reasons : tuple of str
        Levels of effects without information, as of :func:`~.rows.drop_levels`.
    attempt : callable
        From cells, regressors, effects and a start to an :class:`Attempt`.
    find_separated : callable
        From outcome, regressors and effects to the mask of the rows that they separate.
    refusal : str
        What is said where it does not converge though no row is separated.
    """

    reasons: tuple[str, ...]
    attempt: Callable[[Cells, Floats, Effects, Floats | None], Attempt[S]]
    find_separated: Callable[[Floats, Floats, Effects], NDArray[np.bool_]]
    refusal: Callable[[S], str]


@dataclass(frozen=True)
class Settled(Generic[S]):
    """Where a solver came to rest.

    Parameters
    ----------
    cells : Cells
        The n rows used, with the regressors kept.
    rows : ndarray of int, shape (n,)
        Their positions in the cells given.
    effects : Effects
        Of these rows.
    solution : object
        Of the solver.
    losses : tuple of Loss
        Rows dropped, by reason.
    dropped_terms : tuple of str
        Collinear controls.
    """

    cells: Cells
    rows: Integers
    effects: Effects
    solution: S
    losses: tuple[Loss, ...]
    dropped_terms: tuple[str, ...]


def settle(
    solver: Solver[S], cells: Cells, *, start: Floats | None = None, keep: Keep = keep_regressors
) -> Settled[S]:
    """Drop levels without information, singletons and separated rows until none is left.

    Parameters
    ----------
    solver : Solver
        Of the likelihood.
    cells : Cells
        All rows.
    start : ndarray, shape (rows,), optional
        Linear predictor to start from.
    keep : callable
        Chooses the regressors.

    Raises
    ------
    EmptySampleError, NoVariationError, AbsorbedError, SeparationError
        As :func:`~.rows.drop_levels` and ``keep``.
    ConvergenceError
        The solver stops short though no row is separated.
    """
    rows = np.arange(len(cells))
    losses: list[Loss] = []
    while True:
        rows = drop_levels(cells, rows, losses, reasons=solver.reasons)
        used = cells.take(rows) if len(rows) < len(cells) else cells
        effects = encode(used.effects)
        kept = keep(used, effects, losses)
        X = used.regressors[:, kept]
        found = solver.attempt(used, X, effects, None if start is None else start[rows])
        if not found.suspect:
            break
        reason, separated = BY_EFFECTS, solver.find_separated(used.outcome, X[:, :0], effects)
        if not separated.any():
            reason, separated = BY_REGRESSORS, solver.find_separated(used.outcome, X, effects)
        if not separated.any():
            if not found.converged:
                raise ConvergenceError(solver.refusal(found.solution))
            break
        losses.append(name_loss(used, reason, separated))
        rows = rows[~separated]
    return Settled(
        cells=take_regressors(used, kept),
        rows=rows,
        effects=effects,
        solution=found.solution,
        losses=tuple(losses),
        dropped_terms=tuple(t for i, t in enumerate(used.terms) if i not in kept),
    )


def settle_without_treatment(solver: Solver[S], cells: Cells) -> Settled[S]:
    """As :func:`settle`, the treatment left out of the model: it may do what it likes."""
    without = take_regressors(cells, list(range(1, len(cells.terms))))
    return settle(solver, without, keep=keep_controls)


def restore_treatment(cells: Cells, settled: Settled[S], weights: Floats) -> Restricted:
    """Put the treatment of all cells beside the controls kept, on the rows kept."""
    treatment = cells.regressors[settled.rows, 0]
    regressors = np.column_stack([treatment, settled.cells.regressors])
    terms = (cells.terms[0], *settled.cells.terms)
    kept = replace(settled.cells, terms=terms, regressors=regressors)
    return Restricted(kept, weights, settled.losses)
