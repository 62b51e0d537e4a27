"""Project: every verdict of the build side by side, corrected over all hypotheses at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.checks.multiple_testing import adjust

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    *("family", "hypothesis", "claim", "ruling", "estimate", "conf_low", "conf_high", "unit"),
    *("smallest_effect", "entered_p", "q_value", "q_value_any_dependence"),
    *("q_value_project", "q_value_project_any_dependence", "seen"),
]


def main(*, panels: Path, results: Path) -> None:
    """Write ``project_verdicts.csv`` from the verdicts that the families wrote.

    Parameters
    ----------
    panels : Path
        Folder of the panels; the results of the families lie beside it.
    results : Path
        Receives ``project_verdicts.csv``: one row a hypothesis, ``family hypothesis claim ruling
        estimate conf_low conf_high unit smallest_effect entered_p q_value q_value_any_dependence
        q_value_project q_value_project_any_dependence seen``. The p-value entered is that of the
        randomization test, or 1 where the hypothesis is not identified or has none.
    """
    written = sorted((panels.parent / "results").glob("*_verdict.csv"))
    frames = [
        pd.read_csv(path).assign(family=path.stem.removesuffix("_verdict").upper())
        for path in written
    ]
    table = pd.concat(frames, ignore_index=True)
    unidentified = table["ruling"].isin(["not identified", "not testable"])
    table["entered_p"] = table["randomization_p"].mask(unidentified).fillna(1.0)
    entered = dict(zip(table["hypothesis"], table["entered_p"], strict=True))
    table["q_value_project"] = table["hypothesis"].map(adjust(entered))
    table["q_value_project_any_dependence"] = table["hypothesis"].map(adjust(entered, method="by"))
    table[COLUMNS].to_csv(results / "project_verdicts.csv", index=False, lineterminator="\n")
