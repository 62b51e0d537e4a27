"""How much code a stranger reads from a claim to the printed table of its hypothesis.

The road is the real one: claim, declaration held to its freeze, evidence on the primary model with
every check that may bar a ruling, the ruling, and the table that the page prints. Measured: 20
files of which ten lines or more are called, and 1,878 lines of called functions in all. The aim is
about eight files and 1,500 lines, and neither is reached.

Closed, that is taken at their word as a reader of another package takes them: ``data`` (panels and
their codebooks), ``estimation`` with its ``checks`` and ``comparisons``, and ``display`` and
``errors`` (how numbers and refusals are written); the face ``__init__`` only forwards. Modules are
imported before the walk: the declarations that they hold are data and count as no called function.
"""

import inspect
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import CodeType, FrameType

import pandas as pd
import pytest

import pkstats as pk
from pkstats.families import find_home, list_families
from pkstats.report.labels import read_labels
from pkstats.report.parts.models import tabulate_models
from pkstats.report.record import Record
from pkstats.verdicts.gathering import gather
from pkstats.verdicts.ruling import rule

CLAIM = "J4"
#: Rooms that are taken at their word.
CLOSED = {
    *("data", "estimation", "checks", "comparisons", "display"),
    *("errors.py", "__init__.py"),
}
#: A file of which fewer lines are read is met in passing: a property, a forwarding function.
FEWEST_LINES = 10
#: As measured, and one more.
MOST_FILES = 21
MOST_LINES = 1879
#: Without one of these the road is not walked.
STATIONS = {
    "documents/claim.py",
    "families/catalogue.py",
    "families/freeze.py",
    "verdicts/gathering.py",
    "verdicts/models.py",
    "verdicts/bars.py",
    "verdicts/ruling.py",
    "report/record.py",
    "report/parts/models.py",
}


class Footprints:
    """The functions of the package's open rooms that were called, by file."""

    def __init__(self, package: Path) -> None:
        self.package = f"{package}/"
        self.met: set[CodeType] = set()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self.met.add(frame.f_code)

    def count_lines(self) -> dict[str, int]:
        """Lines of the functions called, by file; each line once."""
        lines: dict[str, set[int]] = defaultdict(set)
        for code in self.met:
            place = code.co_filename.removeprefix(self.package)
            is_function = code.co_flags & inspect.CO_OPTIMIZED
            if place == code.co_filename or not is_function or place.split("/")[0] in CLOSED:
                continue
            source, first = inspect.getsourcelines(code)
            lines[place] |= set(range(first, first + len(source)))
        return {place: len(held) for place, held in lines.items()}


def trace(package: Path) -> dict[str, int]:
    """Walk the road once and count the lines of what was called, by file."""
    list_families()
    footprints = Footprints(package)
    sys.setprofile(footprints)
    try:
        table = walk()
    finally:
        sys.setprofile(None)
    assert len(table) == 1
    return footprints.count_lines()


def walk() -> pd.DataFrame:
    """From the claim over evidence and ruling to the printed table of the primary model."""
    claim = next(claim for claim in pk.claims() if claim.id == CLAIM)
    hypothesis = pk.hypothesis(next(h.name for h in pk.hypotheses() if claim.id in h.claims))
    family = find_home(hypothesis)
    evidence = gather(hypothesis, models=(hypothesis.primary,), draws=3)
    verdict = rule(evidence, q_values={"primary": evidence.primary.enter(evidence.design)})
    tables = {**evidence.tables, "verdict": pd.DataFrame([verdict.row()])}
    labels = read_labels(hypothesis.panel)
    record = Record(family=family, hypothesis=hypothesis, labels=labels, tables=tables)
    return tabulate_models(record)


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    """Walk in a process of its own, where no other test has filled a cache."""
    command = [sys.executable, __file__]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, int] = json.loads(printed)
    return found


def test_the_road_is_short(counts: dict[str, int]) -> None:
    told = "\n".join(f"{place}: {lines}" for place, lines in sorted(counts.items()))
    read = {place for place, lines in counts.items() if lines >= FEWEST_LINES}
    assert read >= STATIONS, told
    assert len(read) <= MOST_FILES, told
    assert sum(counts.values()) <= MOST_LINES, told


if __name__ == "__main__":
    print(json.dumps(trace(Path(pk.__file__).parent)))
