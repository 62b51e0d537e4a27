"""Proportional selection: what coefficient movement says of unobservables (Oster 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.checks.sensitivity.linear_moments import take_moments
from pkstats.display.markup import write_paragraph
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.estimate import Estimate

#: Oster's bound on the R2 with all confounders, as a multiple of the R2 with controls.
R2_MULTIPLE = 1.3


@dataclass(frozen=True)
class Movement:
    """Movement of coefficient and R2 as controls are added.

    Parameters
    ----------
    short, long : float
        Coefficient of the treatment without and with controls.
    r2_short, r2_long : float
        Of the outcome less its projection on the effects.
    outcome, treatment : float
        Variance of the outcome, and of the treatment, less effects.
    residual : float
        Variance of the treatment less effects and controls.
    """

    short: float
    long: float
    r2_short: float
    r2_long: float
    outcome: float
    treatment: float
    residual: float


@dataclass(frozen=True, repr=False)
class ProportionalSelection:
    """Selection on unobservables against selection on the controls.

    Parameters
    ----------
    movement : Movement
        What it is computed from.
    r2_max : float
        R2 if every confounder were observed, assumed.
    target : float
        Effect that ``delta`` speaks of.
    delta : float
        How many times as strong as on controls the selection on unobservables must be for the
        effect to equal the target; infinite where no strength suffices.
    adjusted : float
        Coefficient if the two were equally strong (delta of one).
    other_solution : float
        Coefficient if unobservables biased against the controls; missing without movement.
    """

    movement: Movement
    r2_max: float
    target: float
    delta: float
    adjusted: float
    other_solution: float

    @property
    def sentence(self) -> str:
        """What the numbers mean."""
        verb = (
            "run against that on the controls,"
            if self.delta < 0
            else "be like that on the controls,"
        )
        return (
            f"Controls move the coefficient from {self.movement.short:.4g} to "
            f"{self.movement.long:.4g}. For an effect of {self.target:g}, selection on what is "
            f"unobserved would have to {verb} {abs(self.delta):.2f} times as strong; were it "
            f"equal to it, the effect would be {self.adjusted:.4g} (with an R2 of "
            f"{self.r2_max:.2f})."
        )

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return write_paragraph(self.sentence)


def proportional_selection(
    estimate: Estimate, *, r2_max: float | None = None, target: float = 0.0
) -> ProportionalSelection:
    """Oster's delta and bias-adjusted coefficient of a linear estimate.

    Effects stand in both regressions, so that R2 are of what they leave; the controls tell how
    the treatment is selected.

    Parameters
    ----------
    estimate : Estimate
        Linear (pooled, within or in first differences), with at least one control.
    r2_max : float, optional
        Between the R2 with controls and one; by default 1.3 times it, at most one.
    target : float
        Effect of interest.

    Returns
    -------
    ProportionalSelection

    Raises
    ------
    SpecificationError
        Not a linear model of that kind, no control, or an R2 out of its range.
    """
    moments = take_moments(estimate)
    breaches = Breaches("proportional selection")
    treatment, outcome = moments.regressors[:, 0], moments.outcome
    n = len(outcome)
    if moments.regressors.shape[1] < 2:
        breaches.add("the model has no control", remedy="robustness_value(), or add controls")
    total = float(outcome @ outcome)
    r2_long = 1 - float(moments.residual @ moments.residual) / total
    ceiling = min(R2_MULTIPLE * r2_long, 1.0) if r2_max is None else r2_max
    if not r2_long < ceiling <= 1:
        breaches.add(
            f"r2_max={ceiling:g} lies outside ({r2_long:.4g}, 1]",
            remedy="above the R2 with controls",
        )
    breaches.raise_as(SpecificationError)
    short = float(treatment @ outcome) / float(treatment @ treatment)
    rest = outcome - short * treatment
    bread = estimate.fit.bread[0, 0]
    movement = Movement(
        short=short,
        long=estimate.coefficient,
        r2_short=1 - float(rest @ rest) / total,
        r2_long=r2_long,
        outcome=total / n,
        treatment=float(treatment @ treatment) / n,
        residual=float(1 / bread) / n,
    )
    adjusted, other = adjust_coefficient(movement, r2_max=ceiling)
    delta = solve_delta(movement, r2_max=ceiling, target=target)
    return ProportionalSelection(movement, ceiling, target, delta, adjusted, other)


def solve_delta(movement: Movement, *, r2_max: float, target: float) -> float:
    """Delta at which the effect equals the target, the ratio of :func:`_expand`'s polynomials."""
    bias = movement.long - target
    above, below = (np.polyval(p, bias) for p in _expand(movement, r2_max))
    return float(above / below) if below else float("inf")


def adjust_coefficient(movement: Movement, *, r2_max: float) -> tuple[float, float]:
    """Effect at a delta of one, and the other solution of the quadratic.

    The biases that solve it have opposite signs. The one is taken whose sign is that of the
    movement: controls and unobservables are assumed to bias alike (Oster's assumption 3).
    """
    above, below = _expand(movement, r2_max)
    moved = movement.short - movement.long
    if moved == 0:
        return movement.long, float("nan")
    roots = np.roots((above - below)[1:])
    alike = roots[np.argmax(roots * moved)]
    other = roots[np.argmin(roots * moved)]
    return float(movement.long - alike), float(movement.long - other)


def _expand(movement: Movement, r2_max: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Numerator and denominator of delta, as polynomials in the bias, highest power first.

    Oster (2019), proposition 2, with :math:`b = \tilde\beta - \beta`, movement
    :math:`d = \dot\beta - \tilde\beta`, variances s of the treatment and :math:`\tau` of its
    residual, and explained variances :math:`g = (\tilde R - \dot R) \sigma_y^2`,
    :math:`h = (R_{max} - \tilde R) \sigma_y^2`:

    .. math:: \delta = \frac{b \tau (g + s d^2) + 2 b^2 \tau s d + b^3 \tau (s - \tau)}
                            {h s d + b h (s - \tau) + b^2 \tau s d + b^3 \tau (s - \tau)}
    """
    d, s, tau = movement.short - movement.long, movement.treatment, movement.residual
    g = (movement.r2_long - movement.r2_short) * movement.outcome
    h = (r2_max - movement.r2_long) * movement.outcome
    above = np.array([tau * (s - tau), 2 * tau * s * d, tau * (g + s * d**2), 0.0])
    below = np.array([tau * (s - tau), tau * s * d, h * (s - tau), h * s * d])
    return above, below
