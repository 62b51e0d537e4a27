import math

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.data.panels import Panel
from pkstats.families import hypothesis
from pkstats.families.robustness.designs import PERSONNEL_YEARS
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
