from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.data.panels import Panel
from pkstats.errors import HypothesisError
from pkstats.families import Fact, Finding, check, facts, find_fact
from pkstats.families.catalogue import _order
from pkstats.families.robustness import elements as robustness_elements
from pkstats.families.robustness.attacks import HYPOTHESES, prepare


@pytest.fixture
def panel():
    months = pd.date_range("1999-11-01", periods=20, freq="MS")
    frame = pd.DataFrame({"mission": "UNX", "month": months, "mission_age_months": range(20)})
    index = np.repeat([1.0, 2.0, 1.0], [8, 6, 6])
    for name in ("robustness_index", "robustness_index_never_reset"):
        frame[name] = index
    frame["robustness_index_always_reset"] = index
    frame["tamm_chapter_vii"] = 0.0
    frame["host_conflict_deaths"] = np.arange(20.0)
    frame["authorised_military"] = 1000.0
    frame["authorised_police"] = np.nan
    frame["hostile_incident_days"] = np.tile([0.0, 1.0], 10)
    return Panel.from_frame(frame, unit="mission", time="month")


def test_every_hypothesis_stands_as_frozen():
    for declared in pk.hypotheses():
        assert pk.hypothesis(declared.name) == declared


def test_a_later_field_counts_in_the_hash_only_where_it_departs_from_its_default():
    first = HYPOTHESES[0]
    assert replace(first, panel="mission_month").freeze() == first.freeze()
    assert replace(first, cap="proxy").freeze() != first.freeze()
    assert replace(first, statement="Another.").freeze() != first.freeze()


def test_every_fact_stands_as_frozen():
    for declared in facts():
        assert find_fact(declared.name) == declared
    with pytest.raises(HypothesisError, match="no fact 'F9'"):
        find_fact("F9")


@pytest.mark.parametrize(
    ("holds", "ruling"),
    [(True, "confirmed"), (False, "not confirmed"), (None, "cannot be checked")],
)
def test_a_fact_is_ruled_on_by_what_its_measure_finds(holds, ruling, panel):
    def measure(panels):
        months = len(panels["mission_month"].frame)
        return Finding(holds=holds, value=f"{months} months", table=pd.DataFrame())

    fact = Fact(
        name="F1",
        family="H1",
        claims=("W2",),
        statement="There are months.",
        condition="At least one.",
        panels=("mission_month",),
        measure=measure,
        seen="none",
        limits="None.",
    )
    found = check(fact, {"mission_month": panel})
    assert found.ruling == ruling
    assert found.row()["value"] == "20 months"
    assert fact.freeze() != replace(fact, condition="At least two.").freeze()


def test_an_unknown_hypothesis_lists_the_known_ones():
    with pytest.raises(HypothesisError, match="H1-robustness-risk"):
        pk.hypothesis("H9")


def test_model_names_are_unique_and_claims_registered():
    declared = pk.hypotheses()
    names = [m.name for h in declared for m in h.models]
    assert len(names) == len(set(names))
    known = {c.id for c in pk.claims()}
    assert all(set(h.claims) <= known for h in declared)


def test_no_control_is_measured_in_the_month_of_the_outcome():
    for declared in (*HYPOTHESES, *robustness_elements.HYPOTHESES):
        for model in declared.models:
            for control in model.specification.controls:
                assert "lag" in control or control == "log_mission_age"


def test_only_the_risk_holds_personnel_constant():
    total, risk = HYPOTHESES
    assert {m.specification.exposure for m in total.models} == {None}
    assert {m.specification.exposure for m in risk.models} == {"personnel"}


def test_hypotheses_as_a_frame():
    frame = pk.hypotheses(as_frame=True)
    assert frame["hypothesis"].tolist() == [h.name for h in pk.hypotheses()]
    first = frame[frame["hypothesis"].isin([h.name for h in HYPOTHESES])]
    assert first["seen"].tolist() == ["estimates", "estimates"]


def test_prepare_lags_by_month_and_marks_rises_alone(panel):
    frame = prepare(panel).frame
    assert frame["robustness_index_lag1"].iloc[1:].tolist() == (
        panel.frame["robustness_index"].iloc[:-1].tolist()
    )
    assert np.flatnonzero(frame["robustness_step"] == 1).tolist() == [8]
    assert np.isnan(frame["robustness_step"].iloc[0])
    assert frame["log_host_conflict_deaths_lag1"].iloc[5] == pytest.approx(np.log1p(4))
    assert frame["robustness_index_lead6"].iloc[2] == 2.0


def test_past_attacks_need_six_observed_months(panel):
    past = prepare(panel).frame["log_past_incident_days"]
    assert past.iloc[:6].isna().all()
    assert past.iloc[6] == pytest.approx(np.log1p(3))


def test_codes_are_ordered_by_letter_then_number():
    codes = ["H10", "H2", "X1", "H2-elements", "J6"]
    assert sorted(codes, key=_order) == ["H2", "H2-elements", "H10", "J6", "X1"]
