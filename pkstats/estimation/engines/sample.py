"""The sample of a model: checks its columns, and turns a panel into cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pkstats.data.panels import Panel
from pkstats.errors import (
    AbsorbedError,
    Breaches,
    EmptySampleError,
    NoVariationError,
    SpecificationError,
    TooFewClustersError,
    name_some,
)
from pkstats.estimation.engines.catalogue import find_engine
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.columns import Columns, Mask, read_columns
from pkstats.estimation.engines.differences import difference
from pkstats.estimation.engines.fit import Loss
from pkstats.estimation.engines.rows import word_faint
from pkstats.estimation.kernels.collinearity import find_collinear
from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.specification import Specification

#: Rows in which absorption is looked for before all rows are read.
ENOUGH = 2_000


def draw_sample(specification: Specification, panel: Panel) -> tuple[Cells, tuple[Loss, ...]]:
    """Check the model columns of a panel and return its cells.

    Parameters
    ----------
    specification : Specification
        Names the columns.
    panel : Panel
        Left as it is.

    Returns
    -------
    cells : Cells
        n rows without missing values, differenced if the estimator is ``first_difference``.
    losses : tuple of Loss
        Rows dropped for missing values or zero exposure (``missing="drop"``), by column, and rows
        without a difference. A row with several reasons counts under the first, so that the rows
        add up.

    Raises
    ------
    SpecificationError
        The columns are not what the specification says, as :func:`~.columns.read_columns`; lists
        every breach, those of the data among them.
    EmptySampleError, TooFewClustersError, NoVariationError, AbsorbedError
        Empty sample, fewer than two clusters, treatment that never varies, or that effects or
        controls determine; where there are several, all in one message.
    """
    engine = find_engine(specification)
    breaches = Breaches(f"estimate on panel {panel.name!r}")
    columns = read_columns(specification, panel, breaches, engine=engine)
    kept = columns.kept
    _check_sample(specification, columns, kept, breaches)
    breaches.raise_as(SpecificationError)
    cells = _assemble(specification, panel, columns, kept)
    if engine.spells:
        cells = _add_baseline(specification, cells, columns.durations[kept])
    losses = _count_losses(panel, columns.lost, columns.numbers[specification.outcome])
    if not engine.differenced:
        return cells, losses
    changes, without = difference(cells)
    return changes, losses + without


def _add_baseline(specification: Specification, cells: Cells, duration: Integers) -> Cells:
    """Keep the durations; a discrete-time hazard gets their polynomial as regressors."""
    if "baseline_degree" not in find_engine(specification).options:
        return replace(cells, duration=duration)
    powers = range(1, specification.baseline_degree + 1)
    return replace(
        cells,
        duration=duration,
        terms=cells.terms + tuple("duration" if p == 1 else f"duration^{p}" for p in powers),
        regressors=np.column_stack(
            [cells.regressors, *(duration.astype(float) ** p for p in powers)]
        ),
    )


def _check_sample(
    specification: Specification,
    columns: Columns,
    kept: Mask,
    breaches: Breaches,
) -> None:
    if not kept.any():
        breaches.add(
            "the sample is empty: no row is complete",
            remedy="widen the sample or drop a column",
            failure=EmptySampleError,
        )
        return
    codes, numbers = columns.codes, columns.numbers
    cluster = specification.inference.cluster
    if cluster in codes:
        present = codes[cluster][0][kept]
        count = np.count_nonzero(np.bincount(present[present >= 0]))
        if count < 2:
            breaches.add(
                f"cluster {cluster!r} has {count} value: at least 2 are needed",
                remedy="cluster by a finer column",
                failure=TooFewClustersError,
            )
    treatment = specification.treatment
    if treatment not in numbers:
        return
    values = numbers[treatment][kept]
    if not (values != values[0]).any():
        breaches.add(
            f"treatment {treatment!r} never varies: it is {values[0]:g} in all {len(values)} rows",
            remedy="widen the sample or choose another treatment",
            failure=NoVariationError,
        )
        return
    _check_absorbed(specification, columns, kept, breaches)


def _check_absorbed(
    specification: Specification,
    columns: Columns,
    kept: Mask,
    breaches: Breaches,
) -> None:
    numbers, codes = columns.numbers, columns.codes
    terms = [specification.treatment, *(c for c in specification.controls if c in numbers)]
    X = np.array([numbers[c][kept] for c in terms])
    finite = np.isfinite(X).all(axis=0)
    names = [e for e in specification.effects if e in codes]
    groups = [codes[e][0][kept] for e in names]
    if not finite.all():
        X, groups = X[:, finite], [group[finite] for group in groups]
    for every in dict.fromkeys((max(1, X.shape[1] // ENOUGH), 1)):
        some = X[:, ::every]  # what some rows tell apart, all rows do
        effects = encode(_stack([group[::every] for group in groups], some.shape[1]))
        if 0 not in find_collinear(some.T, effects):
            return
    alone = find_collinear(X[:1].T, effects)
    if 0 in alone.faint:
        error = word_faint(terms[0], alone.faint[0])
        breaches.add(f"treatment {error}", failure=type(error))
    elif 0 in alone:
        breaches.add(
            f"treatment {terms[0]!r} is absorbed by the effects {name_some(names)}",
            remedy="drop the effect that determines it",
            failure=AbsorbedError,
        )
    else:
        breaches.add(
            f"treatment {terms[0]!r} is collinear with the controls {name_some(terms[1:])}",
            remedy="drop the control that determines it",
            failure=AbsorbedError,
        )


def _assemble(
    specification: Specification,
    panel: Panel,
    columns: Columns,
    kept: Mask,
) -> Cells:
    numbers, codes = columns.numbers, columns.codes
    terms = [specification.treatment, *specification.controls]
    X = [numbers[c][kept] for c in terms]
    offset = np.zeros(int(kept.sum()))
    if len(offset) < len(kept):
        codes = {column: (code[kept], labels) for column, (code, labels) in codes.items()}
    if specification.exposure:
        logged = np.log(numbers[specification.exposure][kept])
        if specification.exposure_as == "offset":
            offset = logged
        else:
            X.append(logged)
            terms.append(f"log({specification.exposure})")
    effects = [codes[e] for e in specification.effects]
    cluster, cluster_labels = codes[specification.inference.cluster]
    unit, unit_labels = codes[panel.unit]
    return Cells(
        terms=tuple(terms),
        outcome=numbers[specification.outcome][kept],
        regressors=np.array(X).T,
        effects=_stack([e[0] for e in effects], len(offset)),
        effect_names=specification.effects,
        effect_labels=tuple(e[1] for e in effects),
        offset=offset,
        cluster=cluster,
        cluster_labels=cluster_labels,
        unit=unit,
        unit_labels=unit_labels,
        period=panel.periods.to_numpy()[kept],
        position=np.flatnonzero(kept),
        instruments=_stack_numbers(
            [numbers[z][kept] for z in specification.instruments], len(offset)
        ),
        instrument_names=specification.instruments,
        duration=np.zeros(len(offset), dtype=np.int64),
    )


def _stack(codes: list[Integers], rows: int) -> Integers:
    return np.array(codes).T if codes else np.empty((rows, 0), dtype=np.int64)


def _stack_numbers(columns: list[Floats], rows: int) -> Floats:
    return np.column_stack(columns) if columns else np.empty((rows, 0))


def _count_losses(panel: Panel, lost: dict[str, Mask], outcome: Floats) -> tuple[Loss, ...]:
    units = panel.frame[panel.unit]
    return tuple(
        Loss(
            reason, int(mask.sum()), tuple(map(str, units[mask].unique())),
            float(np.nansum(outcome[mask])),
        )
        for reason, mask in lost.items()
        if mask.any()
    )  # fmt: skip
