import numpy as np
import pandas as pd
import pytest
from scipy.stats import nct
from scipy.stats import t as student

from pkstats.checks.detectable import Interval, interval, minimum_detectable_effect, power_curve
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError, UndefinedError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification


@pytest.fixture(scope="module")
def found() -> Estimate:
    spec = Specification(
        outcome="deaths", treatment="robustness", effects=("mission", "year"), family="poisson",
        inference=Inference(cluster="host"),
    )  # fmt: skip
    return estimate(spec, simulate_panel(seed=1))


def test_minimum_detectable_effect_has_about_the_power_it_states(found: Estimate) -> None:
    effect = minimum_detectable_effect(found)
    assert effect == pytest.approx(
        (student.ppf(0.975, 11) + student.ppf(0.8, 11)) * found.std_error
    )
    power = nct.sf(student.ppf(0.975, 11), 11, effect / found.std_error)
    assert power == pytest.approx(0.8, abs=0.03)
    assert minimum_detectable_effect(found, power=0.9) > effect


def test_interval_is_that_of_the_table(found: Estimate) -> None:
    by_crv2 = found.with_inference(Inference(cluster="host", method="CRV2"))
    for result in (found, by_crv2):
        row = result.tidy(0.9).iloc[0]
        assert interval(result) == pytest.approx((row["conf_low"], row["conf_high"]))


def test_power_curve_rises_from_the_level_to_one(found: Estimate) -> None:
    curve = power_curve(found)
    assert list(curve) == ["effect", "power"]
    assert curve["power"].iloc[0] == pytest.approx(0.05)
    assert (np.diff(curve["power"]) > 0).all()
    assert curve["effect"].iloc[-1] == pytest.approx(2 * minimum_detectable_effect(found))
    assert curve["power"].iloc[-1] > 0.999
    effect = minimum_detectable_effect(found)
    both = power_curve(found, effects=[-effect, effect], alpha=0.05)["power"]
    assert both.tolist() == pytest.approx([0.8, 0.8], abs=0.01)


def test_power_equals_the_share_of_simulated_rejections(found: Estimate) -> None:
    """A normal estimate over the root of an independent chi square, drawn 40,000 times."""
    rng, df, effect = np.random.default_rng(2), found.degrees_of_freedom, 2 * found.std_error
    error = found.std_error * np.sqrt(rng.chisquare(df, 40_000) / df)
    drawn = rng.normal(effect, found.std_error, 40_000) / error
    share = (np.abs(drawn) > student.ppf(0.975, df)).mean()
    assert power_curve(found, effects=[effect])["power"][0] == pytest.approx(share, abs=0.01)


def test_power_without_a_standard_error_is_refused() -> None:
    frame = simulate_panel(seed=1).frame
    frame["robustness"] = frame["robustness"].where(frame["host"] == "H03", 0.0)
    spec = Specification(
        outcome="deaths", treatment="robustness", effects=("mission", "year"), family="linear",
        inference=Inference(cluster="host"),
    )  # fmt: skip
    lone = estimate(spec, Panel.from_frame(pd.DataFrame(frame), unit="mission", time="month"))
    assert np.isnan(minimum_detectable_effect(lone))
    with pytest.raises(UndefinedError, match="without H03"):
        power_curve(lone)


def test_undefined_interval_lies_nowhere() -> None:
    nothing = Interval(np.nan, np.nan)
    assert not nothing.lies_inside(10.0)
    assert not nothing.holds(0.0)


@pytest.mark.parametrize("options", [{"power": 1.0}, {"alpha": 0.0}, {"alpha": -1}])
def test_shares_are_checked(found: Estimate, options: dict) -> None:
    with pytest.raises(SpecificationError, match="out of range"):
        minimum_detectable_effect(found, **options)
