"""Calibration: the committed worlds of ``make calibrate``, checked and summarized."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkstats.data.panels import read
from pkstats.data.registry import CHECKOUT
from pkstats.families import find_family
from pkstats.results import write_tables
from pkstats.simulation.calibration.ground import lay_ground
from pkstats.simulation.calibration.study import gather_rows
from pkstats.simulation.calibration.summary import (
    compare_moments,
    count_attacks,
    summarize_conditions,
    summarize_entering,
    summarize_rulings,
)

if TYPE_CHECKING:
    from pathlib import Path

#: Rows of the worlds; a full run takes longer than all analyses, `make calibrate` repeats it.
WORLDS = CHECKOUT / "analyses" / "calibration"
#: Named here too, so that the step is run again when the family changes.
FAMILY = "H1"
BESIDE = ("analyses/calibration/*.csv", "pkstats/simulation/calibration/parameters.toml")


def main(*, panels: Path, results: Path) -> None:
    """Summarize the rows of every block; blocks that were not run stand there with no worlds.

    Parameters
    ----------
    panels : Path
        Folder of the panels.
    results : Path
        Receives ``calibration_rulings.csv``, ``calibration_conditions.csv``,
        ``calibration_entering.csv`` and ``calibration_moments.csv``.

    Raises
    ------
    SourceError
        A file of worlds is damaged, or of another block of seeds, design or rule.
    """
    family = find_family(FAMILY)
    panel = read(panels, "mission_month")
    rows = gather_rows(WORLDS, family=family)
    attacks = {
        h.name: count_attacks(h, family, panel.where(h.primary.sample).frame)
        for h in family.hypotheses
    }
    grounds = {h.name: lay_ground(family, h, panel) for h in family.hypotheses}
    tables = {
        "rulings": summarize_rulings(rows, attacks),
        "conditions": summarize_conditions(rows, list(attacks)),
        "entering": summarize_entering(rows, list(attacks)),
        "moments": compare_moments(grounds),
    }
    write_tables(tables, results, prefix="calibration")
