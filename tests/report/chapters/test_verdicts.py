from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.report.chapters import verdicts as project


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "hypothesis": ["F1-a", "F1-b", "F2-a"],
            "claim": ["J4", "J4", "L1"],
            "ruling": ["supported", "inconclusive", "not identified"],
            "estimate": [np.log(2), 0.1, np.nan],
            "conf_low": [np.log(1.5), -0.1, np.nan],
            "conf_high": [np.log(3), 0.3, np.nan],
            "unit": ["log rate ratio per step", "share", "share"],
            "q_value": [0.01, 0.4, 1.0],
            "q_value_project": [0.03, 0.6, 1.0],
        }
    )


def test_rulings_are_counted_and_survivors_named(table: pd.DataFrame) -> None:
    said = project.say_project(table)
    assert said.startswith("Of 3 hypotheses: 1 supported, 1 inconclusive, 1 not identified.")
    assert "`F1-a` stays below" in said
    assert "none stays" in project.say_project(table.assign(q_value_project=0.2))


def test_logs_become_ratios_and_other_scales_stay(table: pd.DataFrame) -> None:
    effects = project.tabulate_verdicts(table)["Effect (95% interval)"].tolist()
    assert effects[0].startswith("2.00 (1.50 to 3.00)") and "log" not in effects[0]
    assert effects[1] == "0.10 (-0.10 to 0.30), share"
    assert effects[2] == "not estimated"


def test_facts_of_every_family_are_read(root: Path) -> None:
    folder = root / "analyses" / "results"
    verdicts, facts = project.read_rulings(folder)
    assert len(verdicts) == len(pd.read_csv(folder / "project_verdicts.csv"))
    shown = project.tabulate_facts(facts)
    assert {name[1:3] for name in shown["Fact"]} >= {"W2", "H2"}
    assert (
        shown["Ruling"].isin(["**confirmed**", "**not confirmed**", "**cannot be checked**"]).all()
    )
