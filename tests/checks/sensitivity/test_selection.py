"""Oster's formulas recover the truth exactly where selection is proportional by construction."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pkstats.checks.sensitivity import proportional_selection
from pkstats.checks.sensitivity.selection import Movement, adjust_coefficient, solve_delta
from pkstats.data.panels import Panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

SPECIFICATION = Specification(
    outcome="y", treatment="x", controls=("z",), effects=("unit",), family="linear",
    inference=Inference(cluster="unit", method="CRV1"),
)  # fmt: skip
EFFECT = 0.7


def build(delta: float, *, within: bool) -> tuple[Estimate, float]:
    """Estimate where the index of unobservables is selected delta times as the control's."""
    rng = np.random.default_rng(6)
    unit = np.repeat(np.arange(20), 15)
    space = pd.get_dummies(unit).to_numpy(float) if within else np.ones((300, 1))
    observed, hidden, own, noise = np.linalg.qr(
        np.column_stack([space, rng.normal(size=(300, 4))])
    )[0][:, -4:].T  # fmt: skip
    observed, hidden = 30 * observed, 20 * hidden
    x = 0.5 * observed + 0.5 * delta * hidden + 15 * own
    y = EFFECT * x + observed + hidden + 10 * noise
    level = unit / 3.0 if within else 0.0
    frame = pd.DataFrame({"unit": unit, "time": np.tile(np.arange(15), 20)})
    frame = frame.assign(x=x + level, z=observed / 2 - level, y=y + 5 * level)
    options = {} if within else {"estimator": "pooled", "effects": ()}
    panel = Panel.from_frame(frame, unit="unit", time="time")
    r2_max = 1 - 100 / float(y @ y)
    return estimate(replace(SPECIFICATION, **options), panel), r2_max


@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize("delta", [1.0, 0.4, 1.8, -0.5])
def test_recovers_effect_and_delta(delta: float, within: bool) -> None:
    result, r2_max = build(delta, within=within)
    found = proportional_selection(result, r2_max=r2_max, target=EFFECT)
    assert found.delta == pytest.approx(delta, rel=1e-6)
    if delta == 1:
        assert found.adjusted == pytest.approx(EFFECT, rel=1e-6)


def test_without_movement_there_is_nothing_to_adjust() -> None:
    movement = Movement(short=0.5, long=0.5, r2_short=0.2, r2_long=0.4, outcome=2.0,
                        treatment=1.0, residual=0.9)  # fmt: skip
    adjusted, other = adjust_coefficient(movement, r2_max=0.6)
    assert adjusted == 0.5
    assert np.isnan(other)


def test_adjusted_coefficients_are_where_delta_is_one() -> None:
    """With controls that differ in how they select, both solutions solve the same equation."""
    movement = Movement(short=0.9, long=0.6, r2_short=0.2, r2_long=0.45, outcome=2.0,
                        treatment=1.0, residual=0.8)  # fmt: skip
    adjusted, other = adjust_coefficient(movement, r2_max=0.6)
    assert adjusted < 0.6 < other
    for effect in (adjusted, other):
        assert solve_delta(movement, r2_max=0.6, target=effect) == pytest.approx(1, rel=1e-9)


def test_movement_is_that_of_two_regressions() -> None:
    result, _ = build(1.0, within=True)
    found = proportional_selection(result)
    short = estimate(replace(SPECIFICATION, controls=()), result.panel)
    assert found.movement.short == pytest.approx(short.coefficient, rel=1e-9)
    assert found.movement.long == result.coefficient
    frame = result.panel.frame
    own = frame["y"] - frame.groupby("unit")["y"].transform("mean")
    for fit, r2 in ((short.fit, found.movement.r2_short), (result.fit, found.movement.r2_long)):
        assert r2 == pytest.approx(1 - fit.deviance / float(own @ own), rel=1e-9)
    assert found.r2_max == min(1.0, 1.3 * found.movement.r2_long)
    assert f"be like that on the controls, {found.delta:.2f} times" in repr(found)
    assert "run against" in repr(proportional_selection(build(-0.5, within=True)[0], target=EFFECT))


def test_more_movement_means_less_robust() -> None:
    """Against the true effect, a control that moves the coefficient further lowers delta."""
    result, _ = build(1.0, within=True)
    low, high = (proportional_selection(result, r2_max=r).delta for r in (0.98, 0.999))
    assert low > high > 0


def test_refusals_name_every_breach() -> None:
    result, _ = build(1.0, within=True)
    alone = estimate(replace(SPECIFICATION, controls=()), result.panel)
    with pytest.raises(SpecificationError) as caught:
        proportional_selection(alone, r2_max=1.2)
    for word in ("2 breaches", "no control", "r2_max=1.2"):
        assert word in str(caught.value)
    with pytest.raises(SpecificationError, match=r"r2_max=0\.01"):
        proportional_selection(result, r2_max=0.01)
