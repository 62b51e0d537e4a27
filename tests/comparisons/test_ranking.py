import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import poisson

from pkstats.comparisons.ranking import rank_units
from pkstats.errors import SpecificationError

FRAME = pd.DataFrame(
    {"unit": ["a", "b", "c", "d"], "deaths": [50, 12, 10, 0], "years": [100.0, 10.0, 10.0, 5.0]}
)


def test_the_rate_decides_the_rank_and_ties_share_it():
    by_count = rank_units(FRAME, unit="unit", events="deaths", seed=1)
    by_rate = rank_units(FRAME, unit="unit", events="deaths", exposure="years", seed=1)
    assert by_count["unit"].tolist() == ["a", "b", "c", "d"]
    assert by_rate["unit"].tolist() == ["b", "c", "a", "d"]
    tied = rank_units(FRAME.assign(deaths=[5, 5, 1, 0]), unit="unit", events="deaths", seed=1)
    assert tied["rank"].tolist() == [1, 1, 3, 4]


def test_the_interval_is_exact():
    row = rank_units(FRAME, unit="unit", events="deaths", exposure="years", seed=1).iloc[0]
    high = brentq(lambda m: poisson.cdf(12, m) - 0.025, 12, 40) / 10
    low = brentq(lambda m: poisson.sf(11, m) - 0.025, 1, 12) / 10
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high), rel=1e-6)


def test_ranks_that_chance_can_swap_have_wide_intervals():
    table = rank_units(FRAME, unit="unit", events="deaths", exposure="years", seed=1)
    table = table.set_index("unit")
    assert table.loc["b", "rank_low"] == 1 and table.loc["b", "rank_high"] >= 2
    assert 0.4 < table.loc["b", "share_first"] < 0.9
    assert table["share_first"].sum() == pytest.approx(1)
    assert table.loc["d", "conf_low"] == 0


def test_every_breach_is_named_at_once():
    frame = pd.DataFrame({"unit": ["a", "a"], "deaths": [1.5, 2], "years": [0.0, 1.0]})
    with pytest.raises(SpecificationError) as error:
        rank_units(frame, unit="unit", events="deaths", exposure="years", seed=1)
    assert all(word in str(error.value) for word in ("repeats", "no count", "not positive"))
