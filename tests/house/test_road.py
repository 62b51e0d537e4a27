"""How much code a stranger reads from a claim to the printed table of its hypothesis."""

import inspect
import sys
from collections import defaultdict
from pathlib import Path
from types import CodeType, FrameType

import pandas as pd
import pytest

import pkstats as pk
from pkstats.families import find_home
from pkstats.report.labels import read_labels
from pkstats.report.parts.models import tabulate_models
from pkstats.report.record import Record
from pkstats.verdicts.models import describe, run

CLAIM = "J4"
#: Rooms that are taken at their word: panels, estimation with its checks, the contract of the
#: results, and how numbers are written; and the face, which only forwards.
CLOSED = {
    *("data", "estimation", "checks", "comparisons", "results", "display"),
    *("errors.py", "__init__.py"),
}
#: A file of which fewer lines are read is met in passing: a property, a forwarding function.
FEWEST_LINES = 10
MOST_FILES = 9
MOST_LINES = 1500


class Footprints:
    """The functions of the package's open rooms that were called, by file."""

    def __init__(self, package: Path) -> None:
        self.package = package
        self.met: dict[str, set[CodeType]] = defaultdict(set)

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event != "call" or not path.is_relative_to(self.package):
            return
        place = path.relative_to(self.package)
        if place.parts[0] not in CLOSED and frame.f_code.co_name != "<module>":
            self.met[str(place)].add(frame.f_code)

    def count_lines(self) -> dict[str, int]:
        """Lines of the functions called, by file; each line once."""
        counts = {}
        for place, codes in self.met.items():
            lines: set[int] = set()
            for code in codes:
                source, first = inspect.getsourcelines(code)
                lines |= set(range(first, first + len(source)))
            counts[place] = len(lines)
        return counts


@pytest.fixture(scope="module")
def counts(root: Path) -> dict[str, int]:
    """Walk from the claim to the printed estimates of its first hypothesis, and note each step."""
    pk.hypotheses()
    footprints = Footprints(root / "pkstats")
    sys.setprofile(footprints)
    try:
        table = walk()
    finally:
        sys.setprofile(None)
    assert len(table) == 1
    return footprints.count_lines()


def walk() -> pd.DataFrame:
    """From the claim to the printed estimate of the first hypothesis that answers it."""
    claim = next(claim for claim in pk.claims() if claim.id == CLAIM)
    hypothesis = next(h for h in pk.hypotheses() if claim.id in h.claims)
    family = find_home(hypothesis)
    ready = family.make_ready(pk.load_panel(hypothesis.panel))
    design = family.find_design(hypothesis)
    found = run(hypothesis.primary, ready, design, draws=3, seed=family.seed, jobs=1)
    tables = {"estimates": pd.DataFrame([describe(found)])}
    labels = read_labels(hypothesis.panel)
    record = Record(family=family, hypothesis=hypothesis, labels=labels, tables=tables)
    return tabulate_models(record)


def test_the_road_is_short(counts: dict[str, int]) -> None:
    told = "\n".join(f"{place}: {lines}" for place, lines in sorted(counts.items()))
    read = [place for place, lines in counts.items() if lines >= FEWEST_LINES]
    assert 5 < len(read) <= MOST_FILES, told
    assert sum(counts.values()) <= MOST_LINES, told
