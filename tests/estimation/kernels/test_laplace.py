import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln, roots_hermitenorm

from pkstats.estimation.kernels.laplace import GroupedCounts, approximate, read_factor

GROUPS, EACH = 20, 15
BETA = np.array([0.2, -0.4, 0.1])
TRIANGLE = {1: np.array([0.7]), 2: np.array([0.7, 0.2, 0.3])}


def make_counts(q: int, *, base: float = -0.5) -> GroupedCounts:
    rng = np.random.default_rng(0)
    n = GROUPS * EACH
    group, x = np.repeat(np.arange(GROUPS), EACH), rng.normal(size=n)
    Z = np.column_stack([np.ones(n), x])[:, :q]
    u = rng.normal(size=(GROUPS, q)) * np.array([0.8, 0.4])[:q]
    y = rng.poisson(np.exp(base + 0.3 * x + (Z * u[group]).sum(axis=1))).astype(float)
    X = np.column_stack([x, np.ones(n), rng.normal(size=n)])
    return GroupedCounts(y, np.linspace(-0.2, 0.2, n), X, Z, group)


def joint(counts: GroupedCounts, g: int, v: np.ndarray, q: int) -> float:
    """Log density of one group's counts and v, the constant of v left out, by its definition."""
    at = counts.group == g
    effect = read_factor(TRIANGLE[q], q) @ v
    predictor = counts.offset[at] + counts.fixed[at] @ BETA + counts.varying[at] @ effect
    y = counts.outcome[at]
    return float((y * predictor - np.exp(predictor) - gammaln(y + 1)).sum() - v @ v / 2)


@pytest.mark.parametrize("q", [1, 2])
def test_value_is_the_mode_less_half_the_log_determinant(q: int) -> None:
    counts = make_counts(q)
    found = approximate(counts, BETA, TRIANGLE[q], modes=np.zeros((GROUPS, q)))
    total, h = 0.0, 1e-4
    for g in range(GROUPS):
        peak = minimize(lambda v, g=g: -joint(counts, g, v, q), np.zeros(q), tol=1e-12)
        np.testing.assert_allclose(found.modes[g], peak.x, atol=1e-5)
        steps = h * np.eye(q)
        bend = np.array(
            [
                [
                    -(
                        joint(counts, g, found.modes[g] + a + b, q)
                        - joint(counts, g, found.modes[g] + a - b, q)
                        - joint(counts, g, found.modes[g] - a + b, q)
                        + joint(counts, g, found.modes[g] - a - b, q)
                    ) / (4 * h * h)
                    for b in steps
                ]
                for a in steps
            ]
        )  # fmt: skip
        np.testing.assert_allclose(found.curvature[g], bend, rtol=1e-4, atol=1e-4)
        total += joint(counts, g, found.modes[g], q)
        total -= 0.5 * np.log(np.linalg.det(found.curvature[g]))
    assert found.value == pytest.approx(total, rel=1e-10)


@pytest.mark.parametrize("q", [1, 2])
def test_gradient_equals_differences(q: int) -> None:
    counts = make_counts(q)
    theta = np.r_[BETA, TRIANGLE[q]]

    def at(parameters: np.ndarray):
        return approximate(counts, parameters[:3], parameters[3:], modes=np.zeros((GROUPS, q)))

    steps = 1e-5 * np.eye(len(theta))
    slope = [(at(theta + h).value - at(theta - h).value) / 2e-5 for h in steps]
    np.testing.assert_allclose(at(theta).gradient, slope, rtol=1e-6, atol=1e-6)


def test_laplace_is_close_to_quadrature_where_groups_have_many_events() -> None:
    counts = make_counts(1, base=1.5)
    found = approximate(counts, BETA, TRIANGLE[1], modes=np.zeros((GROUPS, 1)))
    nodes, weights = roots_hermitenorm(80)
    total = 0.0
    for g in range(GROUPS):
        scale = 1 / np.sqrt(found.curvature[g, 0, 0])
        points = found.modes[g, 0] + scale * nodes
        values = [joint(counts, g, np.array([v]), 1) for v in points]
        total += np.log((weights * np.exp(np.array(values) - max(values) + nodes**2 / 2)).sum())
        total += max(values) + np.log(scale) - 0.5 * np.log(2 * np.pi)
    assert found.value == pytest.approx(total, abs=0.05)
    assert found.value != pytest.approx(total, abs=1e-6)


def test_the_start_of_the_modes_does_not_matter() -> None:
    counts = make_counts(2)
    near = approximate(counts, BETA, TRIANGLE[2], modes=np.zeros((GROUPS, 2)))
    far = approximate(counts, BETA, TRIANGLE[2], modes=np.full((GROUPS, 2), 8.0))
    np.testing.assert_allclose(far.modes, near.modes, atol=1e-8)
