"""What the H1 analyses make of the panel, held to the panel."""

import pandas as pd
import pytest

import pkstats as pk
from analyses import h1_context, h1_designs, h1_events
from pkstats.families import find_family
from pkstats.families.robustness import reverse as robustness_reverse


@pytest.fixture(scope="module")
def missions():
    return pk.load_panel("mission_month")


@pytest.fixture(scope="module")
def ready(missions):
    return find_family("H1").make_ready(missions)


def test_half_years_lose_no_attack_of_complete_months(ready):
    halves = h1_events.sum_half_years(ready).frame
    sample = ready.where(h1_events.SAMPLE).frame
    columns = [h1_events.DAYS, "personnel", h1_events.INDEX, *h1_events.CONTROLS]
    months = sample[sample[columns].notna().all(axis=1)]
    assert halves[h1_events.DAYS].sum() == months[h1_events.DAYS].sum()
    assert halves["personnel"].sum() == pytest.approx(months["personnel"].sum())
    own = halves[(halves["mission"] == "MONUSCO") & (halves["period"] == 2013 * 2)]
    assert own[h1_events.INDEX].item() == 5.0  # lagged: resolution 2098 of March 2013


def test_every_step_up_of_a_mission_is_counted_before_and_after(ready):
    total = h1_designs.compare(pk.hypothesis("H1-robustness-attacks"), ready)
    steps = total[total["mission"].notna()].set_index("line")
    assert {"MONUSCO 2013-04", "MINUSMA 2016-07"} <= set(steps.index)
    assert "UNDOF" not in set(steps["mission"])
    own = steps.loc["MINUSMA 2016-07"]
    days = ready.frame[ready.frame["mission"] == "MINUSMA"].set_index("month")[h1_events.DAYS]
    assert own["events_before"] == days["2014-07-01":"2016-06-01"].sum()
    assert own["events_after"] == days["2016-07-01":"2018-06-01"].sum()
    assert (own["months_before"], own["exposure_before"]) == (24, 24)
    assert steps["months_after"].le(24).all()
    assert set(total.loc[total["mission"].isna(), "line"]) == {"mean", "spread", "new step"}
    empty = steps[steps["events_before"].eq(0) & steps["events_after"].gt(0)]
    assert empty["conf_high"].isna().all()
    assert empty["note"].str.contains("no upper bound").all()
    risk = h1_designs.compare(pk.hypothesis("H1-robustness-risk"), ready).set_index("line")
    assert risk.loc["MINUSMA 2016-07", "exposure_unit"] == "personnel-years"


def test_the_reverse_path_finds_its_columns(missions):
    frame = robustness_reverse.prepare(missions).frame
    for model in robustness_reverse.MODELS:
        assert set(model.specification.columns) <= set(frame.columns), model.name
    past = frame["log_past_incident_days_6"].dropna()
    same = frame.loc[past.index, "log_past_incident_days"]
    pd.testing.assert_series_equal(past, same, check_names=False)


def test_trend_and_terms_count_every_row_once(missions):
    trend = h1_context.trace_trend(missions)
    known = missions.frame["robustness_index"].notna().sum()
    for kind in ("year", "cohort"):
        assert trend.loc[trend["by"] == kind, "mission_months"].sum() == known
    panels = {name: pk.load_panel(name) for name in ("mandate", "mission")}
    terms = h1_context.count_terms(panels)
    assert (terms["both"] <= terms[["stabilization", "protection"]].min(axis=1)).all()
    pairs = h1_context.count_pairs(panels)
    assert (pairs["together"] <= pairs[["first_mandates", "second_mandates"]].min(axis=1)).all()
    assert pairs["mandates"].eq(terms["mandates"].sum()).all()
