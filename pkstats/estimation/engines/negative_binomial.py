"""Negative binomial engine: statsmodels with its dispersion estimated, effects as indicators."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import digamma

from pkstats.errors import BoundaryError, ConvergenceError
from pkstats.estimation.engines import poisson
from pkstats.estimation.engines.cells import Cells, Floats
from pkstats.estimation.engines.engine import RATE_RATIO, Engine
from pkstats.estimation.engines.fit import Fit
from pkstats.estimation.engines.indicators import build_indicators
from pkstats.estimation.engines.numerical import FAILURES, is_numerical
from pkstats.estimation.engines.restricted import Restricted
from pkstats.estimation.engines.settled import restore_treatment, settle_without_treatment
from pkstats.estimation.kernels.effects import encode, partial_out

#: Solvers tried in turn, each chain from the same start.
CHAINS = (("newton",), ("bfgs", "newton"), ("nm", "bfgs", "newton"))
STEPS = {"newton": 100, "bfgs": 2000, "nm": 4000}
#: Newton decrement of the log likelihood at which a solution is accepted.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Solution:
    """Maximum of the likelihood on the standardised design of p columns.

    Parameters
    ----------
    parameters : ndarray, shape (p + 1,)
        Dispersion last.
    inverse : ndarray, shape (p + 1, p + 1)
        Inverse of the observed information.
    log_likelihood : float
        At the maximum.
    """

    parameters: Floats
    inverse: Floats
    log_likelihood: float


def fit(cells: Cells, *, start: Floats | None = None) -> Fit:
    r"""Fit counts with variance :math:`\mu + \alpha\mu^2` by maximum likelihood, alpha estimated.

    Levels without events, singletons, separated rows and collinear controls are those of the
    Poisson engine: both models separate alike, since a zero count is worth more the smaller its
    mean.

    Parameters
    ----------
    cells : Cells
        n rows.
    start : ndarray, shape (n,), optional
        Linear predictor to start from.

    Returns
    -------
    Fit
        Its scores are profiled over effects and dispersion together.

    Raises
    ------
    EstimationError
        As the Poisson engine.
    BoundaryError, ConvergenceError
        The counts are not overdispersed, or no solver converges.
    """
    counts = poisson.fit(cells)
    used = counts.cells
    _check_overdispersed(used, counts.mean)
    effects = encode(used.effects)
    design = build_indicators(used.regressors, effects)
    warm = None if start is None else start[counts.rows]
    solution = _solve(used, design.matrix, warm)
    beta, alpha = solution.parameters[:-1], float(solution.parameters[-1])
    predictor = used.offset + design.matrix @ beta
    mean = np.exp(predictor)
    weights = mean / (1 + alpha * mean)
    k = len(used.terms)
    influence = _score_rows(used.outcome, mean, alpha, design.matrix) @ solution.inverse[:, :k]
    inner, basis = solution.inverse[:k, :k], design.basis
    return replace(
        counts,
        coefficients=basis.read_coefficients(beta[:k]),
        linear_predictor=predictor,
        mean=mean,
        residualised=basis.read_rows(partial_out(effects, weights, basis.columns)),
        weights=weights,
        scores=basis.read_rows(influence @ np.linalg.inv(inner)),
        bread=basis.read_bread(inner),
        deviance=_measure_deviance(used.outcome, mean, alpha),
        log_likelihood=solution.log_likelihood,
        parameters=k + effects.rank + 1,
        iterations=0,
        dispersion=alpha,
    )


def restrict(cells: Cells) -> Restricted:
    """Rows on which Poisson without the treatment settles, weighted as the fit weighs them."""
    settled = settle_without_treatment(poisson.SOLVER, cells)
    used = settled.cells
    _check_overdispersed(used, settled.solution.mean)
    design = build_indicators(used.regressors, settled.effects)
    found = _solve(used, design.matrix, None).parameters
    mean = np.exp(used.offset + design.matrix @ found[:-1])
    return restore_treatment(cells, settled, mean / (1 + found[-1] * mean))


def _check_overdispersed(used: Cells, mean: Floats) -> None:
    """At dispersion zero the slope of the likelihood is half the sum of (y - mean)^2 - y."""
    excess = float(((used.outcome - mean) ** 2 - used.outcome).sum())
    if excess <= 0:
        raise BoundaryError(
            f"the counts are not overdispersed: squared residuals of the Poisson fit sum to "
            f"{excess:.4g} beside the counts, so the dispersion falls to zero. "
            "Remedy: family='poisson'"
        )


def _solve(used: Cells, X: Floats, warm: Floats | None) -> Solution:
    from statsmodels.discrete.discrete_model import NegativeBinomial

    model = NegativeBinomial(used.outcome, X, offset=used.offset, check_rank=False)
    first = _start(used, X, warm)
    for chain in CHAINS:
        parameters = first
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                for solver in chain:
                    found = model.fit(
                        start_params=parameters, method=solver, maxiter=STEPS[solver], disp=0,
                        skip_hessian=True,
                    )  # fmt: skip
                    parameters = np.asarray(found.params)
                solution = _accept(model, parameters)
        except FAILURES as error:
            if not is_numerical(error):
                raise
            continue
        if solution is not None:
            return solution
    tried = "; ".join(" then ".join(chain) for chain in CHAINS)
    raise ConvergenceError(
        f"negative binomial: no convergence by {tried}. "
        "Remedy: fewer effects, rescaled regressors, or family='poisson'"
    )


def _accept(model: object, parameters: Floats) -> Solution | None:
    """Take parameters at a strict maximum: concave there, and no Newton step left to take."""
    if not np.isfinite(parameters).all() or parameters[-1] <= 0:
        return None
    score = np.asarray(model.score(parameters))  # type: ignore[attr-defined]
    information = -np.asarray(model.hessian(parameters))  # type: ignore[attr-defined]
    np.linalg.cholesky(information)
    inverse = np.linalg.inv(information)
    if not float(score @ inverse @ score) <= TOLERANCE:
        return None
    value = float(model.loglike(parameters))  # type: ignore[attr-defined]
    return Solution(parameters, inverse, value)


def _start(used: Cells, X: Floats, warm: Floats | None) -> Floats:
    """Least squares on log counts, or the warm start, and the dispersion it leaves by moments."""
    aim = np.log1p(used.outcome) if warm is None else warm
    beta = np.linalg.lstsq(X, aim - used.offset, rcond=None)[0]
    mean = np.exp(np.clip(used.offset + X @ beta, -30, 30))
    excess = ((used.outcome - mean) ** 2 - mean).sum() / (mean**2).sum()
    return np.append(beta, np.clip(excess, 0.1, 10.0))


def _score_rows(outcome: Floats, mean: Floats, alpha: float, X: Floats) -> Floats:
    """Score of each row, shape (n, p + 1), dispersion last."""
    size = 1 / alpha
    slope = (outcome - mean) / (1 + alpha * mean)
    by_size = (
        digamma(outcome + size) - digamma(size) + np.log(size) - np.log(size + mean)
        - (outcome - mean) / (size + mean)
    )  # fmt: skip
    return np.column_stack([X * slope[:, None], -(size**2) * by_size])


def _measure_deviance(outcome: Floats, mean: Floats, alpha: float) -> float:
    from statsmodels.genmod.families import NegativeBinomial

    return float(NegativeBinomial(alpha=alpha).deviance(outcome, mean))


ENGINES = (
    Engine(
        family="negative_binomial",
        estimator="within",
        fit=fit,
        solver="maximum likelihood with dispersion, statsmodels",
        outcome="count",
        scale=RATE_RATIO,
        effects="indicators",
        offset=True,
        restrict=restrict,
    ),
)
