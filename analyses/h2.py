"""H2: whether mandates at the side of the host state cost impartiality; estimates and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses import h2_context
from pkstats.data.panels import read
from pkstats.families import find_family
from pkstats.results import write_family
from pkstats.verdicts.inquiry import inquire

if TYPE_CHECKING:
    from pathlib import Path

JOBS = 2

#: Read beside the panels.
BESIDE = ("data/compiled/impartiality_data.csv",)


def main(*, panels: Path, results: Path) -> None:
    """Read the panels, run the family and write every results file of H2."""
    family = find_family("H2")
    given = {name: read(panels, name) for name in family.panels}
    found = inquire(family, given, jobs=JOBS)
    tables = found.tabulate() | h2_context.tabulate(given)
    tables["both_sides"] = found.evidence["H2-populations"].tables["both_sides"]
    write_family(tables, results, prefix="h2")
