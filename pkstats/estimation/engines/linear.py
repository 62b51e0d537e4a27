"""Linear engine: pooled, within and first differences by least squares on absorbed effects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pkstats.errors import SaturatedError
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.engine import CHANGE, Engine
from pkstats.estimation.engines.fit import Fit, Loss
from pkstats.estimation.engines.restricted import NullFit, Restricted
from pkstats.estimation.engines.rows import (
    drop_levels,
    keep_controls,
    keep_regressors,
    take_regressors,
)
from pkstats.estimation.kernels.effects import Effects, encode
from pkstats.estimation.kernels.least_squares import fit_least_squares

REASONS = ("singleton",)


def fit(cells: Cells, *, intercept: bool = True) -> Fit:
    """Least squares on cells; singletons are dropped and named, then collinear controls.

    Parameters
    ----------
    cells : Cells
        n rows, in levels or already differenced.
    intercept : bool
        False for differences: neither intercept nor effects.

    Returns
    -------
    Fit

    Raises
    ------
    EmptySampleError, NoVariationError, AbsorbedError
        No row is left, the outcome never varies, or the treatment is absorbed or collinear.
    SaturatedError
        The model fits every row exactly.
    """
    losses: list[Loss] = []
    rows = drop_levels(cells, np.arange(len(cells)), losses, reasons=REASONS)
    used = cells.take(rows) if len(rows) < len(cells) else cells
    effects = encode(used.effects) if intercept else None
    kept = keep_regressors(used, effects, losses)
    dropped = tuple(t for i, t in enumerate(used.terms) if i not in kept)
    return _solve(take_regressors(used, kept), rows, effects, losses, dropped)


def _solve(
    used: Cells,
    rows: Integers,
    effects: Effects | None,
    losses: list[Loss],
    dropped: tuple[str, ...],
) -> Fit:
    solution = fit_least_squares(used.outcome, used.regressors, effects)
    residual = check_residual(solution.residual, used.outcome)
    mean = used.outcome - residual
    return Fit(
        cells=used,
        rows=rows,
        coefficients=solution.coefficients,
        linear_predictor=mean,
        mean=mean,
        residualised=solution.residualised,
        weights=np.ones(len(used)),
        scores=solution.residualised * residual[:, None],
        bread=solution.bread,
        deviance=float(residual @ residual),
        log_likelihood=np.nan,
        parameters=len(used.terms) + (effects.rank if effects else 0),
        iterations=1,
        losses=tuple(losses),
        dropped_terms=dropped,
    )


def check_residual(residual: Floats, outcome: Floats) -> Floats:
    """Refuse a model that fits every row exactly: it leaves nothing to infer from."""
    spread = np.abs(outcome - outcome.mean()).max()
    if np.abs(residual).max() <= 1e-12 * spread + 1e-15 * np.abs(outcome).max():
        raise SaturatedError(
            f"the model fits all {len(outcome)} rows exactly: no residual is left. "
            "Remedy: fewer effects, or an outcome that the regressors do not determine"
        )
    return residual


def fit_null(cells: Cells, *, effects: Effects | None, start: Floats | None = None) -> NullFit:
    """Least squares without the treatment; a start is of no use to it."""
    controls = cells.regressors[:, 1:]
    residual = fit_least_squares(cells.outcome, controls, effects).residual
    return NullFit(residual, residual, np.ones(len(cells)), cells.outcome - residual)


def restrict(cells: Cells, *, intercept: bool = True) -> Restricted:
    """Rows without singletons, each of weight one."""
    losses: list[Loss] = []
    rows = drop_levels(cells, np.arange(len(cells)), losses, reasons=REASONS)
    used = cells.take(rows)
    without = take_regressors(used, list(range(1, len(used.terms))))
    effects = encode(used.effects) if intercept else None
    used = take_regressors(used, [0, *(i + 1 for i in keep_controls(without, effects, losses))])
    return Restricted(used, np.ones(len(used)), tuple(losses))


_SHARED = Engine(
    family="linear",
    estimator="pooled",
    fit=fit,
    solver="least squares",
    outcome="number",
    scale=CHANGE,
    covariances=("CRV1", "CRV2", "CRV3"),
    working_weights="one",
    jackknife="least squares",
    warm_start=False,
    null=fit_null,
    restrict=restrict,
    serves=("wild bootstrap", "randomization", "partial R2"),
)
ENGINES = (
    replace(
        _SHARED,
        estimator="within",
        solver="least squares on absorbed effects",
        effects="absorbed",
        serves=(*_SHARED.serves, "event study", "staggered effects"),
    ),
    _SHARED,
    replace(
        _SHARED,
        estimator="first_difference",
        settings=(("intercept", False),),
        differenced=True,
        serves=("wild bootstrap", "partial R2"),
    ),
)
