"""Rows and regressors that carry no information: found, named and dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pkstats.errors import (
    AbsorbedError,
    Breaches,
    EmptySampleError,
    NoVariationError,
    SeparationError,
    name_some,
)
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.fit import Loss
from pkstats.estimation.kernels.collinearity import (
    TOLERANCE,
    Collinearity,
    Faint,
    find_collinear,
    measure_spread,
)
from pkstats.estimation.kernels.effects import Effects
from pkstats.estimation.kernels.separation import find_empty_level

BY_EFFECTS = "separated by effects"
BY_REGRESSORS = "separated by regressors"

#: Positions of the regressors that a model keeps, from cells, effects and what was lost before.
Keep = Callable[[Cells, Effects | None, list[Loss]], list[int]]

EMPTY = "nothing to estimate. Remedy: widen the sample or choose another outcome"


def drop_levels(
    cells: Cells, rows: Integers, losses: list[Loss], *, reasons: tuple[str, ...]
) -> Integers:
    """Drop levels of effects that hold no information, until there are none.

    Parameters
    ----------
    cells : Cells
        All rows.
    rows : ndarray of int
        Positions still in use.
    losses : list of Loss
        Grows by every drop.
    reasons : tuple of str
        In order, of ``"all-zero"``, ``"all-one"`` and ``"singleton"``.

    Raises
    ------
    EmptySampleError
        No row, or no event, is left.
    NoVariationError
        The outcome does not vary in the rows that are.
    """
    while True:
        outcome, effects = cells.outcome[rows], cells.effects[rows]
        _check_outcome(outcome, cells.offset[rows], reasons)
        found = find_empty_level(outcome, effects, reasons)
        if found is None:
            return rows
        effect, reason, lost = found
        labels = cells.effect_labels[effect][np.unique(effects[lost, effect])]
        losses.append(
            Loss(
                reason=f"{reason} {cells.effect_names[effect]}",
                rows=int(lost.sum()),
                names=tuple(map(str, labels)),
                events=float(outcome[lost].sum()),
            )
        )
        rows = rows[~lost]


def _check_outcome(outcome: Floats, offset: Floats, reasons: tuple[str, ...]) -> None:
    if not len(outcome) or ("all-zero" in reasons and outcome.sum() <= 0):
        without = "" if len(outcome) else " and no row"
        raise EmptySampleError(f"the sample holds no event{without}: {EMPTY}")
    if "all-one" in reasons and outcome.min() > 0:
        raise NoVariationError(f"the sample holds no row without the event: {EMPTY}")
    if (outcome == outcome[0]).all() and (offset == offset[0]).all():
        raise NoVariationError(
            f"the outcome never varies: it is {outcome[0]:g} in all {len(outcome)} rows: {EMPTY}"
        )
    spread = float(measure_spread(outcome))
    if 0 < spread <= TOLERANCE:
        raise NoVariationError(
            f"the outcome varies by only {spread:.1g} of its size, too little to be told from "
            "rounding. Remedy: subtract a constant from it, such as its smallest value"
        )


def keep_regressors(used: Cells, effects: Effects | None, losses: list[Loss]) -> list[int]:
    """Positions of the regressors that are not collinear; the treatment must be among them.

    Raises
    ------
    AbsorbedError
        The treatment is absorbed or collinear, or a control all but is.
    NoVariationError
        A regressor all but never varies beside its size.
    SeparationError
        The treatment is absorbed once the rows are dropped that it predicts perfectly.
    """
    collinear = find_collinear(used.regressors, effects)
    if 0 not in collinear:
        refuse_faint(used.terms, collinear)
        return [i for i in range(len(used.terms)) if i not in collinear]
    separated = [loss for loss in losses if loss.reason == BY_REGRESSORS]
    if separated:
        names = sorted({name for loss in separated for name in loss.names})
        count = sum(loss.rows for loss in separated)
        what = "outcomes" if any(loss.events for loss in separated) else "zero counts"
        raise SeparationError(
            f"treatment {used.terms[0]!r} is separated: it predicts the {what} of "
            f"{count} rows perfectly, in {name_some(names)}, and varies nowhere else; its "
            "coefficient has no finite estimate. Remedy: fewer effects or controls, or a coarser "
            "treatment"
        )
    refuse_faint(used.terms, collinear)
    without = "; ".join(f"{loss.reason}: {name_some(loss.names)}" for loss in losses)
    raise AbsorbedError(
        f"treatment {used.terms[0]!r} is absorbed by the effects or collinear with the controls"
        + (f" in the rows left after dropping {without}" if without else "")
        + ". Remedy: drop the effect or control that determines it"
    )


def refuse_faint(terms: tuple[str, ...], found: Collinearity) -> None:
    """Refuse columns of which too little is left to answer from, though not nothing.

    Raises
    ------
    NoVariationError
        One varies by next to nothing beside its size.
    AbsorbedError
        Effects and other terms all but determine one.
    """
    for column, faint in found.faint.items():
        raise word_faint(terms[column], faint)


def word_faint(term: str, faint: Faint) -> AbsorbedError | NoVariationError:
    """The error that says how little of a term is left, and what to do about it."""
    if faint.beside == "mean":
        return NoVariationError(
            f"{term!r} varies by only {faint.share:.1g} of its size, too little to be told from "
            "rounding. Remedy: subtract a constant from it, such as its smallest value"
        )
    return AbsorbedError(
        f"{term!r} is all but determined by effects and other terms: only {faint.share:.1g} of it "
        "is left, too little to be told from rounding. Remedy: drop it, or replace it by its "
        "difference from what all but determines it"
    )


def keep_controls(used: Cells, effects: Effects | None, losses: list[Loss]) -> list[int]:
    """Positions of the regressors that are not collinear, where no treatment is among them."""
    beside = np.column_stack([np.zeros(len(used)), used.regressors])  # controls are judged in order
    collinear = find_collinear(beside, effects)
    refuse_faint(("", *used.terms), collinear)
    return [i for i in range(len(used.terms)) if i + 1 not in collinear]


def take_regressors(cells: Cells, kept: list[int]) -> Cells:
    """Cells with the regressors at some positions alone."""
    terms = tuple(cells.terms[i] for i in kept)
    return replace(cells, terms=terms, regressors=cells.regressors[:, kept])


def check_nested(cells: Cells, breaches: Breaches, *, why: str = "") -> None:
    """Note units that lie in several clusters."""
    pairs = np.unique(np.column_stack([cells.unit, cells.cluster]), axis=0)
    split = np.flatnonzero(np.bincount(pairs[:, 0]) > 1)
    if len(split):
        breaches.add(
            f"units in several clusters: {name_some(cells.unit_labels[split])}{why}",
            remedy="cluster by the unit, or by what each unit keeps",
        )


def name_loss(used: Cells, reason: str, lost: NDArray[np.bool_]) -> Loss:
    """Loss of some rows, by the units that they belong to."""
    units = used.unit_labels[np.unique(used.unit[lost])]
    return Loss(reason, int(lost.sum()), tuple(map(str, units)), float(used.outcome[lost].sum()))
