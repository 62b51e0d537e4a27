"""Evidence on renewals and host-years: direction, size, placebo, what cannot be estimated."""

from dataclasses import replace

import numpy as np
import pytest

import pkstats as pk
from pkstats.families import find_home
from pkstats.families.design import Silence
from pkstats.families.impartiality.designs import COUNCIL_RECORD
from pkstats.verdicts import gather
from pkstats.verdicts.bars import check_silence
from pkstats.verdicts.models import run, weigh
from pkstats.verdicts.ruling import rule


def prepare(hypothesis, panel):
    return find_home(hypothesis).make_ready(panel)


INDEX = "host_support_index"
NAMES = [INDEX, f"{INDEX}_never_reset", f"{INDEX}_always_reset"]


@pytest.fixture(scope="module")
def hypothesis():
    return pk.hypothesis("H2-council-record")


@pytest.fixture(scope="module")
def record():
    return pk.load_panel("council_record")


def speak(record, *, effect: float, seed: int):
    """The record with phrases on obstruction drawn at eight per 1,000 words and a known effect."""
    frame = record.frame
    before = frame.groupby("mission")[INDEX].shift(1).fillna(0).astype(float)
    rate = 0.008 * frame["new_words"] * np.exp(effect * before)
    drawn = np.random.default_rng(seed).poisson(rate.to_numpy(dtype=float))
    resets = dict.fromkeys(NAMES, frame[INDEX])
    return replace(record, frame=frame.assign(new_obstruction=drawn, **resets))


def turn(panel):
    columns = {name: 3 - panel.frame[name] for name in NAMES}
    return replace(panel, frame=panel.frame.assign(**columns))


def judge(hypothesis, panel):
    """Evidence, and the ruling with its checks set aside: a record is too short for the hazard."""
    evidence = gather(hypothesis, panel, models=hypothesis.judged, draws=99, seed=1)
    p_values = {label: s.randomization_p for label, s in evidence.variants.items()}
    q_values = {"primary": evidence.primary.randomization_p, **p_values}
    return evidence, rule(replace(evidence, bars=()), q_values=q_values)


def test_a_large_effect_is_decided_and_turning_the_index_turns_it(hypothesis, record):
    spoken = speak(record, effect=1.0, seed=4)
    first, verdict = judge(hypothesis, spoken)
    second, turned = judge(hypothesis, turn(spoken))
    low, high = first.primary.interval_95
    assert low < 1.0 < high
    assert verdict.ruling == "describes Council language"
    assert verdict.reason.startswith("supported")
    assert turned.reason.removeprefix("would be ").startswith("contradicted")
    assert first.primary.estimate == pytest.approx(-second.primary.estimate, rel=1e-6)
    whole = rule(first, q_values=dict.fromkeys(["primary", *first.variants], 0.01))
    assert whole.ruling == "inconclusive"
    assert "steps that answer the past: 1 cannot tell" in whole.reason


def test_permuted_treatments_are_small_as_rarely_as_they_should(hypothesis, record):
    """12 worlds without an effect: more than 3 p-values below 5% have probability .002."""
    model = hypothesis.primary
    found = []
    for seed in range(12):
        prepared = prepare(hypothesis, speak(record, effect=0.0, seed=seed))
        result = run(model, prepared, COUNCIL_RECORD, draws=99, seed=seed, jobs=1)
        assert result.randomization is not None
        found.append(result.randomization.p_value)
    assert sum(p < 0.05 for p in found) <= 3
    assert min(found) < 0.5 < max(found)


def test_rows_without_words_are_dropped_and_counted(hypothesis, record):
    frame = record.frame.copy()
    emptied = frame.index[frame["mandate_renewal"].eq(1) & frame["renewal"].gt(3)][:5]
    frame.loc[emptied, ["new_words", "new_obstruction"]] = 0
    prepared = prepare(hypothesis, replace(record, frame=frame))
    model = replace(hypothesis.primary, randomized=False)
    result = run(model, prepared, COUNCIL_RECORD, draws=1, seed=1, jobs=1)
    assert result.estimate is not None
    lost = result.estimate.lost
    assert lost.loc[lost["reason"].str.contains("exposure|new_words"), "rows"].sum() == 5


def test_the_treatment_is_the_mandate_before_and_not_the_one_adopted(hypothesis, record):
    frame = prepare(hypothesis, record).frame
    unmiss = frame[frame["mission"] == "UNMISS"].set_index("resolution")
    assert unmiss.loc[2155, f"{INDEX}_lag1"] == 2  # renewed under the mandate of 2109
    assert unmiss.loc[2155, INDEX] == 0
    first = frame[frame["renewal"] == 0]
    assert first[f"{INDEX}_lag1"].isna().all()


def test_the_placebo_bars_when_it_moves_as_the_outcome_does(hypothesis, record):
    spoken = speak(record, effect=1.0, seed=3)
    frame = spoken.frame.assign(new_boilerplate=spoken.frame["new_obstruction"])
    models = [hypothesis.primary]
    evidence = gather(hypothesis, replace(spoken, frame=frame), models=models, draws=1, seed=1)
    placebo, predicted = evidence.bars
    assert placebo.state == "failed" and placebo.found == {1}
    assert "does not predict" in predicted.condition


def test_a_model_that_was_not_estimated_clears_nothing():
    bar = check_silence(None, Silence(outcome="y", condition="c"))
    assert bar.state == "cannot tell" and bar.open == {1, -1}
    assert bar.value == "undefined: not estimated"


def test_host_years_leave_the_case_out_and_hold_three_bars():
    hypothesis = pk.hypothesis("H2-host-governments")
    panel = pk.load_panel("host_speech")
    evidence = gather(hypothesis, panel, models=[hypothesis.primary], draws=1, seed=1)
    assert len(evidence.bars) == 3
    left = evidence.tables["leave_one_out"]
    assert set(left["left_out_kind"]) == {"host"}
    assert "COD" not in set(left["left_out"])
    table = evidence.tables["identification"]
    assert "COD" not in set(table["host"])
    assert table.loc[table["model"] == hypothesis.primary.name, "leverage"].sum() == pytest.approx(
        1
    )


def test_the_mandate_of_a_host_year_is_that_of_the_debate():
    hypothesis = pk.hypothesis("H2-host-governments")
    frame = prepare(hypothesis, pk.load_panel("host_speech")).frame
    mali = frame[frame["speaker"] == "MLI"].set_index("year")
    assert mali.loc[2014, INDEX] == 2
    assert mali.loc[2015, INDEX] == 1  # S/RES/2227 of June 2015
    assert mali.loc[2023, "closing"] == 1
    assert mali.loc[2016, "mission_age_years"] == 3
    congo = frame[frame["speaker"] == "COD"].set_index("year")
    assert congo.loc[2011, "mission_age_years"] == 12  # MONUC and MONUSCO are one stay
    assert frame.loc[frame["hosting"] == 0, INDEX].isna().all()


def test_without_an_outcome_the_failure_is_told(hypothesis, record):
    silent = replace(record, frame=record.frame.assign(new_obstruction=0))
    result = run(
        replace(hypothesis.primary, randomized=False),
        prepare(hypothesis, silent),
        COUNCIL_RECORD,
        draws=1,
        seed=1,
        jobs=1,
    )
    assert result.estimate is None
    assert not weigh(result, None).gate_passes
