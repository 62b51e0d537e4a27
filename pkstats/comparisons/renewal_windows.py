"""Windows about renewals: which renewals step, which are their comparisons, which are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pkstats.arguments import note_arguments
from pkstats.data.panels import Panel
from pkstats.errors import (
    Breaches,
    NoComparisonError,
    NoVariationError,
    SpecificationError,
    name_some,
)
from pkstats.estimation.engines.columns import check_names
from pkstats.estimation.specification import Specification

NO_VALUE = "no period before the renewal: whether it steps is unknown"
NO_ROW = "no complete row before or after"
OTHER_STEP = "another step within the window"
STEPPED = "of a unit that has stepped before"
OVERLAP = "window overlaps that of a nearer renewal of its unit"
OFF_CALENDAR = "step in a period that is no renewal"
ALONE = "no comparison is left"
LOST = ["part", "reason", "renewals", "rows", "names", "events"]


@dataclass(frozen=True)
class RenewalWindows:
    """Stacks of windows about renewals.

    Parameters
    ----------
    rows : pandas.DataFrame
        A row a stack, window and period: stack, renewal (labels), row (position in the panel),
        event_time, step (zero in comparisons).
    steps : pandas.DataFrame
        A row a stack, as :class:`~pkstats.comparisons.stacked_renewals.StackedRenewals`.
    lost : pandas.DataFrame
        part reason renewals rows names events.
    lag : int
        Periods from a renewal to time zero.
    """

    rows: pd.DataFrame
    steps: pd.DataFrame
    lost: pd.DataFrame
    lag: int


@dataclass(frozen=True)
class _Renewal:
    """One renewal of a unit: its period, the step there (missing if unknown) and its rows."""

    unit: str
    period: int
    label: str
    step: float
    rows: np.ndarray
    times: np.ndarray
    full: bool

    def overlaps(self, other: _Renewal, window: int) -> bool:
        return self.unit == other.unit and abs(self.period - other.period) < 2 * window


@dataclass
class _Ledger:
    """Counts what is left out, by part and reason."""

    outcome: np.ndarray
    found: dict[tuple[str, str], list[_Renewal]] = field(default_factory=dict)

    def note(self, part: str, reason: str, renewal: _Renewal) -> None:
        self.found.setdefault((part, reason), []).append(renewal)

    def tabulate(self) -> pd.DataFrame:
        lines = []
        for (part, reason), renewals in self.found.items():
            rows = np.concatenate([r.rows for r in renewals])
            names = ", ".join(dict.fromkeys(r.unit for r in renewals))
            events = float(np.nansum(self.outcome[rows]))
            lines.append((part, reason, len(renewals), len(rows), names, events))
        kinds = {"renewals": int, "rows": int, "events": float}
        return pd.DataFrame(lines, columns=LOST).astype(kinds)


def draw_windows(
    specification: Specification, panel: Panel, *, renewal: str, window: int
) -> RenewalWindows:
    """Choose stepping renewals and their comparisons, and count every one that is left out.

    A change of the treatment is one between successive rows of a unit in which it is observed; in
    a period marked as a renewal it is a step. Every stepping renewal makes a stack unless

    - its window has no complete row (all columns of the specification observed, exposure above
      zero) before time zero, or none from it on; a window cut short by the start or the end of the
      unit or of the sample stays;
    - the treatment changes at another period less than ``window`` before or after;
    - no comparison is left.

    Looked at as comparisons are renewals without a step: all of the same unit, and those of other
    units at most ``window`` periods from the stepping renewal, so that the periods are the same to
    within a window. The other unit must not have stepped, up or down, by the end of its window.
    No change, complete rows on both sides and no overlap are asked of all: of a unit's renewals
    whose windows share a period the one nearest to the stepping renewal stays (the earlier of two
    equally near), so that no row stands twice in a stack; windows of the same unit that overlap
    the stepping one are left out. A row may stand in several stacks.

    Raises
    ------
    SpecificationError
        A column is absent, or the renewal is not 0 or 1 where the treatment is observed.
    NoVariationError, NoComparisonError
        No renewal has a step; no stack is left.
    """
    stem, lag = read_lag(specification.treatment)
    _check(panel, stem, renewal, window=window)
    values = panel.frame[stem].to_numpy(dtype=float, na_value=np.nan)
    units = panel.frame[panel.unit].astype(str).to_numpy()
    changes, sizes = _find_changes(units, panel.periods.to_numpy(), values)
    listed = _list_renewals(specification, panel, renewal, sizes, lag=lag, window=window)
    ledger = _Ledger(panel.frame[specification.outcome].to_numpy(dtype=float, na_value=np.nan))
    for one in _list_off_calendar(panel, renewal, sizes):
        ledger.note("steps", OFF_CALENDAR, one)
    for one in listed:
        if np.isnan(one.step):
            ledger.note("comparisons", NO_VALUE, one)
    known = [r for r in listed if np.isfinite(r.step)]
    stepping = [r for r in known if r.step != 0]
    if not stepping:
        raise NoVariationError(
            f"{stem!r} steps at no renewal ({renewal!r} is 1). Remedy: a longer sample, or another "
            "treatment"
        )
    stacks = []
    others = [r for r in known if r.step == 0]
    for one in stepping:
        reason = _refuse(one, changes, window=window)
        chosen = [] if reason else _compare(one, others, changes, ledger, window=window)
        if reason or not chosen:
            ledger.note("steps", reason or ALONE, one)
        else:
            stacks.append((one, chosen))
    if not stacks:
        told = "; ".join(sorted({reason for part, reason in ledger.found if part == "steps"}))
        raise NoComparisonError(
            f"none of {len(stepping)} stepping renewals is left: {told}. Remedy: a shorter window, "
            "or a longer sample"
        )
    return RenewalWindows(
        rows=_lay_out(stacks),
        steps=pd.DataFrame([_describe(*stack, panel, ledger.outcome) for stack in stacks]),
        lost=ledger.tabulate(),
        lag=lag,
    )


def read_lag(treatment: str) -> tuple[str, int]:
    """Column before the lag and the lag that the name of a treatment tells."""
    named = re.fullmatch(r"(?P<stem>.+)_lag(?P<lag>\d+)", treatment, flags=re.DOTALL)
    return (named["stem"], int(named["lag"])) if named else (treatment, 0)


def _check(panel: Panel, stem: str, renewal: str, *, window: int) -> None:
    breaches = Breaches(f"stacked renewals of panel {panel.name!r}")
    note_arguments(breaches, window=window)
    check_names((stem, renewal), panel.frame, breaches)
    breaches.raise_as(SpecificationError)
    renewed = panel.frame[renewal].to_numpy(dtype=float, na_value=np.nan)
    wrong = panel.frame[stem].notna().to_numpy() & ~np.isin(renewed, (0.0, 1.0))
    if wrong.any():
        breaches.add(
            f"{renewal!r} is neither 0 nor 1 in {int(wrong.sum())} rows of "
            f"{name_some(panel.frame.loc[wrong, panel.unit].unique())}",
            remedy="fill it wherever the treatment is observed",
        )
    breaches.raise_as(SpecificationError)


def _find_changes(
    units: np.ndarray, periods: np.ndarray, values: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Periods of change by unit, and the change at every row (missing in a unit's first)."""
    table = pd.DataFrame({"unit": units, "period": periods, "value": values})
    observed = table.dropna(subset="value")
    sizes = observed.groupby("unit")["value"].diff().reindex(table.index).to_numpy()
    moved = table[np.isfinite(sizes) & (sizes != 0)]
    return {u: g["period"].to_numpy() for u, g in moved.groupby("unit")}, sizes


