"""Logit engine: statsmodels on indicator columns, after what is predicted perfectly is dropped."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from pkstats.engines.cells import Cells, Floats, Integers
from pkstats.engines.design import build_design
from pkstats.engines.fit import Fit, Loss
from pkstats.engines.rows import (
    BY_EFFECTS,
    BY_REGRESSORS,
    drop_levels,
    keep_regressors,
    name_loss,
)
from pkstats.errors import EstimationError
from pkstats.kernels.effects import Effects, encode, partial_out
from pkstats.kernels.separation import find_separated_binary

REASONS = ("all-zero", "all-one", "singleton")
#: Separation is looked for where a fitted variance falls below this, or without convergence.
SUSPICION = 1e-6


def fit(cells: Cells, *, start: Floats | None = None) -> Fit:
    """Logit maximum likelihood on cells, by reason of every row lost.

    Levels in which every outcome is zero, or every outcome one, singletons and separated rows are
    dropped until none is left; then a control that is collinear is dropped and named.

    Parameters
    ----------
    cells : Cells
        n rows; the outcome is zero or one.
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
        used = cells.take(rows)
        effects = encode(used.effects)
        kept = keep_regressors(used, effects, losses)
        X = used.regressors[:, kept]
        solution = _solve(used, X, effects, None if start is None else start[rows])
        if solution is not None and _variance(solution[1]).min() >= SUSPICION:
            break
        reason, separated = BY_EFFECTS, find_separated_binary(used.outcome, X[:, :0], effects)
        if not separated.any():
            reason, separated = BY_REGRESSORS, find_separated_binary(used.outcome, X, effects)
        if not separated.any():
            if solution is None:
                raise EstimationError(
                    "logit fit: no convergence, though no row is separated. "
                    "Remedy: rescale regressors or use fewer effects"
                )
            break
        losses.append(name_loss(used, reason, separated))
        rows = rows[~separated]
    terms = tuple(used.terms[i] for i in kept)
    dropped = tuple(t for i, t in enumerate(used.terms) if i not in kept)
    cells_used = replace(used, terms=terms, regressors=X)
    return _collect(cells_used, rows, solution, effects, losses, dropped)


def _solve(
    used: Cells, X: Floats, effects: Effects, start: Floats | None
) -> tuple[Floats, Floats, Any] | None:
    """Coefficients of the regressors, linear predictor and result; None without convergence."""
    from statsmodels.discrete.discrete_model import Logit

    design = build_design(X, effects)
    first = None
    if start is not None:
        first = np.linalg.lstsq(design.matrix, start, rcond=None)[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = Logit(used.outcome, design.matrix, check_rank=False)
            found = model.fit(start_params=first, method="newton", maxiter=60, tol=1e-12, disp=0)
    except (np.linalg.LinAlgError, ValueError):
        return None
    gradient = np.abs(model.score(found.params)).max()
    if not np.isfinite(found.params).all() or not gradient <= 1e-7 * len(used):
        return None
    return found.params[: X.shape[1]] / design.scale, design.matrix @ found.params, found


def _collect(
    used: Cells,
    rows: Integers,
    solution: tuple[Floats, Floats, Any],
    effects: Effects,
    losses: list[Loss],
    dropped: tuple[str, ...],
) -> Fit:
    coefficients, predictor, found = solution
    mean = 1 / (1 + np.exp(-predictor))
    weights = mean * (1 - mean)
    residualised = partial_out(effects, weights, used.regressors)
    return Fit(
        family="logit",
        cells=used,
        rows=rows,
        coefficients=coefficients,
        linear_predictor=predictor,
        mean=mean,
        residualised=residualised,
        weights=weights,
        scores=residualised * (used.outcome - mean)[:, None],
        bread=np.asarray(np.linalg.inv(residualised.T @ (weights[:, None] * residualised))),
        deviance=float(-2 * found.llf),
        log_likelihood=float(found.llf),
        parameters=len(used.terms) + effects.rank,
        iterations=int(found.mle_retvals["iterations"]),
        losses=tuple(losses),
        dropped_terms=dropped,
        notes=_warn(used),
    )


def _variance(predictor: Floats) -> Floats:
    mean = 1 / (1 + np.exp(-np.clip(predictor, -700, 700)))
    return np.asarray(mean * (1 - mean))


def _warn(used: Cells) -> tuple[str, ...]:
    """Say how few rows the levels have on which the incidental parameters rest."""
    if not used.effect_names:
        return ()
    rows = {n: np.bincount(c) for n, c in zip(used.effect_names, used.effects.T, strict=True)}
    listed = ", ".join(f"{name} {counts[counts > 0].min()}" for name, counts in rows.items())
    return (
        "incidental parameters: effects are indicator columns, so coefficients lean away from "
        f"zero where levels have few rows (fewest rows of a level: {listed})",
    )
