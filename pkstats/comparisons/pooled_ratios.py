r"""pool_ratios(): before/after ratios of rare counts under one distribution of true ratios.

For step i of size :math:`d_i` with a events after and b before, over exposures :math:`E_a, E_b`,
Poisson counts and a true change of the log rate of :math:`d_i \beta_i` give, conditional on the
total,

.. math:: a_i \mid a_i + b_i \sim \mathrm{Binomial}\left(a_i + b_i,\;
          \operatorname{logit}^{-1}(\log(E_a/E_b) + d_i \beta_i)\right), \quad
          \beta_i \sim N(\mu, \tau^2)

so that the level of the unit drops out and a step without events on one side stays in as what it
is (Stijnen, Hamza and Ozdemir 2010; the conditional model of metafor's ``rma.glmm``).
:math:`\mu` and :math:`\tau` have the declared prior. All integrals are sums over grids: nothing is
drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import log_expit, logsumexp, ndtr
from scipy.stats import halfnorm, norm

from pkstats.arguments import POSITIVE, check_arguments, note_argument
from pkstats.errors import Breaches, EmptySampleError, SpecificationError
from pkstats.estimation.engines.cells import Floats

#: Points of the grids of mean, spread and single effects.
MEANS, SPREADS, EFFECTS = 161, 40, 801
#: Posterior probability below which a mean is left out of the finer grid.
NIL = 1e-10


@dataclass(frozen=True, kw_only=True)
class PoolingPrior:
    r"""Prior of the mean and the spread of log ratios by unit of the treatment.

    Parameters
    ----------
    mean_scale : float
        Standard deviation of the normal prior of :math:`\mu` about zero. The default 0.5 puts 95%
        of it on ratios from 0.38 to 2.7 for one index point: it takes no side, and an index of
        seven points would still span a factor of 33 at one standard deviation.
    spread_scale : float
        Of the half-normal prior of :math:`\tau`. The default 0.5 has its median at 0.34 and puts 5%
        above 1, where a ratio of one step in six would be 2.7 times the mean or more: steps may
        differ a great deal, and beyond that a mean would say nothing about any of them.

    Raises
    ------
    SpecificationError
        A scale that is not positive and finite.
    """

    mean_scale: float = 0.5
    spread_scale: float = 0.5

    def __post_init__(self) -> None:
        breaches = Breaches("prior of pooled ratios")
        for name in ("mean_scale", "spread_scale"):
            note_argument(breaches, name, getattr(self, name), POSITIVE)
        breaches.raise_as(SpecificationError)


@dataclass(frozen=True)
class PooledRatios:
    """Posterior of mean and spread on a grid of m means and s spreads.

    Parameters
    ----------
    means, spreads : ndarray, shape (m,) and (s,)
        Grid of the log ratio by unit of the treatment, and of its standard deviation among steps.
    weights : ndarray, shape (m, s)
        Posterior probability.
    likelihoods : ndarray, shape (steps, m, s)
        Log likelihood of each step, its own effect integrated out.
    effects : ndarray, shape (e,)
        Grid of single effects, finest about zero.
    cells : ndarray, shape (s, e, m)
        Probability of the cell of each effect given mean and spread.
    logs : ndarray, shape (steps, e)
        Log likelihood of each step at each effect of its own.
    """

    means: Floats
    spreads: Floats
    weights: Floats
    likelihoods: Floats
    effects: Floats
    cells: Floats
    logs: Floats

    @property
    def probability_positive(self) -> float:
        """Posterior probability that the mean exceeds zero."""
        return 1 - float(np.interp(0.0, *accumulate(self.means, self.weights.sum(axis=1))))

    def tell_mean(self, level: float = 0.95) -> dict[str, float]:
        """Median, standard deviation and interval of the mean."""
        return summarise(self.means, self.weights.sum(axis=1), level=level)

    def tell_spread(self, level: float = 0.95) -> dict[str, float]:
        """Median, standard deviation and interval of the spread among steps."""
        return summarise(self.spreads, self.weights.sum(axis=0), level=level)

    def tell_new(self, level: float = 0.95) -> dict[str, float]:
        """Median, standard deviation and interval of the effect of a step yet to come."""
        return summarise(self.effects, self._spread_out(self.weights), level=level)

    def tell_steps(self, level: float = 0.95) -> pd.DataFrame:
        """Each step's own effect, drawn towards the mean: a row a step, as :meth:`tell_mean`."""
        told = []
        for own, logs in zip(self.likelihoods, self.logs, strict=True):
            others = np.log(np.maximum(self.weights, 1e-300)) - own
            prior = self._spread_out(np.exp(others - logsumexp(others)))
            told.append(summarise(self.effects, prior * np.exp(logs - logs.max()), level=level))
        return pd.DataFrame(told)

    def _spread_out(self, weights: Floats) -> Floats:
        """Probability of each effect under weights of mean and spread, shape (e,)."""
        return np.asarray(np.einsum("sem,ms->e", self.cells, weights, optimize=True))


