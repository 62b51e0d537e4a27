"""Panel: a data frame whose unit and time are known to be sound."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.panels.variable import Variable
from pkstats.display.markup import write_frame, write_paragraph
from pkstats.errors import Breaches, PanelError, name_some

if TYPE_CHECKING:
    from collections.abc import Sequence

#: From year 0, where the periods of dates begin, to where numpy counts from.
MONTHS_BEFORE_1970 = 1970 * 12


@dataclass(frozen=True)
class Panel:
    """Units observed over time, one row a unit and period.

    Build one with :meth:`from_frame`, which checks the keys once.

    Parameters
    ----------
    name : str
        Name of the panel.
    frame : pandas.DataFrame, shape (rows, columns)
        RangeIndex; keys are ordinary columns; sorted by unit and time.
    unit, time : str
        Key columns. Time holds dates or integers.
    codebook : tuple of Variable
        What the columns mean; empty for a researcher's own frame.
    """

    name: str
    frame: pd.DataFrame
    unit: str
    time: str
    codebook: tuple[Variable, ...] = ()

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        unit: str,
        time: str,
        name: str = "own",
        codebook: Sequence[Variable] = (),
    ) -> Panel:
        """Check the keys of a frame and return it as a panel.

        Parameters
        ----------
        frame : pandas.DataFrame, shape (rows, columns)
            Left as it is; the panel holds a sorted copy.
        unit, time : str
            Names of the key columns.
        name : str, default "own"
            Used in messages.
        codebook : sequence of Variable, optional
            Meaning of the columns.

        Returns
        -------
        Panel

        Raises
        ------
        PanelError
            Names every breach: empty frame, key column absent, key missing, time neither date
            nor whole number, unit and time repeated, column name repeated.
        """
        breaches = Breaches(f"panel {name!r}")
        _check_columns(frame, unit, time, breaches)
        breaches.raise_as(PanelError)
        _check_keys(frame, unit, time, breaches)
        breaches.raise_as(PanelError)
        ordered = frame.sort_values([unit, time], kind="stable").reset_index(drop=True)
        return cls(name, ordered, unit, time, tuple(codebook))

    @property
    def periods(self) -> pd.Series:
        """Whole-number period of each row: calendar months for dates, else the time itself."""
        time = self.frame[self.time]
        if not pd.api.types.is_datetime64_any_dtype(time):
            return time.astype("int64")
        months = time.to_numpy().astype("datetime64[M]").astype("int64")
        return pd.Series(months + MONTHS_BEFORE_1970, index=time.index, name=time.name)

    def where(self, query: str) -> Panel:
        """Keep the rows that a pandas query selects.

        Dates are written as text and compared as dates (``"month == '2000-01-01'"``). An empty
        query keeps every row.

        Raises
        ------
        PanelError
            The query fails, or asks whether a date is ``in`` a list.
        """
        if not query.strip():
            return self
        dates = [str(c) for c in self.frame if pd.api.types.is_datetime64_any_dtype(self.frame[c])]
        text, given = _read_dates(query, dates)
        try:
            kept = self.frame.query(text, local_dict=given)
        except Exception as error:
            raise PanelError(f"panel {self.name!r}: query {query!r} fails: {error}") from error
        return replace(self, frame=kept.reset_index(drop=True))

    def lag(self, columns: str | Sequence[str], *, months: int | Sequence[int] = 1) -> Panel:
        """Add ``<column>_lag<k>``: the value k calendar periods earlier in the same unit.

        A negative k gives a lead, named ``<column>_lead<k>``. Periods are calendar months where
        time is a date, else units of the integer time. Where the earlier period is no row of the
        panel, the lag is missing.
        """
        names = [columns] if isinstance(columns, str) else list(columns)
        steps = [months] if isinstance(months, int) else list(months)
        absent = [n for n in names if n not in self.frame]
        if absent:
            raise PanelError(
                f"panel {self.name!r} has no column {name_some(absent)}. "
                f"Remedy: choose among {name_some(self.frame.columns, most=60)}"
            )
        period = self.periods.rename("_period")
        if pd.DataFrame({"unit": self.frame[self.unit], "period": period}).duplicated().any():
            raise PanelError(
                f"panel {self.name!r} has several rows a unit and month: no lag exists"
            )
        key = [self.unit, "_period"]
        frame = self.frame.assign(_period=period)
        for step in steps:
            suffix = f"lag{step}" if step >= 0 else f"lead{-step}"
            earlier = self.frame[[self.unit, *names]].assign(_period=period + step)
            earlier = earlier.rename(columns={n: f"{n}_{suffix}" for n in names})
            frame = frame.merge(earlier, on=key, how="left", validate="1:1")
        frame = frame.drop(columns="_period")
        return replace(self, frame=frame, codebook=self._codebook_with_lags(names, steps))

    def join(self, other: Panel | pd.DataFrame, *, on: str | Sequence[str]) -> Panel:
        """Add the columns of another panel or frame; no row is lost or repeated.

        Raises
        ------
        PanelError
            The key is absent, repeated in ``other``, or a column exists on both sides.
        """
        keys = [on] if isinstance(on, str) else list(on)
        right = other.frame if isinstance(other, Panel) else other
        breaches = Breaches(f"join onto panel {self.name!r}")
        for side, columns in (("left", self.frame.columns), ("right", right.columns)):
            absent = [k for k in keys if k not in columns]
            if absent:
                breaches.add(f"{side} side has no key {name_some(absent)}")
        breaches.raise_as(PanelError)
        shared = [c for c in right.columns if c in self.frame.columns and c not in keys]
        if shared:
            breaches.add(f"on both sides: {name_some(shared)}", remedy="rename or drop them")
        repeated = right.loc[right.duplicated(keys), keys]
        if len(repeated):
            breaches.add(
                f"key repeated on the right in {len(repeated)} rows: "
                f"{name_some(repeated.itertuples(index=False, name=None))}",
                remedy="aggregate to one row a key",
            )
        breaches.raise_as(PanelError)
        joined = self.frame.merge(right, on=keys, how="left", validate="m:1")
        added = tuple(v for v in getattr(other, "codebook", ()) if v.name not in keys)
        return replace(self, frame=joined, codebook=self.codebook + added)

    def cite(self) -> str:
        """BibTeX of exactly the sources that the columns of the panel come from."""
        from pkstats.data.registry import bibtex

        columns = set(self.frame.columns)
        used = {s for v in self.codebook if v.name in columns for s in v.sources}
        return bibtex(sorted(used))

    def _codebook_with_lags(self, names: list[str], steps: list[int]) -> tuple[Variable, ...]:
        known = {v.name: v for v in self.codebook}
        lagged = [
            replace(
                known[n],
                name=f"{n}_lag{s}" if s >= 0 else f"{n}_lead{-s}",
                label=f"{known[n].label} ({abs(s)} period(s) {'earlier' if s >= 0 else 'later'})",
                missing=f"no row {abs(s)} period(s) {'earlier' if s >= 0 else 'later'}",
            )
            for s in steps
            for n in names
            if n in known
        ]
        return self.codebook + tuple(lagged)

    def __repr__(self) -> str:
        """One line for the terminal."""
        rows, columns = self.frame.shape
        units = self.frame[self.unit].nunique()
        return (
            f"Panel {self.name!r}: {rows:,} rows ({self.unit} x {self.time}), {units:,} units, "
            f"{columns} columns, {_label(self.frame[self.time].min())} to "
            f"{_label(self.frame[self.time].max())}"
        )

    def _repr_html_(self) -> str:
        return f"{write_paragraph('', head=repr(self))}{write_frame(self.frame.head(8))}"


def _check_columns(frame: pd.DataFrame, unit: str, time: str, breaches: Breaches) -> None:
    if frame.empty:
        breaches.add("the frame has no rows")
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        breaches.add(f"column names repeated: {name_some(repeated)}", remedy="rename them")
    for role, column in (("unit", unit), ("time", time)):
        if column not in frame.columns:
            breaches.add(
                f"{role} column {column!r} is absent",
                remedy=f"name one of {name_some(frame.columns, most=60)}",
            )


def _check_keys(frame: pd.DataFrame, unit: str, time: str, breaches: Breaches) -> None:
    for column in (unit, time):
        blank = frame.index[frame[column].isna()]
        if len(blank):
            breaches.add(f"{column!r} is missing in {len(blank)} rows: index {name_some(blank)}")
    period = frame[time]
    whole = pd.api.types.is_integer_dtype(period)
    if not whole and not pd.api.types.is_datetime64_any_dtype(period):
        breaches.add(
            f"{time!r} is of type {period.dtype}",
            remedy="convert it with pandas.to_datetime or to whole numbers",
        )
    elif not whole and (period.dropna() != period.dropna().dt.normalize()).any():
        breaches.add(f"{time!r} carries times of day", remedy="normalise to dates")
    twice = frame[frame.duplicated([unit, time], keep=False)]
    if len(twice):
        keys = twice[[unit, time]].drop_duplicates().itertuples(index=False, name=None)
        shown = name_some(f"{u} {_label(t)}" for u, t in keys)
        breaches.add(
            f"{unit} and {time} repeat in {len(twice)} rows: {shown}",
            remedy="aggregate to one row a unit and period",
        )


def _read_dates(query: str, dates: list[str]) -> tuple[str, dict[str, pd.Timestamp]]:
    """Turn text compared with a date column into dates: pandas finds such rows never equal."""
    given: dict[str, pd.Timestamp] = {}

    def replace_text(match: re.Match[str]) -> str:
        name = f"date_{len(given)}"
        given[name] = pd.Timestamp(match["text"])
        return f"{match['column']} {match['sign']} @{name}"

    for column in dates:
        bare = rf"(?<![\w'\"]){re.escape(column)}(?![\w'\"])"
        if re.search(rf"{bare}\s+(not\s+)?in\b|['\"]\s*[=!<>]=?\s*{bare}", query):
            raise PanelError(
                f"query {query!r}: {column!r} is a date. "
                f"Remedy: compare it as {column} == '2000-01-01', the column first"
            )
        compared = rf"(?P<column>{bare})\s*(?P<sign>[=!<>]=?)\s*(['\"])(?P<text>[^'\"]+)\3"
        query = re.sub(compared, replace_text, query)
    return query, given


def _label(period: object) -> str:
    return period.strftime("%Y-%m-%d") if isinstance(period, pd.Timestamp) else str(period)
