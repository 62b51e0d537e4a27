"""H1: whether more robust mandates draw more attacks; estimates, verdicts, cases and context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analyses import h1_cases, h1_context, h1_designs, h1_events
from pkstats.data.panels import read
from pkstats.families import find_family
from pkstats.results import write_family
from pkstats.verdicts.inquiry import inquire

if TYPE_CHECKING:
    from pathlib import Path

PANELS = ("mission_month", "mission", "mandate")
JOBS = 2


def main(*, panels: Path, results: Path) -> None:
    """Read the panels, run both families on mandates and write every results file of H1."""
    given = {name: read(panels, name) for name in PANELS}
    missions = given["mission_month"]
    whole = inquire(find_family("H1"), given, jobs=JOBS)
    gated = inquire(find_family("H1-elements"), given, opening=whole.verdicts, jobs=JOBS)
    tables = whole.tabulate()
    elements = gated.tabulate()
    effects = pd.concat([tables["effects"], elements.pop("effects")], ignore_index=True)
    tables |= {
        "effects": effects,
        **h1_designs.tabulate(missions),
        **h1_events.tabulate(missions),
        **h1_cases.tabulate(missions),
        **h1_context.tabulate(given),
    }
    write_family(tables, results, prefix="h1")
    write_family(elements, results, prefix="h1_elements")