def _list_renewals(
    specification: Specification,
    panel: Panel,
    renewal: str,
    sizes: np.ndarray,
    *,
    lag: int,
    window: int,
) -> list[_Renewal]:
    frame, periods = panel.frame, panel.periods.to_numpy()
    complete = frame[list(specification.columns)].notna().all(axis=1).to_numpy()
    if specification.exposure:
        exposed = (frame[specification.exposure] > 0).fillna(False).to_numpy(dtype=bool)
        complete = complete & exposed
    marked = (frame[renewal] == 1).fillna(False).to_numpy(dtype=bool)
    units, labels = frame[panel.unit].astype(str).to_numpy(), _label(panel, marked)
    found = []
    for listed in frame.groupby(panel.unit, sort=True).indices.values():
        places = np.asarray(listed, dtype=np.int64)
        own = periods[places]
        for place in places[marked[places]]:
            times = own - (periods[place] + lag)
            inside = (times >= -window) & (times < window)
            rows, k = places[inside], times[inside]
            full = complete[rows]
            sides = bool((full & (k < 0)).any() and (full & (k >= 0)).any())
            period, step = int(periods[place]), float(sizes[place])
            found.append(_Renewal(units[place], period, labels[place], step, rows, k, sides))
    return found


def _label(panel: Panel, wanted: np.ndarray) -> dict[int, str]:
    """Names of some rows by their place: unit and time."""
    keys = panel.frame.loc[wanted, [panel.unit, panel.time]]
    return {
        int(place): f"{unit} {time:%Y-%m-%d}"
        if isinstance(time, pd.Timestamp)
        else f"{unit} {time}"
        for place, unit, time in keys.itertuples(name=None)
    }


