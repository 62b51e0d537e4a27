"""The sample of a model: checks its columns, and turns a panel into cells."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pkstats.data.panels import Panel
from pkstats.errors import Breaches, EstimationError, name_some
from pkstats.estimation.engines.cells import Cells, Floats, Integers
from pkstats.estimation.engines.differences import difference
from pkstats.estimation.engines.fit import Loss
from pkstats.estimation.engines.spells import find_outlived, measure_durations, number_spells
from pkstats.estimation.kernels.collinearity import find_collinear
from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.specification import Specification

Mask = NDArray[np.bool_]

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
    EstimationError
        Every breach in one message, with rows and remedy: unknown column, column that is no
        number, infinite or missing value, negative or fractional count, binary outcome that is
        neither 0 nor 1, negative or zero
        exposure, empty sample, fewer than two clusters, treatment that never varies or that
        effects or controls determine.
    """
    breaches = Breaches(f"estimate on panel {panel.name!r}")
    _check_names(specification, panel, breaches)
    numbers = _read_numbers(specification, panel, breaches)
    codes = _read_codes(specification, panel)
    _check_values(specification, panel, numbers, breaches)
    duration = _measure_durations(specification, panel, numbers, codes, breaches)
    lost = _find_missing(specification, numbers, codes, len(panel.frame))
    if specification.missing == "raise":
        _refuse_missing(panel, lost, breaches)
    kept = np.ones(len(panel.frame), dtype=bool)
    for mask in lost.values():
        kept &= ~mask
    _check_sample(specification, numbers, codes, kept, breaches)
    breaches.raise_as(EstimationError)
    cells = _assemble(specification, panel, numbers, codes, kept)
    if specification.family == "duration":
        cells = _add_baseline(specification, cells, duration[kept])
    losses = _count_losses(panel, lost, numbers[specification.outcome])
    if specification.estimator != "first_difference":
        return cells, losses
    changes, without = difference(cells)
    return changes, losses + without


def _numeric_columns(specification: Specification) -> list[str]:
    columns = [specification.outcome, specification.treatment, *specification.controls]
    columns += specification.instruments
    return columns + ([specification.exposure] if specification.exposure else [])


def _check_names(specification: Specification, panel: Panel, breaches: Breaches) -> None:
    known = list(panel.frame.columns)
    for column in specification.columns:
        if column not in known:
            close = get_close_matches(column, map(str, known)) or list(map(str, known))
            breaches.add(
                f"column {column!r} is not in the panel", remedy=f"perhaps {name_some(close)}"
            )


def _read_numbers(
    specification: Specification, panel: Panel, breaches: Breaches
) -> dict[str, Floats]:
    numbers = {}
    for column in _numeric_columns(specification):
        if column not in panel.frame:
            continue
        values = panel.frame[column]
        if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_complex_dtype(values):
            breaches.add(
                f"column {column!r} is of type {values.dtype}, no number",
                remedy="convert it with pandas.to_numeric",
            )
        else:
            plain = isinstance(values.dtype, np.dtype)
            numbers[column] = (
                values.to_numpy(dtype=float)
                if plain
                else values.to_numpy(dtype=float, na_value=np.nan)
            )
    return numbers


def _read_codes(
    specification: Specification, panel: Panel
) -> dict[str, tuple[Integers, NDArray[np.object_]]]:
    """Codes (missing: -1) and labels of effects, cluster and unit."""
    spell = [specification.spell] if specification.spell else []
    wanted = [*specification.effects, *spell, specification.inference.cluster, panel.unit]
    codes = {}
    for column in dict.fromkeys(wanted):
        if column in panel.frame:
            code, labels = pd.factorize(panel.frame[column], sort=False)
            codes[column] = (code.astype(np.int64), _label(labels))
    return codes


def _label(levels: pd.Index) -> NDArray[np.object_]:
    if isinstance(levels, pd.DatetimeIndex):
        return np.datetime_as_string(levels.to_numpy(), unit="D").astype(object)
    return np.array([str(level) for level in levels.to_numpy(dtype=object)], dtype=object)


def _check_values(
    specification: Specification, panel: Panel, numbers: dict[str, Floats], breaches: Breaches
) -> None:
    outcome, exposure = specification.outcome, specification.exposure or ""
    infinite = "make it missing, or mend the column"
    for column, values in numbers.items():
        _add(panel, np.isinf(values), f"{column!r} is infinite", infinite, breaches)
    if outcome in numbers and specification.family in ("poisson", "negative_binomial"):
        counts = numbers[outcome]
        _add(panel, counts < 0, f"count {outcome!r} is negative", "counts are 0, 1, ...", breaches)
        with np.errstate(invalid="ignore"):
            fractional = np.isfinite(counts) & (counts != np.floor(counts))
        _add(
            panel, fractional, f"count {outcome!r} is fractional", "use whole counts, not rates;"
            " give the denominator as exposure", breaches,
        )  # fmt: skip
    if outcome in numbers and specification.family in ("logit", "duration"):
        values = numbers[outcome]
        other = ~np.isnan(values) & ~np.isin(values, (0.0, 1.0))
        binary = "make it an indicator, or choose a family for counts"
        _add(panel, other, f"{outcome!r} is neither 0 nor 1", binary, breaches)
    if exposure in numbers:
        size = numbers[exposure]
        _add(panel, size < 0, f"exposure {exposure!r} is negative", "mend the column", breaches)
        if outcome in numbers:
            _add(
                panel, (size == 0) & (numbers[outcome] > 0),
                f"{outcome!r} is positive though exposure {exposure!r} is 0",
                "mend the exposure, or make it missing where it is unknown", breaches,
            )  # fmt: skip


