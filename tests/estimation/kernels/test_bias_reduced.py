import numpy as np
import pytest

from pkstats.estimation.kernels import bias_reduced
from pkstats.estimation.kernels.bias_reduced import reduce_bias
from pkstats.estimation.kernels.effects import encode, partial_out


def reduce_by_definition(X, D, residual, weights, cluster):
    """The formulas with the whole hat matrix and a pseudo-inverse root of every block."""
    root = np.sqrt(weights)
    design = root[:, None] * np.column_stack([X, D])
    inverse = np.linalg.pinv(design, rcond=1e-11)
    maker = np.eye(len(X)) - design @ inverse
    count, k = cluster.max() + 1, X.shape[1]
    influence, pulls = np.zeros((count, k)), np.zeros((k, len(X), count))
    for g in range(count):
        rows = np.flatnonzero(cluster == g)
        values, vectors = np.linalg.eigh(maker[np.ix_(rows, rows)])
        kept = values > 1e-10
        adjust = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
        pull = adjust @ inverse[:k, rows].T
        influence[g] = pull.T @ (residual / root)[rows]
        pulls[:, rows, g] = pull.T
    products = [p.T @ maker @ p for p in pulls]
    return influence, np.array([np.trace(p) ** 2 / (p**2).sum() for p in products])


def simulate(levels: tuple[int, ...], clusters: int, *, rows: int = 150, nested: bool = False):
    rng = np.random.default_rng(5)
    codes = np.column_stack([rng.integers(0, n, rows) for n in levels] or [np.empty((rows, 0))])
    codes = codes.astype(np.int64)
    cluster = codes[:, 0] % clusters if nested else rng.integers(0, clusters, rows)
    weights = rng.uniform(0.2, 3, rows)
    return rng.normal(size=(rows, 2)), codes, cluster, weights, rng.normal(size=rows)


@pytest.mark.parametrize("levels", [(), (12,), (12, 30), (30, 12, 4)])
@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("clusters", [2, 6])
def test_equals_the_definition(
    levels: tuple[int, ...], nested: bool, weighted: bool, clusters: int
) -> None:
    if nested and not levels:
        return
    X, codes, cluster, weights, residual = simulate(levels, clusters, nested=nested)
    weights = weights if weighted else np.ones(len(X))
    effects = encode(codes)
    found = reduce_bias(
        residual, partial_out(effects, weights, X), effects,
        weights=weights, cluster=cluster, count=clusters,
    )  # fmt: skip
    dummies = [np.eye(codes[:, j].max() + 1)[codes[:, j]] for j in range(len(levels))]
    D = np.column_stack([np.ones(len(X)), *dummies])
    influence, freedom = reduce_by_definition(X, D, residual, weights, cluster)
    np.testing.assert_allclose(found.influence, influence, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.degrees_of_freedom, freedom, rtol=1e-8)
    assert not found.lost.any()


def test_without_effects_or_intercept() -> None:
    X, _, cluster, weights, residual = simulate((), 5)
    found = reduce_bias(residual, X, None, weights=weights, cluster=cluster, count=5)
    influence, freedom = reduce_by_definition(X, X[:, :0], residual, weights, cluster)
    np.testing.assert_allclose(found.influence, influence, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.degrees_of_freedom, freedom, rtol=1e-8)


def test_two_group_means_by_hand() -> None:
    """Each row its own cluster: Welch's variance; his degrees of freedom under equal variances."""
    treated = np.repeat([1.0, 0.0], [4, 6])
    y = np.array([3.0, 5.0, 4.0, 8.0, 1.0, 0.0, 2.0, 2.0, 4.0, 3.0])
    effects = encode(np.empty((10, 0), dtype=np.int64))
    X = partial_out(effects, np.ones(10), treated[:, None])
    residual = np.where(treated == 1, y - y[:4].mean(), y - y[4:].mean())
    found = reduce_bias(
        residual, X, effects, weights=np.ones(10), cluster=np.arange(10), count=10
    )  # fmt: skip
    welch = y[:4].var(ddof=1) / 4 + y[4:].var(ddof=1) / 6
    assert (found.influence**2).sum() == pytest.approx(welch)
    parts = np.array([1 / 4, 1 / 6])
    expected = parts.sum() ** 2 / (parts**2 / [3, 5]).sum()
    assert found.degrees_of_freedom[0] == pytest.approx(expected)


def test_term_that_one_cluster_identifies_is_lost_and_only_that_term() -> None:
    X, codes, cluster, weights, residual = simulate((12, 30), 6, nested=True)
    X[:, 0] = np.where(cluster == 2, X[:, 0], 0.0)
    effects = encode(codes)
    found = reduce_bias(
        residual, partial_out(effects, weights, X), effects,
        weights=weights, cluster=cluster, count=6,
    )  # fmt: skip
    assert found.lost[:, 0].tolist() == [False, False, True, False, False, False]
    assert not found.lost[:, 1].any()


def test_scale_of_a_regressor_only_scales(monkeypatch: pytest.MonkeyPatch) -> None:
    X, codes, cluster, weights, residual = simulate((12, 30), 6)
    effects = encode(codes)

    def run(scale: float):
        return reduce_bias(
            residual, partial_out(effects, weights, X * [scale, 1.0]), effects,
            weights=weights, cluster=cluster, count=6,
        )  # fmt: skip

    plain, large = run(1.0), run(1e7)
    np.testing.assert_allclose(large.influence[:, 0] * 1e7, plain.influence[:, 0], rtol=1e-7)
    np.testing.assert_allclose(large.degrees_of_freedom, plain.degrees_of_freedom, rtol=1e-7)
    monkeypatch.setattr(bias_reduced, "BLOCK", 2)
    np.testing.assert_allclose(run(1.0).degrees_of_freedom, plain.degrees_of_freedom, rtol=1e-12)
