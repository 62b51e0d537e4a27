"""Cox proportional hazards on unit-periods at risk, with time-varying covariates."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np

from pkstats.errors import ConvergenceError, NoVariationError
from pkstats.estimation.engines import poisson
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.engine import HAZARD_RATIO, Engine
from pkstats.estimation.engines.fit import Fit
from pkstats.estimation.engines.numerical import FAILURES, is_numerical
from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.kernels.gram import build_basis

#: Newton decrement of the partial likelihood at which a solution is accepted.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class RiskSets:
    """Efron's partial likelihood at given coefficients; d events of a set are averaged over.

    Parameters
    ----------
    log_likelihood : float
        Of the order of events, baseline profiled out.
    scores : ndarray, shape (n, k)
        Score residual of each row; they sum to the gradient.
    information : ndarray, shape (k, k)
        Negative second derivative.
    expected : ndarray, shape (n,)
        Events expected in each row, given the risk sets.
    centred : ndarray, shape (n, k)
        Regressors less the mean of their risk set.
    """

    log_likelihood: float
    scores: Floats
    information: Floats
    expected: Floats
    centred: Floats


def fit(cells: Cells, *, start: Floats | None = None, ties: str = "efron") -> Fit:
    r"""Maximise the partial likelihood; strata are the combinations of levels of the effects.

    A row is a unit-period at risk, so it stands in one risk set only: the rows of its stratum at
    the same time since entry. With Breslow's ties the partial likelihood is therefore the
    Poisson likelihood with an effect for each risk set, and the Poisson engine fits it; what it
    drops (risk sets without an event or with one row, separated rows, collinear controls)
    carries no information here either. With Efron's ties statsmodels goes on from there.

    Parameters
    ----------
    cells : Cells
        n rows with their durations; the outcome is one where the spell ends in the event.
    start : ndarray, shape (n,), optional
        Log expected events to start from.
    ties : {"efron", "breslow"}
        Events at one time since entry.

    Returns
    -------
    Fit
        Its scores are score residuals (Therneau and Grambsch 2000) and its bread the inverse of
        the observed information. Parameters count the regressors alone.

    Raises
    ------
    EstimationError
        As the Poisson engine; or every row has the event; or no maximum is found.
    SeparationError
        The treatment is separated: the partial likelihood has no maximum.
    """
    if len(cells) and cells.outcome.min() > 0:
        raise NoVariationError(
            "the sample holds no row without the event: nothing to estimate. "
            "Remedy: give every period at risk a row"
        )
    counts = poisson.fit(_stratify(cells), start=start)
    used = counts.cells
    basis = build_basis(used.regressors, encode(used.effects))
    found = basis.write_coefficients(counts.coefficients)
    if ties == "efron":
        found = _solve(used, basis.columns, found)
    sets = measure_risk_sets(used.outcome, basis.columns, used.effects[:, 0], found, ties=ties)
    return replace(
        counts,
        cells=replace(
            used,
            effects=cells.effects[counts.rows],
            effect_names=cells.effect_names,
            effect_labels=cells.effect_labels,
        ),
        coefficients=basis.read_coefficients(found),
        linear_predictor=np.log(sets.expected),
        mean=sets.expected,
        residualised=basis.read_rows(sets.centred),
        weights=sets.expected,
        scores=basis.read_rows(sets.scores),
        bread=basis.read_bread(np.asarray(np.linalg.inv(sets.information))),
        deviance=-2 * sets.log_likelihood,
        log_likelihood=sets.log_likelihood,
        parameters=len(used.terms),
        notes=(
            f"ties by {ties.capitalize()}: {int(used.outcome.sum())} events at "
            f"{len(np.unique(used.effects))} times since entry"
            + (f", within strata of {', '.join(cells.effect_names)}" if cells.effect_names else ""),
        ),
    )


def measure_risk_sets(
    outcome: Floats, regressors: Floats, sets: Integers, coefficients: Floats, *, ties: str
) -> RiskSets:
    r"""Partial likelihood of rows that stand in one risk set each.

    With d events in a set, the l-th of them (l = 0, ..., d-1) meets the risk
    :math:`S_l = \sum_j w_{jl} e^{x_j\beta}`, :math:`w_{jl} = 1 - l/d` for the events of the set
    and one for the others; Breslow has :math:`w_{jl} = 1` throughout (Efron 1977).

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Zero or one.
    regressors : ndarray, shape (n, k)
        At the event time of the set.
    sets : ndarray of int, shape (n,)
        Risk set of each row; each holds an event.
    coefficients : ndarray, shape (k,)
        At which it is measured.
    ties : {"efron", "breslow"}
        Weights of tied events.
    """
    codes = np.unique(sets, return_inverse=True)[1]
    event = outcome > 0
    deaths = np.bincount(codes, event).astype(np.int64)
    tied = np.repeat(np.arange(len(deaths)), deaths)
    share = (np.arange(len(tied)) - np.repeat(np.cumsum(deaths) - deaths, deaths)) / deaths[tied]
    share = share if ties == "efron" else np.zeros(len(tied))
    predictor = regressors @ coefficients
    shift = predictor.max()
    risk = np.exp(predictor - shift)
    X = regressors

    def total(values: Floats, at: Integers) -> Floats:
        return np.column_stack([np.bincount(at, v, len(deaths)) for v in values.T])

    weighted = np.column_stack([risk, risk[:, None] * X])
    everyone, dying = total(weighted, codes), total(weighted * event[:, None], codes)
    sums = everyone[tied] - share[:, None] * dying[tied]
    means = sums[:, 1:] / sums[:, :1]
    hazard = np.column_stack([1 / sums[:, 0], means / sums[:, :1]])
    steps, cut = total(hazard, tied), total(share[:, None] * hazard, tied)
    steps = steps[codes] - event[:, None] * cut[codes]
    expected = risk * steps[:, 0]
    average = total(means, tied) / deaths[:, None]
    centred = X - average[codes]
    scores = event[:, None] * centred - risk[:, None] * (X * steps[:, :1] - steps[:, 1:])
    return RiskSets(
        log_likelihood=float(predictor[event].sum() - (np.log(sums[:, 0]) + shift).sum()),
        scores=scores,
        information=(expected[:, None] * X).T @ X - means.T @ means,
        expected=expected,
        centred=centred,
    )


def _stratify(cells: Cells) -> Cells:
    """Cells whose one effect is the risk set: stratum and time since entry."""
    keys = np.column_stack([cells.effects, cells.duration])
    found, sets = np.unique(keys, axis=0, return_inverse=True)
    strata = [
        ", ".join(str(cells.effect_labels[e][c]) for e, c in enumerate(key[:-1])) for key in found
    ]
    names = [f"{s} at {k[-1]}" if s else str(k[-1]) for s, k in zip(strata, found, strict=True)]
    return replace(
        cells,
        effects=sets.reshape(-1, 1).astype(np.int64),
        effect_names=("risk set (time since entry)",),
        effect_labels=(np.array(names, dtype=object),),
    )


def _solve(used: Cells, columns: Floats, first: Floats) -> Floats:
    """Maximum of Efron's partial likelihood by statsmodels, accepted where its score is nil.

    Each risk set is a stratum. Given entry times instead, statsmodels counts a row that enters at
    an event time as already at risk, so a unit's next row would stand beside its present one.
    """
    from statsmodels.duration.hazard_regression import PHReg

    sets = used.effects[:, 0]
    end = np.ones(len(used))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            model = PHReg(
                end, columns, status=used.outcome, entry=end - 1, strata=sets,
                ties="efron",
            )  # fmt: skip
            found = np.asarray(model.fit(start_params=first, tol=1e-12).params)
        at = measure_risk_sets(used.outcome, columns, sets, found, ties="efron")
        score = at.scores.sum(axis=0)
        decrement = float(score @ np.linalg.solve(at.information, score))
    except FAILURES as error:
        if not is_numerical(error):
            raise
        decrement = np.inf
    if not decrement <= TOLERANCE:
        raise ConvergenceError(
            "Cox model: no maximum of the partial likelihood was found. Remedy: rescale "
            "regressors, fewer controls, or ties='breslow'"
        )
    return found


ENGINES = (
    Engine(
        family="duration",
        estimator="cox",
        fit=fit,
        solver="partial likelihood, statsmodels",
        outcome="indicator",
        scale=HAZARD_RATIO,
        effects="strata",
        options=("ties", "spell"),
        spells=True,
        likelihood="partial log likelihood",
    ),
)
