import numpy as np
import pytest

from pkstats.checks.sensitivity import e_value
from pkstats.checks.sensitivity.rate_ratio import solve_e_value
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification


def run(panel: Panel, family: str = "poisson") -> Estimate:
    spec = Specification(
        outcome="deaths", treatment="robustness", effects=("mission", "year"), family=family,
        inference=Inference(cluster="host"),
    )  # fmt: skip
    return estimate(spec, panel)


def test_published_example() -> None:
    """VanderWeele and Ding (2017): a risk ratio of 3.9, interval from 1.8."""
    assert solve_e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert solve_e_value(1.8) == pytest.approx(3.0, abs=0.005)
    assert solve_e_value(1.0) == 1.0
    assert solve_e_value(1 / 3.9) == pytest.approx(solve_e_value(3.9))


def test_a_confounder_of_that_strength_explains_the_ratio_away() -> None:
    """Of the bias factor RR_U RR_D / (RR_U + RR_D - 1), at equal strengths."""
    for ratio in (1.2, 2.0, 5.0):
        strength = solve_e_value(ratio)
        assert strength**2 / (2 * strength - 1) == pytest.approx(ratio)


def test_reads_ratio_and_interval_of_the_estimate() -> None:
    result = run(simulate_panel(seed=1))
    found = e_value(result)
    row = result.tidy().iloc[0]
    assert found.ratio == pytest.approx(np.exp(row["estimate"]))
    assert found.ratio_low == pytest.approx(np.exp(row["conf_low"]))
    assert found.value_interval == pytest.approx(solve_e_value(np.exp(row["conf_low"])))
    assert 1 < found.value_interval < found.value
    assert e_value(result, change=2).value > found.value
    mirrored = e_value(result, change=-1)
    assert mirrored.value == pytest.approx(found.value)
    assert mirrored.value_interval == pytest.approx(found.value_interval)
    assert mirrored.ratio_low < mirrored.ratio < mirrored.ratio_high < 1
    assert f"{found.value:.2f}" in repr(found)


def test_interval_that_holds_one_needs_no_confounder() -> None:
    frame = simulate_panel(seed=1).frame
    frame["robustness"] = np.random.default_rng(0).permutation(frame["robustness"])
    found = e_value(run(Panel.from_frame(frame, unit="mission", time="month")))
    assert found.ratio_low < 1 < found.ratio_high
    assert found.value_interval == 1


def test_undefined_standard_error_leaves_the_interval_open() -> None:
    frame = simulate_panel(seed=1).frame
    frame["robustness"] = frame["robustness"].where(frame["host"] == "H03", 0.0)
    found = e_value(run(Panel.from_frame(frame, unit="mission", time="month")))
    assert np.isnan(found.value_interval)
    assert found.value >= 1


def test_refusals() -> None:
    result = run(simulate_panel(seed=1), "linear")
    with pytest.raises(SpecificationError) as caught:
        e_value(result, change=0)
    for word in ("2 breaches", "'linear'", "robustness_value", "change=0"):
        assert word in str(caught.value)
