"""Confidence set: every value of the treatment's coefficient that a test does not reject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from pkstats.arguments import note_arguments
from pkstats.checks.randomization import Assignment, randomize, shift_null
from pkstats.checks.wild_bootstrap import bootstrap
from pkstats.errors import (
    Breaches,
    EstimationError,
    SpecificationError,
    UndefinedError,
    name_some,
)
from pkstats.estimation.engines import name_scale
from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.estimate import Estimate
from pkstats.estimation.inference import cluster_covariance

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Half width of the first grid, and of the widest, in CRV1 standard errors.
REACH, FARTHEST = 6.0, 24.0
#: Grid points in one standard error, and halvings of a crossing.
DENSITY, HALVINGS = 2, 9

Null = Callable[[float], float]
Kind = Literal["randomization", "wild bootstrap"]


@dataclass(frozen=True, repr=False)
class ConfidenceSet:
    """Values that a test does not reject.

    Parameters
    ----------
    intervals : tuple of (float, float)
        Low and high end of each, in order; infinite where no value tested on that side was
        rejected; none if ``reason`` says why.
    values, p_values : ndarray, shape (tested,)
        Values tested, in order, and their p-values; missing where the model without the treatment
        has no fit, which does not reject.
    level : float
        Coverage.
    estimate : float
        Of the treatment.
    kind : {"randomization", "wild bootstrap"}
        The test.
    draws, seed : int
        The same draws serve every value.
    spacing : float
        Of the grid: an interval or a gap narrower than this may have been missed.
    scale : str
        What the coefficient is.
    reason : str
        Why there is no set; empty if there is one.
    """

    intervals: tuple[tuple[float, float], ...]
    values: Floats
    p_values: Floats
    level: float
    estimate: float
    kind: Kind
    draws: int
    seed: int
    spacing: float
    scale: str
    reason: str = ""

    @property
    def bounded(self) -> bool:
        """Whether both ends are finite."""
        return bool(self.intervals) and bool(np.isfinite(self.intervals).all())

    @property
    def connected(self) -> bool:
        """Whether the set is one interval."""
        return len(self.intervals) == 1

    def holds(self, value: float) -> bool:
        """Whether the set covers a value."""
        return any(low <= value <= high for low, high in self.intervals)

    def __repr__(self) -> str:
        head = f"{self.level:.0%} confidence set by {self.kind} ({self.scale.lower()}): "
        if self.reason:
            return head + self.reason
        parts = " and ".join(_write(*ends) for ends in self.intervals)
        notes = [] if self.bounded else [f"unbounded: not rejected as far as {self._farthest()}"]
        if not self.connected:
            notes.append(f"disconnected: {len(self.intervals)} intervals")
        untested = self.values[np.isnan(self.p_values)]
        if len(untested):
            notes.append(f"no fit under {name_some(f'{v:.4g}' for v in untested)}")
        return head + "; ".join([parts, *notes])

    def _farthest(self) -> str:
        ends = [self.values[0]] if self.intervals[0][0] == -np.inf else []
        ends += [self.values[-1]] if self.intervals[-1][1] == np.inf else []
        return " and ".join(f"{end:.4g}" for end in ends)

    def plot(self, ax: Axes | None = None) -> Axes:
        """p-value of every value tested, the set shaded."""
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(6, 3.5))
        edges = self.values[[0, -1]] if len(self.values) else np.array([0.0, 0.0])
        for low, high in self.intervals:
            ax.axvspan(max(low, edges[0]), min(high, edges[1]), color="0.9")
        ax.plot(self.values, self.p_values, ".-", color="0.1", linewidth=0.8, markersize=3)
        ax.axhline(1 - self.level, color="0.4", linestyle="--", linewidth=0.8)
        ax.axvline(0, color="0.6", linewidth=0.8)
        ax.set_ylim(0, 1.02)
        ax.set_xlabel(f"{self.scale}, value under test")
        ax.set_ylabel(f"p-value ({self.kind})")
        return ax


def confidence_set(
    estimate: Estimate,
    assignment: Assignment | Callable[[np.random.Generator], np.ndarray] | None = None,
    *,
    level: float = 0.95,
    draws: int = 999,
    seed: int,
    jobs: int = 1,
    method: Literal["score", "exact"] = "score",
) -> ConfidenceSet:
    r"""Invert a test of the treatment: the values of its coefficient that are not rejected.

    A value :math:`\beta_0` is tested as no effect of the treatment on :math:`y - \beta_0 x`
    (linear), or with :math:`\beta_0 x` added to the offset (poisson). For randomization this is
    the sharp null of an effect :math:`\beta_0` in every row: exact for a linear model, while for
    counts it is a constant rate ratio that the model carries. The estimate has p-value one, so
    that a set has at least one interval. The search goes over a grid around the estimate, two
    points a CRV1 standard error; it is widened while an end is not rejected, up to 24 standard
    errors, after which the set is unbounded there; each crossing is halved nine times and its
    rejected side reported.

    Parameters
    ----------
    estimate : Estimate
        Of a specification that the test serves.
    assignment : Assignment or callable, optional
        Of the randomization test to invert; without one, the wild bootstrap is inverted
        (restricted for linear, of scores for poisson).
    level : float
        Coverage.
    draws, seed : int
        Of the test; every value uses the same draws.
    jobs : int
        Processes of the randomization test.
    method : {"score", "exact"}
        Of the randomization test of a poisson model.

    Returns
    -------
    ConfidenceSet

    Raises
    ------
    SpecificationError
        A level outside (0, 1) or out of reach of the draws, or what the test does not serve.
    ConvergenceError
        As :func:`randomize` or :func:`bootstrap`, under a value of zero.
    """
    _check(level, draws, seed=seed, jobs=jobs)
    variance = cluster_covariance(estimate.fit, estimate.specification.inference.plain)[0, 0]
    error = float(np.sqrt(variance))
    kind: Kind = "wild bootstrap" if assignment is None else "randomization"
    empty = ConfidenceSet(
        intervals=(),
        values=np.empty(0),
        p_values=np.empty(0),
        level=level,
        estimate=estimate.coefficient,
        kind=kind,
        draws=draws,
        seed=seed,
        spacing=error / DENSITY,
        scale=name_scale(estimate.specification)[0],
    )

    def test(value: float) -> float:
        moved = shift_null(estimate, value)
        if assignment is None:
            return bootstrap(moved, draws=draws, seed=seed).p_value
        result = randomize(moved, assignment, draws=draws, seed=seed, jobs=jobs, method=method)
        if result.reason:
            raise _NoPValueError(result.reason)
        return result.p_value

    try:
        test(0.0)
        intervals, values, p_values = invert(
            _forgive(test), centre=estimate.coefficient, unit=error, alpha=1 - level
        )
    except _NoPValueError as stop:
        return replace(empty, reason=str(stop))
    return replace(empty, intervals=intervals, values=values, p_values=p_values)


class _NoPValueError(UndefinedError):
    """The randomization test gives no p-value at all."""


def _check(level: float, draws: int, *, seed: int, jobs: int) -> None:
    breaches = Breaches("confidence set")
    note_arguments(breaches, level=level, draws=draws, seed=seed, jobs=jobs)
    if not breaches and 1 / (1 + draws) > 1 - level + 1e-12:
        breaches.add(
            f"draws={draws} cannot reject at level={level}: the smallest p-value is "
            f"{1 / (1 + draws):.4g}",
            remedy=f"at least {int(np.ceil(1 / (1 - level) - 1e-9)) - 1} draws",
        )
    breaches.raise_as(SpecificationError)


def _forgive(test: Null) -> Null:
    """Missing p-value where a value far off leaves no fit without the treatment."""

    def forgiving(value: float) -> float:
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                return test(value)
        except _NoPValueError:
            raise
        except EstimationError:
            return np.nan

    return forgiving


def invert(
    test: Null, *, centre: float, unit: float, alpha: float
) -> tuple[tuple[tuple[float, float], ...], Floats, Floats]:
    """Intervals that a test does not reject, with the values tested and their p-values.

    Parameters
    ----------
    test : callable
        From a value to its p-value; a missing one does not reject.
    centre, unit : float
        Where the grid lies, and its scale.
    alpha : float
        A value is rejected if its p-value is at most this.
    """
    tested: dict[float, float] = {}

    def accepts(value: float) -> bool:
        if value not in tested:
            tested[value] = test(value)
        return not tested[value] <= alpha

    steps = int(REACH * DENSITY)
    low, high = -steps, steps
    grid = {centre + unit * k / DENSITY for k in range(low, high + 1)} | {0.0}
    for value in sorted(grid):
        accepts(value)
    for sign in (-1, 1):
        step = steps
        while accepts(centre + sign * unit * step / DENSITY) and step < FARTHEST * DENSITY:
            step += 2 * DENSITY
    values = np.array(sorted(tested))
    kept = np.array([accepts(value) for value in values])
    ends = [-np.inf] if kept[0] else []
    for i in np.flatnonzero(kept[1:] != kept[:-1]):
        inside, outside = (values[i], values[i + 1]) if kept[i] else (values[i + 1], values[i])
        ends.append(_halve(accepts, inside, outside))
    ends += [np.inf] if kept[-1] else []
    order = sorted(tested)
    intervals = tuple((float(a), float(b)) for a, b in zip(ends[::2], ends[1::2], strict=True))
    return intervals, np.array(order), np.array([tested[value] for value in order])


def _halve(accepts: Callable[[float], bool], inside: float, outside: float) -> float:
    """Rejected value next to the crossing between an accepted and a rejected one."""
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if accepts(middle):
            inside = middle
        else:
            outside = middle
    return outside


def _write(low: float, high: float) -> str:
    left = "(-inf" if low == -np.inf else f"[{low:.4g}"
    right = "inf)" if high == np.inf else f"{high:.4g}]"
    return f"{left}, {right}"