def _list_off_calendar(panel: Panel, renewal: str, sizes: np.ndarray) -> Iterable[_Renewal]:
    marked = (panel.frame[renewal] == 1).fillna(False).to_numpy(dtype=bool)
    off = np.isfinite(sizes) & (sizes != 0) & ~marked
    periods = panel.periods.to_numpy()
    for place, label in _label(panel, off).items():
        unit, period = str(panel.frame[panel.unit].iloc[place]), int(periods[place])
        rows = np.array([place])
        yield _Renewal(unit, period, label, float(sizes[place]), rows, np.zeros(1), True)


def _refuse(one: _Renewal, changes: dict[str, np.ndarray], *, window: int) -> str:
    """Why a renewal's window is not clean; empty where it is."""
    gaps = np.abs(changes.get(one.unit, np.empty(0)) - one.period)
    if ((gaps > 0) & (gaps < window)).any():
        return OTHER_STEP
    return "" if one.full else NO_ROW


def _compare(
    one: _Renewal,
    others: list[_Renewal],
    changes: dict[str, np.ndarray],
    ledger: _Ledger,
    *,
    window: int,
) -> list[_Renewal]:
    """Comparisons of one stepping renewal, nearest first."""
    nearest = sorted(others, key=lambda r: (abs(r.period - one.period), r.period, r.unit))
    chosen: list[_Renewal] = []
    for other in nearest:
        own = other.unit == one.unit
        if not own and abs(other.period - one.period) > window:
            continue
        reason = _refuse(other, changes, window=window)
        if not own and (changes.get(other.unit, np.empty(0)) <= other.period - window).any():
            reason = STEPPED
        if not reason and any(other.overlaps(taken, window) for taken in (one, *chosen)):
            reason = OVERLAP
        if reason:
            ledger.note("comparisons", reason, other)
        else:
            chosen.append(other)
    return chosen


def _lay_out(stacks: list[tuple[_Renewal, list[_Renewal]]]) -> pd.DataFrame:
    windows = [(one, window) for one, chosen in stacks for window in (one, *chosen)]
    sizes = [len(window.rows) for _, window in windows]
    told = {
        "stack": np.array([one.label for one, _ in windows], dtype=object),
        "renewal": np.array([window.label for _, window in windows], dtype=object),
        "step": np.array([one.step if window is one else 0.0 for one, window in windows]),
    }
    return pd.DataFrame(
        {
            **{name: np.repeat(values, sizes) for name, values in told.items()},
            "row": np.concatenate([window.rows for _, window in windows]),
            "event_time": np.concatenate([window.times for _, window in windows]),
        }
    )


def _describe(
    one: _Renewal, chosen: list[_Renewal], panel: Panel, outcome: np.ndarray
) -> dict[str, object]:
    same = (panel.frame[panel.unit].astype(str) == one.unit) & (panel.periods == one.period)
    place = int(np.flatnonzero(same)[0])
    own = sum(other.unit == one.unit for other in chosen)
    observed = np.isfinite(outcome[one.rows])
    before, after = (observed & side for side in (one.times < 0, one.times >= 0))
    return {
        panel.unit: panel.frame[panel.unit].iloc[place],
        panel.time: panel.frame[panel.time].iloc[place],
        "step": one.step,
        "comparisons_own": own,
        "comparisons_other": len(chosen) - own,
        "periods_before": int(before.sum()),
        "periods_after": int(after.sum()),
        "events_before": float(outcome[one.rows][before].sum()),
        "events_after": float(outcome[one.rows][after].sum()),
    }
