"""Zero and one, by statsmodels on indicator columns once what is predicted perfectly is dropped."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np

from pkstats.estimation.engines.cells import Cells, Floats
from pkstats.estimation.engines.engine import (
    HAZARD_ODDS_RATIO,
    HAZARD_RATIO,
    ODDS_RATIO,
    Engine,
)
from pkstats.estimation.engines.fit import Fit
from pkstats.estimation.engines.indicators import build_indicators
from pkstats.estimation.engines.numerical import FAILURES, is_numerical
from pkstats.estimation.engines.restricted import Restricted
from pkstats.estimation.engines.settled import (
    Attempt,
    Settled,
    Solver,
    restore_treatment,
    settle,
    settle_without_treatment,
)
from pkstats.estimation.kernels.effects import Effects, partial_out
from pkstats.estimation.kernels.gram import build_basis, invert_gram
from pkstats.estimation.kernels.separation import find_separated_binary

REASONS = ("all-zero", "all-one", "singleton")
#: Separation is looked for where a fitted variance falls below this, or without convergence.
SUSPICION = 1e-6


@dataclass(frozen=True)
class Solution:
    """Maximum of the likelihood.

    Parameters
    ----------
    coefficients : ndarray, shape (k,)
        Of the regressors.
    linear_predictor : ndarray, shape (n,)
    log_likelihood : float
    iterations : int
    """

    coefficients: Floats
    linear_predictor: Floats
    log_likelihood: float
    iterations: int


def fit(cells: Cells, *, start: Floats | None = None, link: str = "logit") -> Fit:
    r"""Fit zero and one by maximum likelihood, by reason of every row lost.

    Levels in which every outcome is zero, or every outcome one, singletons and separated rows are
    dropped until none is left; then a control that is collinear is dropped and named. With
    ``link="complementary_log_log"``, :math:`P(y=1) = 1 - \exp(-\exp(\eta))`.

    Parameters
    ----------
    cells : Cells
        n rows; the outcome is zero or one.
    start : ndarray, shape (n,), optional
        Linear predictor to start from.
    link : {"logit", "complementary_log_log"}
        Of the probability.

    Returns
    -------
    Fit
        Its bread is the inverse of the expected information (with a logit also the observed).

    Raises
    ------
    EmptySampleError, NoVariationError, AbsorbedError, ConvergenceError
        No row is left, the outcome never varies, the treatment is absorbed or collinear, or the
        solver stops short.
    SeparationError
        The treatment is separated: without the rows it predicts perfectly it is collinear.
    """
    return _collect(settle(SOLVERS[link], cells, start=start), link=link)


def restrict(cells: Cells, *, link: str = "logit") -> Restricted:
    """Rows on which the model without the treatment settles, weighted as the fit weighs them."""
    settled = settle_without_treatment(SOLVERS[link], cells)
    return restore_treatment(cells, settled, _weigh(_found(settled), link))


def _attempt(
    used: Cells, X: Floats, effects: Effects, start: Floats | None, *, link: str
) -> Attempt[Solution | None]:
    found = _solve(used, X, effects, start, link=link)
    suspect = found is None or not _variance(found.linear_predictor, link).min() >= SUSPICION
    return Attempt(found, suspect, found is not None)


def _refuse(_: Solution | None, *, link: str) -> str:
    return (
        f"{link} fit: no convergence, though no row is separated. "
        "Remedy: rescale regressors or use fewer effects"
    )


def _found(settled: Settled[Solution | None]) -> Solution:
    assert settled.solution is not None  # it is not settled without
    return settled.solution


def _solve(
    used: Cells, X: Floats, effects: Effects, start: Floats | None, *, link: str
) -> Solution | None:
    """Maximum of the likelihood; None without convergence."""
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.families.links import CLogLog
    from statsmodels.genmod.generalized_linear_model import GLM

    design = build_indicators(X, effects)
    first = None
    if start is not None:
        first = np.linalg.lstsq(design.matrix, start, rcond=None)[0]
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            if link == "logit":
                model = Logit(used.outcome, design.matrix, check_rank=False)
                found = model.fit(
                    start_params=first, method="newton", maxiter=60, tol=1e-12, disp=0
                )
                steps = int(found.mle_retvals["iterations"])
            else:
                model = GLM(used.outcome, design.matrix, family=Binomial(link=CLogLog()))
                found = model.fit(
                    start_params=first, maxiter=100, tol=1e-13, tol_criterion="params"
                )
                steps = int(found.fit_history["iteration"])
            gradient = np.abs(model.score(found.params)).max()
    except FAILURES as error:
        if not is_numerical(error):
            raise
        return None
    if not np.isfinite(found.params).all() or not gradient <= 1e-7 * len(used):
        return None
    predictor = design.matrix @ found.params
    coefficients = design.basis.read_coefficients(found.params[: X.shape[1]])
    return Solution(coefficients, predictor, float(found.llf), steps)


def _collect(settled: Settled[Solution | None], *, link: str) -> Fit:
    used, effects, solution = settled.cells, settled.effects, _found(settled)
    predictor = solution.linear_predictor
    mean, slope = _measure_mean(predictor, link)
    variance = mean * (1 - mean)
    weights = slope**2 / variance
    basis = build_basis(used.regressors, effects)
    left = partial_out(effects, weights, basis.columns)
    residualised = basis.read_rows(left)
    residual = (used.outcome - mean) * slope / variance
    return Fit(
        cells=used,
        rows=settled.rows,
        coefficients=solution.coefficients,
        linear_predictor=predictor,
        mean=mean,
        residualised=residualised,
        weights=weights,
        scores=residualised * residual[:, None],
        bread=basis.read_bread(invert_gram(left.T, weights)),
        deviance=-2 * solution.log_likelihood,
        log_likelihood=solution.log_likelihood,
        parameters=len(used.terms) + effects.rank,
        iterations=solution.iterations,
        losses=settled.losses,
        dropped_terms=settled.dropped_terms,
        notes=_warn(used),
    )


def _measure_mean(predictor: Floats, link: str) -> tuple[Floats, Floats]:
    """Mean and its slope in the linear predictor."""
    if link == "logit":
        mean = 1 / (1 + np.exp(-np.clip(predictor, -700, 700)))
        return mean, mean * (1 - mean)
    hazard = np.exp(np.clip(predictor, -700, 700))
    return -np.expm1(-hazard), hazard * np.exp(-hazard)


def _weigh(solution: Solution, link: str) -> Floats:
    mean, slope = _measure_mean(solution.linear_predictor, link)
    return slope**2 / (mean * (1 - mean))


def _variance(predictor: Floats, link: str) -> Floats:
    mean, _ = _measure_mean(predictor, link)
    return mean * (1 - mean)


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


SOLVERS = {
    link: Solver(
        REASONS,
        partial(_attempt, link=link),
        find_separated_binary,
        partial(_refuse, link=link),
    )
    for link in ("logit", "complementary_log_log")
}
ENGINES = (
    Engine(
        family="logit",
        estimator="within",
        fit=fit,
        solver="maximum likelihood, statsmodels",
        outcome="indicator",
        scale=ODDS_RATIO,
        effects="indicators",
        restrict=restrict,
    ),
    Engine(
        family="duration",
        estimator="discrete_time",
        fit=fit,
        solver="maximum likelihood on unit-periods at risk, statsmodels",
        outcome="indicator",
        scale=HAZARD_RATIO,
        scales_by_link=(("logit", HAZARD_ODDS_RATIO),),
        effects="indicators",
        options=("link", "baseline_degree", "spell"),
        spells=True,
        restrict=restrict,
    ),
)
