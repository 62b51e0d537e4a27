"""Mixed Poisson engine: intercepts, and perhaps slopes of the treatment, drawn by unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from pkstats.errors import ConvergenceError
from pkstats.estimation.engines import poisson
from pkstats.estimation.engines.cells import Cells, Floats
from pkstats.estimation.engines.engine import RATE_RATIO, Engine
from pkstats.estimation.engines.fit import Fit, UnitEffects
from pkstats.estimation.engines.indicators import Indicators, build_indicators
from pkstats.estimation.engines.numerical import FAILURES, is_numerical
from pkstats.estimation.engines.unit_effects import (
    build_varying,
    check_units,
    describe_units,
    refuse_singular,
)
from pkstats.estimation.kernels.effects import encode, partial_out
from pkstats.estimation.kernels.laplace import GroupedCounts, Laplace, approximate, read_factor

#: Newton decrement of the log likelihood at which a solution is accepted, and at which the search
#: for a better one ends.
TOLERANCE, ENOUGH = 1e-9, 1e-16
#: Step of the differences that turn gradients into the information.
STEP = 1e-5


@dataclass(frozen=True)
class Solution:
    """Maximum of the approximate likelihood in p fixed coefficients and the factor's triangle.

    Parameters
    ----------
    parameters : ndarray, shape (p + r,)
        Fixed coefficients, then the triangle.
    inverse : ndarray, shape (p + r, p + r)
        Inverse of the observed information.
    at : Laplace
        The likelihood there.
    steps : int
        Of the outer search.
    """

    parameters: Floats
    inverse: Floats
    at: Laplace
    steps: int


def fit(cells: Cells, *, start: Floats | None = None, varying: str = "intercept") -> Fit:
    r"""Fit :math:`\log \mu_{it} = o_{it} + x_{it}'\beta + d_{it} + a_i + b_i x_{1it}`.

    :math:`(a_i, b_i)` are normal with a free covariance (:math:`b_i = 0` with intercepts alone);
    effects d enter as fixed indicators. The likelihood is Laplace's approximation, that of R's
    lme4 and glmmTMB. Rows and controls are dropped as the Poisson engine without unit effects
    drops them: a level without events and a separated row drive coefficients to infinity here
    too, whereas a unit without events stays.

    Parameters
    ----------
    cells : Cells
        n rows.
    start : ndarray, shape (n,), optional
        Linear predictor, without what units have of their own, to start from.
    varying : {"intercept", "slope"}
        What each unit has of its own.

    Returns
    -------
    Fit
        Its scores are profiled over effects and variances together; those of the variances belong
        to units and are spread evenly over a unit's rows.

    Raises
    ------
    SpecificationError
        A unit in several clusters.
    SingularFitError
        Intercepts and slopes without spread, or perfectly correlated.
    EstimationError
        As the Poisson engine; or no maximum is found.
    """
    pooled = poisson.fit(cells)
    used = pooled.cells
    check_units(used)
    effects = encode(used.effects)
    design = build_indicators(used.regressors, effects)
    names, varied, scale = build_varying(used, varying)
    present, group = np.unique(used.unit, return_inverse=True)
    counts = GroupedCounts(used.outcome, used.offset, design.matrix, varied, group)
    aim = pooled.linear_predictor if start is None else start[pooled.rows]
    first = np.linalg.lstsq(design.matrix, aim - used.offset, rcond=None)[0]
    solution = _solve(counts, np.asarray(first, dtype=float))
    found = _collect(pooled, counts, design, solution)
    p = design.matrix.shape[1]
    factor = read_factor(solution.parameters[p:], len(names)) / scale[:, None]
    spread = factor @ np.linalg.inv(solution.at.curvature) @ factor.T
    unit_effects = UnitEffects(
        terms=names,
        labels=used.unit_labels[present],
        modes=solution.at.modes @ factor.T,
        std_error=np.sqrt(np.einsum("gii->gi", spread)),
        covariance=factor @ factor.T,
    )
    refuse_singular(unit_effects, found, size=1.0)
    weights = np.exp(
        found.linear_predictor + np.einsum("ni,ni->n", varied * scale, unit_effects.modes[group])
    )
    return replace(
        found,
        weights=weights,
        residualised=design.basis.read_rows(partial_out(effects, weights, design.basis.columns)),
        unit_effects=unit_effects,
        notes=describe_units(unit_effects, found, size=1.0),
    )


def _collect(pooled: Fit, counts: GroupedCounts, design: Indicators, solution: Solution) -> Fit:
    """Fit with scores profiled over every other parameter."""
    k, p = len(pooled.cells.terms), design.matrix.shape[1]
    rows = np.bincount(counts.group)
    spread = (solution.at.group_scores / rows[:, None])[counts.group]
    influence = np.column_stack([solution.at.scores, spread]) @ solution.inverse[:, :k]
    inner, basis = solution.inverse[:k, :k], design.basis
    predictor = counts.offset + design.matrix @ solution.parameters[:p]
    return replace(
        pooled,
        coefficients=basis.read_coefficients(solution.parameters[:k]),
        linear_predictor=predictor,
        mean=np.exp(predictor),
        scores=basis.read_rows(influence @ np.linalg.inv(inner)),
        bread=basis.read_bread(inner),
        deviance=-2 * solution.at.value,
        log_likelihood=solution.at.value,
        parameters=len(solution.parameters),
        iterations=solution.steps,
    )


def _solve(counts: GroupedCounts, first: Floats) -> Solution:
    """Quasi-Newton search, then Newton steps until none is left to take."""
    p, q = len(first), counts.varying.shape[1]
    modes = np.zeros((counts.groups, q))

    def measure(parameters: Floats) -> Laplace:
        nonlocal modes
        at = approximate(counts, parameters[:p], parameters[p:], modes=modes)
        modes = at.modes if np.isfinite(at.modes).all() else np.zeros_like(modes)
        return at

    def lose(parameters: Floats) -> tuple[float, Floats]:
        at = measure(parameters)
        return -at.value / len(counts.outcome), -at.gradient / len(counts.outcome)

    triangle = 0.5 * np.eye(q)[np.tril_indices(q)]
    with np.errstate(all="ignore"):
        search = minimize(
            lose, np.r_[first, triangle], jac=True, method="BFGS",
            options={"gtol": 1e-7, "maxiter": 500},
        )  # fmt: skip
        parameters = _orient(search.x, p, q)
        modes = np.zeros_like(modes)
        best = np.inf
        for _ in range(12):
            at = measure(parameters)
            inverse = _invert(measure, parameters)
            if inverse is None:
                break
            step = inverse @ at.gradient
            decrement = float(at.gradient @ step)
            if decrement <= ENOUGH or (best <= TOLERANCE and decrement >= best / 4):
                return Solution(parameters, inverse, at, int(search.nit))
            best = min(best, decrement)
            parameters = _orient(parameters + step, p, q)
    raise ConvergenceError(
        "mixed Poisson: no maximum of the likelihood was found. Remedy: varying='intercept', "
        "fewer effects, or estimator='within'"
    )


def _invert(measure: Callable[[Floats], Laplace], parameters: Floats) -> Floats | None:
    """Inverse of the information by central differences of the gradient; None where not convex."""
    steps = STEP * np.eye(len(parameters))
    slope = np.array(
        [
            (measure(parameters + h).gradient - measure(parameters - h).gradient) / (2 * STEP)
            for h in steps
        ]
    )
    information = -(slope + slope.T) / 2
    try:
        np.linalg.cholesky(information)
    except FAILURES as error:
        if not is_numerical(error):
            raise
        return None
    return np.asarray(np.linalg.inv(information))


def _orient(parameters: Floats, p: int, q: int) -> Floats:
    """The same factor with a positive diagonal; a column's sign means nothing."""
    factor = read_factor(parameters[p:], q)
    factor = factor * np.where(np.diag(factor) < 0, -1.0, 1.0)
    return np.r_[parameters[:p], factor[np.tril_indices(q)]]


ENGINES = (
    Engine(
        family="poisson",
        estimator="mixed",
        fit=fit,
        solver="maximum likelihood, Laplace approximation",
        outcome="count",
        scale=RATE_RATIO,
        effects="indicators",
        offset=True,
        options=("varying",),
    ),
)
