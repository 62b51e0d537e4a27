from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from pkstats.errors import EstimationError, SpecificationError
from pkstats.estimation import Estimate, estimate
from pkstats.panels import Panel
from pkstats.panels.simulated import simulate_panel
from pkstats.randomization import randomize, renewal_assignment
from pkstats.specification import Inference, Specification

SPECIFICATION = Specification(
    outcome="deaths",
    treatment="robustness_lag1",
    controls=("control",),
    effects=("mission", "year"),
    exposure="personnel",
    family="poisson",
    inference=Inference(cluster="host"),
    missing="drop",
)


def prepare(**options: object) -> tuple[Estimate, Panel]:
    panel = simulate_panel(**({"exposed": True, "seed": 3} | options))
    panel = panel.lag("robustness", months=1)
    return estimate(SPECIFICATION, panel), panel


def test_identity_gives_the_observed_statistic() -> None:
    found, panel = prepare()
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    still = replace(
        assignment,
        histories=tuple(replace(h, calendar=h.places) for h in assignment.histories),
    )
    np.testing.assert_array_equal(
        still.draw(np.random.default_rng(0)), panel.frame["robustness_lag1"]
    )
    column = panel.frame["robustness_lag1"].to_numpy()
    result = randomize(found, lambda rng: column, draws=3, seed=1)
    assert "1 distinct" in result.reason
    signs = randomize(
        found, lambda rng: column * rng.choice([-1, 1]) * rng.random(), draws=9, seed=1
    )
    np.testing.assert_allclose(np.abs(signs.statistics), abs(signs.statistic), rtol=1e-8)
    assert signs.p_value == 1
    sandwich = found.with_inference(Inference(cluster="host", method="CRV1"))
    assert signs.statistic == pytest.approx(sandwich.statistic)


def test_each_draw_equals_a_full_estimate_of_the_drawn_treatment() -> None:
    found, panel = prepare()
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    result = randomize(found, assignment, draws=5, seed=7)
    spec = replace(SPECIFICATION, inference=Inference(cluster="host", method="CRV1"))
    for number in range(5):
        rng = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(number,)))
        frame = panel.frame.assign(robustness_lag1=assignment.draw(rng))
        again = estimate(spec, Panel.from_frame(frame, unit="mission", time="month"))
        assert result.statistics[number] == pytest.approx(again.statistic, abs=1e-8)


def test_p_value_counts_and_does_not_depend_on_jobs() -> None:
    found, panel = prepare()
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    one = randomize(found, assignment, draws=40, seed=2)
    two = randomize(found, assignment, draws=40, seed=2, jobs=2)
    np.testing.assert_array_equal(one.statistics, two.statistics)
    extreme = (np.abs(one.statistics) >= abs(one.statistic)).sum()
    assert one.p_value == (1 + extreme) / 41
    assert one.smallest_p == 1 / 41
    assert "distinct assignments" in repr(one)


def test_a_large_effect_is_found_and_attains_the_smallest_p() -> None:
    found, panel = prepare(effect=0.9)
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    result = randomize(found, assignment, draws=99, seed=2)
    assert result.p_value == result.smallest_p == 0.01


def test_size_is_near_nominal_under_the_sharp_null() -> None:
    rejected, worlds = 0, 100
    for seed in range(worlds):
        found, panel = prepare(
            seed=1000 + seed, effect=0.0, units=12, clusters=6, periods=36, exposed=False
        )
        assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
        rejected += randomize(found, assignment, draws=19, seed=seed).p_value <= 0.1
    low, high = binom.ppf([0.005, 0.995], worlds, 0.1)
    assert low <= rejected <= high


def test_too_few_distinct_assignments_give_no_p_value() -> None:
    panel = simulate_panel(seed=3, units=6, clusters=3, exposed=True)
    frame = panel.frame.assign(renewal=0)
    panel = Panel.from_frame(frame, unit="mission", time="month").lag("robustness", months=1)
    found = estimate(SPECIFICATION, panel)
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    result = randomize(found, assignment, seed=1)
    assert result.distinct == 1
    assert np.isnan(result.p_value)
    assert "fewer than 200" in result.reason
    assert result.off_calendar == 12


def test_draw_without_a_fit_counts_as_extreme() -> None:
    found, panel = prepare(effect=0.9)
    column = panel.frame["robustness_lag1"].to_numpy()

    def assign(rng: np.random.Generator) -> np.ndarray:
        fresh = rng.permutation(np.nan_to_num(column))
        return fresh if rng.random() < 0.5 else np.full(len(column), rng.random())

    result = randomize(found, assign, draws=30, seed=4)
    assert 5 < result.failed < 25
    assert result.p_value >= (1 + result.failed) / 31
    assert result.smallest_p == (1 + result.failed) / 31


def test_separated_draw_has_no_statistic() -> None:
    found, panel = prepare(base=-2.5)
    frame = panel.frame
    silent = frame["deaths"].eq(0) & frame["mission"].isin(["U01", "U02"])

    def assign(rng: np.random.Generator) -> np.ndarray:
        return (silent & (rng.random(len(frame)) < 0.5)).to_numpy(dtype=float)

    assert randomize(found, assign, draws=4, seed=4).failed == 4


def test_model_on_part_of_the_panel_draws_whole_lives() -> None:
    panel = simulate_panel(seed=3, periods=72, exposed=True).lag("robustness", months=1)
    late = panel.where("month >= '2002-01-01'")
    found = estimate(SPECIFICATION, late)
    whole = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    result = randomize(found, whole, draws=20, seed=1)
    assert result.failed == 0
    assert result.distinct < whole.distinct


def test_mismatches_are_refused() -> None:
    found, panel = prepare()
    other = renewal_assignment(panel, treatment="robustness", renewal="renewal", lag=2)
    with pytest.raises(EstimationError, match="differs from 'robustness' lagged by 2"):
        randomize(found, other, draws=3, seed=1)
    part = renewal_assignment(
        panel.where("mission != 'U00'"), treatment="robustness", renewal="renewal"
    )
    with pytest.raises(EstimationError, match="not in the assignment's panel"):
        randomize(found, part, draws=3, seed=1)
    with pytest.raises(EstimationError, match="one value for each row"):
        randomize(found, lambda rng: np.zeros(3), draws=3, seed=1)
    with pytest.raises(EstimationError, match="missing or infinite"):
        randomize(found, lambda rng: np.full(len(panel.frame), np.nan), draws=3, seed=1)
    with pytest.raises(SpecificationError):
        randomize(found, other, draws=0, seed=1)
    assert isinstance(panel.frame, pd.DataFrame)


def test_a_family_without_restricted_fit_is_refused_by_name() -> None:
    found, panel = prepare()
    spec = replace(SPECIFICATION, family="linear", exposure=None)
    column = panel.frame["robustness_lag1"].to_numpy()
    with pytest.raises(SpecificationError, match="does not serve family 'linear'"):
        randomize(estimate(spec, panel), lambda rng: column, draws=9, seed=1)
    assert found.specification.family == "poisson"
