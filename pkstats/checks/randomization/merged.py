"""Merged renewals: missions of one host keep their own calendars and are drawn jointly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from pkstats.checks.randomization.assignment import Sampler, find_source, shift_path
from pkstats.checks.randomization.renewals import RenewalAssignment, renewal_assignment
from pkstats.data.panels import Panel
from pkstats.errors import Breaches, SpecificationError, name_some
from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.estimation.engines.columns import check_names

#: How the treatments of missions in one place and period become one.
Merge = Literal["largest", "sum"]
_UFUNC = {"largest": np.maximum, "sum": np.add}


@dataclass(frozen=True)
class MergedAssignment:
    """Draws of a merged, lagged treatment; made by :func:`merged_assignment`.

    Parameters
    ----------
    keys : pandas.DataFrame, shape (n, 2)
        Place and time of the panel's rows.
    treatment : str
        Column that was reassigned, before the lag.
    observed : ndarray, shape (n,)
        Treatment as observed, before the lag.
    missions : RenewalAssignment
        Of the missions' own panel, without a lag.
    cell : ndarray of int, shape (m,)
        Row of the panel to which each row of the missions' panel belongs; -1 where the treatment
        of the mission is missing or its place and period are not in the panel.
    merge : {"largest", "sum"}
        How treatments of several missions become one.
    lag : int
        Periods.
    source : ndarray of int, shape (n,)
        Row that holds the value ``lag`` periods before; -1 where there is none.
    """

    keys: pd.DataFrame
    treatment: str
    observed: Floats
    missions: RenewalAssignment
    cell: Integers
    merge: Merge
    lag: int
    source: Integers

    @property
    def null(self) -> str:
        """Sharp null in words."""
        return (
            "no row's outcome differs had each mission's steps fallen at other renewals of its own "
            "calendar, all missions of a place drawn together"
        )

    @property
    def counts(self) -> dict[str, int]:
        """Steps outside the renewal calendar; cells that hold more than one mission."""
        inside = self.cell[self.cell >= 0]
        return {**self.missions.counts, "shared_cells": int((np.bincount(inside) > 1).sum())}

    def shift(self, path: Floats) -> Floats:
        """Value ``lag`` periods before, missing where there is no such row."""
        return shift_path(path, self.source)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Lagged treatment on all rows of the panel, shape (n,), of one random assignment."""
        return self.shift(self.fold(self.missions.draw(rng)))

    def fold(self, path: Floats) -> Floats:
        """Merged treatment of all rows, shape (n,), of a path of the missions, shape (m,)."""
        merged = self.observed.copy()
        held = np.flatnonzero(self.cell >= 0)
        held = held[np.argsort(self.cell[held], kind="stable")]
        if len(held):
            cells, begin = np.unique(self.cell[held], return_index=True)
            merged[cells] = _UFUNC[self.merge].reduceat(path[held], begin)
        return merged

    def count_distinct(self, rows: Integers, *, absorbed: bool = True) -> int | None:
        """Distinct assignments on some rows; None where missions share a cell.

        One mission may hide behind another there, so that only draws can tell.
        """
        if self.counts["shared_cells"]:
            return None
        source = self.source[rows]
        inside = np.flatnonzero(np.isin(self.cell, source[source >= 0]))
        return self.missions.count_distinct(inside, absorbed=absorbed)

    def sampler(self, rows: Integers) -> Sampler:
        """Prepare draws on some rows, each equal to :meth:`draw` from the same generator."""
        source = self.source[rows]
        used = np.unique(source[source >= 0])
        held = np.flatnonzero(np.isin(self.cell, used))
        held = held[np.argsort(self.cell[held], kind="stable")]
        cells, begin = np.unique(self.cell[held], return_index=True)
        place = np.full(len(self.keys) + 1, -1, dtype=np.int64)  # of no source: the last, -1
        place[cells] = np.arange(len(cells))
        drawn = np.flatnonzero(place[source] >= 0)
        target = place[source[drawn]]
        still = self.shift(self.observed)[rows]
        fill_missions, ufunc = self.missions.sampler(held), _UFUNC[self.merge]

        def fill(generators: Sequence[np.random.Generator], out: Floats) -> None:
            out[...] = still[:, None]
            if len(drawn):
                paths = np.empty((len(held), len(generators)))
                fill_missions(generators, paths)
                out[drawn] = ufunc.reduceat(paths, begin, axis=0)[target]

        return fill


