"""Discrete-time hazards and Cox models against statsmodels called directly, and by hand."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.duration.hazard_regression import PHReg

from pkstats.data.panels import Panel
from pkstats.estimation.engines.cox import measure_risk_sets
from pkstats.estimation.engines.spells import find_outlived, measure_durations, number_spells
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Spells of up to 24 years that end with the event or run on; treatment steps up within."""
    rng = np.random.default_rng(1)
    rows = []
    for u in range(80):
        step = rng.integers(2, 15)
        for t in range(1, 25):
            x, z = float(t >= step), rng.normal()
            event = rng.random() < 1 - np.exp(-np.exp(-3.2 + 0.03 * t + 0.5 * x + 0.3 * z))
            rows.append((f"u{u:02d}", 1990 + t + u % 5, u % 15, u % 3, t, x, z, float(event)))
            if event:
                break
    return pd.DataFrame(rows, columns=["unit", "year", "host", "region", "age", "x", "z", "end"])


def run(frame: pd.DataFrame, estimator: str, **options: object) -> Estimate:
    settings: dict = {
        "outcome": "end", "treatment": "x", "controls": ("z",), "family": "duration",
        "estimator": estimator,
        "inference": Inference(cluster="host", method="CRV1", small_sample="none"),
    }  # fmt: skip
    panel = Panel.from_frame(frame, unit="unit", time="year")
    return estimate(Specification(**settings | options), panel)


def fit_statsmodels(frame: pd.DataFrame, ties: str, strata: str | None) -> tuple:
    """statsmodels counts a row whose entry is the event time as at risk, so entry moves on."""
    age = frame["age"].to_numpy(dtype=float)
    model = PHReg(
        age, frame[["x", "z"]].to_numpy(), status=frame["end"].to_numpy(), entry=age - 0.5,
        ties=ties, strata=frame[strata].to_numpy() if strata else None,
    )  # fmt: skip
    return model, model.fit(tol=1e-12)


@pytest.mark.parametrize("strata", [None, "region"])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_equals_statsmodels(frame: pd.DataFrame, ties: str, strata: str | None) -> None:
    found = run(frame, "cox", ties=ties, effects=(strata,) if strata else ())
    model, oracle = fit_statsmodels(frame, ties, strata)
    np.testing.assert_allclose(found.fit.coefficients, oracle.params, rtol=1e-8)
    assert found.fit.log_likelihood == pytest.approx(oracle.llf, rel=1e-10)
    information = -model.hessian(oracle.params)
    np.testing.assert_allclose(found.fit.bread, np.linalg.inv(information), rtol=1e-7)


def test_breslow_is_the_poisson_model_with_an_effect_for_each_time(frame: pd.DataFrame) -> None:
    found = run(frame, "cox", ties="breslow")
    plain = run(frame, "within", family="poisson", effects=("age",))
    np.testing.assert_allclose(found.fit.coefficients, plain.fit.coefficients, rtol=1e-9)
    np.testing.assert_allclose(found.inferred.std_error, plain.inferred.std_error, rtol=1e-8)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_score_residuals_are_those_of_a_loop(frame: pd.DataFrame, ties: str) -> None:
    """Therneau and Grambsch's sum over event times, written out."""
    beta = np.array([0.4, -0.2])
    kept = frame[frame.groupby("age")["end"].transform("sum") > 0]
    X, age, end = kept[["x", "z"]].to_numpy(), kept["age"].to_numpy(), kept["end"].to_numpy()
    expected = np.zeros_like(X)
    for t in np.unique(age):
        at = np.flatnonzero(age == t)
        dead = at[end[at] > 0]
        for step in range(len(dead)):
            share = step / len(dead) if ties == "efron" else 0.0
            weight = np.array([1 - share * (end[i] > 0) for i in at])
            risk = weight * np.exp(X[at] @ beta)
            mean = risk @ X[at] / risk.sum()
            for i, r in zip(at, risk / risk.sum(), strict=True):
                expected[i] += (X[i] - mean) * ((end[i] > 0) / len(dead) - r)
    found = measure_risk_sets(end, X, age, beta, ties=ties)
    np.testing.assert_allclose(found.scores, expected, atol=1e-12)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_scores_and_information_are_derivatives(frame: pd.DataFrame, ties: str) -> None:
    kept = frame[frame.groupby("age")["end"].transform("sum") > 0]
    X, age, end = kept[["x", "z"]].to_numpy(), kept["age"].to_numpy(), kept["end"].to_numpy()
    beta = np.array([0.4, -0.2])

    def at(b: np.ndarray):
        return measure_risk_sets(end, X, age, b, ties=ties)

    steps = 1e-5 * np.eye(2)
    slope = [(at(beta + h).log_likelihood - at(beta - h).log_likelihood) / 2e-5 for h in steps]
    np.testing.assert_allclose(at(beta).scores.sum(axis=0), slope, rtol=1e-6)
    bend = [(at(beta + h).scores - at(beta - h).scores).sum(axis=0) / -2e-5 for h in steps]
    np.testing.assert_allclose(at(beta).information, bend, rtol=1e-6)


