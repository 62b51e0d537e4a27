import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from scipy.stats import t as student

import pkstats as pk
from pkstats.checks.compatibility import (
    PRIORS,
    ConfidenceCurve,
    Prior,
    confidence_curve,
    update,
)
from pkstats.checks.equivalence import equivalence_test
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError, UndefinedError

CURVE = ConfidenceCurve(0.4, 0.3, 9, "rate ratio", True)


@pytest.fixture(scope="module")
def estimate():
    specification = pk.Specification(
        outcome="deaths", treatment="robustness", effects=("mission", "year"), family="poisson",
        exposure="personnel", inference=pk.Inference(cluster="host"),
    )  # fmt: skip
    return pk.estimate(specification, simulate_panel(units=12, periods=36, clusters=8, seed=4))


def test_the_curve_is_every_interval_and_every_test_of_the_estimate(estimate):
    curve = confidence_curve(estimate)
    for level in (0.5, 0.9, 0.95):
        line = estimate.tidy(level).iloc[0]
        assert curve.interval(level) == pytest.approx((line["conf_low"], line["conf_high"]))
        np.testing.assert_allclose(curve.p_value(np.array(curve.interval(level))), 1 - level)
    assert curve.p_value(0.0) == pytest.approx(estimate.tidy()["p_value"].iloc[0])
    assert curve.p_value(curve.estimate) == 1
    tested = equivalence_test(estimate, smallest_effect=0.2)
    assert curve.p_value(0.2) == pytest.approx(
        2 * min(tested.p_value_high, 1 - tested.p_value_high)
    )
    assert (curve.unit, curve.ratio) == ("rate ratio", True)
    table = curve.tabulate()
    assert table["conf_low"].is_monotonic_decreasing


def test_a_normal_likelihood_is_conjugate():
    found = update(CURVE, likelihood="normal", smallest_effect=0.5).table
    for prior, row in zip(PRIORS, found.to_dict("records"), strict=True):
        weight = prior.scale**2 / (prior.scale**2 + 0.3**2)
        middle = weight * 0.4 + (1 - weight) * prior.mean
        spread = np.sqrt(weight) * 0.3
        assert row["posterior_median"] == pytest.approx(middle)
        assert row["posterior_high"] == pytest.approx(middle + 1.6448536 * spread)
        assert row["probability_positive"] == pytest.approx(norm.cdf(middle / spread))
        inside = norm.cdf((0.5 - middle) / spread) - norm.cdf((-0.5 - middle) / spread)
        assert row["probability_negligible"] == pytest.approx(inside)


@pytest.mark.parametrize("curve", [CURVE, ConfidenceCurve(3.0, 0.05, 3), ConfidenceCurve(0, 4, 2)])
def test_a_t_likelihood_is_numerical_integration(curve):
    found = update(curve, smallest_effect=0.5).table
    for prior, row in zip(PRIORS, found.to_dict("records"), strict=True):

        def density(effect, prior=prior):
            distance = (curve.estimate - effect) / curve.std_error
            return norm.pdf(effect, prior.mean, prior.scale) * student.pdf(
                distance, curve.degrees_of_freedom
            )

        places = sorted([prior.mean, curve.estimate, 0.5, -0.5, row["posterior_low"]])
        far = 12 * max(prior.scale, curve.std_error) + abs(curve.estimate)

        def sum_up(low, high, density=density, places=places):
            inside = [p for p in places if low < p < high] or None
            return quad(density, low, high, points=inside, epsabs=1e-14, limit=400)[0]

        whole = sum_up(-far, far)
        assert row["probability_positive"] == pytest.approx(sum_up(0, far) / whole, abs=1e-5)
        assert row["probability_negligible"] == pytest.approx(sum_up(-0.5, 0.5) / whole, abs=1e-5)
        assert sum_up(-far, row["posterior_low"]) / whole == pytest.approx(0.05, abs=1e-4)


def test_with_many_degrees_of_freedom_t_is_normal_and_with_few_it_moves_less():
    numbers = ["posterior_median", "posterior_low", "posterior_high", "probability_positive"]
    many = update(ConfidenceCurve(0.4, 0.3, 1e6)).table[numbers]
    normal = update(CURVE, likelihood="normal").table[numbers]
    np.testing.assert_allclose(many, normal, atol=1e-4)
    few = update(ConfidenceCurve(0.4, 0.3, 2)).table[numbers]
    assert (few["posterior_median"][:2] < normal["posterior_median"][:2]).all()


