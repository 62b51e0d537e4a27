"""Comparison of rebuilt tables with the committed reference, value by value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pkstats.results import list_places, read_cells

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pkstats.results import MonteCarlo

RELATIVE = 1e-6
ABSOLUTE = 1e-8


@dataclass(frozen=True)
class Difference:
    """One value that does not agree, or a file, row or column that only one side has."""

    file: str
    row: str
    column: str
    expected: Any
    found: Any
    note: str = ""

    def __str__(self) -> str:
        """One line: where, expected, found, and what to know of it."""
        place = " | ".join(part for part in (self.file, self.row, self.column) if part)
        line = f"{place}: expected {self.expected!s}, found {self.found!s}"
        return f"{line} ({self.note})" if self.note else line


@dataclass(frozen=True)
class Comparison:
    """Number of values compared and every difference."""

    values: int = 0
    differences: tuple[Difference, ...] = field(default=())

    @property
    def agreeing(self) -> int:
        """Number of values that agree."""
        return max(self.values - len(self.differences), 0)

    def __add__(self, other: Comparison) -> Comparison:
        """Both comparisons together."""
        return Comparison(self.values + other.values, self.differences + other.differences)


def compare_folders(
    reference: Path,
    rebuilt: Path,
    *,
    tolerances: Mapping[str, Mapping[str, float]] | None = None,
) -> Comparison:
    """Compare the tables (csv, parquet) of two folders.

    Parameters
    ----------
    reference, rebuilt : Path
        Folder of the committed tables and of the regenerated ones.
    tolerances : mapping of str to mapping of str to float, optional
        Absolute tolerance by table and column, for solver-made and latent columns.

    Returns
    -------
    Comparison
        A file on one side only counts as one difference.
    """
    expected, found = ({f.name: f for f in _list_tables(side)} for side in (reference, rebuilt))
    total = Comparison()
    for name in sorted(expected.keys() | found.keys()):
        file = f"{reference.name}/{name}"
        if name in expected and name in found:
            left, right = _read(expected[name]), _read(found[name])
            declared = (tolerances or {}).get(Path(name).stem)
            total += compare_frames(left, right, file=file, tolerances=declared)
        else:
            states = ("present", "absent") if name in expected else ("absent", "present")
            total += Comparison(1, (Difference(file, "", "", *states),))
    return total


def compare_results(
    reference: Path, rebuilt: Path, *, families: Collection[str] | None = None
) -> Comparison:
    """Compare the results of two folders, each table by its declared key and tolerances.

    Parameters
    ----------
    reference, rebuilt : Path
        Folder of the committed results and of the regenerated ones.
    families : collection of str, optional
        Prefixes of all families, as :func:`pkstats.results.list_places` takes them.

    Returns
    -------
    Comparison
        A file on one side only counts as one difference. A difference in a column that random
        draws make states its Monte Carlo error.

    Raises
    ------
    ResultsError
        A regenerated file is declared by no table, or a declared table was not written.
    """
    places = {place.file: place for place in list_places(rebuilt, families=families)}
    committed = {path.name for path in reference.glob("*.csv")}
    total = Comparison()
    for name in sorted(committed | places.keys()):
        file = f"{reference.name}/{name}"
        if name not in committed or name not in places:
            states = ("present", "absent") if name in committed else ("absent", "present")
            total += Comparison(1, (Difference(file, "", "", *states),))
            continue
        table = places[name].table
        left, right = (read_cells(folder / name, table) for folder in (reference, rebuilt))
        total += compare_frames(
            left,
            right,
            file=file,
            tolerances=table.tolerances,
            keys=table.key,
            monte_carlo=table.monte_carlo,
        )
    return total


def compare_frames(
    expected: pd.DataFrame,
    found: pd.DataFrame,
    *,
    file: str = "",
    tolerances: Mapping[str, float] | None = None,
    keys: Sequence[str] | None = None,
    monte_carlo: Mapping[str, MonteCarlo] | None = None,
) -> Comparison:
    """Compare two tables cell by cell.

    Rows are met by key: the one given, else the fewest leading columns of the reference that
    identify its rows, or the row's position where none do. Whole numbers and text must be equal;
    other numbers agree within ``1e-8 + 1e-6 |expected|``, or within the column's own absolute
    tolerance.
    """
    keys = list(_find_keys(expected) if keys is None else keys)
    left, right = _index_by(expected, keys), _index_by(found, keys)
    differences = []
    for missing, one, other, states in (
        ("row", left.index, right.index, ("present", "absent")),
        ("row", right.index, left.index, ("absent", "present")),
        ("column", left.columns, right.columns, ("present", "absent")),
        ("column", right.columns, left.columns, ("absent", "present")),
    ):
        for label in one[~one.isin(other)]:
            place = (str(label), "") if missing == "row" else ("", str(label))
            differences.append(Difference(file, *place, *states))
    if not (left.index.is_unique and right.index.is_unique):
        differences.append(Difference(file, f"key {', '.join(keys)}", "", "unique", "repeated"))
        return Comparison(expected.size, tuple(differences))
    rows = left.index[left.index.isin(right.index)]
    for column in map(str, left.columns[left.columns.isin(right.columns)]):
        a, b = left.loc[rows, column], right.loc[rows, column]
        unequal = find_unequal(a, b, tolerance=(tolerances or {}).get(column, 0.0))
        drawn = (monte_carlo or {}).get(column)
        for row in rows[unequal]:
            note = _say_error(left.loc[row], column, drawn) if drawn else ""
            differences.append(Difference(file, str(row), column, a[row], b[row], note))
    return Comparison(expected.size, tuple(differences))


def _say_error(row: pd.Series, column: str, drawn: MonteCarlo) -> str:
    """Say how far apart two runs of the random draws behind a value may lie."""
    error = drawn.measure(row[column], row.to_dict())
    if np.isnan(error):
        return "made by random draws"
    return f"Monte Carlo standard error {error:.2g}"


def find_unequal(expected: pd.Series, found: pd.Series, *, tolerance: float = 0.0) -> np.ndarray:
    """Boolean array, shape (rows,): where two columns of equal length do not agree."""
    if _is_number(expected) and _is_number(found):
        a, b = (s.to_numpy(dtype=float, na_value=np.nan) for s in (expected, found))
        if _is_whole(a) and _is_whole(b) and not tolerance:
            return ~((a == b) | (np.isnan(a) & np.isnan(b)))
        absolute = max(ABSOLUTE, tolerance)
        return ~np.isclose(b, a, rtol=RELATIVE, atol=absolute, equal_nan=True)
    blank_a, blank_b = expected.isna().to_numpy(), found.isna().to_numpy()
    same = expected.astype(str).to_numpy() == found.astype(str).to_numpy()
    return ~((same & ~blank_a & ~blank_b) | (blank_a & blank_b))


def _list_tables(folder: Path) -> list[Path]:
    return [f for f in folder.iterdir() if f.suffix in (".csv", ".parquet")]


def _read(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _is_whole(values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)]
    return bool((finite == np.round(finite)).all())


def _find_keys(frame: pd.DataFrame) -> list[str]:
    for width in range(1, len(frame.columns) + 1):
        columns = list(frame.columns[:width])
        if pd.api.types.is_float_dtype(frame[columns[-1]]):
            break
        if not frame.duplicated(columns).any():
            return columns
    return []


def _index_by(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    if not keys or not set(keys) <= set(frame.columns):
        return frame.set_axis([f"row {i}" for i in range(len(frame))])
    return frame.set_axis(
        [" ".join(row) for row in zip(*(_as_text(frame[k]) for k in keys), strict=True)]
    )


def _as_text(column: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    return ["" if blank else str(v) for v, blank in zip(column, column.isna(), strict=True)]