def merged_assignment(
    panel: Panel,
    missions: Panel,
    *,
    treatment: str,
    renewal: str,
    merge: Merge = "largest",
    lag: int = 1,
) -> MergedAssignment:
    """Draw the renewals of every mission on its own calendar, then merge missions of one place.

    A panel of places (hosts) whose treatment comes of the missions there has no calendar of its
    own: two missions of one host renew at different months. Each mission's steps move to other
    renewals of its own, as :func:`renewal_assignment` has it, and the treatment of the place is
    made anew of all of them. A step of one mission therefore cannot move to another's renewal.

    Parameters
    ----------
    panel : Panel
        Of places; the whole of it. Rows without a mission keep their treatment.
    missions : Panel
        Of missions, with the panel's unit and time as columns, the treatment and the renewals.
    treatment : str
        Column of both panels that steps, before any lag.
    renewal : str
        Column of ``missions`` that is 1 in months in which the mandate was renewed, else 0.
    merge : {"largest", "sum"}
        How the panel's treatment came of the missions': it is made again and compared.
    lag : int
        Calendar periods between a step and the treatment of the model.

    Returns
    -------
    MergedAssignment

    Raises
    ------
    SpecificationError
        A column is absent, no mission is in the panel, or the panel's treatment is not what the
        missions' treatments merge to.
    """
    breaches = Breaches(f"merged assignment on panel {panel.name!r}")
    check_names((treatment,), panel.frame, breaches)
    check_names((panel.unit, panel.time, treatment, renewal), missions.frame, breaches)
    if merge not in get_args(Merge):
        breaches.add(f"merge={merge!r}", remedy=f"one of {', '.join(get_args(Merge))}")
    breaches.raise_as(SpecificationError)
    inner = renewal_assignment(missions, treatment=treatment, renewal=renewal, lag=0)
    keys = [panel.unit, panel.time]
    places, asked = (pd.MultiIndex.from_frame(p.frame[keys]) for p in (panel, missions))
    cell = places.get_indexer(asked).astype(np.int64)
    found = MergedAssignment(
        keys=panel.frame[keys],
        treatment=treatment,
        observed=panel.frame[treatment].to_numpy(dtype=float, na_value=np.nan),
        missions=inner,
        cell=np.where(np.isfinite(inner.observed), cell, -1),
        merge=merge,
        lag=lag,
        source=find_source(panel, lag),
    )
    _check_merged(found, panel, missions)
    return found


def _check_merged(found: MergedAssignment, panel: Panel, missions: Panel) -> None:
    breaches = Breaches(f"merged assignment on panel {panel.name!r}")
    if not (found.cell >= 0).any():
        breaches.add(
            f"no row of {missions.name!r} with a treatment is in the panel by {panel.unit!r} and "
            f"{panel.time!r}",
            remedy="give both the same notation of places and periods",
        )
    made = found.fold(found.missions.observed)
    wrong = ~np.isclose(made, found.observed, equal_nan=True)
    if wrong.any():
        breaches.add(
            f"{found.treatment!r} is not the {found.merge} of the missions' in {int(wrong.sum())} "
            f"rows of {name_some(panel.frame.loc[wrong, panel.unit].unique())}",
            remedy="make the panel's treatment of the missions' by the same rule, or name the rule "
            "as merge=",
        )
    breaches.raise_as(SpecificationError)
