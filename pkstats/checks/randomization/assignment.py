"""Assignment: what a scheme must offer, and a researcher's own function as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from pkstats.data.panels import Panel
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines.cells import Floats, Integers

#: Fills an array, shape (rows, draws), with one drawn treatment a generator.
Sampler = Callable[[Sequence[np.random.Generator], Floats], None]


class Assignment(Protocol):
    """A scheme of reassignment, on the rows of a whole panel.

    ``renewal_assignment`` and ``aligned_histories`` make the two that the project uses.
    """

    @property
    def keys(self) -> pd.DataFrame:
        """Unit and time of the panel's n rows."""
        ...

    @property
    def treatment(self) -> str:
        """Column that is reassigned, before the lag."""
        ...

    @property
    def lag(self) -> int:
        """Calendar periods between the column and the treatment of the model."""
        ...

    @property
    def observed(self) -> Floats:
        """Treatment as observed, before the lag, shape (n,)."""
        ...

    @property
    def null(self) -> str:
        """Sharp null that the scheme tests, in words."""
        ...

    @property
    def counts(self) -> dict[str, int]:
        """What the scheme had to bend, by name: never silent."""
        ...

    def shift(self, path: Floats) -> Floats:
        """Value ``lag`` periods before, missing where there is no such row."""
        ...

    def count_distinct(self, rows: Integers, *, absorbed: bool) -> int | None:
        """Distinct assignments on some rows; None where only draws can tell.

        ``absorbed`` says that the model absorbs each unit's mean, so that paths which differ by a
        constant are one.
        """
        ...

    def sampler(self, rows: Integers) -> Sampler:
        """Prepare draws of the lagged treatment on some rows."""
        ...


@dataclass(frozen=True)
class OwnAssignment:
    """A researcher's own function from a generator to a treatment on all rows of a panel.

    Parameters
    ----------
    function : callable
        Returns the treatment as the model has it (no lag is applied), shape (n,).
    keys : pandas.DataFrame, shape (n, 2)
        Unit and time.
    treatment : str
        Column that it replaces.
    observed : ndarray, shape (n,)
        The column.
    """

    function: Callable[[np.random.Generator], np.ndarray]
    keys: pd.DataFrame
    treatment: str
    observed: Floats
    lag: int = 0
    null: str = "no row's outcome differs under any treatment that the function can return"

    @property
    def counts(self) -> dict[str, int]:
        """Nothing is bent."""
        return {}

    def shift(self, path: Floats) -> Floats:
        """Return the path itself: there is no lag."""
        return path

    def count_distinct(self, rows: Integers, *, absorbed: bool) -> int | None:
        """None: only draws can tell."""
        return None

    def sampler(self, rows: Integers) -> Sampler:
        """Prepare draws; each is checked for shape and missing values."""
        wanted = len(self.keys)

        def fill(generators: Sequence[np.random.Generator], out: Floats) -> None:
            block = np.empty((len(generators), len(rows)))
            for place, rng in enumerate(generators):
                drawn = np.asarray(self.function(rng), dtype=float)
                _check_drawn(drawn, rows, wanted)
                block[place] = drawn[rows]
            out[...] = block.T

        return fill


def _check_drawn(drawn: Floats, rows: Integers, wanted: int) -> None:
    breaches = Breaches("assignment function")
    if drawn.shape != (wanted,):
        breaches.add(
            f"the assignment returned shape {drawn.shape}",
            remedy=f"one value for each row of the estimate's panel, shape ({wanted},)",
        )
    else:
        used = drawn[rows]
        missing, infinite = int(np.isnan(used).sum()), int(np.isinf(used).sum())
        if missing or infinite:
            breaches.add(
                f"the assignment is missing or infinite in rows of the estimate: {missing} "
                f"missing, {infinite} infinite",
                remedy="assign every row that the model uses",
            )
    breaches.raise_as(SpecificationError)


def find_source(panel: Panel, lag: int) -> Integers:
    """Row that holds the value ``lag`` calendar periods before, shape (n,); -1 if there is none."""
    time = panel.periods
    here = pd.MultiIndex.from_arrays([panel.frame[panel.unit], time])
    earlier = pd.MultiIndex.from_arrays([panel.frame[panel.unit], time - lag])
    return here.get_indexer(earlier).astype(np.int64)


def shift_path(path: Floats, source: Integers) -> Floats:
    """Values at the source rows, missing where there is none."""
    return np.where(source >= 0, path[source], np.nan)
