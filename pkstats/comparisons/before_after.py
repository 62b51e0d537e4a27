"""before_after(): exact ratios of events before and after each unit's own steps, and their pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from pkstats.arguments import check_arguments, note_arguments
from pkstats.comparisons.pooled_ratios import PooledRatios, PoolingPrior, pool_ratios
from pkstats.data.panels import Panel
from pkstats.display.markup import write_frame
from pkstats.display.style import BLUE, INK, VERMILION, style
from pkstats.display.terms import scale_ratios, wrap
from pkstats.errors import (
    Breaches,
    EmptySampleError,
    NoVariationError,
    SpecificationError,
    name_some,
)
from pkstats.estimation.engines import Loss
from pkstats.estimation.engines.columns import check_names
from pkstats.estimation.specification import Specification

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class BeforeAfter:
    """Events before and after steps up of a treatment.

    Parameters
    ----------
    specification : Specification
        Names outcome, treatment and exposure; nothing else of it is used.
    steps : pandas.DataFrame
        A row a step up: the unit, the time (first period under the new value), step,
        periods_before, periods_after, events_before, events_after, exposure_before, exposure_after
        (sums of the exposure, else periods).
    pooled : PooledRatios
        Of the steps, by unit of the treatment.
    losses : tuple of Loss
        Rows of the panel that no count can use, and steps that have no row on one side.
    unit, time : str
        Keys of the panel.
    window : int
        Most periods on each side.
    """

    specification: Specification
    steps: pd.DataFrame
    pooled: PooledRatios
    losses: tuple[Loss, ...]
    unit: str
    time: str
    window: int

    @property
    def lost(self) -> pd.DataFrame:
        """What was left out: reason rows names events."""
        return Loss.tabulate(self.losses)

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Each step's exact ratio and its share in the pool.

        Returns
        -------
        pandas.DataFrame
            `steps` with: estimate, conf_low, conf_high (log of the ratio of rates, conditional
            exact; infinite where a side has no event, missing where neither has), p_value (exact,
            of equal rates: twice the smaller tail, so that it agrees with the interval),
            estimate_per_point, conf_low_per_point, conf_high_per_point (by unit of the treatment),
            shrunken, shrunken_low, shrunken_high (posterior by unit of the treatment, drawn towards
            the mean).
        """
        check_arguments("before and after", level=level)
        exact = pd.DataFrame([_test(row, level) for row in self.steps.to_dict("records")])
        size = self.steps["step"].to_numpy(dtype=float)
        for name in ("estimate", "conf_low", "conf_high"):
            exact[f"{name}_per_point"] = exact[name] / size
        names = {"estimate": "shrunken", "conf_low": "shrunken_low", "conf_high": "shrunken_high"}
        own = self.pooled.tell_steps(level)[list(names)].rename(columns=names)
        return pd.concat([self.steps, exact, own], axis=1)

    def average(self, level: float = 0.95) -> pd.DataFrame:
        """Posterior of the pool by unit of the treatment.

        Returns
        -------
        pandas.DataFrame
            term (``mean``, ``spread``, ``new step``), estimate (median), std_error (standard
            deviation), conf_low, conf_high.
        """
        told = {
            "mean": self.pooled.tell_mean(level),
            "spread": self.pooled.tell_spread(level),
            "new step": self.pooled.tell_new(level),
        }
        return pd.DataFrame([{"term": term, **line} for term, line in told.items()])

    def summary(self) -> str:
        """Text for the terminal."""
        table, asked = self.tidy(), self.specification
        head = (
            f"before and after: {asked.outcome} within {self.window} periods of each step up of "
            f"{asked.treatment}, per {asked.exposure or 'period'}"
        )
        lines = [
            f"{_name(row, self.unit, self.time)}: {row['events_before']:g} before, "
            f"{row['events_after']:g} after, ratio {_write(row, '')}; by unit of step "
            f"{_write(row, '_per_point')}"
            for row in table.to_dict("records")
        ]
        mean = self.pooled.tell_mean()
        low, middle, high = (np.exp(mean[k]) for k in ("conf_low", "estimate", "conf_high"))
        lines.append(
            f"pooled ratio by unit of step {middle:.3g} [{low:.3g}, {high:.3g}], above 1 with a "
            f"probability of {self.pooled.probability_positive:.2f}"
        )
        lines += [f"lost {x.rows} rows, {x.reason}: {name_some(x.names)}" for x in self.losses]
        return "\n".join(line for text in (head, *lines) for line in wrap(text))

    def plot(self, ax: Axes | None = None, *, level: float = 0.95) -> Axes:
        """Exact ratios by unit of step with their intervals, the pooled mean below."""
        import matplotlib.pyplot as plt

        table, mean = self.tidy(level), self.pooled.tell_mean(level)
        columns = [f"{n}_per_point" for n in ("conf_low", "estimate", "conf_high")]
        numbers = np.exp(np.clip(table[columns].to_numpy(dtype=float), -5, 5))
        pooled = np.exp([mean[k] for k in ("conf_low", "estimate", "conf_high")])
        names = [_name(row, self.unit, self.time) for row in self.steps.to_dict("records")]
        with style():
            if ax is None:
                _, ax = plt.subplots(figsize=(6.4, 1 + 0.28 * len(names)), layout="constrained")
            ax.axvline(1, color=INK, linewidth=0.8, alpha=0.6)
            for y, (low, middle, high) in enumerate([*numbers, pooled]):
                colour = VERMILION if y == len(names) else BLUE
                ax.hlines(y, low, high, color=colour, linewidth=1.6)
                ax.plot(middle, y, "D" if y == len(names) else "o", color=colour, ms=5)
            ax.set_yticks(range(len(names) + 1), [*names, "pooled"])
            ax.set_ylim(len(names) + 0.6, -0.6)
            scale_ratios(ax, "x")
            ax.set_xlabel(
                f"Rate ratio of {self.specification.outcome} by unit of step, "
                f"{level:.0%} interval, log axis"
            )
        return ax

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return write_frame(self.tidy())


