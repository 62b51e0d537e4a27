"""Blocks: the rows of one kind of world and hypothesis, in a file that outlives an interruption."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.errors import Breaches, SourceError, name_some
from pkstats.simulation.calibration.design import REPORT, WorldKind
from pkstats.simulation.calibration.staged import CONDITIONS, STAGES
from pkstats.simulation.calibration.trial import COLUMNS, NUMBERS
from pkstats.verdicts.ruling import DECIDED, UNDECIDED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

REMEDY: Final = "move the file away and run make calibrate again"
TEXT: Final = ("kind", "hypothesis", "block", "design", "ruling", "stage", *CONDITIONS)


@dataclass(frozen=True)
class Block:
    """One file of rows.

    Parameters
    ----------
    kind : WorldKind
        Of its worlds.
    hypothesis : str
        That is judged in them.
    design : str
        Short hash of everything declared of it.
    """

    kind: WorldKind
    hypothesis: str
    design: str

    @property
    def file(self) -> str:
        """Name of the file."""
        return f"{self.kind.name}_{self.hypothesis}.csv"

    def read(self, folder: Path) -> pd.DataFrame:
        """Read the rows, in order of the worlds; none where the file is absent.

        Raises
        ------
        SourceError
            The file is damaged, or of another block of seeds, design or kind; lists every breach.
        """
        path = folder / self.file
        if not path.is_file():
            return pd.DataFrame(columns=list(COLUMNS))
        breaches = Breaches(f"worlds in {self.file}")
        table = _parse(path.read_text("utf-8"), breaches)
        breaches.raise_as(SourceError)
        _check_rows(table, self, breaches)
        breaches.raise_as(SourceError)
        whole = table.astype({"number": int} | dict.fromkeys(NUMBERS, float))
        return whole.sort_values("number", ignore_index=True)

    def mend(self, folder: Path) -> bool:
        """Cut off a last line that an interruption left unfinished; say whether there was one."""
        path = folder / self.file
        if not path.is_file():
            return False
        text = path.read_bytes()
        kept = text[: text.rfind(b"\n") + 1]
        if kept == text:
            return False
        if kept:
            _replace(path, kept)
        else:
            path.unlink()
        return True

    def append(self, rows: Sequence[dict[str, object]], folder: Path) -> None:
        """Add rows at the end of the file, in one write that reaches the disk before it returns."""
        path = folder / self.file
        lines = _write(pd.DataFrame(rows)[list(COLUMNS)], header=not path.is_file())
        with path.open("ab") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())

    def settle(self, folder: Path) -> pd.DataFrame:
        """Write the rows again in order of the worlds, whole or not at all, and return them."""
        table = self.read(folder)
        if len(table):
            _replace(folder / self.file, _write(table, header=True))
        return table


def _write(table: pd.DataFrame, *, header: bool) -> bytes:
    whole = table.astype({"number": int, "randomization_draws": int, "events": int})
    return whole.to_csv(index=False, header=header, lineterminator="\n").encode()


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(path)


def _parse(text: str, breaches: Breaches) -> pd.DataFrame:
    """Lines as text; notes a header that is not ours, lines of another length, a torn end."""
    lines = text.splitlines()
    if not lines or lines[0].split(",") != list(COLUMNS):
        breaches.add("the header is not that of a block of worlds", remedy=REMEDY)
        return pd.DataFrame()
    if not text.endswith("\n"):
        breaches.add(
            f"line {len(lines)} was left unfinished",
            remedy="run make calibrate again: it computes that world anew",
        )
    wrong = [n for n, line in enumerate(lines, 1) if line.count(",") != len(COLUMNS) - 1]
    if wrong:
        breaches.add(f"lines {name_some(wrong)} hold other columns", remedy=REMEDY)
        return pd.DataFrame()
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_values=[""])


def _check_rows(table: pd.DataFrame, block: Block, breaches: Breaches) -> None:
    expected = {
        "kind": block.kind.name,
        "hypothesis": block.hypothesis,
        "block": REPORT,
        "design": block.design,
    }
    for column, value in expected.items():
        others = table.loc[table[column].ne(value), column]
        if len(others):
            breaches.add(
                f"{column} is {name_some(others.unique())} in {len(others)} rows, not {value}",
                remedy="worlds of another design are not mixed with these: "
                "make calibrate, then pkstats calibrate --accept",
            )
    number = pd.to_numeric(table["number"], errors="coerce")
    bad = number.isna() | number.mod(1).ne(0) | number.lt(0)
    if bad.any():
        breaches.add(f"number {name_some(table.loc[bad, 'number'])} counts no world", remedy=REMEDY)
    twice = table.loc[number.duplicated() & ~bad, "number"]
    if len(twice):
        breaches.add(f"worlds {name_some(twice)} stand there twice", remedy=REMEDY)
    for column in (*NUMBERS, "seconds"):
        unread = pd.to_numeric(table[column], errors="coerce").isna() & table[column].notna()
        if unread.any():
            rows = name_some(f"world {n}" for n in table.loc[unread, "number"])
            breaches.add(f"{column} is no number in {rows}", remedy=REMEDY)
    _check_words(table, breaches)


def _check_words(table: pd.DataFrame, breaches: Breaches) -> None:
    for column, known in (("ruling", (*DECIDED, *UNDECIDED)), ("stage", STAGES)):
        strange = table.loc[~table[column].isin(known), column]
        if len(strange):
            breaches.add(f"{column} {name_some(strange.unique())} does not exist", remedy=REMEDY)
    blank = [column for column in TEXT if table[column].isna().any()]
    if blank:
        breaches.add(f"blank: {', '.join(blank)}", remedy=REMEDY)
