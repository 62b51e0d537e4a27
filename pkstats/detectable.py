"""What an estimate could have detected, and what it can rule out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from pkstats.errors import SpecificationError
from pkstats.estimation import Estimate


class Interval(NamedTuple):
    """Bounds of an interval, in the units of the coefficient."""

    low: float
    high: float

    def lies_inside(self, smallest_effect: float) -> bool:
        """Whether the whole interval is strictly between minus and plus the smallest effect."""
        return bool(-smallest_effect < self.low and self.high < smallest_effect)

    def holds(self, value: float) -> bool:
        """Whether the value lies in the interval."""
        return bool(self.low <= value <= self.high)


def minimum_detectable_effect(
    estimate: Estimate, *, power: float = 0.8, alpha: float = 0.05
) -> float:
    r"""Smallest effect that a two-sided test of this precision finds with the given power.

    :math:`(t_{1-\alpha/2} + t_{power})\,se` with the quantiles of Student's t on :math:`G^*-1`
    degrees of freedom (Bloom 1995).

    Parameters
    ----------
    estimate : Estimate
        Gives standard error and degrees of freedom.
    power, alpha : float
        In (0, 1).

    Returns
    -------
    float
        In log rate ratio per unit of the treatment; missing where the standard error is.

    Raises
    ------
    SpecificationError
        Power or alpha outside (0, 1).
    """
    _check_share(power, "power")
    _check_share(alpha, "alpha")
    df = estimate.degrees_of_freedom
    return float((student.ppf(1 - alpha / 2, df) + student.ppf(power, df)) * estimate.std_error)


def interval(estimate: Estimate, *, level: float = 0.9) -> Interval:
    """Interval of the treatment; the 90% one decides equivalence at the 5% level.

    Parameters
    ----------
    estimate : Estimate
        Gives coefficient, standard error and degrees of freedom.
    level : float
        Coverage, in (0, 1).

    Returns
    -------
    Interval
        Two missing values where the standard error is undefined.
    """
    _check_share(level, "level")
    reach = student.ppf((1 + level) / 2, estimate.degrees_of_freedom) * estimate.std_error
    return Interval(estimate.coefficient - reach, estimate.coefficient + reach)


def equivalence_bound(estimate: Estimate, *, alpha: float = 0.05) -> float:
    """Smallest effect that two one-sided tests at alpha would have ruled out, in both directions.

    The larger absolute end of the ``1 - 2 alpha`` interval (Schuirmann 1987).
    """
    _check_share(2 * alpha, "2 * alpha")
    return float(np.max(np.abs(interval(estimate, level=1 - 2 * alpha))))


def _check_share(value: float, name: str) -> None:
    if not 0 < value < 1:
        raise SpecificationError(f"{name}={value} lies outside (0, 1). Remedy: give a share")
