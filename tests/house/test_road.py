"""How much code a stranger reads from a claim to the printed table of its hypothesis.

Three roads are walked and traced. The road *to the table*: claim, declaration held to its freeze,
prepared panel, the primary model estimated and described, the table that the page prints. The road
of the *reader* is the same without the guard, which refuses a bent declaration and computes nothing
that is printed. The road *to the ruling* goes on over every check that may bar it, the multiverse
and the ordered rule.

Counted are the files of which ten lines or more are called, and the lines of called functions in
all. Measured: 12 files and 784 lines for the reader, 15 and 1,088 to the table, 24 and 2,397 to the
ruling, which reads amendments, threats and contestable readings besides. The aim of about eight
files and 1,500 lines is met in lines to the table and nowhere else.
The bounds below leave room for a line, not for a layer.

Closed, that is taken at their word as a reader of another package takes them: ``data`` (panels and
their codebooks), ``estimation`` with its ``checks`` and ``comparisons``, and ``display`` and
``errors`` and ``arguments`` (how numbers and refusals are written); the face ``__init__`` only
forwards. Modules are imported before the walk: the declarations that they hold are data and count
as no called function.
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
from pkstats.families import find_home, list_families, verify
from pkstats.report.labels import read_labels
from pkstats.report.parts.models import tabulate_models
from pkstats.report.record import Record
from pkstats.verdicts.gathering import gather
from pkstats.verdicts.models import describe, run
from pkstats.verdicts.ruling import rule

CLAIM = "J4"
#: Rooms that are taken at their word.
CLOSED = {
    *("data", "estimation", "checks", "comparisons", "display"),
    *("errors.py", "arguments.py", "__init__.py"),
}
#: A file of which fewer lines are read is met in passing: a property, a forwarding function.
FEWEST_LINES = 10
#: Files and lines, as measured and a little more.
MOST = {"reader": (13, 830), "table": (16, 1150), "ruling": (25, 2450)}
#: Without one of these the road is not walked.
READER = {
    "documents/claim.py",
    "families/catalogue.py",
    "families/robustness/attacks.py",
    "verdicts/models.py",
    "report/record.py",
    "report/parts/models.py",
}
TABLE = READER | {"families/freeze.py"}
STATIONS = {
    "reader": READER,
    "table": TABLE,
    "ruling": TABLE
    | {"verdicts/gathering.py", "verdicts/bars.py", "verdicts/threat.py", "verdicts/ruling.py"},
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


def trace(package: Path, end: str) -> dict[str, int]:
    """Walk one road once and count the lines of what was called, by file."""
    list_families()
    footprints = Footprints(package)
    sys.setprofile(footprints)
    try:
        table = walk(end)
    finally:
        sys.setprofile(None)
    assert len(table) == 1
    return footprints.count_lines()


def walk(end: str) -> pd.DataFrame:
    """From the claim to the printed table: of the primary model, or on over its ruling."""
    claim = next(claim for claim in pk.claims() if claim.id == CLAIM)
    hypothesis = pk.hypothesis(next(h.name for h in pk.hypotheses() if claim.id in h.claims))
    family = find_home(hypothesis)
    if end == "ruling":
        evidence = gather(hypothesis, models=(hypothesis.primary,), draws=3)
        verdict = rule(evidence, q_values={"primary": evidence.primary.enter(evidence.design)})
        tables = {**evidence.tables, "verdict": pd.DataFrame([verdict.row()])}
    else:
        ready = family.make_ready(pk.load_panel(hypothesis.panel))
        design = family.find_design(hypothesis)
        if end == "table":
            verify(family)
        found = run(hypothesis.primary, ready, design, draws=3, seed=family.seed, jobs=1)
        tables = {"estimates": pd.DataFrame([describe(found)])}
    labels = read_labels(hypothesis.panel)
    record = Record(family=family, hypothesis=hypothesis, labels=labels, tables=tables)
    return tabulate_models(record)


@pytest.mark.parametrize("end", list(STATIONS))
def test_the_road_is_as_short_as_it_was_measured(end: str) -> None:
    """Each is walked in a process of its own, where no other test has filled a cache."""
    command = [sys.executable, __file__, end]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    counts: dict[str, int] = json.loads(printed)
    told = "\n".join(f"{place}: {lines}" for place, lines in sorted(counts.items()))
    read = {place for place, lines in counts.items() if lines >= FEWEST_LINES}
    most_files, most_lines = MOST[end]
    assert read >= STATIONS[end], told
    assert len(read) <= most_files, told
    assert sum(counts.values()) <= most_lines, told


if __name__ == "__main__":
    print(json.dumps(trace(Path(pk.__file__).parent, sys.argv[1])))
