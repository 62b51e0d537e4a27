import math

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.data.panels import Panel
from pkstats.data.panels.variable import Variable
from pkstats.families import hypothesis
from pkstats.families.design import Scale
from pkstats.families.robustness.designs import PERSONNEL_YEARS
from pkstats.results import write_table
from pkstats.verdicts.scale import tell_effects


@pytest.fixture(scope="module")
def panel():
    """Two attacks in 24 months of 5,000 persons: 0.2 per 1,000 personnel-years."""
    months = pd.date_range("2001-01-01", periods=24, freq="MS")
    frame = pd.DataFrame(
        {
            "mission": "UNX",
            "month": months,
            "hostile_incident_days": [1, 1] + [0] * 22,
            "any_attack": [1.0, 1.0] + [0.0] * 22,
            "personnel": 5000.0,
        }
    )
    return Panel.from_frame(frame, unit="mission", time="month")


def tell(name, panel, estimate, low, high):
    model = hypothesis(name).primary
    line = {"model": model.name, "estimate": estimate, "conf_low": low, "conf_high": high}
    return tell_effects([model], pd.DataFrame([line]), panel, scale=PERSONNEL_YEARS).iloc[0]


def test_a_doubling_adds_the_rate_itself(panel):
    row = tell("H1-robustness-attacks", panel, math.log(2), 0.0, math.log(3))
    assert row["rate"] == pytest.approx(0.2)
    assert row[["change", "change_low", "change_high"]].tolist() == pytest.approx([0.2, 0.0, 0.4])
    assert row["unit"] == "per 1,000 personnel-years"


def test_a_probability_stays_one_in_points(panel):
    row = tell("H1-any-attack", panel, 0.03, -0.01, 0.07)
    assert row["rate"] == pytest.approx(100 * 2 / 24)
    assert row[["change", "change_low", "change_high"]].tolist() == pytest.approx([3, -1, 7])


def test_an_undefined_interval_stays_undefined(panel):
    row = tell("H1-robustness-attacks", panel, 0.1, np.nan, np.nan)
    assert np.isfinite(row["change"])
    assert np.isnan(row["change_low"]) and np.isnan(row["change_high"])


def test_models_without_an_estimate_are_left_out(panel):
    model = pk.hypothesis("H1-robustness-attacks").primary
    line = {"model": "another", "estimate": 1.0, "conf_low": 0.0, "conf_high": 2.0}
    assert tell_effects([model], pd.DataFrame([line]), panel, scale=PERSONNEL_YEARS).empty


def specify(outcome, family="linear", **given):
    effects = () if family == "duration" else ("district",)
    inference = pk.Inference(cluster="district", method="CRV1")
    return pk.Specification(
        outcome=outcome, treatment="x", effects=effects, family=family, inference=inference, **given
    )


@pytest.fixture
def districts():
    frame = pd.DataFrame(
        {
            "district": ["a", "a", "a", "a", "b", "b", "b", "b"],
            "year": [1, 2, 3, 4] * 2,
            "x": [0.0, 1.0] * 4,
            "mortality": [70.0, 80.0, 75.0, 75.0, 60.0, 90.0, 80.0, 70.0],
            "score": [-2.0, -1.0, -2.0, -1.0] * 2,
            "coup": [1, 0, 0, 0, 1, 0, 0, 0],
            "people": 10.0,
        }
    )
    unit = "deaths per 1,000 live births"
    label = Variable(name="mortality", label="Infant mortality", unit=unit, kind="continuous")
    return Panel.from_frame(frame, unit="district", time="year", codebook=[label])


def tell_one(specification, panel, line=(0.5, -0.5, 1.0)):
    model = pk.Model(name="m", specification=specification)
    named = dict(zip(("estimate", "conf_low", "conf_high"), line, strict=True))
    scale = Scale(denominator="people", unit="per person", points="points")
    told = tell_effects([model], pd.DataFrame([{"model": "m", **named}]), panel, scale=scale)
    return told.iloc[0]


def test_a_linear_outcome_is_told_in_its_own_unit(districts, tmp_path):
    row = tell_one(specify("mortality"), districts)
    assert (row["rate"], row["unit"]) == (75.0, "deaths per 1,000 live births")
    assert row[["change", "change_low", "change_high"]].tolist() == [0.5, -0.5, 1.0]
    row = tell_one(specify("score"), districts)
    assert (row["rate"], row["unit"]) == (-1.5, "units of score")
    write_table(pd.DataFrame([row]).assign(hypothesis="h"), "effects", tmp_path, prefix="h9")


def test_an_odds_ratio_moves_the_share_of_rows(districts):
    row = tell_one(specify("coup", "logit"), districts, (math.log(3), 0.0, np.nan))
    assert row["rate"] == pytest.approx(25)  # odds of one to three, tripled: even
    assert row["change"] == pytest.approx(25)
    assert row["change_low"] == pytest.approx(0)
    assert np.isnan(row["change_high"])
    assert row["unit"] == "points"


def test_a_hazard_is_told_by_its_link(districts):
    ties = {"estimator": "cox"}
    row = tell_one(specify("coup", "duration", **ties), districts, (math.log(2), -800.0, 800.0))
    assert row["change"] == pytest.approx(100 * (1 - 0.75**2) - 25)
    assert row[["change_low", "change_high"]].tolist() == pytest.approx([-25, 75])
    odds = {"estimator": "discrete_time", "link": "logit"}
    row = tell_one(specify("coup", "duration", **odds), districts, (math.log(3), 0.0, 0.0))
    assert row["change"] == pytest.approx(25)
