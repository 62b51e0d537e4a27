import numpy as np
import pytest
from scipy.stats import nct
from scipy.stats import t as student

from pkstats.detectable import Interval, equivalence_bound, interval, minimum_detectable_effect
from pkstats.errors import SpecificationError
from pkstats.estimation import Estimate, estimate
from pkstats.panels.simulated import simulate_panel
from pkstats.specification import Inference, Specification


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


def test_interval_and_bound(found: Estimate) -> None:
    low, high = interval(found)
    row = found.tidy(0.9).iloc[0]
    assert (low, high) == (pytest.approx(row["conf_low"]), pytest.approx(row["conf_high"]))
    bound = equivalence_bound(found)
    assert bound == pytest.approx(max(abs(low), abs(high)))
    assert interval(found).lies_inside(bound * 1.001)
    assert not interval(found).lies_inside(bound)


def test_undefined_interval_lies_nowhere() -> None:
    nothing = Interval(np.nan, np.nan)
    assert not nothing.lies_inside(10.0)
    assert not nothing.holds(0.0)


@pytest.mark.parametrize("options", [{"power": 1.0}, {"alpha": 0.0}, {"alpha": -1}])
def test_shares_are_checked(found: Estimate, options: dict) -> None:
    with pytest.raises(SpecificationError, match="outside"):
        minimum_detectable_effect(found, **options)
