r"""Compatibility: which effects an estimate fits, and how far it should move a reader's belief.

The confidence curve is the two-sided p-value of every effect :math:`\theta`,

.. math:: p(\theta) = 2\,P(T > |b - \theta| / se)

T Student's t on the estimate's degrees of freedom; its cut at height :math:`1 - c` is the interval
of coverage c (Poole 1987; Rafi and Greenland 2020). A reader with a normal prior
:math:`\theta \sim N(m, s^2)` arrives at the posterior :math:`\propto N(\theta; m, s^2)\,
L(\theta)`, with :math:`L` the density of b about :math:`\theta`, normal with standard deviation se
or t on the degrees of freedom. The second says that se is itself estimated from few clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import pandas as pd
from scipy.integrate import cumulative_trapezoid
from scipy.stats import norm
from scipy.stats import t as student

from pkstats.arguments import check_arguments, note_arguments
from pkstats.checks.detectable import Interval
from pkstats.checks.readers import PRIORS, Prior
from pkstats.display.compatibility import draw_compatibility
from pkstats.display.markup import write_frame, write_paragraph
from pkstats.display.number import write_bounds, write_effect
from pkstats.errors import Breaches, SpecificationError, UndefinedError
from pkstats.estimation.engines import name_scale
from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Likelihood = Literal["normal", "t"]
#: Coverage of the intervals of posteriors and of the sentence.
LEVEL: Final = 0.90
#: Standard deviations of prior and estimate that the grid spans, and its points about each.
REACH, POINTS = 9.0, 4001


@dataclass(frozen=True, repr=False)
class ConfidenceCurve:
    """Estimate of the treatment under every level of confidence.

    Parameters
    ----------
    estimate, std_error, degrees_of_freedom : float
        Of the treatment; the standard error is positive.
    unit : str
        What the coefficient is, or the ratio that its exponential is.
    ratio : bool
        Whether the exponential is a ratio.
    """

    estimate: float
    std_error: float
    degrees_of_freedom: float
    unit: str = "coefficient"
    ratio: bool = False

    def __post_init__(self) -> None:
        if not (np.isfinite(self.estimate) and 0 < self.std_error < np.inf):
            raise UndefinedError(
                f"confidence curve: estimate {self.estimate:g} with standard error "
                f"{self.std_error:g}. Remedy: an estimate whose standard error is defined"
            )
        if not self.degrees_of_freedom > 0:
            raise UndefinedError(
                f"confidence curve: {self.degrees_of_freedom:g} degrees of freedom. Remedy: more "
                "clusters"
            )

    def p_value(self, effects: float | Floats) -> Floats:
        """Two-sided p-value of each effect, in the shape given."""
        distance = np.abs(self.estimate - np.asarray(effects, dtype=float)) / self.std_error
        return np.asarray(2 * student.sf(distance, self.degrees_of_freedom))

    def interval(self, level: float = LEVEL) -> Interval:
        """Interval of a coverage in (0, 1)."""
        check_arguments("confidence curve", level=level)
        reach = student.ppf((1 + level) / 2, self.degrees_of_freedom) * self.std_error
        return Interval(float(self.estimate - reach), float(self.estimate + reach))

    def tabulate(
        self, levels: Sequence[float] = (0.5, 0.8, 0.9, 0.95, 0.99)
    ) -> pd.DataFrame:  # fmt: skip
        """Intervals by level: level conf_low conf_high."""
        rows = [(level, *self.interval(level)) for level in levels]
        return pd.DataFrame(rows, columns=["level", "conf_low", "conf_high"])

    def say(self, smallest_effect: float | None = None, *, level: float = LEVEL) -> str:
        """Say which effects the data are compatible with, and what they rule out."""
        if smallest_effect is not None:
            check_arguments("confidence curve", smallest_effect=smallest_effect)
        low, high = self.interval(level)
        told = write_bounds(low, high, ratio=self.ratio)
        ends = [write_effect(end, ratio=self.ratio) for end in (low, high)]
        none = f"no effect ({'a ratio of 1' if self.ratio else 'zero'})"
        text = (
            f"At the {level:.0%} level the data are compatible with a {self.unit} from {told}: "
            f"anything below {ends[0]} and anything above {ends[1]} is ruled out, and {none} is "
            f"{'among what they fit' if low <= 0 <= high else 'ruled out as well'}."
        )
        if smallest_effect is None:
            return text
        size = [write_effect(end, ratio=self.ratio) for end in (-smallest_effect, smallest_effect)]
        down, up = low > -smallest_effect, high < smallest_effect
        if down and up:
            end = "Effects large enough to matter are ruled out in both directions"
        elif down or up:
            gone, left = ("decrease", "increase") if down else ("increase", "decrease")
            end = f"Large enough to matter, {'a' if down else 'an'} {gone} is ruled out and "
            end += f"{'an' if down else 'a'} {left} is not"
        else:
            end = "Effects large enough to matter are ruled out in neither direction"
        return f"{text} {end} (from {size[0]} down, from {size[1]} up)."

    def __repr__(self) -> str:
        return self.say()


@dataclass(frozen=True, repr=False)
class Update:
    """How far one estimate moves readers of declared priors.

    Parameters
    ----------
    curve : ConfidenceCurve
        The estimate.
    priors : tuple of Prior
        One a reader.
    likelihood : {"normal", "t"}
        Of the estimate about the effect.
    smallest_effect : float or None
        Half width of the region of effects too small to matter.
    table : pandas.DataFrame
        A row a reader: reader, prior_mean, prior_scale, prior_positive, prior_negligible,
        posterior_median, posterior_low, posterior_high (90%), probability_positive,
        probability_negligible (missing without a smallest effect), reason.
    """

    curve: ConfidenceCurve
    priors: tuple[Prior, ...]
    likelihood: Likelihood
    smallest_effect: float | None
    table: pd.DataFrame

    def plot(self, *, width: float = 7.2) -> Figure:
        """Confidence curve with the readers beneath it."""
        return draw_compatibility(
            self.curve.estimate,
            self.curve.std_error,
            self.curve.degrees_of_freedom,
            readers=self.table,
            smallest_effect=self.smallest_effect,
            unit=self.curve.unit,
            ratio=self.curve.ratio,
            width=width,
        )

    def tabulate(self) -> pd.DataFrame:
        """`table` with what it rests on: the columns of the results table ``compatibility``.

        estimate, std_error, df, conf_low_90, conf_high_90, smallest_effect and likelihood precede
        those of `table`.
        """
        low, high = self.curve.interval(LEVEL)
        given = {
            "estimate": self.curve.estimate,
            "std_error": self.curve.std_error,
            "df": self.curve.degrees_of_freedom,
            "conf_low_90": low,
            "conf_high_90": high,
            "smallest_effect": np.nan if self.smallest_effect is None else self.smallest_effect,
            "likelihood": self.likelihood,
        }
        front = pd.DataFrame([given] * len(self.table))
        return pd.concat([front, self.table], axis=1)

    def say(self) -> str:
        """Say where each reader stands before and after."""
        return say_readers(self.table, ratio=self.curve.ratio)

    def __repr__(self) -> str:
        return f"{self.curve.say(self.smallest_effect)} {self.say()}"

    def _repr_html_(self) -> str:
        return f"{write_paragraph(repr(self))}{write_frame(self.table)}"


def confidence_curve(estimate: Estimate) -> ConfidenceCurve:
    """Read the confidence curve of the treatment from an estimate.

    Raises
    ------
    UndefinedError
        The standard error is undefined.
    """
    scale, ratio = name_scale(estimate.specification)
    return ConfidenceCurve(
        estimate.coefficient,
        estimate.std_error,
        estimate.degrees_of_freedom,
        (ratio or scale)[:1].lower() + (ratio or scale)[1:],
        bool(ratio),
    )


def update(
    estimate: Estimate | ConfidenceCurve,
    *,
    smallest_effect: float | None = None,
    priors: Sequence[Prior] = PRIORS,
    likelihood: Likelihood = "t",
) -> Update:
    r"""Update readers of several priors by one estimate.

    Under a normal likelihood the posterior is normal with precision :math:`1/s^2 + 1/se^2`; under
    t it is summed on a grid that is fine about both prior and estimate.

    Parameters
    ----------
    estimate : Estimate or ConfidenceCurve
        With a standard error.
    smallest_effect : float, optional
        Positive, in the units of the coefficient.
    priors : sequence of Prior
        On the same scale; by default on a log ratio.
    likelihood : {"t", "normal"}
        Whether the standard error counts as estimated or as known.

    Returns
    -------
    Update

    Raises
    ------
    SpecificationError
        No prior, a prior without a scale or a mean, a reader twice, a likelihood that does not
        exist, a smallest effect that is not positive: every breach in one message.
    UndefinedError
        The standard error is undefined.
    """
    _check(priors, likelihood, smallest_effect)
    curve = estimate if isinstance(estimate, ConfidenceCurve) else confidence_curve(estimate)
    rows = [_update(curve, prior, likelihood, smallest_effect) for prior in priors]
    return Update(curve, tuple(priors), likelihood, smallest_effect, pd.DataFrame(rows))


def say_readers(table: pd.DataFrame, *, ratio: bool) -> str:
    """Say how each reader's belief moves, from the rows of :class:`Update`."""
    parts = []
    for row in table.to_dict("records"):
        words = (
            f"A reader who was {row['reader']} moves the chance of a positive effect from "
            f"{row['prior_positive']:.0%} to {row['probability_positive']:.0%}"
        )
        if pd.notna(row["probability_negligible"]):
            words += (
                f" and that of one too small to matter from {row['prior_negligible']:.0%} to "
                f"{row['probability_negligible']:.0%}"
            )
        middle = write_effect(row["posterior_median"], ratio=ratio)
        bounds = write_bounds(row["posterior_low"], row["posterior_high"], ratio=ratio)
        parts.append(f"{words}, with a median of {middle} ({bounds}).")
    return " ".join(parts)


