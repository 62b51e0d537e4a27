"""Project: every verdict of the build side by side, corrected over all hypotheses at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.checks.multiple_testing import adjust
from pkstats.families import list_families
from pkstats.results import find_prefixes, find_table, read_table, write_table

if TYPE_CHECKING:
    from pathlib import Path


def main(*, panels: Path, results: Path) -> None:
    """Write ``project_verdicts.csv`` from the verdicts that the families wrote.

    Parameters
    ----------
    panels : Path
        Folder of the panels; the results of the families lie beside it.
    results : Path
        Receives ``project_verdicts.csv``: one row a hypothesis. The p-value entered is that of
        its design, or 1 where the hypothesis is not identified or has none.

    Raises
    ------
    ResultsError
        A file of verdicts has the prefix of no family, or is not as declared.
    """
    written = panels.parent / "results"
    known = {family.prefix for family in list_families()}
    frames = [
        read_table(written, "verdict", prefix=prefix).assign(family=prefix.upper())
        for prefix in find_prefixes(written, "verdict", families=known)
    ]
    table = pd.concat(frames, ignore_index=True)
    entered = dict(zip(table["hypothesis"], table["entered_p"], strict=True))
    table["q_value_project"] = table["hypothesis"].map(adjust(entered))
    table["q_value_project_any_dependence"] = table["hypothesis"].map(adjust(entered, method="by"))
    declared = find_table("verdicts", prefix="project").table
    write_table(table[list(declared.names)], declared, results)
