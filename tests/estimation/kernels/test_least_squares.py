import numpy as np

from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.kernels.least_squares import fit_least_squares


def test_equals_least_squares_on_indicators() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, (6, 4), size=(80, 2))
    X, y = rng.normal(size=(80, 2)) * [1, 1e5], rng.normal(size=80)
    indicators = [np.eye(6)[codes[:, 0]], np.eye(4)[codes[:, 1]][:, 1:]]
    design = np.column_stack([X, *indicators])
    whole = np.linalg.lstsq(design, y, rcond=None)[0]
    found = fit_least_squares(y, X, encode(codes))
    np.testing.assert_allclose(found.coefficients, whole[:2], rtol=1e-10)
    np.testing.assert_allclose(found.residual, y - design @ whole, atol=1e-12)
    bread = np.linalg.inv(design.T @ design)[:2, :2]
    np.testing.assert_allclose(found.bread, bread, rtol=1e-9)


def test_without_effects_there_is_no_intercept() -> None:
    x = np.array([1.0, 2.0, 3.0])
    found = fit_least_squares(2 * x + 1, x[:, None], None)
    np.testing.assert_allclose(found.coefficients, [(x @ (2 * x + 1)) / (x @ x)], rtol=1e-14)