def _measure_durations(
    specification: Specification,
    panel: Panel,
    numbers: dict[str, Floats],
    codes: dict[str, tuple[Integers, NDArray[np.object_]]],
    breaches: Breaches,
) -> Integers:
    """Time since entry of every row of the panel; rows after their event are a breach."""
    spell, outcome = specification.spell, specification.outcome
    if specification.family != "duration" or (spell and spell not in codes):
        return np.zeros(len(panel.frame), dtype=np.int64)
    period = panel.periods.to_numpy()
    spells = number_spells(codes[panel.unit][0], codes[spell][0] if spell else None)
    if outcome in numbers:
        repeated, after = find_outlived(numbers[outcome], spells, period)
        whose = "spell" if spell else panel.unit
        remedy = "number the spells of a unit in a column and name it in spell="
        _add(panel, repeated, f"{outcome!r} repeats in one {whose}", remedy, breaches)
        remedy = f"a spell ends with its event: drop these rows, or {remedy}"
        _add(panel, after, f"rows follow the event of their {whose}", remedy, breaches)
    return measure_durations(spells, period)


def _add_baseline(specification: Specification, cells: Cells, duration: Integers) -> Cells:
    """Keep the durations; a discrete-time hazard gets their polynomial as regressors."""
    if specification.estimator != "discrete_time":
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


def _find_missing(
    specification: Specification,
    numbers: dict[str, Floats],
    codes: dict[str, tuple[Integers, NDArray[np.object_]]],
    rows: int,
) -> dict[str, Mask]:
    """Mask of rows by reason; a row counts under its first reason."""
    reasons: dict[str, Mask] = {}
    for column in specification.columns:
        if column in numbers:
            reasons[f"missing {column}"] = np.isnan(numbers[column])
        elif column in codes:
            reasons[f"missing {column}"] = codes[column][0] < 0
    exposure = specification.exposure
    if exposure in numbers:
        reasons[f"zero {exposure}"] = numbers[exposure] == 0
    taken = np.zeros(rows, dtype=bool)
    for reason, mask in reasons.items():
        reasons[reason] = mask & ~taken
        taken |= mask
    return reasons


def _refuse_missing(panel: Panel, lost: dict[str, Mask], breaches: Breaches) -> None:
    for reason, mask in lost.items():
        kind, column = reason.split(" ", 1)
        what = f"{column!r} is missing" if kind == "missing" else f"exposure {column!r} is 0"
        _add(panel, mask, what, "missing='drop' drops and counts them", breaches)


def _check_sample(
    specification: Specification,
    numbers: dict[str, Floats],
    codes: dict[str, tuple[Integers, NDArray[np.object_]]],
    kept: Mask,
    breaches: Breaches,
) -> None:
    if not kept.any():
        breaches.add(
            "the sample is empty: no row is complete", remedy="widen the sample or drop a column"
        )
        return
    cluster = specification.inference.cluster
    if cluster in codes:
        present = codes[cluster][0][kept]
        count = np.count_nonzero(np.bincount(present[present >= 0]))
        if count < 2:
            breaches.add(
                f"cluster {cluster!r} has {count} value: at least 2 are needed",
                remedy="cluster by a finer column",
            )
    treatment = specification.treatment
    if treatment not in numbers:
        return
    values = numbers[treatment][kept]
    if not (values != values[0]).any():
        breaches.add(
            f"treatment {treatment!r} never varies: it is {values[0]:g} in all {len(values)} rows",
            remedy="widen the sample or choose another treatment",
        )
        return
    _check_absorbed(specification, numbers, codes, kept, breaches)


def _check_absorbed(
    specification: Specification,
    numbers: dict[str, Floats],
    codes: dict[str, tuple[Integers, NDArray[np.object_]]],
    kept: Mask,
    breaches: Breaches,
) -> None:
    columns = [specification.treatment, *(c for c in specification.controls if c in numbers)]
    X = np.array([numbers[c][kept] for c in columns])
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
    if 0 in find_collinear(X[:1].T, effects):
        breaches.add(
            f"treatment {columns[0]!r} is absorbed by the effects {name_some(names)}",
            remedy="drop the effect that determines it",
        )
    else:
        breaches.add(
            f"treatment {columns[0]!r} is collinear with the controls {name_some(columns[1:])}",
            remedy="drop the control that determines it",
        )


def _assemble(
    specification: Specification,
    panel: Panel,
    numbers: dict[str, Floats],
    codes: dict[str, tuple[Integers, NDArray[np.object_]]],
    kept: Mask,
) -> Cells:
    columns = [specification.treatment, *specification.controls]
    terms = list(columns)
    X = [numbers[c][kept] for c in columns]
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


def _add(panel: Panel, mask: Mask, what: str, remedy: str, breaches: Breaches) -> None:
    if mask.any():
        keys = panel.frame.loc[mask, [panel.unit, panel.time]]
        rows = (f"{u} {_period(t)}" for u, t in keys.itertuples(index=False, name=None))
        breaches.add(f"{what} in {int(mask.sum())} rows: {name_some(rows)}", remedy=remedy)


def _period(time: object) -> str:
    return f"{time:%Y-%m-%d}" if isinstance(time, pd.Timestamp) else str(time)
