"""Sets of unrejected values: against refitted models under each value, and in hard shapes."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest

from pkstats.checks.confidence_set import FARTHEST, ConfidenceSet, confidence_set, invert
from pkstats.checks.randomization import (
    RenewalAssignment,
    randomize,
    renewal_assignment,
    shift_null,
)
from pkstats.checks.wild_bootstrap import bootstrap
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

mpl.use("Agg")
POISSON = Specification(
    outcome="deaths",
    treatment="robustness",
    controls=("control",),
    effects=("mission", "year"),
    exposure="personnel",
    family="poisson",
    inference=Inference(cluster="host"),
)
LINEAR = replace(POISSON, family="linear", exposure=None)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return simulate_panel(seed=5, exposed=True, units=12, clusters=6, periods=40)


@pytest.fixture(scope="module")
def assignment(panel: Panel) -> RenewalAssignment:
    return renewal_assignment(panel, treatment="robustness", renewal="renewal", lag=0)


def move(found: Estimate, value: float) -> Estimate:
    """The specification estimated anew on data from which the effect under test is taken."""
    frame, spec = found.panel.frame.copy(), found.specification
    if spec.family == "linear":
        frame["deaths"] = frame["deaths"] - value * frame["robustness"]
    else:
        frame["personnel"] = frame["personnel"] * np.exp(value * frame["robustness"])
    return estimate(spec, Panel.from_frame(frame, unit="mission", time="month"))


@pytest.mark.parametrize("spec", [LINEAR, POISSON], ids=["linear", "poisson"])
def test_randomization_curve_equals_tests_of_moved_data(spec, panel, assignment) -> None:
    found = estimate(spec, panel)
    result = confidence_set(found, assignment, draws=39, seed=3)
    assert len(result.values) > 25
    picked = [2, 9, int(np.argmin(np.abs(result.values))), len(result.values) - 3]
    for place in picked:
        moved = move(found, result.values[place])
        again = randomize(moved, assignment, draws=39, seed=3)
        assert result.p_values[place] == pytest.approx(again.p_value, abs=1e-12)
    assert result.values[picked[2]] == 0
    assert result.p_values[np.argmin(np.abs(result.values - found.coefficient))] == 1
    assert result.holds(found.coefficient)
    assert result.holds(0.0) == (randomize(found, assignment, draws=39, seed=3).p_value > 0.05)
    for value, p in zip(result.values, result.p_values, strict=True):
        if result.spacing / 256 < min(abs(value - end) for end in np.ravel(result.intervals)):
            assert result.holds(value) == (p > 0.05)


@pytest.mark.parametrize("spec", [LINEAR, POISSON], ids=["linear", "poisson"])
def test_bootstrap_curve_equals_tests_of_moved_data(spec, panel) -> None:
    found = estimate(spec, panel)
    result = confidence_set(found, draws=199, seed=3)
    for place in (1, 12, len(result.values) - 2):
        again = bootstrap(move(found, result.values[place]), draws=199, seed=3)
        assert result.p_values[place] == pytest.approx(again.p_value, abs=1e-12)
    assert result.holds(found.coefficient)
    assert "wild bootstrap" in repr(result)


def test_a_wider_level_gives_a_set_around_the_narrower(panel, assignment) -> None:
    found = estimate(LINEAR, panel)
    wide = confidence_set(found, assignment, draws=99, seed=3)
    narrow = confidence_set(found, assignment, draws=99, seed=3, level=0.5)
    assert wide.connected
    assert narrow.connected
    (low, high), (inner_low, inner_high) = wide.intervals[0], narrow.intervals[0]
    assert low < inner_low < found.coefficient < inner_high < high


def test_rescaling_the_treatment_rescales_the_set(panel, assignment) -> None:
    frame = panel.frame.assign(robustness=10 * panel.frame["robustness"])
    tenfold = Panel.from_frame(frame, unit="mission", time="month")
    scheme = renewal_assignment(tenfold, treatment="robustness", renewal="renewal", lag=0)
    one = confidence_set(estimate(LINEAR, panel), assignment, draws=99, seed=3)
    ten = confidence_set(estimate(LINEAR, tenfold), scheme, draws=99, seed=3)
    np.testing.assert_allclose(10 * np.array(ten.intervals), one.intervals, rtol=1e-6)


def test_the_true_effect_is_covered_about_as_often_as_stated() -> None:
    """At 80%, 40 panels miss between 2 and 15 times with probability above .99."""
    missed = 0
    for seed in range(40):
        world = simulate_panel(seed=seed, effect=0.5, units=10, clusters=5, periods=36)
        scheme = renewal_assignment(world, treatment="robustness", renewal="renewal", lag=0)
        found = estimate(replace(POISSON, exposure=None), world)
        moved = shift_null(found, 0.5)
        missed += randomize(moved, scheme, draws=39, seed=seed, method="score").p_value <= 0.2
    assert 2 <= missed <= 15


def search(p_value, *, centre: float = 0.0) -> ConfidenceSet:
    intervals, values, p_values = invert(p_value, centre=centre, unit=1.0, alpha=0.05)
    return ConfidenceSet(
        intervals=intervals,
        values=values,
        p_values=p_values,
        level=0.95,
        estimate=centre,
        kind="randomization",
        draws=99,
        seed=1,
        spacing=0.5,
        scale="Log rate ratio",
    )


def test_crossings_are_found_on_the_rejected_side() -> None:
    found = search(lambda b: float(-1.23456 <= b <= 2.34567))
    assert found.bounded
    low, high = found.intervals[0]
    assert -1.23456 - 1e-3 <= low <= -1.23456
    assert 2.34567 <= high <= 2.34567 + 1e-3
    assert repr(found) == "95% confidence set by randomization (log rate ratio): [-1.235, 2.346]"


def test_an_end_beyond_the_first_grid_is_looked_for() -> None:
    found = search(lambda b: float(-1 <= b <= 11.3))
    assert found.bounded
    assert 11.3 <= found.intervals[0][1] <= 11.31
    assert found.values.max() < FARTHEST


@pytest.mark.parametrize(
    ("p_value", "intervals", "text"),
    [
        (lambda b: float(b > -1.1), ((-1.1, np.inf),), "unbounded: not rejected as far as 24"),
        (lambda b: 1.0, ((-np.inf, np.inf),), "unbounded: not rejected as far as -24 and 24"),
        (
            lambda b: float(abs(b) < 1.1 or 3.2 < b < 5.1),
            ((-1.1, 1.1), (3.2, 5.1)),
            "disconnected: 2 intervals",
        ),
        (
            lambda b: float(abs(b) < 1.1 or b < -4.3),
            ((-np.inf, -4.3), (-1.1, 1.1)),
            "unbounded: not rejected as far as -24; disconnected: 2 intervals",
        ),
        (lambda b: np.nan if b > 2.2 else float(b > -1.1), ((-1.1, np.inf),), "no fit under"),
    ],
    ids=["half line", "line", "two", "both", "no fit"],
)
def test_unbounded_and_disconnected_sets_are_printed_as_such(p_value, intervals, text) -> None:
    found = search(p_value)
    np.testing.assert_allclose(found.intervals, intervals, atol=2e-3)
    assert text in repr(found)
    assert found.bounded == bool(np.isfinite(intervals).all())
    assert found.connected == (len(intervals) == 1)
    ax = found.plot()
    assert len(ax.lines[0].get_xdata()) == len(found.values)
    mpl.pyplot.close(ax.figure)


def test_few_distinct_assignments_give_no_set(panel) -> None:
    column = panel.frame["robustness"].to_numpy()
    found = confidence_set(
        estimate(LINEAR, panel), lambda rng: column * rng.choice([-1, 1]), draws=299, seed=1
    )
    assert found.intervals == ()
    assert not found.bounded
    assert "2 distinct assignments, fewer than 200" in repr(found)


def test_every_breach_is_refused(panel, assignment) -> None:
    found = estimate(LINEAR, panel)
    with pytest.raises(SpecificationError, match=r"level=1.5"):
        confidence_set(found, assignment, level=1.5, seed=1)
    with pytest.raises(SpecificationError, match="at least 19 draws"):
        confidence_set(found, assignment, draws=18, seed=1)
    random = estimate(replace(LINEAR, effects=(), estimator="random"), panel)
    with pytest.raises(SpecificationError, match="estimator 'random'"):
        confidence_set(random, assignment, seed=1)
    late = renewal_assignment(panel, treatment="robustness", renewal="renewal", lag=3)
    with pytest.raises(SpecificationError, match="lagged by 3"):
        confidence_set(found, late, seed=1)
