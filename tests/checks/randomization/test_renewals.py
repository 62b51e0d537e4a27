from math import comb

import numpy as np
import pandas as pd
import pytest

from pkstats.checks.randomization import renewal_assignment
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError


def build(paths: dict[str, list[float]], renewals: dict[str, list[int]]) -> Panel:
    frames = []
    for unit, path in paths.items():
        frames.append(
            pd.DataFrame(
                {
                    "mission": unit,
                    "month": pd.date_range("2001-01-01", periods=len(path), freq="MS"),
                    "x": path,
                    "renewal": renewals[unit],
                }
            )
        )
    return Panel.from_frame(pd.concat(frames), unit="mission", time="month")


def test_steps_move_only_to_renewals_and_keep_order_and_size() -> None:
    panel = build(
        {"A": [1, 1, 3, 3, 2, 2, 2, 2], "B": [5] * 4},
        {"A": [1, 0, 1, 0, 1, 0, 1, 0], "B": [1, 1, 0, 0]},
    )
    scheme = renewal_assignment(panel, treatment="x", renewal="renewal", lag=0)
    assert scheme.distinct == comb(3, 2)
    assert scheme.off_calendar == 0
    rng = np.random.default_rng(0)
    met = {tuple(scheme.draw(rng)) for _ in range(200)}
    rest = (5.0,) * 4
    assert met == {
        (1, 1, 3, 3, 2, 2, 2, 2, *rest),
        (1, 1, 3, 3, 3, 3, 2, 2, *rest),
        (1, 1, 1, 1, 3, 3, 2, 2, *rest),
    }


def test_lag_goes_by_calendar_month() -> None:
    panel = build({"A": [0, 1, 1, 2, 2, 2]}, {"A": [1, 1, 0, 1, 1, 1]}).where("month.dt.month != 3")
    scheme = renewal_assignment(panel, treatment="x", renewal="renewal", lag=1)
    np.testing.assert_array_equal(scheme.shift(scheme.observed), [np.nan, 0, np.nan, 2, 2])


def test_lagged_observed_path_equals_the_panel_lag() -> None:
    panel = simulate_panel(seed=4).lag("robustness", months=3)
    scheme = renewal_assignment(panel, treatment="robustness", renewal="renewal", lag=3)
    np.testing.assert_array_equal(
        scheme.shift(scheme.observed), panel.frame["robustness_lag3"].to_numpy()
    )


def test_step_in_a_month_without_renewal_joins_the_calendar_and_is_counted() -> None:
    panel = build({"A": [0, 0, 1, 1, 1, 1]}, {"A": [1, 0, 0, 1, 1, 0]})
    scheme = renewal_assignment(panel, treatment="x", renewal="renewal")
    assert scheme.off_calendar == 1
    assert scheme.distinct == 3


def test_history_before_the_first_observed_value_stays_missing() -> None:
    panel = build({"A": [np.nan, np.nan, 1, 1, 2, 2]}, {"A": [1, 1, 1, 1, 1, 1]})
    scheme = renewal_assignment(panel, treatment="x", renewal="renewal", lag=0)
    drawn = scheme.draw(np.random.default_rng(1))
    assert np.isnan(drawn[:2]).all()
    assert drawn[2] == 1
    assert drawn[5] == 2
    assert scheme.distinct == 3


def test_count_distinct_sees_only_the_rows_of_the_model() -> None:
    path = [0, 0, 1, 1, 1, 3, 3, 3, 3, 3]
    panel = build({"A": path, "B": path}, {"A": [1] * 10, "B": [0, 0, 1, 0, 0, 1, 0, 0, 0, 0]})
    scheme = renewal_assignment(panel, treatment="x", renewal="renewal", lag=0)
    assert scheme.distinct == comb(9, 2)
    rows = np.arange(3, 8)
    seen = set()
    for first in range(1, 10):
        for second in range(first + 1, 10):
            drawn = np.zeros(10)
            drawn[[first, second]] = [1, 2]
            part = np.cumsum(drawn)[rows]
            seen.add(tuple(part - part[0]))
    assert scheme.count_distinct(rows) == len(seen)
    assert scheme.count_distinct(np.arange(20)) == comb(9, 2)


@pytest.mark.parametrize("lag", [0, 2])
def test_many_draws_at_once_equal_choices_one_by_one(lag: int) -> None:
    """Histories with none, one and several steps, gaps and missing starts; in any rows."""
    rng = np.random.default_rng(8)
    paths = {
        f"U{i}": list(np.cumsum(rng.random(30) < 0.05 * i) + 0.1 * (rng.random(30) < 0.02 * i))
        for i in range(6)
    }
    paths["U3"][:4] = [np.nan] * 4
    renewals = {unit: list((rng.random(30) < 0.4).astype(int)) for unit in paths}
    panel = build(paths, renewals).where("not (mission == 'U2' and month.dt.month == 3)")
    scheme = renewal_assignment(panel, treatment="x", renewal="renewal", lag=lag)
    assert max(len(h.steps) for h in scheme.histories) > 3
    rows = rng.permutation(len(panel.frame))[:120]
    out = np.empty((120, 50))
    scheme.sampler(rows)([np.random.default_rng(seed) for seed in range(50)], out)
    for seed in range(50):
        np.testing.assert_array_equal(out[:, seed], scheme.draw(np.random.default_rng(seed))[rows])
    assert len(np.unique(out[np.isfinite(out).all(axis=1)], axis=1).T) > 40


def test_bad_columns_are_refused_at_once() -> None:
    panel = build({"A": [0, 1, 1]}, {"A": [1, 2, 0]})
    with pytest.raises(SpecificationError, match="neither 0 nor 1 in 1 rows of A"):
        renewal_assignment(panel, treatment="x", renewal="renewal")
    with pytest.raises(SpecificationError, match="2 breaches"):
        renewal_assignment(panel, treatment="y", renewal="renewed")
