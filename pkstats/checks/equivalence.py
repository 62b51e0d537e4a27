"""Equivalence: whether an estimate rules out every effect that would matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from pkstats.arguments import TAIL, note_argument, note_arguments
from pkstats.checks.detectable import Interval, interval
from pkstats.display.markup import write_paragraph
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines import name_scale
from pkstats.estimation.estimate import Estimate


@dataclass(frozen=True, repr=False)
class EquivalenceTest:
    """Two one-sided tests of the treatment against a smallest effect of interest.

    Parameters
    ----------
    estimate, std_error, degrees_of_freedom : float
        Of the treatment; the standard error is missing where undefined.
    smallest_effect : float
        Half width of the region of effects too small to matter, in the units of the coefficient.
    alpha : float
        Level of each one-sided test.
    p_value_low : float
        Of the hypothesis that the effect is minus the smallest effect or lower.
    p_value_high : float
        Of the hypothesis that the effect is the smallest effect or higher.
    interval : Interval
        With coverage 1 - 2 alpha; the tests reject both hypotheses where it lies inside.
    bound : float
        Smallest effect that these tests would have ruled out in both directions.
    attainable : bool
        Whether any estimate of this precision, even zero, could have passed.
    scale : str
        What the coefficient is.
    note : str
        Why the standard error is undefined.
    """

    estimate: float
    std_error: float
    degrees_of_freedom: float
    smallest_effect: float
    alpha: float
    p_value_low: float
    p_value_high: float
    interval: Interval
    bound: float
    attainable: bool
    scale: str
    note: str

    @property
    def p_value(self) -> float:
        """The larger of the two: of the hypothesis that the effect is not negligible."""
        return float(np.maximum(self.p_value_low, self.p_value_high))

    @property
    def equivalent(self) -> bool:
        """Whether both hypotheses are rejected at alpha: the effect is negligible."""
        return self.interval.lies_inside(self.smallest_effect)

    @property
    def sentence(self) -> str:
        """What the tests say, and what the estimate could rule out."""
        size, scale = f"{self.smallest_effect:g}", self.scale[:1].lower() + self.scale[1:]
        if not np.isfinite(self.std_error):
            return f"Nothing can be ruled out: the standard error is undefined ({self.note})."
        if self.equivalent:
            return (
                f"Negligible: a {scale} of {size} or more is ruled out in both directions "
                f"(p = {self.p_value:.3g}); so is anything beyond {self.bound:.3g}."
            )
        high, low = (p < self.alpha for p in (self.p_value_high, self.p_value_low))
        one = f"of {size} or more" if high else f"of -{size} or less"
        which = f"only a {scale} {one} is ruled out" if high or low else "neither side is ruled out"
        hope = (
            "" if self.attainable else "; at this precision no estimate could have ruled out both"
        )
        return (
            f"Not shown to be negligible: {which} (p = {self.p_value:.3g}); effects beyond "
            f"{self.bound:.3g} in either direction are{hope}."
        )

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return write_paragraph(self.sentence)


def equivalence_test(
    estimate: Estimate, *, smallest_effect: float, alpha: float = 0.05
) -> EquivalenceTest:
    r"""Test whether the treatment's effect is negligible, by two one-sided tests.

    With :math:`t_- = (b + \delta)/se` and :math:`t_+ = (b - \delta)/se`, the p-values are
    :math:`P(T > t_-)` and :math:`P(T < t_+)`, T Student's t on the estimate's degrees of freedom
    (Schuirmann 1987). Both fall below alpha where the interval of coverage :math:`1 - 2\alpha`
    lies inside :math:`(-\delta, \delta)`.

    Parameters
    ----------
    estimate : Estimate
        Gives coefficient, standard error and degrees of freedom.
    smallest_effect : float
        :math:`\delta`, positive, in the units of the coefficient, set from outside these data.
    alpha : float
        Level of each test, in (0, 1/2).

    Returns
    -------
    EquivalenceTest
        With missing p-values where the standard error is undefined.

    Raises
    ------
    SpecificationError
        The smallest effect is not positive and finite, or alpha lies outside (0, 1/2).
    """
    breaches = Breaches("equivalence test")
    note_arguments(breaches, smallest_effect=smallest_effect)
    note_argument(breaches, "alpha", alpha, TAIL)
    breaches.raise_as(SpecificationError)
    b, error, df = estimate.coefficient, estimate.std_error, estimate.degrees_of_freedom
    return EquivalenceTest(
        estimate=b,
        std_error=error,
        degrees_of_freedom=df,
        smallest_effect=smallest_effect,
        alpha=alpha,
        p_value_low=float(student.sf((b + smallest_effect) / error, df)),
        p_value_high=float(student.cdf((b - smallest_effect) / error, df)),
        interval=interval(estimate, level=1 - 2 * alpha),
        bound=equivalence_bound(estimate, alpha=alpha),
        attainable=bool(student.ppf(1 - alpha, df) * error < smallest_effect),
        scale=name_scale(estimate.specification)[0],
        note=estimate.note,
    )


def equivalence_bound(estimate: Estimate, *, alpha: float = 0.05) -> float:
    """Smallest effect that two one-sided tests at alpha would have ruled out, in both directions.

    The larger absolute end of the ``1 - 2 alpha`` interval (Schuirmann 1987); missing where the
    standard error is undefined.

    Raises
    ------
    SpecificationError
        Alpha outside (0, 1/2).
    """
    breaches = Breaches("equivalence bound")
    note_argument(breaches, "alpha", alpha, TAIL)
    breaches.raise_as(SpecificationError)
    return float(np.max(np.abs(interval(estimate, level=1 - 2 * alpha))))