def _update(
    curve: ConfidenceCurve, prior: Prior, likelihood: Likelihood, smallest: float | None
) -> dict[str, object]:
    before = norm(prior.mean, prior.scale)
    tails = np.array([(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    near = np.array([-smallest, smallest]) if smallest else np.full(2, np.nan)
    if likelihood == "normal":
        precision = prior.scale**-2 + curve.std_error**-2
        middle = (prior.mean / prior.scale**2 + curve.estimate / curve.std_error**2) / precision
        after = norm(middle, precision**-0.5)
        low, median, high = after.ppf(tails)
        below, inside = float(after.cdf(0.0)), float(np.diff(after.cdf(near))[0])
    else:
        grid, mass = _weigh(curve, prior)
        low, median, high = np.interp(tails, mass, grid)
        below, inside = (
            float(np.interp(0.0, grid, mass)),
            float(np.diff(np.interp(near, grid, mass))[0]),
        )
    return {
        "reader": prior.reader,
        "prior_mean": prior.mean,
        "prior_scale": prior.scale,
        "prior_positive": float(before.sf(0.0)),
        "prior_negligible": float(np.diff(before.cdf(near))[0]),
        "posterior_median": float(median),
        "posterior_low": float(low),
        "posterior_high": float(high),
        "probability_positive": 1 - below,
        "probability_negligible": inside,
        "reason": prior.reason,
    }


def _weigh(curve: ConfidenceCurve, prior: Prior) -> tuple[Floats, Floats]:
    """Grid of effects and the posterior probability below each, under a t likelihood."""
    parts = [
        middle + REACH * scale * np.linspace(-1, 1, POINTS)
        for middle, scale in ((prior.mean, prior.scale), (curve.estimate, curve.std_error))
    ]
    grid = np.unique(np.concatenate(parts))
    logs = norm.logpdf(grid, prior.mean, prior.scale) + student.logpdf(
        (curve.estimate - grid) / curve.std_error, curve.degrees_of_freedom
    )
    mass = cumulative_trapezoid(np.exp(logs - logs.max()), grid, initial=0.0)
    return grid, np.asarray(mass / mass[-1])


def _check(priors: Sequence[Prior], likelihood: str, smallest_effect: float | None) -> None:
    breaches = Breaches("update")
    if not priors:
        breaches.add("no prior", remedy="priors=PRIORS")
    for prior in priors:
        for name, value, fits in (
            ("mean", prior.mean, _is_number(prior.mean)),
            ("scale", prior.scale, _is_number(prior.scale) and prior.scale > 0),
        ):
            if not fits:
                breaches.add(
                    f"prior of reader {prior.reader!r}: {name}={value!r}",
                    remedy="a positive number" if name == "scale" else "a number",
                )
    readers = [prior.reader for prior in priors]
    twice = sorted({reader for reader in readers if readers.count(reader) > 1})
    if twice:
        breaches.add(f"readers named twice: {', '.join(twice)}", remedy="name each once")
    if likelihood not in get_args(Likelihood):
        breaches.add(f"likelihood={likelihood!r} does not exist", remedy="'t' or 'normal'")
    if smallest_effect is not None:
        note_arguments(breaches, smallest_effect=smallest_effect)
    breaches.raise_as(SpecificationError)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))