def pool_ratios(
    before: Floats,
    after: Floats,
    *,
    exposure_before: Floats,
    exposure_after: Floats,
    sizes: Floats,
    prior: PoolingPrior | None = None,
) -> PooledRatios:
    """Pool before/after counts of several steps.

    Parameters
    ----------
    before, after : ndarray of counts, shape (steps,)
        Events on each side.
    exposure_before, exposure_after : ndarray, shape (steps,)
        Positive, in one unit.
    sizes : ndarray, shape (steps,)
        Size of each step, not zero.
    prior : PoolingPrior, optional
        The declared one by default.

    Raises
    ------
    SpecificationError
        Shapes that differ, counts that are none, an exposure or a size that cannot be.
    EmptySampleError
        No event at all: the posterior would be the prior.
    """
    b, a = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    exposed = np.asarray(exposure_before, dtype=float), np.asarray(exposure_after, dtype=float)
    d = np.asarray(sizes, dtype=float)
    _check(b, a, *exposed, d)
    chosen = prior or PoolingPrior()
    means = np.linspace(-5, 5, MEANS) * chosen.mean_scale
    spreads = (np.arange(SPREADS) + 0.5) / SPREADS * 4 * chosen.spread_scale
    far = means[-1] + 4 * spreads[-1]
    effects = far * np.sinh(np.linspace(-3, 3, EFFECTS)) / np.sinh(3)
    logits = np.log(exposed[1] / exposed[0])[:, None] + d[:, None] * effects
    logs = a[:, None] * log_expit(logits) + b[:, None] * log_expit(-logits)
    for _ in range(2):
        cells = _divide(effects, means, spreads)
        likelihoods = _integrate(logs, cells)
        joint = likelihoods.sum(axis=0)
        joint = joint + norm.logpdf(means, scale=chosen.mean_scale)[:, None]
        joint = joint + halfnorm.logpdf(spreads, scale=chosen.spread_scale)
        weights = np.exp(joint - logsumexp(joint))
        found = PooledRatios(means, spreads, weights, likelihoods, effects, cells, logs)
        inside = np.flatnonzero(weights.sum(axis=1) > NIL)
        low, high = max(inside[0] - 1, 0), min(inside[-1] + 1, MEANS - 1)
        means = np.linspace(means[low], means[high], MEANS)
    return found


def _divide(effects: Floats, means: Floats, spreads: Floats) -> Floats:
    """Probability of the cell about each effect given mean and spread, shape (s, e, m)."""
    edges = np.r_[-np.inf, (effects[1:] + effects[:-1]) / 2, np.inf]
    return np.asarray(np.diff(ndtr((edges[:, None] - means) / spreads[:, None, None]), axis=1))


def _integrate(logs: Floats, cells: Floats) -> Floats:
    """Log likelihood of each step given mean and spread, shape (steps, m, s)."""
    top = logs.max(axis=1, keepdims=True)
    mass = np.tensordot(np.exp(logs - top), cells, axes=(1, 1))
    return np.asarray(np.log(np.maximum(mass, 1e-300)) + top[:, :, None]).swapaxes(1, 2)


def accumulate(grid: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """Edges of the cells about the points of a grid and the probability below each, (g + 1,)."""
    edges = np.r_[grid[0], (grid[1:] + grid[:-1]) / 2, grid[-1]]
    return edges, np.r_[0.0, np.cumsum(mass)] / mass.sum()


def summarise(grid: Floats, mass: Floats, *, level: float) -> dict[str, float]:
    """Median, standard deviation and equal-tailed interval of a distribution on a grid.

    Parameters
    ----------
    grid, mass : ndarray, shape (g,)
        Points, ascending, and their probabilities; each stands for the cell about it.
    level : float
        Coverage.
    """
    check_arguments("pooled ratios", level=level)
    edges, below = accumulate(grid, mass)
    low, middle, high = np.interp([(1 - level) / 2, 0.5, (1 + level) / 2], below, edges)
    mean = float(grid @ mass / mass.sum())
    spread = float(np.sqrt((grid - mean) ** 2 @ mass / mass.sum()))
    return {
        "estimate": float(middle),
        "std_error": spread,
        "conf_low": float(low),
        "conf_high": float(high),
    }


def _check(b: Floats, a: Floats, exposed_before: Floats, exposed_after: Floats, d: Floats) -> None:
    breaches = Breaches("pooled ratios")
    if len({column.shape for column in (b, a, exposed_before, exposed_after, d)}) > 1:
        breaches.add("the arrays differ in length", remedy="one value a step in each")
        breaches.raise_as(SpecificationError)
    for name, counts in (("before", b), ("after", a)):
        if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
            breaches.add(f"{name} holds what is no count", remedy="whole numbers from 0")
    for name, size in (("exposure_before", exposed_before), ("exposure_after", exposed_after)):
        if not (np.isfinite(size) & (size > 0)).all():
            breaches.add(f"{name} is not positive", remedy="leave the step out")
    if not (np.isfinite(d) & (d != 0)).all():
        breaches.add("a step has no size", remedy="leave it out")
    if not breaches and not (a + b).sum():
        breaches.add(
            "no step has an event on either side",
            remedy="a longer window",
            failure=EmptySampleError,
        )
    breaches.raise_as(SpecificationError)
