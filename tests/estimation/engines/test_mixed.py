"""Mixed models against likelihoods written out and maximised on their own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln

import pkstats as pk
from pkstats.data.panels import Panel
from pkstats.errors import SingularFitError, SpecificationError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.families import find_family

UNITS, PERIODS = 24, 12


def make_frame(*, spread: float = 0.7, slopes: float = 0.5, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = UNITS * PERIODS
    unit = np.repeat(np.arange(UNITS), PERIODS)
    frame = pd.DataFrame({"unit": unit, "year": np.tile(np.arange(PERIODS), UNITS)})
    frame["host"], frame["era"] = unit % 8, frame["year"] // 5
    frame["x"], frame["w"] = rng.normal(size=n), rng.normal(size=n)
    frame["size"] = np.exp(rng.normal(0, 0.3, n))
    own = rng.normal(0, spread, UNITS)[unit] + rng.normal(0, slopes, UNITS)[unit] * frame["x"]
    predictor = 0.4 * frame["x"] - 0.3 * frame["w"] + own + 0.2 * frame["era"]
    frame["y"] = predictor + rng.normal(size=n)
    frame["count"] = rng.poisson(frame["size"] * np.exp(predictor - 0.3))
    return frame.iloc[rng.permutation(n)[: n - 30]].reset_index(drop=True)


def run(frame: pd.DataFrame, family: str, method: str = "CRV1", **options: object) -> Estimate:
    settings: dict = {
        "outcome": "y" if family == "linear" else "count", "treatment": "x", "controls": ("w",),
        "effects": ("era",), "family": family, "estimator": "mixed",
        "inference": Inference(cluster="host", method=method),
    }  # fmt: skip
    if family == "poisson":
        settings["exposure"] = "size"
    panel = Panel.from_frame(frame, unit="unit", time="year")
    return estimate(Specification(**settings | options), panel)


def write_design(found: Estimate) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Regressors beside indicators of eras, the varying columns, and the unit of each row."""
    cells = found.fit.cells
    X = np.column_stack([cells.regressors, np.eye(3)[cells.effects[:, 0]]])
    q = len(found.fit.unit_effects.terms)
    Z = np.column_stack([np.ones(len(cells)), cells.regressors[:, 0]])[:, :q]
    return X, Z, cells.unit


def read_psi(triangle: np.ndarray) -> np.ndarray:
    L = np.zeros((2, 2)) if len(triangle) == 3 else np.zeros((1, 1))
    L[np.tril_indices(len(L))] = triangle
    return L @ L.T


def profile_linear(parameters: np.ndarray, y: np.ndarray, X, Z, unit) -> tuple:
    """Restricted log likelihood with dense covariances, and the coefficients that maximise it."""
    psi, noise = read_psi(parameters[:-1]), np.exp(parameters[-1])
    A, b, logs = 0.0, 0.0, 0.0
    inverses = {}
    for u in np.unique(unit):
        at = unit == u
        V = Z[at] @ psi @ Z[at].T + noise * np.eye(at.sum())
        inverses[u] = np.linalg.inv(V)
        A, b = A + X[at].T @ inverses[u] @ X[at], b + X[at].T @ inverses[u] @ y[at]
        logs += np.linalg.slogdet(V)[1]
    beta = np.linalg.solve(A, b)
    fit = sum((r := y[unit == u] - X[unit == u] @ beta) @ inverses[u] @ r for u in inverses)
    return -0.5 * (logs + np.linalg.slogdet(A)[1] + fit), beta, A, inverses