def test_the_clock_starts_with_the_spell_and_rows_dropped_at_its_start_enter_late(
    frame: pd.DataFrame,
) -> None:
    late = frame.assign(z=frame["z"].where((frame["age"] > 2) | (frame["host"] > 5)))
    found = run(late, "cox", missing="drop")
    _, oracle = fit_statsmodels(late.dropna(), "efron", None)
    np.testing.assert_allclose(found.fit.coefficients, oracle.params, rtol=1e-8)


def test_numbered_spells_start_a_clock_each(frame: pd.DataFrame) -> None:
    """Two units in a row as the two spells of one are the same risk sets."""
    number = frame["unit"].str[1:].astype(int)
    joined = frame.assign(
        unit=(number // 2).astype(str), spell=number % 2, year=frame["year"] + 100 * (number % 2)
    )
    found, plain = run(joined, "cox", spell="spell"), run(frame, "cox")
    np.testing.assert_allclose(found.fit.coefficients, plain.fit.coefficients, rtol=1e-12)


def test_jackknife_of_cox_equals_a_loop(frame: pd.DataFrame) -> None:
    found = run(frame, "cox", inference=Inference(cluster="host"))
    refits = [
        fit_statsmodels(frame[frame["host"] != int(h)], "efron", None)[1].params
        for h in found.inferred.left_out
    ]
    np.testing.assert_allclose(found.inferred.left_out_coefficients, refits, rtol=1e-6)


@pytest.mark.parametrize("link", ["logit", "complementary_log_log"])
@pytest.mark.parametrize("degree", [0, 1, 3])
def test_discrete_time_equals_statsmodels(frame: pd.DataFrame, link: str, degree: int) -> None:
    """Sandwich by hand, with the expected information as bread."""
    found = run(frame, "discrete_time", link=link, baseline_degree=degree)
    frame = frame.sort_values(["unit", "year"])
    powers = [(frame["age"].to_numpy(dtype=float) / 10) ** p for p in range(1, degree + 1)]
    X = np.column_stack([frame[["x", "z"]].to_numpy(), *powers, np.ones(len(frame))])
    links = {
        "logit": sm.families.links.Logit(),
        "complementary_log_log": sm.families.links.CLogLog(),
    }
    y = frame["end"].to_numpy()
    oracle = sm.GLM(y, X, family=sm.families.Binomial(link=links[link])).fit(tol=1e-14)
    np.testing.assert_allclose(found.fit.coefficients[:2], oracle.params[:2], rtol=1e-7)
    mean = oracle.mu
    slope = mean * (1 - mean) if link == "logit" else -np.log(1 - mean) * (1 - mean)
    bread = np.linalg.inv(X.T @ (X * (slope**2 / (mean * (1 - mean)))[:, None]))
    scores = X * ((y - mean) * slope / (mean * (1 - mean)))[:, None]
    sums = np.array([scores[frame["host"] == h].sum(axis=0) for h in range(15)])
    covariance = bread @ sums.T @ sums @ bread
    np.testing.assert_allclose(
        found.inferred.std_error[:2], np.sqrt(np.diag(covariance))[:2], rtol=1e-6
    )
    terms = ["duration", "duration^2", "duration^3"][:degree]
    assert list(found.fit.cells.terms) == ["x", "z", *terms]


def test_a_saturated_baseline_of_effects(frame: pd.DataFrame) -> None:
    found = run(frame, "discrete_time", baseline_degree=0, effects=("age",))
    plain = run(frame, "within", family="logit", effects=("age",))
    np.testing.assert_allclose(found.fit.coefficients, plain.fit.coefficients, rtol=1e-10)
    assert "Odds ratio of the hazard" in found.plot().get_xlabel()


def test_spells_are_numbered_timed_and_ended() -> None:
    unit = np.array([0, 0, 0, 1, 1, 1])
    period = np.array([5, 6, 9, 2, 3, 4])
    alone = number_spells(unit, None)
    np.testing.assert_array_equal(measure_durations(alone, period), [1, 2, 5, 1, 2, 3])
    spells = number_spells(unit, np.array([0, 0, 1, 0, 1, 1]))
    np.testing.assert_array_equal(measure_durations(spells, period), [1, 2, 1, 1, 1, 2])
    repeated, after = find_outlived(np.array([0, 1, 1, 1, 0, np.nan]), alone, period)
    np.testing.assert_array_equal(repeated, [False, False, True, False, False, False])
    np.testing.assert_array_equal(after, [False, False, False, False, True, True])
