"""E-value: the rate ratios that a confounder would need (VanderWeele and Ding 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.arguments import is_real, note_arguments
from pkstats.checks.detectable import interval
from pkstats.display.markup import write_paragraph
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines.catalogue import ENGINES, find_engine
from pkstats.estimation.estimate import Estimate

#: Log ratio beyond which the square of a ratio is no number any more.
FURTHEST = 350.0


@dataclass(frozen=True, repr=False)
class EValue:
    """How strong a confounder of a rate ratio would have to be.

    Parameters
    ----------
    change : float
        Units of the treatment that are compared.
    ratio, ratio_low, ratio_high : float
        Rate ratio of that change, and its interval.
    value : float
        Rate ratio that a confounder needs with treatment and with outcome alike, beyond effects
        and controls, to explain the ratio away; one where there is nothing to explain.
    value_interval : float
        The same for the end of the interval nearer to one; missing where it is undefined.
    level : float
        Coverage of the interval.
    """

    change: float
    ratio: float
    ratio_low: float
    ratio_high: float
    value: float
    value_interval: float
    level: float

    @property
    def sentence(self) -> str:
        """What the values mean."""
        end = f"; to move the {self.level:.0%} interval to one, {self.value_interval:.2f}"
        if np.isnan(self.value_interval):
            end = ""
        elif self.value_interval == 1:
            end = f"; the {self.level:.0%} interval holds one as it is"
        return (
            f"An unobserved confounder would need rate ratios of {self.value:.2f} with treatment "
            f"and outcome alike to explain the rate ratio {self.ratio:.2f} away{end}."
        )

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return write_paragraph(self.sentence)


def e_value(estimate: Estimate, *, change: float = 1.0, level: float = 0.95) -> EValue:
    r"""E-value of the treatment's rate ratio, :math:`E = R + \sqrt{R (R - 1)}`.

    R is the ratio for ``change`` units of the treatment, inverted where it is below one. The bound
    holds for ratios of means and so for rates; it supposes a comparison of two values of the
    treatment and a confounder within the levels of effects and controls.

    Parameters
    ----------
    estimate : Estimate
        Of a poisson or negative binomial specification.
    change : float
        Units of the treatment, not zero.
    level : float
        Coverage of the interval.

    Returns
    -------
    EValue

    Raises
    ------
    SpecificationError
        A family without rate ratio, a change of zero or one without a finite ratio, or a level
        outside (0, 1).
    """
    breaches = Breaches("E-value")
    note_arguments(breaches, level=level)
    engine = find_engine(estimate.specification)
    if not engine.is_rate:
        served = dict.fromkeys(e.family for e in ENGINES if e.is_rate)
        breaches.add(
            f"family {engine.family!r} has no rate ratio (served: {', '.join(served)})",
            remedy="robustness_value() for a linear model",
        )
    if not is_real(change) or change == 0:
        breaches.add(f"change={change}", remedy="give the units that are compared")
    elif abs(change * estimate.coefficient) > FURTHEST:
        breaches.add(
            f"change={change!r}: the rate ratio of so many units is beyond what numbers hold",
            remedy="fewer units of the treatment",
        )
    breaches.raise_as(SpecificationError)
    with np.errstate(over="ignore"):
        ends = np.sort(np.exp(change * np.array(interval(estimate, level=level))))
    ratio = float(np.exp(change * estimate.coefficient))
    nearer = ends[0] if ratio >= 1 else ends[1]
    crosses = ends[0] <= 1 <= ends[1]
    return EValue(
        change=change,
        ratio=ratio,
        ratio_low=float(ends[0]),
        ratio_high=float(ends[1]),
        value=solve_e_value(ratio),
        value_interval=1.0 if crosses else solve_e_value(float(nearer)),
        level=level,
    )


def solve_e_value(ratio: float) -> float:
    """E-value of a rate ratio on either side of one."""
    above = max(ratio, 1 / ratio) if np.isfinite(ratio) else np.nan
    return float(above + np.sqrt(above * (above - 1)))
