"""Robustness value: the partial R2 that a confounder would need (Cinelli and Hazlett 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from pkstats.arguments import note_arguments
from pkstats.checks.sensitivity.linear_moments import LinearMoments, take_moments
from pkstats.display.markup import write_frame, write_paragraph
from pkstats.errors import Breaches, SpecificationError, name_some
from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.estimate import Estimate


@dataclass(frozen=True, repr=False)
class RobustnessValue:
    """How strong a confounder would have to be, beyond effects and controls.

    Parameters
    ----------
    estimate : float
        Coefficient of the treatment.
    value : float
        Share of the residual variance, of treatment and of outcome alike, that a confounder must
        explain to bring the estimate to zero.
    value_interval : float
        The same to bring the nearer end of the estimate's own interval to zero, its standard error
        held as it is; zero where the interval holds zero, missing where it is undefined.
    partial_r2 : float
        Of the treatment with the outcome: the share of the treatment's residual variance that a
        confounder must explain if it explains all that is left of the outcome.
    level : float
        Coverage of that interval.
    bounds : pandas.DataFrame
        One row a benchmark and multiple: benchmark multiple r2_treatment r2_outcome
        adjusted_estimate note.
    """

    estimate: float
    value: float
    value_interval: float
    partial_r2: float
    level: float
    bounds: pd.DataFrame

    @property
    def sentence(self) -> str:
        """What the values mean."""
        end = f"; to bring the {self.level:.0%} interval to zero, {self.value_interval:.1%}"
        if np.isnan(self.value_interval):
            end = ""
        elif self.value_interval == 0:
            end = f"; the {self.level:.0%} interval holds zero as it is"
        return (
            f"An unobserved confounder that explains {self.value:.1%} of what is left of both "
            f"treatment and outcome would bring the estimate {self.estimate:.4g} to zero{end}."
        )

    def __repr__(self) -> str:
        if self.bounds.empty:
            return self.sentence
        return (
            f"{self.sentence}\n{self.bounds.to_string(index=False, float_format='{:.4f}'.format)}"
        )

    def _repr_html_(self) -> str:
        table = write_frame(self.bounds, float_format="{:.4f}".format)
        return f"{write_paragraph(self.sentence)}{'' if self.bounds.empty else table}"


def robustness_value(
    estimate: Estimate,
    *,
    benchmarks: Sequence[str] = (),
    multiples: Sequence[float] = (1, 2, 3),
    level: float = 0.95,
) -> RobustnessValue:
    r"""Robustness value of a linear estimate, and bounds by observed controls.

    With f the partial f of the treatment, a share q of the estimate is explained away by a
    confounder whose partial R2 with treatment and with outcome are both

    .. math:: RV_q = \tfrac12\left(\sqrt{(qf)^4 + 4 (qf)^2} - (qf)^2\right),

    q = 1 for the estimate itself. The interval's value takes
    :math:`q = 1 - t\,se / |b|` with the estimate's own standard error and reference; the paper
    takes the classical standard error, which clusters make too small.

    A bound supposes a confounder m times as strongly associated with treatment and with outcome
    as a benchmark control is. A partial R2 describes the sample and needs no standard error.

    Parameters
    ----------
    estimate : Estimate
        Linear: pooled, within or in first differences.
    benchmarks : sequence of str
        Controls of the specification.
    multiples : sequence of float
        m, positive.
    level : float
        Coverage of the interval that ``value_interval`` speaks of.

    Returns
    -------
    RobustnessValue

    Raises
    ------
    SpecificationError
        Not a linear model of that kind, a benchmark that is no control of the fit, a multiple
        that is not positive, or a level outside (0, 1).
    """
    moments = take_moments(estimate)
    controls = estimate.fit.cells.terms[1:]
    breaches = Breaches("robustness value")
    note_arguments(breaches, level=level)
    unknown = [b for b in benchmarks if b not in controls]
    if unknown:
        breaches.add(
            f"no controls of the fit: {name_some(unknown)}",
            remedy=f"one of {name_some(controls)}" if controls else "add a control",
        )
    wrong = [m for m in multiples if not m > 0]
    if wrong:
        breaches.add(f"multiples that are not positive: {name_some(wrong)}", remedy="1, 2, 3")
    breaches.raise_as(SpecificationError)
    size = abs(float(moments.partial_f[0]))
    reach = student.ppf((1 + level) / 2, estimate.degrees_of_freedom) * estimate.std_error
    left = 1 - reach / abs(estimate.coefficient)
    rows = [
        row
        for name in benchmarks
        for row in _bound(estimate, moments, 1 + controls.index(name), tuple(multiples))
    ]
    columns = [
        "benchmark", "multiple", "r2_treatment", "r2_outcome", "adjusted_estimate", "note",
    ]  # fmt: skip
    return RobustnessValue(
        estimate=estimate.coefficient,
        value=solve_robustness(size),
        value_interval=solve_robustness(size * max(left, 0.0)) if np.isfinite(left) else np.nan,
        partial_r2=size**2 / (1 + size**2),
        level=level,
        bounds=pd.DataFrame(rows, columns=columns),
    )


def solve_robustness(partial_f: float) -> float:
    """Partial R2 with treatment and outcome alike that explains away a partial f."""
    square = partial_f**2
    return float((np.sqrt(square**2 + 4 * square) - square) / 2)


def measure_bias(r2_treatment: float, r2_outcome: float, partial_f: float) -> float:
    r"""Bias by a confounder, as a share of the estimate.

    :math:`\sqrt{R^2_Y R^2_D / (1 - R^2_D)} / |f|`, from the standard error's own definition.
    """
    return float(np.sqrt(r2_outcome * r2_treatment / (1 - r2_treatment)) / abs(partial_f))


def bound_confounder(
    r2_treatment: float, r2_outcome: float, *, multiple: float
) -> tuple[float, float]:
    """Partial R2 with treatment and outcome of a confounder m times as strong as a control.

    Parameters
    ----------
    r2_treatment : float
        Of the control with the treatment, given effects and the other controls.
    r2_outcome : float
        Of the control with the outcome, given also the treatment.
    multiple : float
        m.

    Returns
    -------
    tuple of float
        Missing where no confounder can be so strong; the second is at most one.
    """
    with_treatment = multiple * r2_treatment / (1 - r2_treatment)
    if with_treatment >= 1:
        return np.nan, np.nan
    shared = multiple * r2_treatment**2 / ((1 - multiple * r2_treatment) * (1 - r2_treatment))
    if shared >= 1:
        return np.nan, np.nan
    rise = (np.sqrt(multiple) + np.sqrt(shared)) ** 2 / (1 - shared)
    return with_treatment, min(float(rise * r2_outcome / (1 - r2_outcome)), 1.0)


def _bound(
    estimate: Estimate, moments: LinearMoments, column: int, multiples: tuple[float, ...]
) -> list[tuple[str, float, float, float, float, str]]:
    name = estimate.fit.cells.terms[column]
    with_treatment = _correlate(moments.regressors, column) ** 2
    with_outcome = moments.partial_f[column] ** 2 / (1 + moments.partial_f[column] ** 2)
    rows = []
    for multiple in multiples:
        treatment, outcome = bound_confounder(with_treatment, with_outcome, multiple=multiple)
        share = measure_bias(treatment, outcome, float(moments.partial_f[0]))
        note = "no confounder can be so strong" if np.isnan(treatment) else ""
        note = "explains all that is left of the outcome" if outcome == 1 else note
        adjusted = estimate.coefficient * (1 - share)
        rows.append((name, float(multiple), treatment, outcome, adjusted, note))
    return rows


def _correlate(regressors: Floats, column: int) -> float:
    """Partial correlation of the treatment with a control, given the other controls."""
    others = [j for j in range(1, regressors.shape[1]) if j != column]
    pair = regressors[:, [0, column]]
    if others:
        basis = np.linalg.qr(regressors[:, others])[0]
        pair = pair - basis @ (basis.T @ pair)
    pair = pair / np.linalg.norm(pair, axis=0)
    return float(pair[:, 0] @ pair[:, 1])
