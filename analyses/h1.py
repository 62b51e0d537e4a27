"""H1: whether more robust mandates draw more attacks; estimates, verdicts, cases and context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses import h1_cases, h1_context, h1_designs, h1_events, h1_families
from pkstats.data.panels import read

if TYPE_CHECKING:
    from pathlib import Path

PANELS = ("mission_month", "mission", "mandate")


def main(*, panels: Path, results: Path) -> None:
    """Read the panels and write every results file of H1, as ARCHITECTURE.md lists them."""
    given = {name: read(panels, name) for name in PANELS}
    missions = given["mission_month"]
    tables = {
        **h1_families.tabulate(missions),
        **h1_designs.tabulate(missions),
        **h1_events.tabulate(missions),
        **h1_cases.tabulate(missions),
        **h1_context.tabulate(given),
    }
    for name, table in tables.items():
        table.to_csv(results / f"h1_{name}.csv", index=False, lineterminator="\n")