def before_after(
    specification: Specification,
    panel: Panel,
    *,
    window: int = 24,
    prior: PoolingPrior | None = None,
) -> BeforeAfter:
    """Compare events before and after each step up of a treatment within its own unit.

    A step up is a rise of the treatment between successive rows of a unit. The periods before it
    are those under the value before, at most ``window`` back; those after it are under the new
    value, at most ``window`` on, the period of the step with them: neither reaches beyond another
    change. Periods between two steps up are divided in the middle, the later half before the next
    step, so that no period counts twice and the counts of steps are independent. Steps down end
    windows and are not compared themselves.

    The interval of a ratio is that of Clopper and Pearson for the share of events after, given
    their total: exact for Poisson counts, and silent on trends, on controls and on events that
    come in clusters. It is a description beside the models, not a design of its own.

    Parameters
    ----------
    specification : Specification
        Outcome (a count), treatment and exposure; without an exposure periods are counted.
    panel : Panel
        The sample. Left as it is.
    window : int
        Most periods on each side, at least 1.
    prior : PoolingPrior, optional
        Of the pool; the declared one by default.

    Returns
    -------
    BeforeAfter

    Raises
    ------
    SpecificationError
        A column that is absent or no number, a count that is none, a window below one.
    NoVariationError
        No step up.
    EmptySampleError
        No step up has rows on both sides, or none has an event.
    """
    columns = [specification.outcome, specification.treatment]
    columns += [specification.exposure] if specification.exposure else []
    _check(panel, columns, window=window)
    frame = pd.DataFrame(
        {c: panel.frame[c].to_numpy(dtype=float, na_value=np.nan) for c in columns}
    ).assign(unit=panel.frame[panel.unit].to_numpy(), period=panel.periods.to_numpy())
    losses, kept = _lose(frame, specification)
    found: list[dict[str, Any]] = []
    empty: list[str] = []
    known = frame[frame[specification.treatment].notna()]
    for unit, life in known.groupby("unit", sort=True):
        for place, *sides in _list_steps(life, specification.treatment, window):
            before, after = (rows[kept[rows]] for rows in sides)
            if not len(before) or not len(after):
                empty.append(str(unit))
                continue
            key = {c: panel.frame[c].iloc[place] for c in (panel.unit, panel.time)}
            size = life[specification.treatment].diff().loc[place]
            found.append(key | {"step": float(size)} | _count(frame, before, after, specification))
    if not found and not empty:
        raise NoVariationError(
            f"{specification.treatment!r} never rises within a {panel.unit}. Remedy: a longer "
            "sample, or another treatment"
        )
    if empty:
        names = tuple(dict.fromkeys(empty))
        losses.append(Loss("step without a period on one side", len(empty), names, np.nan))
    if not found:
        raise EmptySampleError("no step has periods on both sides. Remedy: a longer sample")
    steps = pd.DataFrame(found)
    pooled = pool_ratios(
        steps["events_before"].to_numpy(),
        steps["events_after"].to_numpy(),
        exposure_before=steps["exposure_before"].to_numpy(),
        exposure_after=steps["exposure_after"].to_numpy(),
        sizes=steps["step"].to_numpy(),
        prior=prior,
    )
    return BeforeAfter(
        specification, steps, pooled, tuple(losses), panel.unit, panel.time, window
    )  # fmt: skip


