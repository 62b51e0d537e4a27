"""Summaries of rows whose answers are known."""

import math

import numpy as np
import pandas as pd
import pytest

from pkstats.results import find_table
from pkstats.results.validity import list_breaches
from pkstats.simulation.calibration.design import KINDS, NULLS, PLANTED
from pkstats.simulation.calibration.summary import (
    compare_moments,
    count_attacks,
    estimate_share,
    find_detectable,
    summarize_conditions,
    summarize_entering,
    summarize_rulings,
)
from tests.simulation.calibration.test_blocks import make_row

NAMES = ("H1-robustness-attacks", "H1-robustness-risk")
ATTACKS = dict.fromkeys(NAMES, 1.26)


@pytest.fixture
def rows() -> pd.DataFrame:
    null = [make_row(n, estimate=0.1 if n < 2 else 0.3) for n in range(4)]
    null[0] |= {"ruling": "supported", "p_value": 0.01, "sign": "not met"}
    null[1] |= {"gate": "not met", "ruling": "not identified", "variants": "not reached"}
    null[2] |= {"estimate": math.nan, "std_error": math.nan, "conf_low_90": math.nan}
    effect = PLANTED[1].effect
    planted = [
        make_row(n, kind=PLANTED[1].name, effect=effect, estimate=effect + 0.1, ruling=ruling)
        for n, ruling in enumerate(("supported", "supported", "inconclusive", "contradicted"))
    ]
    return pd.DataFrame([*null, *planted])


def find(table: pd.DataFrame, kind: str, name: str = NAMES[0]) -> pd.Series:
    return table[table["kind"].eq(kind) & table["hypothesis"].eq(name)].iloc[0]


def test_shares_bias_and_size_of_known_rows(rows: pd.DataFrame) -> None:
    table = summarize_rulings(rows, ATTACKS)
    assert list_breaches(table, find_table("rulings", prefix="calibration").table) == []
    assert len(table) == len(KINDS) * len(NAMES)
    null = find(table, NULLS[0].name)
    assert (null["worlds"], null["worlds_declared"], null["estimable"]) == (4, 1000, 3)
    assert (null["supported"], null["not_identified"], null["inconclusive"]) == (0.25, 0.25, 0.5)
    assert null["bias"] == pytest.approx((0.1 + 0.1 + 0.3) / 3)
    assert (null["rejected"], null["coverage"]) == (0.25, 1.0)
    planted = find(table, PLANTED[1].name)
    assert (planted["supported"], planted["contradicted"]) == (0.5, 0.25)
    assert planted["bias"] == pytest.approx(0.1)
    assert planted["attacks_added"] == pytest.approx(1.26 * 0.79)


def test_entering_p_values_reject_below_their_level_and_a_missing_one_does_not(
    rows: pd.DataFrame,
) -> None:
    rows.loc[rows["number"].eq(0), "wild_p"] = 0.07
    rows.loc[rows["number"].eq(1), "wild_p"] = math.nan
    table = summarize_entering(rows, NAMES)
    assert list_breaches(table, find_table("entering", prefix="calibration").table) == []
    null = table[table["kind"].eq(NULLS[0].name) & table["hypothesis"].eq(NAMES[0])]
    shares = null.set_index("entering")[["rejected_5", "rejected_10"]]
    assert shares.loc["CRV3"].tolist() == [0.25, 0.25]
    assert shares.loc["wild score"].tolist() == [0.0, 0.25]


def test_a_block_that_was_not_run_stands_there_without_numbers(rows: pd.DataFrame) -> None:
    line = find(summarize_rulings(rows, ATTACKS), NULLS[1].name)
    assert line["worlds"] == 0 and line["worlds_declared"] == 1000
    assert line[["supported", "supported_error", "bias", "coverage", "seconds"]].isna().all()


def test_a_share_of_none_has_an_error_and_no_worlds_have_no_share() -> None:
    assert np.isnan(estimate_share(0, 0)).all()
    share, error = estimate_share(0, 1000)
    assert share == 0 and error == pytest.approx(math.sqrt(2 / 1004 * 1002 / 1004 / 1004))
    assert estimate_share(500, 1000)[1] == pytest.approx(0.0158, abs=1e-4)


def test_conditions_are_counted_where_they_were_computed(rows: pd.DataFrame) -> None:
    table = summarize_conditions(rows, NAMES)
    assert list_breaches(table, find_table("conditions", prefix="calibration").table) == []
    null = table[table["kind"].eq(NULLS[0].name) & table["hypothesis"].eq(NAMES[0])]
    null = null.set_index("condition")
    assert null.loc["sign", ["reached", "not_met"]].tolist() == [4, 0.25]
    assert null.loc["variants", ["reached", "not_met"]].tolist() == [3, 0.0]
    assert null.loc["gate", "not_met"] == 0.25


def test_the_detectable_effect_lies_where_the_curve_crosses() -> None:
    effects = [0.0, 0.2, 0.6, 0.9]
    assert find_detectable(effects, [0.0, 0.2, 0.6, 1.0]) == pytest.approx(0.75)
    assert find_detectable(effects, [0.0, 0.1, 0.2, 0.79]) is None
    assert find_detectable(effects, [0.0, 0.8, 0.9, 1.0]) == pytest.approx(0.2)
    assert find_detectable([], []) is None


def test_attacks_are_told_by_the_rate_of_the_sample(family, panel) -> None:
    frame = panel.where(family.hypotheses[0].primary.sample).frame
    found = count_attacks(family.hypotheses[0], family, frame)
    years = frame["personnel"].dropna().sum() / 12
    days = frame.loc[frame["personnel"].notna(), "hostile_incident_days"].sum()
    assert found == pytest.approx(float(days) / years * 10_000)


def test_moments_stand_beside_the_real_ones(grounds) -> None:
    table = compare_moments(grounds, worlds=2)
    assert list_breaches(table, find_table("moments", prefix="calibration").table) == []
    real = table.groupby(["hypothesis", "moment"])["real"].nunique()
    assert (real == 1).all()
    observed = table[table["kind"].eq("restricted") & table["moment"].str.startswith("steps")]
    assert (observed["real"] == observed["simulated"]).all()
    assert observed["real"].tolist() == [16.0, 6.0] * 2
