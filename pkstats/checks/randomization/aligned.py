"""Aligned histories: which unit of its stratum lived through which history, by age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, perm

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pkstats.checks.randomization.assignment import Sampler, find_source, shift_path
from pkstats.data.panels import Panel
from pkstats.errors import Breaches, SpecificationError, name_some
from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.estimation.engines.columns import check_names

#: Units of a stratum, those with most ages, on which distinct assignments are counted.
MOST_COUNTED = 64
#: Units compared with all others of their stratum at once.
PAIRED = 256


@dataclass(frozen=True)
class AlignedHistories:
    """Draws of lagged treatments; made by :func:`aligned_histories`.

    Parameters
    ----------
    keys : pandas.DataFrame, shape (n, 2)
        Unit and time of the panel's rows.
    treatment : str
        Column that was reassigned, before the lag.
    observed : ndarray, shape (n,)
        Treatment as observed, before the lag.
    lag : int
        Periods.
    source : ndarray of int, shape (n,)
        Row that holds the value ``lag`` periods before; -1 where there is none.
    units : tuple of str, length U
        Names.
    strata : tuple of str
        Columns within whose joint values histories are permuted.
    stratum : ndarray of int, shape (U,)
        Stratum of each unit.
    unit : ndarray of int, shape (n,)
        Unit of each row; -1 where the treatment is not observed.
    age : ndarray of int, shape (n,)
        Age of the unit, from 0 at the youngest age in the panel.
    table : ndarray, shape (U, ages)
        History of each unit at every age, carried on beyond what was observed.
    seen : ndarray of bool, shape (U, ages)
        Where it was observed.
    """

    keys: pd.DataFrame
    treatment: str
    observed: Floats
    lag: int
    source: Integers
    units: tuple[str, ...]
    strata: tuple[str, ...]
    stratum: Integers
    unit: Integers
    age: Integers
    table: Floats
    seen: NDArray[np.bool_]

    @property
    def null(self) -> str:
        """Sharp null in words."""
        within = f" of one stratum ({', '.join(self.strata)})" if self.strata else ""
        return (
            f"no row's outcome differs had the units{within} exchanged their histories, aligned "
            "on age"
        )

    @property
    def counts(self) -> dict[str, int]:
        """Strata of a single unit, whose history stays; units and pairs carried on.

        ``pairs_carried``: ordered pairs of different units of a stratum of which the first does
        not cover every age at which the second is observed; ``pairs``: all of them.
        """
        pairs = carried = 0
        for members in self._members():
            seen = self.seen[members].astype(np.float32)
            pairs += len(members) * (len(members) - 1)
            for receivers in np.array_split(seen, 1 + len(members) // PAIRED):
                carried += int(((1 - seen) @ receivers.T > 0).sum())
        alone = sum(len(members) == 1 for members in self._members())
        return {"strata_of_one": alone, "pairs": pairs, "pairs_carried": carried}

    def shift(self, path: Floats) -> Floats:
        """Value ``lag`` periods before, missing where there is no such row."""
        return shift_path(path, self.source)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Lagged treatment on all rows of the panel, shape (n,), of one random assignment."""
        return self.shift(self.assign(self._permute(rng)))

    def assign(self, donors: Integers) -> Floats:
        """Treatment before the lag, shape (n,), if unit u lived the history of ``donors[u]``."""
        return np.where(self.unit >= 0, self.table[donors[self.unit], self.age], self.observed)

    def sampler(self, rows: Integers) -> Sampler:
        """Prepare draws on some rows, each equal to :meth:`draw` from the same generator."""
        source = self.source[rows]
        unit = np.where(source >= 0, self.unit[source], -1)
        age = self.age[source][:, None]
        fixed = np.flatnonzero(unit < 0)
        still = self.shift(self.observed)[rows][fixed, None]
        flat, ages = self.table.ravel(), self.table.shape[1]

        def fill(generators: Sequence[np.random.Generator], out: Floats) -> None:
            donors = np.stack([self._permute(rng) for rng in generators], axis=1) * ages
            place = np.take(donors, unit, axis=0, mode="wrap")
            place += age
            np.take(flat, place, out=out, mode="clip")
            out[fixed] = still

        return fill

    def count_distinct(self, rows: Integers, *, absorbed: bool) -> int:
        """Distinct assignments on some rows, or the largest lower bound that counting gives.

        Histories are one type if they agree at every age at which the units counted use them (up
        to a constant if ``absorbed``), and the ways of dealing m histories of those types to r
        units are counted exactly. Units observed for few ages tell fewer types apart: the count
        is made for the one unit with most ages, the two with most, and so on, and the largest is
        kept. It is exact where the histories that differ do so at every unit's ages and a stratum
        has at most 64 units.

        Parameters
        ----------
        rows : ndarray of int
            Rows of the panel that a model uses.
        absorbed : bool
            Whether the model absorbs each unit's mean.
        """
        source = self.source[rows]
        source = source[source >= 0]
        source = source[self.unit[source] >= 0]
        used = np.zeros(self.table.shape, dtype=bool)
        used[self.unit[source], self.age[source]] = True
        number = 1
        for members in self._members():
            number *= _count_deals(self.table[members], used[members], absorbed=absorbed)
        return number

    def _members(self) -> list[Integers]:
        return [np.flatnonzero(self.stratum == s) for s in np.unique(self.stratum)]

    def _permute(self, rng: np.random.Generator) -> Integers:
        """Donor of each unit: a uniform permutation within strata, shape (U,)."""
        donors = np.empty(len(self.units), dtype=np.int64)
        donors[np.argsort(self.stratum, kind="stable")] = np.lexsort(
            (rng.random(len(self.units)), self.stratum)
        )
        return donors


