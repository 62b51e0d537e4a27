import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import ttost_ind

from pkstats.checks.equivalence import equivalence_bound, equivalence_test
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification


def compare_means(first: np.ndarray, second: np.ndarray) -> Estimate:
    """Difference of two means of equally many rows, each its own cluster: by CRV2 Student's."""
    frame = pd.DataFrame({"y": np.r_[first, second]})
    frame["treated"] = np.r_[np.ones(len(first)), np.zeros(len(second))]
    frame = frame.assign(row=np.arange(len(frame)), time=1)
    spec = Specification(
        outcome="y", treatment="treated", family="linear", estimator="pooled",
        inference=Inference(cluster="row", method="CRV2"),
    )  # fmt: skip
    return estimate(spec, Panel.from_frame(frame, unit="row", time="time"))


@pytest.mark.parametrize("shift", [0.0, 0.6, -0.9])
def test_equals_statsmodels_on_two_samples(shift: float) -> None:
    rng = np.random.default_rng(8)
    first, second = rng.normal(shift, 1, 14), rng.normal(0, 2, 14)
    found = equivalence_test(compare_means(first, second), smallest_effect=1.1)
    p, low, high = ttost_ind(first, second, -1.1, 1.1, usevar="pooled")
    assert found.p_value == pytest.approx(p, rel=1e-9)
    assert found.p_value_low == pytest.approx(low[1], rel=1e-9)
    assert found.p_value_high == pytest.approx(high[1], rel=1e-9)
    assert found.degrees_of_freedom == pytest.approx(low[2], rel=1e-9)


@pytest.fixture(scope="module")
def found() -> Estimate:
    spec = Specification(
        outcome="deaths", treatment="robustness", effects=("mission", "year"), family="poisson",
        inference=Inference(cluster="host"),
    )  # fmt: skip
    return estimate(spec, simulate_panel(seed=1))


def test_the_tests_and_the_interval_agree_at_the_bound(found: Estimate) -> None:
    bound = equivalence_bound(found)
    for delta, equivalent in ((bound * 1.0001, True), (bound * 0.9999, False)):
        test = equivalence_test(found, smallest_effect=delta)
        assert test.equivalent is equivalent
        assert (test.p_value < 0.05) is equivalent
        assert test.bound == bound
    assert equivalence_test(found, smallest_effect=bound).p_value == pytest.approx(0.05)


def test_sentences_say_what_is_ruled_out(found: Estimate) -> None:
    bound = equivalence_bound(found)
    passed = equivalence_test(found, smallest_effect=2 * bound)
    assert passed.sentence.startswith("Negligible: a log rate ratio of")
    assert f"{bound:.3g}" in passed.sentence
    assert found.coefficient > 0
    one_side = equivalence_test(found, smallest_effect=found.coefficient)
    assert f"only a log rate ratio of -{found.coefficient:g} or less" in one_side.sentence
    assert one_side.attainable
    tiny = equivalence_test(found, smallest_effect=found.std_error)
    assert not tiny.attainable
    assert "no estimate could have ruled out both" in tiny.sentence
    assert repr(tiny) == tiny.sentence


def test_mirrored_estimate_mirrors_the_tests(found: Estimate) -> None:
    frame = found.panel.frame.assign(robustness=-found.panel.frame["robustness"])
    mirrored = estimate(found.specification, Panel.from_frame(frame, unit="mission", time="month"))
    one, other = (equivalence_test(e, smallest_effect=0.5) for e in (found, mirrored))
    assert one.p_value_low == pytest.approx(other.p_value_high, rel=1e-6)
    assert one.p_value == pytest.approx(other.p_value, rel=1e-6)


def test_undefined_standard_error_rules_nothing_out() -> None:
    frame = simulate_panel(seed=1).frame
    frame["robustness"] = frame["robustness"].where(frame["host"] == "H03", 0.0)
    spec = Specification(
        outcome="deaths", treatment="robustness", effects=("mission", "year"), family="poisson",
        inference=Inference(cluster="host"),
    )  # fmt: skip
    lone = estimate(spec, Panel.from_frame(frame, unit="mission", time="month"))
    test = equivalence_test(lone, smallest_effect=100.0)
    assert np.isnan(test.p_value)
    assert not test.equivalent
    assert not test.attainable
    assert "without H03" in test.sentence


def test_every_breach_in_one_message(found: Estimate) -> None:
    with pytest.raises(SpecificationError) as caught:
        equivalence_test(found, smallest_effect=-1, alpha=0.6)
    for word in ("2 breaches", "smallest_effect=-1", "alpha=0.6"):
        assert word in str(caught.value)
