from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.report.chapters import verdicts as project


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "hypothesis": ["H1-robustness-attacks", "H1-any-attack", "H2-armed-groups"],
            "claim": ["J4", "J4", "L1"],
            "ruling": ["supported", "inconclusive", "not identified"],
            "estimate": [np.log(2), 0.1, np.nan],
            "conf_low": [np.log(1.5), -0.1, np.nan],
            "conf_high": [np.log(3), 0.3, np.nan],
            "unit": ["any", "log in name alone", "share"],
            "q_value": [0.01, 0.4, 1.0],
            "q_value_project": [0.03, 0.6, 1.0],
        }
    )


def test_rulings_are_counted_and_survivors_named(table: pd.DataFrame) -> None:
    said = project.say_project(table)
    assert said.startswith("Of 3 hypotheses: 1 supported, 1 inconclusive, 1 not identified.")
    assert "`H1-robustness-attacks` stays below" in said
    assert "none stays" in project.say_project(table.assign(q_value_project=0.2))


def test_ratios_are_those_of_the_engine_whatever_the_unit_says(table: pd.DataFrame) -> None:
    effects = project.tabulate_verdicts(table)["Effect (95% interval)"].tolist()
    assert effects[0] == "2.00 (1.50 to 3.00), rate ratio per index point"
    assert effects[1] == "0.10 (-0.10 to 0.30), probability per index point"
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
