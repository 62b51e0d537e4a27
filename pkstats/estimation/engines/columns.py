"""Columns of a model: read from a panel, with all that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pkstats.data.panels import Panel
from pkstats.errors import Breaches, name_some
from pkstats.estimation.engines.cells import Floats, Integers, Labels
from pkstats.estimation.engines.engine import Engine
from pkstats.estimation.engines.spells import find_outlived, measure_durations, number_spells
from pkstats.estimation.specification import Specification

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Columns:
    """Model columns on all n rows of a panel.

    Parameters
    ----------
    numbers : dict of str to ndarray, shape (n,)
        Outcome, treatment, controls, instruments and exposure, missing where not a number.
    codes : dict of str to (ndarray of int, ndarray)
        Codes (missing: -1) and labels of effects, cluster, unit and spell.
    durations : ndarray of int, shape (n,)
        Time since entry; zero where the model has no spells.
    lost : dict of str to ndarray of bool, shape (n,)
        Rows that miss a column or have exposure zero, by reason; each under its first.
    """

    numbers: dict[str, Floats]
    codes: dict[str, tuple[Integers, Labels]]
    durations: Integers
    lost: dict[str, Mask]

    @property
    def kept(self) -> Mask:
        """Rows without a reason to be lost, shape (n,)."""
        kept = np.ones(len(self.durations), dtype=bool)
        for mask in self.lost.values():
            kept &= ~mask
        return kept


def read_columns(
    specification: Specification, panel: Panel, breaches: Breaches, *, engine: Engine
) -> Columns:
    """Read the columns that a specification names for its engine, and note every misuse.

    Noted, with rows and remedy, are: unknown column, column that is no number, infinite value,
    missing value under ``missing="raise"``, negative or fractional count, binary outcome that is
    neither 0 nor 1, negative exposure, events without exposure, rows that outlive their event.
    """
    check_names(specification.columns, panel.frame, breaches)
    numbers = _read_numbers(specification, panel, breaches)
    codes = _read_codes(specification, panel)
    _check_values(specification, panel, numbers, breaches, engine=engine)
    durations = np.zeros(len(panel.frame), dtype=np.int64)
    if engine.spells:
        durations = _measure_durations(specification, panel, numbers, codes, breaches)
    lost = _find_missing(specification, numbers, codes, len(panel.frame))
    if specification.missing == "raise":
        _refuse_missing(panel, lost, breaches)
    return Columns(numbers, codes, durations, lost)


def _numeric_columns(specification: Specification) -> list[str]:
    columns = [specification.outcome, specification.treatment, *specification.controls]
    columns += specification.instruments
    return columns + ([specification.exposure] if specification.exposure else [])


def check_names(columns: Iterable[str], frame: pd.DataFrame, breaches: Breaches) -> None:
    """Note every named column that a frame lacks, with those that it may have meant."""
    known = list(map(str, frame.columns))
    for column in columns:
        if column not in frame:
            close = get_close_matches(str(column), known) or known
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


def _read_codes(specification: Specification, panel: Panel) -> dict[str, tuple[Integers, Labels]]:
    """Codes (missing: -1) and labels of effects, cluster and unit."""
    spell = [specification.spell] if specification.spell else []
    wanted = [*specification.effects, *spell, specification.inference.cluster, panel.unit]
    codes = {}
    for column in dict.fromkeys(wanted):
        if column in panel.frame:
            code, labels = pd.factorize(panel.frame[column], sort=False)
            codes[column] = (code.astype(np.int64), _label(labels))
    return codes


def _label(levels: pd.Index) -> Labels:
    if isinstance(levels, pd.DatetimeIndex):
        return np.datetime_as_string(levels.to_numpy(), unit="D").astype(object)
    return np.array([str(level) for level in levels.to_numpy(dtype=object)], dtype=object)


def _check_values(
    specification: Specification,
    panel: Panel,
    numbers: dict[str, Floats],
    breaches: Breaches,
    *,
    engine: Engine,
) -> None:
    outcome, exposure = specification.outcome, specification.exposure or ""
    infinite = "make it missing, or mend the column"
    for column, values in numbers.items():
        _add(panel, np.isinf(values), f"{column!r} is infinite", infinite, breaches)
    if outcome in numbers and engine.is_count:
        counts = numbers[outcome]
        _add(panel, counts < 0, f"count {outcome!r} is negative", "counts are 0, 1, ...", breaches)
        with np.errstate(invalid="ignore"):
            fractional = np.isfinite(counts) & (counts != np.floor(counts))
        _add(
            panel, fractional, f"count {outcome!r} is fractional", "use whole counts, not rates;"
            " give the denominator as exposure", breaches,
        )  # fmt: skip
    if outcome in numbers and engine.is_indicator:
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
    codes: dict[str, tuple[Integers, Labels]],
    breaches: Breaches,
) -> Integers:
    """Time since entry of every row of the panel; rows after their event are a breach."""
    spell, outcome = specification.spell, specification.outcome
    if spell and spell not in codes:
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


def _find_missing(
    specification: Specification,
    numbers: dict[str, Floats],
    codes: dict[str, tuple[Integers, Labels]],
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


def _add(panel: Panel, mask: Mask, what: str, remedy: str, breaches: Breaches) -> None:
    if mask.any():
        keys = panel.frame.loc[mask, [panel.unit, panel.time]]
        rows = (f"{u} {_period(t)}" for u, t in keys.itertuples(index=False, name=None))
        breaches.add(f"{what} in {int(mask.sum())} rows: {name_some(rows)}", remedy=remedy)


def _period(time: object) -> str:
    return f"{time:%Y-%m-%d}" if isinstance(time, pd.Timestamp) else str(time)
