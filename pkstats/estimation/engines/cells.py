"""Cells: the model columns of a sample, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]


@dataclass(frozen=True)
class Cells:
    """Rows that a model is fitted on.

    Parameters
    ----------
    terms : tuple of str
        Names of the k regressors, treatment first.
    outcome : ndarray, shape (n,)
        As the family has it: counts, zero and one, or any numbers.
    regressors : ndarray, shape (n, k)
        Treatment and controls.
    effects : ndarray of int, shape (n, effects)
        Level of each row in each absorbed effect.
    effect_names : tuple of str
        Columns of the effects.
    effect_labels : tuple of ndarray
        Labels of the levels, one array an effect.
    offset : ndarray, shape (n,)
        Log exposure, or zero.
    cluster, unit : ndarray of int, shape (n,)
        Codes of cluster and unit.
    cluster_labels, unit_labels : ndarray
        What the codes stand for.
    period : ndarray of int, shape (n,)
        Time: calendar months where it is a date, else as given.
    position : ndarray of int, shape (n,)
        Row of the panel's frame.
    instruments : ndarray, shape (n, m)
        Excluded instruments of the treatment; m is mostly 0.
    instrument_names : tuple of str
        Their m columns.
    duration : ndarray of int, shape (n,)
        Periods since the spell began, 1 in its first; 0 where the model has no spells.
    """

    terms: tuple[str, ...]
    outcome: Floats
    regressors: Floats
    effects: Integers
    effect_names: tuple[str, ...]
    effect_labels: tuple[Labels, ...]
    offset: Floats
    cluster: Integers
    cluster_labels: Labels
    unit: Integers
    unit_labels: Labels
    period: Integers
    position: Integers
    instruments: Floats
    instrument_names: tuple[str, ...]
    duration: Integers

    def __len__(self) -> int:
        """Rows."""
        return len(self.outcome)

    def take(self, rows: Integers | NDArray[np.bool_]) -> Cells:
        """Keep the chosen rows, given as positions or as a mask."""
        return replace(
            self,
            outcome=self.outcome[rows],
            regressors=self.regressors.T[:, rows].T,  # columns stay contiguous
            effects=self.effects.T[:, rows].T,
            offset=self.offset[rows],
            cluster=self.cluster[rows],
            unit=self.unit[rows],
            period=self.period[rows],
            position=self.position[rows],
            instruments=self.instruments[rows],
            duration=self.duration[rows],
        )