@pytest.mark.parametrize("varying", ["intercept", "slope"])
def test_linear_equals_restricted_likelihood_maximised_densely(varying: str) -> None:
    found = run(make_frame(), "linear", varying=varying)
    y, (X, Z, unit) = found.fit.cells.outcome, write_design(found)
    first = np.array([0.5, 0.0]) if varying == "intercept" else np.array([0.5, 0.0, 0.5, 0.0])
    best = minimize(
        lambda p: -profile_linear(p, y, X, Z, unit)[0], first, method="BFGS", options={"gtol": 1e-7}
    )
    _, beta, A, inverses = profile_linear(best.x, y, X, Z, unit)
    np.testing.assert_allclose(found.fit.coefficients, beta[:2], rtol=1e-5)
    np.testing.assert_allclose(
        found.fit.unit_effects.covariance, read_psi(best.x[:-1]), rtol=1e-3, atol=1e-4
    )
    np.testing.assert_allclose(found.fit.bread, np.linalg.inv(A)[:2, :2], rtol=1e-4, atol=1e-7)
    hosts = found.fit.cells.cluster
    meat = np.zeros_like(A)
    for h in np.unique(hosts):
        score = 0.0
        for u in np.unique(unit[hosts == h]):
            at = unit == u
            score = score + X[at].T @ inverses[u] @ (y[at] - X[at] @ beta)
        meat += np.outer(score, score)
    raw = np.linalg.inv(A) @ meat @ np.linalg.inv(A)
    factor = 8 / 7 * (len(y) - 1) / (len(y) - found.fit.parameters)
    expected = np.sqrt(factor * np.diag(raw)[:2])
    np.testing.assert_allclose(found.inferred.std_error, expected, rtol=1e-4)


def lose_poisson(parameters: np.ndarray, y, offset, X, Z, unit) -> float:
    """Minus Laplace's log likelihood, one unit at a time."""
    p = X.shape[1]
    L = np.zeros((Z.shape[1], Z.shape[1]))
    L[np.tril_indices(len(L))] = parameters[p:]
    total = 0.0
    for u in np.unique(unit):
        at = unit == u
        base, A = offset[at] + X[at] @ parameters[:p], Z[at] @ L
        v = np.zeros(len(L))
        for _ in range(60):
            mean = np.exp(base + A @ v)
            H = A.T @ (mean[:, None] * A) + np.eye(len(L))
            step = np.linalg.solve(H, A.T @ (y[at] - mean) - v)
            v = v + step / max(1.0, np.abs(step).max())
            if np.abs(step).max() < 1e-11:
                break
        eta = base + A @ v
        total += (y[at] * eta - np.exp(eta) - gammaln(y[at] + 1)).sum() - v @ v / 2
        total -= np.linalg.slogdet(A.T @ (np.exp(eta)[:, None] * A) + np.eye(len(L)))[1] / 2
    return -total


@pytest.mark.parametrize("varying", ["intercept", "slope"])
def test_poisson_stands_at_the_maximum_of_a_likelihood_written_out(varying: str) -> None:
    found = run(make_frame(), "poisson", varying=varying)
    cells, (X, Z, unit) = found.fit.cells, write_design(found)
    alpha = [(found.fit.linear_predictor - cells.offset - cells.regressors @ found.fit.coefficients)
             [cells.effects[:, 0] == e].mean() for e in range(3)]  # fmt: skip
    L = np.linalg.cholesky(found.fit.unit_effects.covariance)
    theta = np.r_[found.fit.coefficients, alpha, L[np.tril_indices(len(L))]]

    def lose(t: np.ndarray) -> float:
        return lose_poisson(t, cells.outcome, cells.offset, X, Z, unit)

    assert found.fit.log_likelihood == pytest.approx(-lose(theta), rel=1e-9)
    h = 1e-4
    steps = h * np.eye(len(theta))
    slope = np.array([(lose(theta + s) - lose(theta - s)) / (2 * h) for s in steps])
    assert np.abs(slope).max() < 1e-3
    H = np.zeros((len(theta), len(theta)))
    for i, a in enumerate(steps):
        for j, b in enumerate(steps[: i + 1]):
            far = lose(theta + a + b) - lose(theta + a - b)
            H[i, j] = H[j, i] = (far - lose(theta - a + b) + lose(theta - a - b)) / (4 * h * h)
    assert np.linalg.eigvalsh(H).min() > 0
    np.testing.assert_allclose(found.fit.bread, np.linalg.inv(H)[:2, :2], rtol=2e-3, atol=1e-7)


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_jackknife_equals_a_loop(family: str) -> None:
    frame = make_frame()
    found = run(frame, family, "CRV3")
    refits = [
        run(frame[frame["host"] != int(h)], family).fit.coefficients
        for h in found.inferred.left_out
    ]
    np.testing.assert_allclose(found.inferred.left_out_coefficients, refits, rtol=1e-5, atol=1e-7)
    gap = found.inferred.left_out_coefficients - found.fit.coefficients
    np.testing.assert_allclose(
        found.inferred.std_error, np.sqrt(7 / 8 * (gap**2).sum(axis=0)), rtol=1e-10
    )


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_without_differences_between_units_the_pooled_model_returns(family: str) -> None:
    """Residuals that balance out within units leave no variance between them."""
    frame = make_frame(spread=0, slopes=0)
    if family == "linear":
        frame["y"] -= frame.groupby("unit")["y"].transform("mean")
    found = run(frame, family)
    pooled = run(frame, family, estimator="within")
    spread = np.sqrt(found.fit.unit_effects.covariance[0, 0])
    if spread < 1e-3:
        np.testing.assert_allclose(found.fit.coefficients, pooled.fit.coefficients, rtol=1e-3)
        assert "units do not differ in intercept" in found.summary()
    else:
        pytest.fail(f"units differ by {spread}")


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_slopes_of_units_are_shrunken_towards_the_common_one(family: str) -> None:
    frame = make_frame()
    found = run(frame, family, varying="slope")
    table = found.unit_effects()
    slopes = table[table["term"] == "x"].set_index("unit")
    assert list(table) == ["unit", "term", "estimate", "std_error", "conf_low", "conf_high"]
    assert len(slopes) == UNITS
    own = {}
    for unit, rows in frame.groupby("unit"):
        rows = rows.assign(unit=np.arange(len(rows)))
        model = {"estimator": "within", "effects": (), "controls": ()}
        own[str(unit)] = run(rows.assign(host=rows["unit"]), family, **model).coefficient
    own = pd.Series(own)[slopes.index]
    assert np.corrcoef(own, slopes["estimate"])[0, 1] > 0.9
    assert slopes["estimate"].std() < own.std()
    assert (slopes["conf_low"] < slopes["estimate"]).all()
    wide = found.unit_effects(0.99)
    assert (wide["conf_high"] >= table["conf_high"]).all()
    with pytest.raises(SpecificationError, match="draws nothing by unit"):
        run(frame, family, estimator="within").unit_effects()