def test_relations():
    positive = update(CURVE, smallest_effect=0.5).table.set_index("reader")
    mirrored = update(ConfidenceCurve(-0.4, 0.3, 9), smallest_effect=0.5).table.set_index("reader")
    for reader in ("sceptical", "agnostic"):
        one, two = positive.loc[reader], mirrored.loc[reader]
        assert one["probability_positive"] == pytest.approx(1 - two["probability_positive"])
        assert one["probability_negligible"] == pytest.approx(two["probability_negligible"])
    nothing = update(ConfidenceCurve(0.4, 1e4, 9), smallest_effect=0.5).table
    np.testing.assert_allclose(
        nothing["probability_positive"], nothing["prior_positive"], atol=1e-3
    )
    sure = update(ConfidenceCurve(0.4, 1e-4, 9)).table
    np.testing.assert_allclose(sure["posterior_median"], 0.4, atol=1e-3)
    assert update(CURVE).table["probability_negligible"].isna().all()


def test_the_declared_readers_are_what_their_reasons_say():
    told = {prior.reader: norm(prior.mean, prior.scale) for prior in PRIORS}
    assert told["sceptical"].sf(np.log(1.5)) == pytest.approx(0.05)
    assert told["agnostic"].ppf(0.975) == pytest.approx(np.log(4))
    assert told["enthusiastic"].cdf(0) == pytest.approx(0.05)
    assert np.exp(-np.log(1 / 3) / 7) == pytest.approx(1.17, abs=0.005)


def test_sentences_follow_the_numbers():
    text = CURVE.say(0.5)
    low, high = np.exp(CURVE.interval(0.9))
    assert f"from {low:.2f} to {high:.2f}: anything below {low:.2f}" in text
    assert "no effect (a ratio of 1) is among what they fit" in text
    assert "a decrease is ruled out and an increase is not (from 0.61 down, from 1.65 up)" in text
    sharp = ConfidenceCurve(0.3, 0.01, 9, "rate ratio", True)
    assert "ruled out as well" in sharp.say()
    assert "in both directions" in sharp.say(0.5)
    assert "an increase is ruled out and a decrease is not" in ConfidenceCurve(-0.4, 0.3, 9).say(
        0.5
    )
    assert "in neither direction" in ConfidenceCurve(0, 1, 9).say(0.5)
    said = update(CURVE, smallest_effect=0.5).say()
    assert "A reader who was sceptical moves the chance of a positive effect from 50% to" in said


def test_the_figure_has_a_curve_and_a_line_a_reader():
    for width in (7.4, 4.1):
        figure = update(CURVE, smallest_effect=0.5).plot(width=width)
        above, below = figure.axes
        assert above.get_ylabel() == "p-value of the effect"
        readers = [text.get_text() for text in below.get_yticklabels()]
        assert readers == [prior.reader for prior in PRIORS]
        assert below.get_xscale() == "log"
        assert "log axis" in below.get_xlabel()
    linear = update(ConfidenceCurve(0.4, 0.3, 9, "change of the outcome")).plot()
    assert linear.axes[1].get_xscale() == "linear"


def test_misuse_is_one_error_that_lists_all():
    bad: tuple = (
        Prior(reader="a", mean=0.0, scale=None, reason=""),
        Prior(reader="a", mean=np.nan, scale=1.0, reason=""),
        Prior(reader="b", mean=0.0, scale=0.0, reason=""),
    )
    with pytest.raises(SpecificationError) as raised:
        update(CURVE, priors=bad, likelihood="cauchy", smallest_effect=-1)
    for part in ("scale=None", "mean=nan", "scale=0.0", "named twice: a", "cauchy", "effect=-1"):
        assert part in str(raised.value)
    with pytest.raises(SpecificationError, match="no prior"):
        update(CURVE, priors=())
    with pytest.raises(UndefinedError, match="standard error nan"):
        ConfidenceCurve(0.4, np.nan, 9)
    with pytest.raises(UndefinedError, match="degrees of freedom"):
        ConfidenceCurve(0.4, 0.1, np.nan)
