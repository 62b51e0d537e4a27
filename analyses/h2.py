"""H2: whether mandates at the side of the host state cost impartiality; estimates and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses import h2_context, h2_families
from pkstats.data.panels import read

if TYPE_CHECKING:
    from pathlib import Path

PANELS = (
    *("survey", "host_speech", "council_record", "mission_month"),
    *("host_support", "mission", "country_month"),
)
UNITS = PANELS[:4]


def main(*, panels: Path, results: Path) -> None:
    """Read the panels and write every results file of H2, as ARCHITECTURE.md lists them."""
    given = {name: read(panels, name) for name in PANELS}
    ready = given | {name: h2_families.attach(given[name], given) for name in UNITS}
    tables = h2_families.tabulate(ready) | h2_context.tabulate(ready)
    for name, table in tables.items():
        table.to_csv(results / f"h2_{name}.csv", index=False, lineterminator="\n")
