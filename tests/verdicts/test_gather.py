"""What is gathered before a ruling, on the shipped panel at small size and on hand-made numbers."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.data.panels import Panel
from pkstats.errors import SpecificationError
from pkstats.families import find_home
from pkstats.families.robustness.designs import MISSIONS, PERSONNEL_YEARS
from pkstats.verdicts import gather
from pkstats.verdicts.models import compare_signs, describe, run, weigh
from pkstats.verdicts.scale import convert_smallest_effect, count_rate, list_bounds


def prepare(hypothesis, panel):
    return find_home(hypothesis).make_ready(panel)


NAME = "H1-robustness-risk"


@pytest.fixture(scope="module")
def panel():
    return pk.load_panel("mission_month")


@pytest.fixture(scope="module")
def hypothesis():
    return pk.hypothesis(NAME)


@pytest.fixture(scope="module")
def evidence(hypothesis, panel):
    return gather(hypothesis, panel, models=hypothesis.judged, draws=19, seed=1)


def test_the_evidence_holds_every_number_the_rule_reads(evidence, hypothesis):
    assert evidence.events > 200
    assert set(evidence.variants) == {"never-reset", "always-reset"}
    assert 0 < evidence.smallest_effect < 1
    assert 0 <= evidence.same_sign_share <= 1
    assert 0 < evidence.primary.randomization_p <= 1
    low, high = evidence.primary.interval_90
    wide_low, wide_high = evidence.primary.interval_95
    assert wide_low < low < evidence.primary.estimate < high < wide_high
    estimates = evidence.tables["estimates"]
    assert estimates["model"].tolist() == [m.name for m in hypothesis.judged]


def test_rows_used_and_lost_add_up_to_the_sample(evidence, hypothesis, panel):
    name = hypothesis.primary.name
    lost = evidence.tables["rows_lost"].query("model == @name")["rows"].sum()
    used = evidence.tables["estimates"].set_index("model").loc[name, "rows"]
    assert used + lost == len(panel.where(hypothesis.primary.sample).frame)


def test_every_mission_and_host_is_left_out_once(evidence, hypothesis):
    name = hypothesis.primary.name
    row = evidence.tables["estimates"].set_index("model").loc[name]
    left = evidence.tables["leave_one_out"].query("model == @name")
    counts = left["left_out_kind"].value_counts()
    assert counts["mission"] == row["missions"]
    assert counts["host"] == row["hosts"]
    assert not left.duplicated(["left_out_kind", "left_out"]).any()


def test_leverage_adds_up_to_one(evidence, hypothesis):
    table = evidence.tables["identification"]
    table = table[table["model"] == hypothesis.primary.name]
    assert table["leverage"].sum() == pytest.approx(1)


def test_the_haitian_earthquake_is_no_part_of_the_control(evidence, panel):
    used = evidence.tables["negative_control"]
    own = used[(used["control"] == "accident_deaths") & ~used["term"].str.contains("hostile")]
    frame = panel.where("month >= '2000-01-01' and month <= '2025-01-01'").frame
    quake = frame[(frame["mission"] == "MINUSTAH") & (frame["month"] == "2010-01-01")]
    assert quake["accident_deaths"].item() > 40
    assert own["events"].item() <= frame["accident_deaths"].sum() - quake["accident_deaths"].item()


def test_turning_the_treatment_round_turns_the_estimate_round(hypothesis, panel):
    model = replace(hypothesis.primary, randomized=False)
    turned = replace(
        panel, frame=panel.frame.assign(robustness_index=7 - panel.frame["robustness_index"])
    )
    results = [
        run(model, prepare(hypothesis, p), MISSIONS, draws=1, seed=1, jobs=1)
        for p in (panel, turned)
    ]
    first, second = (describe(r) for r in results)
    assert first["estimate"] == pytest.approx(-second["estimate"], rel=1e-6)
    assert first["std_error"] == pytest.approx(second["std_error"], rel=1e-6)


def test_a_model_that_cannot_be_estimated_is_told_not_dropped(hypothesis, panel):
    model = replace(hypothesis.primary, randomized=False)
    still = replace(panel, frame=panel.frame.assign(robustness_index=1.0))
    result = run(model, prepare(hypothesis, still), MISSIONS, draws=1, seed=1, jobs=1)
    assert result.estimate is None
    assert "robustness_index_lag1" in describe(result)["note"]
    strength = weigh(result, pd.DataFrame())
    assert not strength.gate_passes
    assert strength.gate_reasons == (result.failure,)


@pytest.mark.parametrize(
    ("estimates", "stable", "words"),
    [
        ([0.1, 0.3], True, "no change of sign"),
        ([0.1, -0.3], False, "sign changes without B"),
        ([np.nan, 0.3], False, "no estimate without A"),
    ],
)
def test_signs_are_compared_and_exceptions_named(estimates, stable, words):
    frame = pd.DataFrame({"left_out": ["A", "B"], "estimate": estimates})
    assert compare_signs(0.2, frame) == (stable, words)


def test_the_smallest_effect_follows_from_the_base_rate(hypothesis):
    frame = pd.DataFrame(
        {
            "mission": "UNX",
            "month": pd.date_range("1995-01-01", periods=24, freq="MS"),
            "hostile_incident_days": [1] + [0] * 23,
            "personnel": 5000,
        }
    )
    panel = Panel.from_frame(frame, unit="mission", time="month")
    assert count_rate(
        frame, outcome="hostile_incident_days", scale=PERSONNEL_YEARS
    ) == pytest.approx(0.1)
    effect, whole = hypothesis.smallest_effect, replace(hypothesis.primary, sample="")
    found = convert_smallest_effect(effect, whole, panel, scale=PERSONNEL_YEARS)
    assert found == pytest.approx(math.log(2))
    bounds = list_bounds(effect, whole, panel, scale=PERSONNEL_YEARS)
    assert bounds == {
        "at the rate of the baseline": pytest.approx(math.log(2)),
        "half as large": pytest.approx(math.log(1.5)),
    }


def test_the_rate_is_that_of_the_model_s_own_sample(hypothesis):
    panel = pk.load_panel("mission_month")
    sample = panel.where(hypothesis.primary.sample).frame
    years = sample.loc[sample["personnel"].notna(), "personnel"].sum() / 12_000
    days = sample.loc[sample["personnel"].notna(), "hostile_incident_days"].sum()
    found = convert_smallest_effect(
        hypothesis.smallest_effect, hypothesis.primary, panel, scale=PERSONNEL_YEARS
    )
    assert found == pytest.approx(math.log1p(0.1 / (days / years)))
    assert math.exp(found) == pytest.approx(1.79, abs=0.02)


def test_a_baseline_without_personnel_is_an_error():
    frame = pd.DataFrame({"deaths": [1.0], "personnel": [np.nan]})
    with pytest.raises(SpecificationError, match="no row holds both"):
        count_rate(frame, outcome="deaths", scale=PERSONNEL_YEARS)


def test_the_longer_of_both_intervals_is_ruled_on(hypothesis):
    ready = find_home(hypothesis).make_ready(pk.load_panel("mission_month"))
    model = replace(hypothesis.primary, randomized=False)
    result = run(model, ready, MISSIONS, draws=1, seed=1, jobs=1)
    lengths = {}
    for name, found in (("host", result.estimate), ("mission", result.by_unit)):
        line = found.tidy(0.90).iloc[0]
        lengths[name] = line["conf_high"] - line["conf_low"]
    strength = weigh(result, pd.DataFrame({"left_out": [], "estimate": []}))
    low, high = strength.interval_90
    assert high - low == pytest.approx(max(lengths.values()))
    assert lengths["host"] != pytest.approx(lengths["mission"])
    assert strength.cluster == max(lengths, key=lengths.get)
    row = describe(result)
    assert (row["conf_low_90"], row["conf_high_90"]) == (low, high)
    assert 1 < row["effective_clusters"] < row["hosts"]
    assert 1 < row["df_satterthwaite"] < row["hosts"]


def test_negative_controls_answer_for_the_risk_per_person_alone():
    assert MISSIONS.list_controls("total") == ()
    assert len(MISSIONS.list_controls("risk per person")) == 3
    assert MISSIONS.count_checks("total") == 3
    assert MISSIONS.count_checks("risk per person") == 6
