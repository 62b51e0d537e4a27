import tracemalloc
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from pkstats.checks.randomization import Randomization, randomize, renewal_assignment
from pkstats.checks.randomization.drawing import draw_statistics
from pkstats.checks.randomization.null_model import restrict
from pkstats.checks.randomization.refinement import refine
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

mpl.use("Agg")
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


def test_every_breach_is_in_one_message() -> None:
    found, panel = prepare()
    other = renewal_assignment(panel, treatment="robustness", renewal="renewal", lag=2)
    with pytest.raises(SpecificationError, match="differs from 'robustness' lagged by 2"):
        randomize(found, other, draws=3, seed=1)
    part = renewal_assignment(
        panel.where("mission != 'U00'"), treatment="robustness", renewal="renewal", lag=2
    )
    with pytest.raises(SpecificationError) as caught:
        randomize(found, part, draws=3, seed=1)
    assert "not in the assignment's panel" in str(caught.value)
    assert "lagged by 2" in str(caught.value)
    linear = replace(SPECIFICATION, family="linear", exposure=None, effects=())
    moving = estimate(replace(linear, estimator="first_difference"), panel)
    with pytest.raises(SpecificationError) as refused:
        randomize(moving, part, draws=0, seed=1, method="guess", margin=0)
    for text in ("draws=0", "'guess'", "margin=0", "estimator 'first_difference'", "lagged by 2"):
        assert text in str(refused.value)
    frame = panel.frame.assign(any_death=panel.frame["deaths"].clip(upper=1))
    logit = replace(SPECIFICATION, outcome="any_death", family="logit", exposure=None)
    binary = estimate(logit, Panel.from_frame(frame, unit="mission", time="month"))
    with pytest.raises(SpecificationError, match="randomization is not served for family 'logit'"):
        randomize(binary, other, draws=9, seed=1)


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (lambda n: np.zeros(3), "one value for each row"),
        (lambda n: np.zeros((n, 1)), "one value for each row"),
        (lambda n: np.full(n, np.nan), "missing or infinite"),
        (lambda n: np.where(np.arange(n) % 2, np.inf, 1.0), "infinite"),
        (lambda n: np.ones(n), "never varies"),
    ],
    ids=["short", "matrix", "missing", "infinite", "constant"],
)
def test_a_bad_function_is_refused_by_what_it_returns(drawn, message: str) -> None:
    found, panel = prepare()
    for method in ("exact", "score"):
        with pytest.raises(SpecificationError, match=message):
            randomize(found, lambda rng: drawn(len(panel.frame)), draws=3, seed=1, method=method)


@pytest.mark.parametrize("effects", [("mission", "year"), ("mission", "month"), ("year",), ()])
@pytest.mark.parametrize("controls", [(), ("control",)])
def test_each_linear_draw_equals_a_full_estimate(effects: tuple, controls: tuple) -> None:
    panel = simulate_panel(seed=3, units=10, clusters=5, periods=40).lag("robustness", months=1)
    spec = replace(
        SPECIFICATION,
        family="linear",
        exposure=None,
        effects=effects,
        controls=controls,
        inference=Inference(cluster="host", method="CRV1"),
        estimator="within" if effects else "pooled",
    )
    found = estimate(spec, panel)
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    result = randomize(found, assignment, draws=4, seed=7)
    assert result.statistic == pytest.approx(found.statistic, rel=1e-9)
    assert result.refitted == 4
    for number in range(4):
        rng = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(number,)))
        frame = panel.frame.assign(robustness_lag1=assignment.draw(rng))
        again = estimate(spec, Panel.from_frame(frame, unit="mission", time="month"))
        assert result.statistics[number] == pytest.approx(again.statistic, rel=1e-8)