def aligned_histories(
    panel: Panel,
    *,
    treatment: str,
    strata: Sequence[str] = (),
    age: str | None = None,
    lag: int = 1,
) -> AlignedHistories:
    """Permute whole histories of the treatment between units of a stratum, aligned on age.

    A unit takes over another's history age by age: the value at age a goes to age a, whatever the
    calendar. Beyond the ages at which a history was observed it is carried on: its last value
    forward, its first value back (also across gaps: the last value before). With histories so
    completed, every permutation is defined at every row, and permutations form a group, so that
    the test is exact if completed histories are exchangeable within strata. How many pairs of
    units need it is counted (``counts``).

    Parameters
    ----------
    panel : Panel
        Whole life of every unit; a model may use fewer rows.
    treatment : str
        Column, before any lag.
    strata : sequence of str
        Columns that are constant within each unit, such as start era and conflict at deployment;
        none permutes over all units.
    age : str, optional
        Column with the unit's age in whole periods; by default periods since its first row with
        an observed treatment.
    lag : int
        Calendar periods between the column and the treatment of the model.

    Returns
    -------
    AlignedHistories

    Raises
    ------
    SpecificationError
        Every breach in one message: a column is absent, a stratum is missing or varies within a
        unit, an age is missing, fractional, or two rows of a unit share it.
    """
    breaches = Breaches(f"aligned histories on panel {panel.name!r}")
    check_names([treatment, *strata, *([age] if age else [])], panel.frame, breaches)
    breaches.raise_as(SpecificationError)
    observed = panel.frame[treatment].to_numpy(dtype=float, na_value=np.nan)
    known = np.isfinite(observed)
    codes, names = pd.factorize(panel.frame[panel.unit][known], sort=True)
    unit = np.full(len(observed), -1, dtype=np.int64)
    unit[known] = codes
    years = _read_ages(panel, age, known, codes, breaches)
    stratum = _read_strata(panel, strata, known, breaches)
    breaches.raise_as(SpecificationError)
    whole = np.zeros(len(observed), dtype=np.int64)
    whole[known] = years - years.min()
    table = np.full((len(names), int(whole.max()) + 1), np.nan)
    table[unit[known], whole[known]] = observed[known]
    completed = pd.DataFrame(table.T).ffill().bfill().to_numpy().T
    return AlignedHistories(
        keys=panel.frame[[panel.unit, panel.time]],
        treatment=treatment,
        observed=observed,
        lag=lag,
        source=find_source(panel, lag),
        units=tuple(map(str, names)),
        strata=tuple(strata),
        stratum=stratum,
        unit=unit,
        age=whole,
        table=np.ascontiguousarray(completed),
        seen=np.isfinite(table),
    )


