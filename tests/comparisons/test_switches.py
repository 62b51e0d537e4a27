import pandas as pd
import pytest

import pkstats as pk
from pkstats.comparisons.switches import list_switches
from pkstats.errors import SpecificationError


@pytest.fixture(scope="module")
def missions():
    return pk.load_panel("mission_month").where("month >= '2000-01-01'")


def find(missions, treatment, mission, **options):
    table = list_switches(
        missions, [treatment], outcomes=["hostile_deaths_uniformed"], exposure="personnel",
        notes=["mandate_resolution"], **options,
    )  # fmt: skip
    return table[table["mission"] == mission]


def test_the_force_intervention_brigade_is_the_one_offensive_step(missions):
    table = list_switches(
        missions, ["text_offensive"], outcomes=["hostile_incident_days"], exposure="personnel",
        notes=["mandate_resolution"],
    )  # fmt: skip
    row = table.iloc[0]
    assert len(table) == 1
    assert (row["mission"], row["mandate_resolution"]) == ("MONUSCO", 2098)
    assert row["month"] == pd.Timestamp("2013-03-01")
    assert (row["value_before"], row["value_after"]) == (0, 1)


def test_sums_around_a_change_are_those_of_the_panel(missions):
    row = find(missions, "robustness_index", "UNIFIL").iloc[0]
    own = missions.frame[missions.frame["mission"] == "UNIFIL"].set_index("month")
    deaths = own["hostile_deaths_uniformed"]
    assert row["month"] == pd.Timestamp("2006-08-01")
    assert row["hostile_deaths_uniformed_before"] == deaths["2005-08":"2006-07"].sum()
    assert row["hostile_deaths_uniformed_after"] == deaths["2006-08":"2007-07"].sum()
    persons = own["personnel"]["2006-08":"2007-07"].sum() / 12
    assert row["exposure_years_after"] == pytest.approx(persons)
    assert (row["months_before"], row["months_after"]) == (12, 12)


def test_a_window_cut_short_by_the_end_of_a_mission_says_so(missions):
    row = find(missions, "robustness_index", "MINUSMA").iloc[-1]
    assert row["month"] == pd.Timestamp("2023-06-01")
    assert row["months_after"] == 7


def test_an_unknown_column_is_an_error(missions):
    with pytest.raises(SpecificationError, match="'text_bravery' is not in the panel"):
        list_switches(missions, ["text_bravery"], outcomes=[], exposure="personnel")
