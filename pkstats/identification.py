"""Identification: which clusters' changes of the treatment carry an estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pkstats.engines.cells import Floats, Integers
from pkstats.estimation import Estimate

#: Gate: fewest switching clusters with events, largest share of leverage in one cluster.
FEWEST_SWITCHING = 5
LARGEST_LEVERAGE = 0.5


@dataclass(frozen=True, repr=False)
class Identification:
    """Where the variation comes from.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a cluster, largest leverage first: ``<cluster> <unit>s switches events
        events_around_switch leverage``. Switches are changes of the treatment between
        successive rows of a unit; events are the sum of the outcome; leverage is the share of
        the treatment's residual variation, weighted by the mean.
    passes : bool
        At least five switching clusters with events, none above half of the leverage.
    reasons : tuple of str
        What the gate found, passed or failed.
    switching : int
        Clusters with a switch and an event.
    """

    table: pd.DataFrame
    passes: bool
    reasons: tuple[str, ...]
    switching: int

    def __repr__(self) -> str:
        verdict = "passes" if self.passes else "fails"
        heading = f"identification gate {verdict}: {'; '.join(self.reasons)}"
        return f"{heading}\n{self.table.to_string(index=False, float_format='{:.3f}'.format)}"

    def _repr_html_(self) -> str:
        verdict = "passes" if self.passes else "fails"
        table = self.table.to_html(index=False, float_format="{:.3f}".format)
        return f"<p>Identification gate {verdict}: {'; '.join(self.reasons)}</p>{table}"


def identify(estimate: Estimate, *, window: int = 12) -> Identification:
    """Tabulate switches, events and leverage by cluster, and judge the gate.

    Parameters
    ----------
    estimate : Estimate
        Of any specification.
    window : int
        Periods on each side of a switch (months where time is a date): events from ``window``
        periods before the switch to the period before ``window`` have passed since.

    Returns
    -------
    Identification
    """
    cells = estimate.fit.cells
    frame = estimate.panel.frame
    period = _count_periods(frame[estimate.panel.time].iloc[cells.position])
    switched, around = _find_switches(cells.unit, period, cells.regressors[:, 0], window)
    weight = estimate.fit.weights * estimate.fit.residualised[:, 0] ** 2
    cluster = estimate.specification.inference.cluster
    units = f"{estimate.panel.unit}s"
    rows = pd.DataFrame(
        {
            cluster: cells.cluster_labels[cells.cluster],
            units: cells.unit,
            "switches": switched,
            "events": cells.outcome,
            "events_around_switch": cells.outcome * around,
            "leverage": weight / weight.sum(),
        }
    )
    sums = dict.fromkeys(["switches", "events", "events_around_switch", "leverage"], "sum")
    table = rows.groupby(cluster, as_index=False).agg({units: "nunique", **sums})
    table = table.sort_values(["leverage", cluster], ascending=[False, True], ignore_index=True)
    switching = int(((table["switches"] > 0) & (table["events"] > 0)).sum())
    passes, reasons = _judge(table, cluster, switching)
    return Identification(table, passes, reasons, switching)


def _judge(table: pd.DataFrame, cluster: str, switching: int) -> tuple[bool, tuple[str, ...]]:
    heavy = table[table["leverage"] > LARGEST_LEVERAGE]
    top = table.iloc[0]
    reasons = (
        f"{switching} switching clusters with events (at least {FEWEST_SWITCHING} needed)",
        f"largest share of leverage {top['leverage']:.0%} in {top[cluster]} "
        f"(at most {LARGEST_LEVERAGE:.0%})",
    )
    return switching >= FEWEST_SWITCHING and heavy.empty, reasons


def _find_switches(
    unit: Integers, period: Integers, treatment: Floats, window: int
) -> tuple[Integers, Floats]:
    """Rows at which the treatment differs from the unit's row before; rows around such."""
    order = np.lexsort((period, unit))
    same = np.diff(unit[order], prepend=-1) == 0
    change = np.diff(treatment[order], prepend=np.nan) != 0
    switched = np.zeros(len(unit), dtype=np.int64)
    switched[order] = same & change
    around = np.zeros(len(unit))
    for row in np.flatnonzero(switched):
        near = (period >= period[row] - window) & (period < period[row] + window)
        around[near & (unit == unit[row])] = 1.0
    return switched, around


def _count_periods(time: pd.Series) -> Integers:
    if pd.api.types.is_datetime64_any_dtype(time):
        time = time.dt.year * 12 + time.dt.month
    return time.to_numpy(dtype=np.int64)
