"""Instrumental variables: two-stage least squares by linearmodels on residualised columns."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import f as fisher

from pkstats.errors import AbsorbedError, name_some
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.engine import CHANGE, Engine
from pkstats.estimation.engines.fit import Fit, Loss
from pkstats.estimation.engines.linear import REASONS, check_residual
from pkstats.estimation.engines.numerical import FAILURES, is_numerical
from pkstats.estimation.engines.rows import (
    drop_levels,
    keep_regressors,
    take_regressors,
    word_faint,
)
from pkstats.estimation.kernels.clusters import sum_by_cluster
from pkstats.estimation.kernels.collinearity import TOLERANCE, find_collinear
from pkstats.estimation.kernels.effects import Effects, encode, partial_out
from pkstats.estimation.kernels.gram import invert_gram, invert_triangle

#: Effective F below which, with one instrument, the bias of two-stage least squares may exceed a
#: tenth of its worst case, at 5% (Montiel Olea and Pflueger 2013, Table 1).
STRONG = 23.1
#: Share of the largest eigenvalue at which a covariance of coefficients is singular.
DEGENERATE = 1e-12


@dataclass(frozen=True)
class FirstStage:
    """Strength of m instruments of one treatment, all residualised on controls and effects.

    Parameters
    ----------
    effective_f : float
        Montiel Olea and Pflueger's.
    wald_f : float
        Cluster-robust Wald statistic over m; with one treatment it is Kleibergen and Paap's.
    partial_r2 : float
        Share of the treatment's residual variance.
    reduced_form_p : float
        p-value of Anderson and Rubin's test that the treatment has no effect, sound however weak
        the instruments are; missing with as many instruments as clusters.
    """

    effective_f: float
    wald_f: float
    partial_r2: float
    reduced_form_p: float


def fit(cells: Cells) -> Fit:
    r"""Fit :math:`y_{it} = \beta x_{it} + \gamma' w_{it} + \alpha + e_{it}`, x instrumented by z.

    Effects are partialled out of every column, singletons dropped and named, then collinear
    controls and instruments. Scores are :math:`\hat x_{it} e_{it}` with :math:`\hat x` the first
    stage's prediction, so the sandwich is the usual one of two-stage least squares.

    Parameters
    ----------
    cells : Cells
        n rows with m instruments.

    Returns
    -------
    Fit
        Its notes state the strength of the first stage.

    Raises
    ------
    EmptySampleError, NoVariationError, SaturatedError
        As the linear engine.
    AbsorbedError
        The treatment is absorbed or collinear, or no instrument varies beside effects and
        controls or moves the treatment there.
    """
    losses: list[Loss] = []
    rows = drop_levels(cells, np.arange(len(cells)), losses, reasons=REASONS)
    used = cells.take(rows)
    effects = encode(used.effects)
    kept = keep_regressors(used, effects, losses)
    instruments = _keep_instruments(used, kept[1:], effects)
    dropped = [t for i, t in enumerate(used.terms) if i not in kept]
    dropped += [z for j, z in enumerate(used.instrument_names) if j not in instruments]
    used = replace(
        take_regressors(used, kept),
        instruments=used.instruments[:, instruments],
        instrument_names=tuple(used.instrument_names[j] for j in instruments),
    )
    return _solve(used, rows, effects, losses, tuple(dropped))


def _keep_instruments(used: Cells, controls: list[int], effects: Effects) -> list[int]:
    """Positions of the instruments that vary beside effects, controls and one another."""
    number = len(controls)
    kept: list[int] = []
    for j, z in enumerate(used.instruments.T):
        others = [used.regressors[:, c] for c in controls] + [used.instruments[:, i] for i in kept]
        found = find_collinear(np.column_stack([z, *others]), effects)
        if 0 in found.faint:
            raise word_faint(used.instrument_names[j], found.faint[0])
        if 0 not in found:
            kept.append(j)
    if not kept:
        beside = [*used.effect_names, *(used.terms[c] for c in controls)]
        raise AbsorbedError(
            f"no instrument of {name_some(used.instrument_names)} varies beside "
            + (name_some(beside) if number or used.effect_names else "the intercept")
            + ". Remedy: another instrument, or fewer effects"
        )
    return kept


def _solve(
    used: Cells, rows: Integers, effects: Effects, losses: list[Loss], dropped: tuple[str, ...]
) -> Fit:
    ones = np.ones(len(used))
    whole = np.column_stack([used.outcome, used.regressors, used.instruments])
    within = partial_out(effects, ones, whole)
    size = np.sqrt(np.mean(within**2, axis=0))
    k = len(used.terms)
    y, x, controls, z = np.split(within / size, [1, 2, k + 1], axis=1)
    basis, triangle = np.linalg.qr(controls)
    own = _project(np.column_stack([y, x, z]), basis)
    instruments = np.linalg.qr(own[:, 2:])[0]
    slope = _estimate(own[:, :1], own[:, 1:2], instruments)
    rest = invert_triangle(triangle) @ (basis.T @ (y - slope * x))[:, 0]
    coefficients = np.r_[slope, rest] * size[0] / size[1 : k + 1]
    residual = check_residual(size[0] * (own[:, 0] - slope * own[:, 1]), used.outcome)
    predicted = basis @ (basis.T @ x) + instruments @ (instruments.T @ own[:, 1:2])
    fitted = np.column_stack([predicted, controls]) * size[1 : k + 1]
    stage = measure_first_stage(
        own[:, 0], own[:, 1], instruments, basis, used.cluster, parameters=effects.rank
    )
    mean = used.outcome - residual
    return Fit(
        cells=used,
        rows=rows,
        coefficients=coefficients,
        linear_predictor=mean,
        mean=mean,
        residualised=fitted,
        weights=ones,
        scores=fitted * residual[:, None],
        bread=invert_gram(fitted.T),
        deviance=float(residual @ residual),
        log_likelihood=np.nan,
        parameters=k + effects.rank,
        iterations=1,
        losses=tuple(losses),
        dropped_terms=dropped,
        notes=_describe(used, stage),
    )


def _estimate(y: Floats, x: Floats, z: Floats) -> float:
    """Coefficient of the treatment; columns are residualised, and those of z orthonormal."""
    from linearmodels.iv import IV2SLS

    length = np.linalg.norm(x)
    moved = np.linalg.norm(z.T @ x) / length
    if not moved > TOLERANCE:
        raise AbsorbedError(
            f"instrumental variables: the instruments move {moved:.1g} of what controls and "
            "effects leave of the treatment. Remedy: another instrument"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = IV2SLS(y, None, x / length, z).fit()
    except FAILURES as error:
        if not is_numerical(error):
            raise
        raise AbsorbedError(
            "instrumental variables: the instruments do not move the treatment beside the "
            f"controls ({error}). Remedy: another instrument"
        ) from error
    return float(np.asarray(found.params, dtype=float)[0] / length)


def _project(columns: Floats, basis: Floats) -> Floats:
    """Columns less their projection on orthonormal ones, made twice."""
    for _ in range(2):
        columns = columns - basis @ (basis.T @ columns)
    return columns


def measure_first_stage(
    outcome: Floats,
    treatment: Floats,
    instruments: Floats,
    controls: Floats,
    cluster: Integers,
    *,
    parameters: int,
) -> FirstStage:
    r"""Strength of the first stage, under clustered errors with the house factor.

    With :math:`\hat\pi` the first-stage coefficients, V their CRV1 covariance and Z the
    instruments residualised on the controls, the effective F is
    :math:`\hat\pi' Z'Z \hat\pi / \mathrm{tr}(V Z'Z)` and the Wald F
    :math:`\hat\pi' V^{-1} \hat\pi / m`.

    Parameters
    ----------
    outcome, treatment : ndarray, shape (n,)
        Less their projection on the effects.
    instruments : ndarray, shape (n, m)
        Less their projection on effects and controls.
    controls : ndarray, shape (n, c)
        Less their projection on the effects, orthonormal.
    cluster : ndarray of int, shape (n,)
    parameters : int
        Rank of the effects.
    """
    Z, m, n = instruments, instruments.shape[1], len(instruments)
    codes = np.unique(cluster, return_inverse=True)[1]
    G = int(codes.max()) + 1
    count = m + controls.shape[1] + parameters
    factor = G / max(G - 1, 1) * (n - 1) / max(n - count, 1)
    inner = Z.T @ Z
    y, x = (_project(v[:, None], controls)[:, 0] for v in (outcome, treatment))

    def regress(target: Floats) -> tuple[Floats, Floats]:
        slope = np.linalg.solve(inner, Z.T @ target)
        scores = sum_by_cluster(Z * (target - Z @ slope)[:, None], codes, count=G)
        half = scores @ np.linalg.inv(inner)
        return np.asarray(slope), np.asarray(factor * half.T @ half)

    slope, covariance = regress(x)
    reduced, reduced_covariance = regress(y)
    p = float(fisher.sf(_wald(reduced, reduced_covariance), m, G - 1)) if m < G else np.nan
    exact = bool(np.abs(x - Z @ slope).max() <= 1e-10 * np.abs(x).max())
    wald_f = np.inf if exact else np.nan
    if m < G and not exact:
        wald_f = _wald(slope, covariance)
    noise = float(np.trace(covariance @ inner))
    return FirstStage(
        effective_f=float(slope @ inner @ slope) / noise if noise > 0 and not exact else np.inf,
        wald_f=wald_f,
        partial_r2=float(slope @ inner @ slope / (x @ x)),
        reduced_form_p=p,
    )


def _wald(slope: Floats, covariance: Floats) -> float:
    """Wald statistic over the number of coefficients; missing where few clusters span them."""
    scale = np.sqrt(np.diag(covariance))
    if not (scale > 0).all():
        return np.nan
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    if values.min() <= DEGENERATE * values.max():
        return np.nan
    along = vectors.T @ (slope / scale)
    return float((along**2 / values).mean())


def _describe(used: Cells, stage: FirstStage) -> tuple[str, ...]:
    strength = (
        f"first stage of {used.terms[0]} on {name_some(used.instrument_names)}: effective F "
        f"{stage.effective_f:.1f}, Kleibergen-Paap F {stage.wald_f:.1f}, partial R2 "
        f"{stage.partial_r2:.3f}"
    )
    notes = [strength]
    if stage.effective_f < STRONG:
        notes.append(
            f"weak instruments: an effective F under {STRONG} leaves room for a bias of a tenth of "
            "the worst case, and intervals of two-stage least squares are too short"
        )
    if np.isfinite(stage.reduced_form_p):
        notes.append(
            f"Anderson-Rubin test of no effect, sound under weak instruments: "
            f"p {stage.reduced_form_p:.4f}"
        )
    return tuple(notes)


ENGINES = (
    Engine(
        family="linear",
        estimator="iv",
        fit=fit,
        solver="two-stage least squares, linearmodels",
        outcome="number",
        scale=CHANGE,
        effects="absorbed",
        options=("instruments",),
        warm_start=False,
    ),
)