@pytest.mark.parametrize(
    ("options", "few"),
    [
        ({"units": 40, "clusters": 40, "periods": 120, "effect": 0.06}, True),
        ({"units": 40, "clusters": 20, "periods": 90, "effect": 0.0, "base": -2.5}, True),
        ({"units": 26, "clusters": 9, "periods": 60, "effect": 0.2, "seed": 57}, True),
        ({"units": 12, "clusters": 6, "periods": 36, "base": -1.5}, False),
        ({"units": 8, "clusters": 4, "periods": 48, "effect": 1.0}, False),
    ],
    ids=["many clusters", "rare", "small p", "few clusters", "large effect"],
)
def test_score_gives_the_p_value_of_exact_refits(options: dict, few: bool) -> None:
    found, panel = prepare(**options)
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    exact = randomize(found, assignment, draws=399, seed=5)
    score = randomize(found, assignment, draws=399, seed=5, method="score")
    assert score.p_value == exact.p_value
    assert score.statistic == exact.statistic
    assert (exact.refitted, exact.margin) == (399, 0)
    assert score.refitted < 300 if few else score.refitted <= 399
    near = np.abs(np.abs(score.statistics) - abs(score.statistic)) < score.margin / 2
    np.testing.assert_allclose(score.statistics[near], exact.statistics[near], atol=1e-7)
    assert score.largest_move <= score.margin / 3 or score.refitted == 399
    crossed = (np.abs(score.statistics) >= abs(score.statistic)) != (
        np.abs(exact.statistics) >= abs(exact.statistic)
    )
    assert not crossed.any()


def test_a_draw_without_fit_that_looked_harmless_makes_all_exact() -> None:
    one_step = np.r_[np.linspace(0, 1, 200), np.linspace(4, 5, 200)]
    truth = one_step.copy()
    truth[0] = np.nan
    asked: list[int] = []

    def refit(numbers: np.ndarray) -> np.ndarray:
        asked.extend(numbers)
        return truth[numbers]

    refined = refine(one_step, 3.0, refit, margin=0.1)
    assert sorted(asked) == list(range(400))
    assert refined.exact.all()


def test_the_margin_grows_until_it_is_thrice_what_was_seen() -> None:
    rng = np.random.default_rng(1)
    one_step = rng.normal(size=2000)
    truth = one_step * 1.02
    refined = refine(one_step, 2.0, lambda numbers: truth[numbers], margin=0.01)
    assert 0.1 < refined.margin < 0.3
    assert refined.exact.sum() < 500
    assert ((np.abs(refined.statistics) >= 2) == (np.abs(truth) >= 2)).all()


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_invariance_to_order_names_and_scale(family: str) -> None:
    _, panel = prepare(units=10, clusters=5, periods=40)
    exposure = "personnel" if family == "poisson" else None
    spec = replace(SPECIFICATION, family=family, exposure=exposure)
    base = _test(spec, panel.frame, panel.frame)
    shuffled = panel.frame.sample(frac=1, random_state=1)
    names = {f"U{i:02d}": f"M{i:02d}" for i in range(10)}
    renamed = panel.frame.assign(mission=panel.frame["mission"].map(names))
    scaled = panel.frame.assign(
        robustness=1000 * panel.frame["robustness"],
        robustness_lag1=1000 * panel.frame["robustness_lag1"],
    )
    for other in (shuffled, renamed, scaled):
        result = _test(spec, other, other)
        assert result.p_value == base.p_value
        np.testing.assert_allclose(result.statistics, base.statistics, rtol=1e-6)


def _test(spec: Specification, frame: pd.DataFrame, whole: pd.DataFrame) -> Randomization:
    panel = Panel.from_frame(frame, unit="mission", time="month")
    assignment = renewal_assignment(
        Panel.from_frame(whole, unit="mission", time="month"),
        treatment="robustness",
        renewal="renewal",
    )
    return randomize(estimate(spec, panel), assignment, draws=40, seed=3, method="score")


def test_memory_does_not_grow_with_draws() -> None:
    found, panel = prepare(units=30, clusters=30, periods=90)
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    peaks = []
    for draws in (64, 640):
        model = restrict(found)
        tracemalloc.start()
        draw_statistics(
            model.scores,
            assignment,
            found.fit.cells.position,
            numbers=np.arange(draws),
            seed=1,
            jobs=1,
            mark=False,
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    held = 8 * len(found.fit.cells) * 64
    assert peaks[0] > 2 * held
    assert peaks[1] < peaks[0] + held / 4


def test_plot_shows_every_finite_draw() -> None:
    found, panel = prepare()
    assignment = renewal_assignment(panel, treatment="robustness", renewal="renewal")
    result = randomize(found, assignment, draws=60, seed=2)
    ax = result.plot()
    assert sum(bar.get_height() for bar in ax.patches) == 60
    assert {line.get_xdata()[0] for line in ax.lines} == {result.statistic, -result.statistic}
    mpl.pyplot.close(ax.figure)