def test_a_unit_without_events_stays_in_a_mixed_model_of_counts() -> None:
    frame = make_frame()
    frame.loc[frame["unit"] == 3, "count"] = 0
    found = run(frame, "poisson")
    assert found.units == UNITS
    effects = found.unit_effects().set_index("unit")["estimate"]
    assert effects["3"] == effects.min()


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_slopes_without_spread_are_refused_and_intercepts_alone_are_kept(family: str) -> None:
    """Units that differ by chance alone, less what differs between them by chance."""
    frame = make_frame(spread=0.7, slopes=0)
    for unit, rows in frame.groupby("unit"):
        x, y = rows["x"] - rows["x"].mean(), rows["y"]
        frame.loc[rows.index, "y"] = y - (x @ y / (x @ x) - 0.4) * x
        frame.loc[rows.index, "count"] = np.round(rows["size"] * np.exp(0.4 * rows["x"] + unit % 3))
    with pytest.raises(SingularFitError) as caught:
        run(frame, family, varying="slope")
    assert "varying='intercept'" in str(caught.value)
    assert run(frame, family).fit.unit_effects.terms == ("intercept",)


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_intercepts_and_slopes_that_are_copies_of_one_another_are_refused(family: str) -> None:
    frame = make_frame()
    own = np.random.default_rng(4).normal(0, 0.6, UNITS)[frame["unit"]]
    predictor = 0.4 * frame["x"] + own * (1 + frame["x"])
    frame["y"] = predictor + 0.3 * np.random.default_rng(5).normal(size=len(frame))
    frame["count"] = np.random.default_rng(5).poisson(frame["size"] * np.exp(predictor + 1))
    with pytest.raises(SingularFitError, match=r"24 units correlate (1\.000|0\.999)"):
        run(frame, family, varying="slope")


def test_the_mixed_model_of_robust_mandates_is_refused() -> None:
    """H1 with a slope by mission: intercepts and slopes of the missions correlate -1.00."""
    family = find_family("H1")
    model = family.hypotheses[0].primary
    sample = family.make_ready(pk.load_panel("mission_month")).where(model.sample)
    means = sample.frame.groupby("mission")[model.specification.treatment].transform("mean")
    sample = replace(sample, frame=sample.frame.assign(mission_mean=means))
    specification = replace(
        model.specification, estimator="mixed", varying="slope", effects=("year",),
        controls=(*model.specification.controls, "mission_mean"),
    )  # fmt: skip
    with pytest.raises(SingularFitError, match="units correlate -1"):
        estimate(specification, sample)
