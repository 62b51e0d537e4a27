"""The declarations of H1 beyond the whole index."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats import families
from pkstats.families import find_family
from pkstats.families.robustness.cases import CASES
from pkstats.families.robustness.elements import (
    ELEMENTS,
    FAMILY,
    HYPOTHESES,
    STABILIZATION,
    prepare,
)
from pkstats.families.robustness.facts import FACTS, count_bundles, rank_hostile_rate


@pytest.fixture(scope="module")
def missions():
    return pk.load_panel("mission_month")


@pytest.fixture(scope="module")
def prepared(missions):
    return prepare(missions)


@pytest.fixture(scope="module")
def panels(missions):
    return {"mission_month": missions} | {n: pk.load_panel(n) for n in ("mission", "mandate")}


def test_every_gated_hypothesis_names_its_gate_and_its_whole_design():
    for declared in HYPOTHESES:
        assert (declared.family, declared.gated_by) == (FAMILY, "H1")
        assert declared.threats[0].startswith("Gated")
        roles = [m.role for m in declared.models]
        assert roles[:2] == ["main", "secondary outcome"]
        assert {"lead", "other lag", "other design"} <= set(roles)
        assert any(m.estimand == "risk per person" for m in declared.models)


def test_every_element_of_the_index_has_a_hypothesis():
    treatments = {h.primary.specification.treatment for h in HYPOTHESES}
    assert {f"{column}_lag1" for column in ELEMENTS.values()} <= treatments


def test_every_model_finds_its_columns(prepared):
    for declared in HYPOTHESES:
        for model in declared.models:
            absent = set(model.specification.columns) - set(prepared.frame.columns)
            assert not absent, (model.name, absent)
            assert len(prepared.where(model.sample).frame) > 1000


def test_every_choice_of_every_multiverse_finds_its_columns(prepared):
    served = [(f, h) for f in map(find_family, ("H1", FAMILY)) for h in f.hypotheses]
    assert len(served) == 2 + len(HYPOTHESES)
    for family, declared in served:
        multiverse = family.find_multiverse(declared)
        assert multiverse is not None
        for labels, specification, sample in multiverse.list_specifications():
            absent = set(specification.columns) - set(prepared.frame.columns)
            assert not absent, (declared.name, labels)
            assert sample
        main = multiverse.list_specifications()[0]
        assert main[1:] == (declared.primary.specification, declared.primary.sample)


def test_stabilization_is_what_the_missions_are_called(panels, prepared):
    frame = panels["mission"].frame
    named = frame.loc[frame["stabilization"].astype(bool), "mission"]
    assert set(named) == set(STABILIZATION)
    own = prepared.frame.groupby("mission")["stabilization_name"].max()
    assert set(own[own == 1].index) == set(STABILIZATION)


def test_strata_are_constant_within_a_mission(prepared):
    for column in ("start_era", "conflict_at_deployment"):
        assert prepared.frame.groupby("mission")[column].nunique().max() == 1
    era = prepared.frame.groupby("mission")["start_era"].first()
    assert era[["UNIFIL", "MONUC", "MINUSMA"]].tolist() == [
        "before 1999", "1999 to 2009", "2010 and later",
    ]  # fmt: skip
    conflict = prepared.frame.groupby("mission")["conflict_at_deployment"].first()
    assert conflict["MINURSO"] == "unknown" and conflict["UNSMIS"] == "1,000 deaths or more"


def test_rates_are_per_thousand_persons_and_year(prepared):
    rows = prepared.frame.query("hostile_incident_days > 0 and personnel > 0")
    row = rows.iloc[0]
    rate = row["hostile_incident_days"] / (row["personnel"] / 12) * 1000
    assert row["incident_days_rate"] == pytest.approx(rate)
    assert (rows["any_attack"] == 1).all()


def test_cases_start_after_their_resolution(panels):
    mandates = panels["mandate"].frame
    for declared in CASES:
        row = mandates[
            (mandates["mission"] == declared.case.unit)
            & (mandates["resolution"] == declared.resolution)
        ]
        assert row["date"].item() < declared.case.start
        assert declared.case.start - row["date"].item() < pd.Timedelta(days=32)


def test_facts_are_measured_from_the_panels_they_name(panels):
    for fact in FACTS:
        check = families.check(fact, {name: panels[name] for name in fact.panels})
        assert check.ruling in ("confirmed", "not confirmed")
        assert len(check.finding.table) and check.finding.value


def test_a_rate_needs_enough_personnel(panels):
    table = rank_hostile_rate(panels).table
    assert (table["exposure"] >= 1.0).all()
    assert "UNSMIS" not in set(table["unit"])
    row = table.set_index("unit").loc["MINUSMA"]
    own = panels["mission_month"].frame.query("mission == 'MINUSMA'")
    own = own[own["personnel"].notna() & own["hostile_deaths_all"].notna()]
    assert row["events"] == own["hostile_deaths_all"].sum()
    assert row["rate"] == pytest.approx(
        own["hostile_deaths_all"].sum() / (own["personnel"].sum() / 12 / 1000)
    )


def test_one_bundle_everywhere_would_not_be_ambiguous(panels):
    frame = panels["mandate"].frame
    columns = [c for c in frame if c.startswith("text_") and c != "text_source"]
    same = replace(panels["mandate"], frame=frame.assign(**dict.fromkeys(columns, 1)))
    found = count_bundles(panels | {"mandate": same})
    assert found.holds is False
    assert np.allclose(found.table["share_of_most_common"].iloc[:2], 1.0)
