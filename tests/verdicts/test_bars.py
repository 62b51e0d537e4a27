"""Checks on what comes before a step: what rises, falls or predicts is told with its direction."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.families.design import Hazard, Leads, PrePeriod, Silence
from pkstats.families.robustness.designs import MISSIONS
from pkstats.verdicts import bars
from pkstats.verdicts.bars import check_hazard, check_leads, check_pre_period
from pkstats.verdicts.threat import ANSWERING_STEPS, DOWN, UP

MONTHS = 60
STEP = 30
MODEL = pk.Model(
    name="m",
    specification=pk.Specification(
        outcome="attacks",
        treatment="robustness",
        effects=("mission", "year"),
        family="poisson",
        inference=pk.Inference(cluster="host", method="CRV3"),
    ),
)


def draw(*, rise: float, seed: int = 1) -> pk.Panel:
    """Twelve missions renewed each half-year; six step at month 30, and drift in the year before.

    The log rate of the six moves by `rise` from the first to the second half of that year.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(12):
        month = np.arange(MONTHS)
        treated = number < 6
        late = (month >= STEP - 3) & (month < STEP)
        parts.append(
            pd.DataFrame(
                {
                    "mission": f"M{number:02d}",
                    "host": f"H{number:02d}",
                    "month": pd.date_range("2001-01-01", periods=MONTHS, freq="MS"),
                    "year": 2001 + month // 12,
                    "mandate_renewal": (month % 6 == 0).astype(int),
                    "robustness": ((month >= STEP) & treated).astype(float),
                    "attacks": rng.poisson(40 * np.exp(rise * (late & treated))),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return pk.Panel.from_frame(frame, unit="mission", time="month")


@pytest.mark.parametrize(("rise", "direction"), [(0.6, DOWN), (-0.6, UP)])
@pytest.mark.parametrize("check", ["leads", "pre-period"])
def test_a_rise_before_the_step_biases_downward_and_a_fall_upward(check, rise, direction):
    panel = draw(rise=rise)
    bar = (
        check_leads(MODEL, panel, Leads(months=3), smallest=0.2)
        if check == "leads"
        else check_pre_period(MODEL, panel, PrePeriod(), smallest=0.2)
    )
    assert bar.threat == ANSWERING_STEPS
    assert (bar.state, bar.found, bar.open) == ("failed", {direction}, {direction})


@pytest.mark.parametrize("check", ["leads", "pre-period"])
def test_without_a_rise_the_checks_are_clear_and_a_narrow_bound_cannot_tell(check):
    panel = draw(rise=0.0)

    def ask(smallest):
        if check == "leads":
            return check_leads(MODEL, panel, Leads(months=3), smallest=smallest)
        return check_pre_period(MODEL, panel, PrePeriod(), smallest=smallest)

    assert ask(0.3).state == "clear"
    assert ask(0.001).state != "clear"


def test_what_cannot_be_estimated_leaves_both_directions_open():
    panel = draw(rise=0.0)
    still = replace(panel, frame=panel.frame.assign(robustness=0.0))
    for bar in (
        check_leads(MODEL, still, Leads(), smallest=0.2),
        check_pre_period(MODEL, still, PrePeriod(), smallest=0.2),
    ):
        assert bar.state == "cannot tell" and bar.open == {UP, DOWN}
        assert bar.value.startswith("undefined: ")


def draw_steps(*, slope: float, seed: int = 2) -> pk.Panel:
    """Renewals whose steps follow the past with a log hazard ratio of `slope`."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "mission": np.repeat([f"M{n:02d}" for n in range(30)], 120),
            "host": np.repeat([f"H{n:02d}" for n in range(30)], 120),
            "month": np.tile(pd.date_range("2001-01-01", periods=120, freq="MS"), 30),
            "past": rng.normal(size=3600),
        }
    )
    frame["step"] = rng.binomial(1, np.minimum(0.15 * np.exp(slope * frame["past"]), 1)).astype(
        float
    )
    return pk.Panel.from_frame(frame, unit="mission", time="month")


@pytest.mark.parametrize(
    ("slope", "sign", "state", "found"),
    [
        (0.7, -1, "failed", {DOWN}),
        (-0.7, -1, "failed", {UP}),
        (0.7, 1, "failed", {UP}),
        (0.0, -1, "clear", set()),
    ],
)
def test_steps_that_follow_the_past_bias_in_the_declared_direction(slope, sign, state, found):
    hazard = Hazard(step="step", past="past", condition="c", sign=sign)
    _, bar = check_hazard(hazard, draw_steps(slope=slope), sample="", cluster="host")
    assert (bar.state, bar.found) == (state, found)


def test_the_bound_of_the_hazard_decides():
    panel = draw_steps(slope=0.3)
    for bound, state in ((0.5, "clear"), (0.2, "failed")):
        hazard = Hazard(step="step", past="past", condition="c", bound=bound)
        assert check_hazard(hazard, panel, sample="", cluster="host")[1].state == state


@pytest.mark.parametrize(
    ("interval", "state"),
    [((-0.09, 0.09), "clear"), ((-0.2, 0.2), "cannot tell"), ((0.02, 0.2), "failed")],
)
def test_a_response_that_selects_rows_may_bias_either_way(monkeypatch, interval, state):
    monkeypatch.setattr(bars, "_read", lambda result: (interval, ""))
    bar = bars.check_silence(None, Silence(outcome="y", condition="c"))
    assert bar.state == state
    assert bar.open == (set() if state == "clear" else {UP, DOWN})
    assert bar.found == ({UP, DOWN} if state == "failed" else set())


@pytest.mark.parametrize(
    ("ruling", "response", "state", "found"),
    [
        ("explains", (0.1, 0.9), "failed", {UP}),
        ("explains", (-0.9, -0.1), "failed", {DOWN}),
        ("uninformative", (0.1, 0.9), "cannot tell", set()),
        ("passes", (-0.3, 0.3), "clear", set()),
    ],
)
def test_a_control_is_read_by_its_own_response_and_fails_only_if_it_explains(
    monkeypatch, ruling, response, state, found
):
    table = pd.DataFrame(
        {
            "term": ["x x hostile", "x"],
            "conf_low_90": [-9.0, response[0]],
            "conf_high_90": [9.0, response[1]],
        }
    )
    result = bars.NegativeControl("accidents", None, None, 0.5, ruling, "", table)
    monkeypatch.setattr(bars, "contrast_control", lambda *_, **__: result)
    hypothesis = pk.hypothesis("H1-robustness-risk")
    panel = pk.load_panel("mission_month")
    _, found_bars = bars.check_controls(hypothesis, panel, MISSIONS, smallest=0.5, widest=1.0)
    assert len(found_bars) == 3
    assert {(bar.state, bar.found) for bar in found_bars} == {(state, frozenset(found))}
