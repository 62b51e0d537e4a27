"""H1, coding curve: the primary models under every contestable reading of the mandates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkstats.data.panels import read
from pkstats.families import find_family
from pkstats.results import write_tables
from pkstats.verdicts.codings import (
    convert_smallest,
    estimate_codings,
    list_readings,
    tabulate_codings,
)

if TYPE_CHECKING:
    from pathlib import Path

H1 = find_family("H1")
PANELS = ("mission_month", "mandate")
BESIDE = ("data/compiled/mandate_contestable.csv",)


def main(*, panels: Path, results: Path) -> None:
    """Read the panels, read the mandates in every contestable way, and write two tables."""
    given = {name: read(panels, name) for name in PANELS}
    singles, combined = list_readings()
    asked = tuple(dict.fromkeys((*combined, *singles)))
    found = {
        (coded.hypothesis, coded.readings): coded
        for coded in estimate_codings(H1.hypotheses, H1, readings=asked, panels=given)
    }
    smallest = convert_smallest(H1.hypotheses, H1, H1.make_ready(given["mission_month"]))
    tables = {}
    for name, wanted in (("coding_readings", (combined[0], *singles)), ("coding_curve", combined)):
        names = [tuple(alternative.name for alternative in taken) for taken in wanted]
        kept = [found[member.name, readings] for member in H1.hypotheses for readings in names]
        tables[name] = tabulate_codings(kept, smallest=smallest)
    write_tables(tables, results, prefix="h1")
