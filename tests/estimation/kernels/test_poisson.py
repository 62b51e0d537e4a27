import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkstats.estimation.kernels import poisson
from pkstats.estimation.kernels.effects import encode, partial_out
from pkstats.estimation.kernels.poisson import fit_poisson


def simulate(seed: int, n: int = 240):
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.integers(0, 8, n), rng.integers(0, 5, n)])
    X = rng.normal(size=(n, 2))
    offset = rng.normal(0, 0.5, n)
    y = rng.poisson(np.exp(0.3 + offset + 0.4 * X[:, 0])).astype(float)
    return y, X, encode(codes), offset


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_score_equations_hold(seed: int) -> None:
    y, X, effects, offset = simulate(seed)
    found = fit_poisson(y, X, effects, offset=offset)
    residual = y - found.mean
    assert found.converged
    np.testing.assert_allclose(X.T @ residual, 0, atol=1e-8)
    np.testing.assert_allclose(effects.first_sum @ residual, 0, atol=1e-8)
    np.testing.assert_allclose(effects.rest_sum @ residual, 0, atol=1e-8)
    explained = found.linear_predictor - offset - X @ found.coefficients
    left = partial_out(effects, np.ones(len(y)), explained[:, None])
    np.testing.assert_allclose(left, 0, atol=1e-9)


def test_warm_start_gives_the_same_solution_in_fewer_steps() -> None:
    y, X, effects, offset = simulate(1)
    cold = fit_poisson(y, X, effects, offset=offset)
    warm = fit_poisson(y, X, effects, offset=offset, start=cold.linear_predictor)
    np.testing.assert_allclose(warm.coefficients, cold.coefficients, atol=1e-12)
    assert warm.iterations < cold.iterations


def test_offset_equals_free_exposure_whose_coefficient_is_one() -> None:
    y, X, effects, offset = simulate(2)
    fixed = fit_poisson(y, X, effects, offset=offset)
    free = fit_poisson(fixed.mean, np.column_stack([X, offset]), effects, offset=np.zeros(len(y)))
    np.testing.assert_allclose(free.coefficients, [*fixed.coefficients, 1.0], atol=1e-10)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_rescaling_a_regressor_rescales_its_coefficient(factor: float) -> None:
    y, X, effects, offset = simulate(3)
    plain = fit_poisson(y, X, effects, offset=offset)
    scaled = fit_poisson(y, X * [factor, 1.0], effects, offset=offset)
    np.testing.assert_allclose(
        scaled.coefficients * [factor, 1.0], plain.coefficients, rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(scaled.bread[0, 0] * factor**2, plain.bread[0, 0], rtol=1e-8)


def test_a_step_that_only_raises_the_deviance_is_not_taken(monkeypatch) -> None:
    """Weights of separated rows that are lost in rounding may give a step that leads nowhere."""
    y, X, effects, offset = simulate(4)
    right = fit_poisson(y, X, effects, offset=offset)
    taken = poisson._step

    def mislead(effects, weights, regressors, working):
        change, step, columns, bread = taken(effects, weights, regressors, working)
        return change, np.full_like(step, 1e9), columns, bread

    monkeypatch.setattr(poisson, "_step", mislead)
    found = fit_poisson(y, X, effects, offset=offset)
    assert found.suspect and not found.converged and found.iterations == 1
    assert np.isfinite(found.mean).all() and found.deviance >= right.deviance
    np.testing.assert_array_equal(found.coefficients, 0.0)
