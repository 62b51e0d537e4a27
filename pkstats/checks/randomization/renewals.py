"""Renewal assignment: which of a mission's renewals carried its observed steps."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
import pandas as pd

from pkstats.checks.randomization.assignment import Sampler, find_source, shift_path
from pkstats.checks.randomization.history import History
from pkstats.checks.randomization.timing import prepare_timing
from pkstats.data.panels import Panel
from pkstats.errors import Breaches, SpecificationError, name_some
from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.estimation.engines.columns import check_names


@dataclass(frozen=True)
class RenewalAssignment:
    """Draws of lagged treatment paths; made by :func:`renewal_assignment`.

    Parameters
    ----------
    keys : pandas.DataFrame, shape (n, 2)
        Unit and time of the panel's rows.
    treatment : str
        Column that was reassigned, before the lag.
    observed : ndarray, shape (n,)
        Treatment as observed, before the lag.
    histories : tuple of History
        One a unit.
    lag : int
        Periods.
    source : ndarray of int, shape (n,)
        Row that holds the value ``lag`` periods before; -1 where there is none.
    off_calendar : int
        Observed steps in a month that is no renewal; such a month joins the calendar.
    """

    keys: pd.DataFrame
    treatment: str
    observed: Floats
    histories: tuple[History, ...]
    lag: int
    source: Integers
    off_calendar: int

    @property
    def distinct(self) -> int:
        """Number of distinct histories: product over units of binomials (renewals, steps)."""
        number = 1
        for history in self.histories:
            number *= comb(len(history.calendar), len(history.steps))
        return number

    @property
    def null(self) -> str:
        """Sharp null in words."""
        return (
            "no row's outcome differs had each unit's steps fallen at other renewals of its own "
            "calendar"
        )

    @property
    def counts(self) -> dict[str, int]:
        """Steps outside the renewal calendar."""
        return {"off_calendar": self.off_calendar}

    def draw(self, rng: np.random.Generator) -> Floats:
        """Lagged treatment on all rows of the panel, shape (n,), of one random assignment."""
        path = self.observed.copy()
        for history in self.histories:
            if 0 < len(history.steps) < len(history.calendar):
                places = rng.choice(history.calendar, size=len(history.steps), replace=False)
                path[history.rows] = history.trace(np.sort(places))
        return self.shift(path)

    def shift(self, path: Floats) -> Floats:
        """Value ``lag`` periods before, missing where there is no such row."""
        return shift_path(path, self.source)

    def sampler(self, rows: Integers) -> Sampler:
        """Prepare draws on some rows, each equal to :meth:`draw` from the same generator."""
        source = self.source[rows]
        free = [h for h in self.histories if 0 < len(h.steps) < len(h.calendar)]
        return prepare_timing(free, source, self.shift(self.observed)[rows]).fill

    def count_distinct(self, rows: Integers, *, absorbed: bool = True) -> int:
        """Distinct histories as far as the given rows can tell, up to a constant a unit.

        A step before a unit's first row or after its last moves nothing there, so that fewer
        histories differ on the rows of a model than over the whole life of the units.

        Parameters
        ----------
        rows : ndarray of int
            Rows of the panel that a model uses.
        absorbed : bool
            Either way paths that differ by a constant are counted once: where the model absorbs
            no unit this is a lower bound.
        """
        number = 1
        used = np.zeros(len(self.observed), dtype=bool)
        used[self.source[rows][self.source[rows] >= 0]] = True
        for history in self.histories:
            seen = np.flatnonzero(used[history.rows])
            if len(seen) and len(history.steps):
                number *= _count_seen(history, int(seen[0]), int(seen[-1]))
        return number


def renewal_assignment(
    panel: Panel, *, treatment: str, renewal: str, lag: int = 1
) -> RenewalAssignment:
    """Hold each unit's renewal calendar; move its observed steps to other renewals of its own.

    The steps keep their order and their sizes; every choice of as many renewals is equally
    likely. The founding month is no renewal to which a step can move.

    Parameters
    ----------
    panel : Panel
        Whole life of every unit; a model may use fewer rows.
    treatment : str
        Column that steps, before any lag.
    renewal : str
        Column that is 1 in months in which the mandate was renewed, else 0.
    lag : int
        Calendar periods between a step and the treatment of the model.

    Returns
    -------
    RenewalAssignment

    Raises
    ------
    SpecificationError
        A column is absent, or the renewal is not 0 or 1 where the treatment is observed.
    """
    frame = panel.frame
    breaches = Breaches(f"renewal assignment on panel {panel.name!r}")
    check_names((treatment, renewal), panel.frame, breaches)
    breaches.raise_as(SpecificationError)
    observed = frame[treatment].to_numpy(dtype=float, na_value=np.nan)
    renewed = frame[renewal].to_numpy(dtype=float, na_value=np.nan)
    wrong = np.isfinite(observed) & ~np.isin(renewed, (0.0, 1.0))
    if wrong.any():
        breaches.add(
            f"{renewal!r} is neither 0 nor 1 in {int(wrong.sum())} rows of "
            f"{name_some(frame.loc[wrong, panel.unit].unique())}",
            remedy="fill it wherever the treatment is observed",
        )
    breaches.raise_as(SpecificationError)
    histories = tuple(_read_histories(frame[panel.unit], observed, renewed))
    off = sum(int((renewed[h.rows[h.places]] == 0).sum()) for h in histories)
    return RenewalAssignment(
        keys=frame[[panel.unit, panel.time]],
        treatment=treatment,
        observed=observed,
        histories=histories,
        lag=lag,
        source=find_source(panel, lag),
        off_calendar=off,
    )


def _read_histories(unit: pd.Series, observed: Floats, renewed: Floats) -> list[History]:
    """Histories of all units; the panel is sorted by unit and time."""
    histories = []
    for name, positions in unit.groupby(unit, sort=True).indices.items():
        places_in_panel = np.asarray(positions, dtype=np.int64)
        rows = places_in_panel[np.isfinite(observed[places_in_panel])]
        if not len(rows):
            continue
        steps = np.diff(observed[rows])
        places = np.flatnonzero(steps) + 1
        calendar = np.union1d(np.flatnonzero(renewed[rows] == 1), places)
        histories.append(
            History(
                unit=str(name),
                rows=rows,
                first=float(observed[rows[0]]),
                steps=steps[places - 1],
                places=places,
                calendar=calendar[calendar > 0],
            )
        )
    return histories


def _count_seen(history: History, first: int, last: int) -> int:
    """Paths between two positions that differ in more than a constant."""
    before = int((history.calendar <= first).sum())
    after = int((history.calendar > last).sum())
    inside = len(history.calendar) - before - after
    steps = history.steps
    windows = {
        tuple(steps[start:end])
        for start in range(min(len(steps), before) + 1)
        for end in range(start, len(steps) + 1)
        if end - start <= inside and len(steps) - end <= after
    }
    return sum(comb(inside, len(window)) for window in windows)