def _check(panel: Panel, columns: list[str], *, window: int) -> None:
    breaches = Breaches(f"before and after on panel {panel.name!r}")
    check_names(columns, panel.frame, breaches)
    for column in columns:
        if column in panel.frame and not pd.api.types.is_numeric_dtype(panel.frame[column]):
            breaches.add(f"column {column!r} is no number", remedy="pandas.to_numeric")
    if columns[0] in panel.frame and not breaches:
        counts = panel.frame[columns[0]].to_numpy(dtype=float, na_value=np.nan)
        wrong = np.isfinite(counts) & ((counts < 0) | (counts != np.floor(counts)))
        if wrong.any():
            names = name_some(panel.frame.loc[wrong, panel.unit].unique())
            breaches.add(
                f"{columns[0]!r} is no count in {wrong.sum()} rows of {names}",
                remedy="whole numbers from 0",
            )
    note_arguments(breaches, window=window)
    breaches.raise_as(SpecificationError)


def _lose(frame: pd.DataFrame, specification: Specification) -> tuple[list[Loss], np.ndarray]:
    """Rows that no count can use, by reason, and a mask of the others."""
    kept, losses = np.ones(len(frame), dtype=bool), []
    outcome, exposure = specification.outcome, specification.exposure
    masks = {f"missing {c}": frame[c].isna().to_numpy() for c in frame if c != "period"}
    if exposure:
        masks[f"no {exposure}"] = (frame[exposure] <= 0).to_numpy()
    for reason, mask in masks.items():
        gone = mask & kept
        if gone.any():
            names = tuple(map(str, frame.loc[gone, "unit"].unique()))
            losses.append(
                Loss(reason, int(gone.sum()), names, float(frame.loc[gone, outcome].sum()))
            )
        kept &= ~mask
    return losses, kept


def _list_steps(
    life: pd.DataFrame, treatment: str, window: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Row of each step up of a unit, and the rows before and after it."""
    values, rows = life[treatment].to_numpy(), life.index.to_numpy()
    period = life["period"].to_numpy()
    starts = np.r_[0, np.flatnonzero(np.diff(values)) + 1, len(values)]
    up = [j for j in range(1, len(starts) - 1) if values[starts[j]] > values[starts[j] - 1]]
    for j in up:
        step = starts[j]
        first, last = starts[j - 1], starts[j + 1]
        if j - 1 in up:
            first += (step - first + 1) // 2
        if j + 1 in up:
            last = step + (last - step + 1) // 2
        before, after = np.arange(first, step), np.arange(step, last)
        before = before[period[before] >= period[step] - window]
        after = after[period[after] < period[step] + window]
        yield int(rows[step]), rows[before], rows[after]


def _count(
    frame: pd.DataFrame, before: np.ndarray, after: np.ndarray, specification: Specification
) -> dict[str, float]:
    sides = {"before": frame.loc[before], "after": frame.loc[after]}
    outcome, exposure = specification.outcome, specification.exposure
    row: dict[str, float] = {f"periods_{side}": len(rows) for side, rows in sides.items()}
    row |= {f"events_{side}": float(rows[outcome].sum()) for side, rows in sides.items()}
    return row | {
        f"exposure_{side}": float(rows[exposure].sum()) if exposure else float(len(rows))
        for side, rows in sides.items()
    }


def _test(row: Mapping[Any, Any], level: float) -> dict[str, float]:
    """Conditional exact ratio of rates on a log scale, its interval and its p-value."""
    a, n = int(row["events_after"]), int(row["events_after"] + row["events_before"])
    if not n:
        return dict.fromkeys(("estimate", "conf_low", "conf_high", "p_value"), np.nan)
    odds = row["exposure_after"] / row["exposure_before"]
    found = binomtest(a, n, odds / (1 + odds))
    interval = found.proportion_ci(level, method="exact")
    shares = np.array([a / n, interval.low, interval.high])
    with np.errstate(divide="ignore"):
        logs = np.log(shares) - np.log1p(-shares) - np.log(odds)
    names = ("estimate", "conf_low", "conf_high")
    sides: tuple[Literal["less", "greater"], ...] = ("less", "greater")
    tails = [binomtest(a, n, odds / (1 + odds), alternative=side).pvalue for side in sides]
    told = {"p_value": float(min(1.0, 2 * min(tails)))}
    return dict(zip(names, map(float, logs), strict=True)) | told


def _name(row: Mapping[Any, Any], unit: str, time: str) -> str:
    when = row[time]
    return f"{row[unit]} {when:%Y-%m}" if isinstance(when, pd.Timestamp) else f"{row[unit]} {when}"


def _write(row: Mapping[Any, Any], suffix: str) -> str:
    low, middle, high = (np.exp(row[n + suffix]) for n in ("conf_low", "estimate", "conf_high"))
    return "unknown, no event" if np.isnan(low) else f"{middle:.3g} [{low:.3g}, {high:.3g}]"