def _read_ages(
    panel: Panel, age: str | None, known: np.ndarray, codes: Integers, breaches: Breaches
) -> Integers:
    """Whole ages of the rows whose treatment is observed."""
    frame = panel.frame[known]
    if age is None:
        time = panel.periods[known]
        return (time - time.groupby(codes).transform("min").to_numpy()).to_numpy(dtype=np.int64)
    values = frame[age].to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(values) & (values == np.floor(values)))
    if wrong.any():
        breaches.add(
            f"age {age!r} is missing or fractional in {int(wrong.sum())} rows of "
            f"{name_some(frame.loc[wrong, panel.unit].unique())}",
            remedy="count whole periods wherever the treatment is observed",
        )
        return np.zeros(len(values), dtype=np.int64)
    twice = pd.DataFrame({"unit": codes, "age": values}).duplicated().to_numpy()
    if twice.any():
        breaches.add(
            f"age {age!r} is the same in two rows of "
            f"{name_some(frame.loc[twice, panel.unit].unique())}",
            remedy="let it grow by one a period",
        )
    return values.astype(np.int64)


def _read_strata(
    panel: Panel, strata: Sequence[str], known: np.ndarray, breaches: Breaches
) -> Integers:
    """Stratum of each unit, in the order of their names."""
    frame = panel.frame[known]
    grouped = frame.groupby(panel.unit, sort=True)
    for column in strata:
        absent = grouped[column].apply(lambda values: values.isna().any())
        varies = grouped[column].nunique() > 1
        for flags, what in ((absent, "is missing"), (varies, "varies")):
            if flags.any():
                breaches.add(
                    f"stratum {column!r} {what} within {name_some(flags.index[flags])}",
                    remedy="give each unit one value",
                )
    if not strata:
        return np.zeros(grouped.ngroups, dtype=np.int64)
    first = grouped[list(strata)].first()
    numbers = first.groupby(list(strata), sort=True, dropna=False).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def _count_deals(table: Floats, used: np.ndarray, *, absorbed: bool) -> int:
    """Ways, at least, in which the histories of a stratum differ on the units that use them."""
    span = used.sum(axis=1)
    receivers = np.argsort(-span, kind="stable")[: min(int((span > 0).sum()), MOST_COUNTED)]
    best, sizes, common = 1, [1], np.ones(table.shape[1], dtype=bool)
    for count, receiver in enumerate(receivers, 1):
        narrowed = common & used[receiver]
        if count > 1 and (narrowed < common).any():
            best = max(best, _count_sequences(sizes, count - 1))
        if count == 1 or (narrowed < common).any():
            common = narrowed
            sizes = _count_types(table[:, common], absorbed=absorbed)
    return max(best, _count_sequences(sizes, len(receivers)))


def _count_types(part: Floats, *, absorbed: bool) -> list[int]:
    """Multiplicities of the types among histories, shape (m, ages)."""
    if not part.shape[1]:
        return [len(part)]
    part = np.round(part - part[:, :1], 9) if absorbed else part
    return [int(size) for size in np.unique(part, axis=0, return_counts=True)[1]]


def _count_sequences(sizes: Sequence[int], length: int) -> int:
    """Distinct sequences of a length from a multiset with the given multiplicities."""
    single = sum(size == 1 for size in sizes)
    ways = [perm(single, n) for n in range(length + 1)]
    for size in (size for size in sizes if size > 1):
        ways = [
            sum(ways[n - k] * comb(n, k) for k in range(min(size, n) + 1))
            for n in range(length + 1)
        ]
    return ways[length]
