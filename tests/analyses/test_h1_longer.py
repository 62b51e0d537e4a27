"""The gates of the longer record and the order they give; the script runs both families."""

import pandas as pd
import pytest

import pkstats as pk
from analyses import h1_longer
from pkstats.families import find_family
from pkstats.results import read_table


@pytest.fixture(scope="module")
def panel():
    return pk.load_panel("mission_month")


@pytest.fixture(scope="module")
def tables(panel):
    return h1_longer.tabulate_gates(panel)


def test_the_longer_record_leads_by_the_gate_alone(tables):
    gates = tables["blind_gates"].set_index("hypothesis")
    assert gates["passes"].to_dict() == {
        "H1-1990-robustness-attacks": "yes",
        "H1-1990-robustness-risk": "yes",
        "H1-1990s-robustness-attacks": "no",
        "H1-1990s-robustness-risk": "no",
        "H1-robustness-attacks": "yes",
        "H1-robustness-risk": "yes",
    }
    around = gates["clusters_around_switch"]
    assert around["H1-1990-robustness-attacks"] > around["H1-robustness-attacks"]
    assert set(gates.loc[gates["leads"] == "yes", "family"]) == {"H1-1990"}
    assert gates.loc["H1-1990s-robustness-attacks", "largest_leverage"] > 0.5


def test_three_hosts_join(tables):
    hosts = tables["blind_hosts"]
    some = hosts[(hosts["switches"] > 0) & (hosts["events"] > 0)]
    found = some.groupby("hypothesis")["host"].agg(set)
    joining = found["H1-1990-robustness-attacks"] - found["H1-robustness-attacks"]
    assert {"Somalia", "Rwanda", "Former Yugoslavia"} <= joining


def test_events_are_those_of_the_panel(panel, tables):
    """The gate counts what the panel holds: nothing before November 1990, nobody twice."""
    hosts = tables["blind_hosts"]
    first = hosts[hosts["hypothesis"] == "H1-1990s-robustness-attacks"].set_index("host")
    frame = panel.where("month >= '1990-11-01' and month <= '1999-12-01'").frame
    days = frame.groupby("host")["hostile_incident_days"].sum()
    assert first.loc["Somalia", "events"] <= days["Somalia"]
    assert first.loc["Cambodia", "events"] == days["Cambodia"] == 12


GATES = pd.DataFrame(
    {
        "family": ["A", "A", "B", "B", "H1", "H1"],
        "passes": "yes",
        "clusters_around_switch": [9, 9, 3, 3, 6, 6],
    }
)


@pytest.mark.parametrize(
    ("changes", "lead"),
    [
        ({}, "A"),
        ({("passes", 1): "no"}, "H1"),  # one estimand fails: the sample does not lead
        ({("clusters_around_switch", 0): 2}, "H1"),  # the smaller count rules
        ({("clusters_around_switch", 0): 6, ("clusters_around_switch", 1): 6}, "H1"),  # a tie
        ({("passes", k): "no" for k in range(6)}, "H1"),  # none passes
        ({("passes", 0): "no", ("clusters_around_switch", 2): 8,
          ("clusters_around_switch", 3): 8}, "B"),
    ],
)  # fmt: skip
def test_the_rule_of_the_lead(changes, lead):
    gates = GATES.copy()
    for (column, row), value in changes.items():
        gates.loc[row, column] = value
    assert h1_longer.find_lead(gates) == lead


def test_the_script_runs_both_families_after_the_gates(panel, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(h1_longer, "read", lambda folder, name: panel)
    monkeypatch.setattr(h1_longer, "run", lambda code, **_: asked.append(code))
    h1_longer.main(panels=tmp_path, results=tmp_path)
    assert asked == ["H1-1990", "H1-1990s"]
    written = read_table(tmp_path, "blind_gates", prefix="h1_longer")
    assert len(written) == 6
    assert {find_family(code).code for code in written["family"]} == {"H1-1990", "H1-1990s", "H1"}
