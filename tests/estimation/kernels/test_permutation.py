"""One-step statistics of many columns against dense least squares and exact refits."""

import numpy as np
import pytest

from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.kernels.permutation import Restricted, studentize
from pkstats.estimation.kernels.permutation_scores import (
    NullScores,
    prepare_scores,
    residualise,
    step_from_null,
    studentize_columns,
)
from pkstats.estimation.kernels.poisson import fit_poisson

ROWS, CLUSTERS = 90, 6
CASES = {
    "two-way": ["unit", "period"],
    "three-way": ["unit", "period", "region"],
    "one": ["unit"],
    "none": [],
    "nested": ["unit", "cluster"],
}


def simulate(effects: list[str], controls: int, *, seed: int = 0) -> dict:
    rng = np.random.default_rng(seed)
    cell = rng.permutation(9 * 15)[:ROWS]
    codes = {"unit": cell // 15, "period": cell % 15}
    codes["cluster"] = codes["unit"] % CLUSTERS
    codes["region"] = rng.integers(0, 3, ROWS)
    chosen = np.column_stack([codes[e] for e in effects] or [np.empty((ROWS, 0), dtype=int)])
    return {
        "outcome": rng.poisson(2.0, ROWS).astype(float),
        "controls": rng.normal(size=(ROWS, controls)),
        "codes": chosen,
        "effects": encode(chosen),
        "cluster": codes["cluster"],
        "columns": np.column_stack([rng.normal(size=(ROWS, 5)), rng.integers(0, 3, (ROWS, 6))]),
        "weights": rng.random(ROWS) + 0.1,
        "residual": rng.normal(size=ROWS),
    }


def prepare(world: dict) -> NullScores:
    return prepare_scores(
        world["residual"],
        world["controls"],
        world["effects"],
        weights=world["weights"],
        cluster=world["cluster"],
        clusters=CLUSTERS,
        adjustment=1.1,
    )


def project(world: dict, column: np.ndarray) -> np.ndarray:
    """Residual of weighted least squares on dense indicators and controls."""
    indicators = [np.eye(int(c.max()) + 1)[c] for c in world["codes"].T] or [np.ones((ROWS, 1))]
    Z = np.column_stack([*indicators, world["controls"]])
    root = np.sqrt(world["weights"])
    return column - Z @ np.linalg.lstsq(root[:, None] * Z, root * column, rcond=None)[0]


@pytest.mark.parametrize("effects", CASES.values(), ids=CASES)
@pytest.mark.parametrize("controls", [0, 2])
def test_columns_are_residualised_as_by_dense_weighted_least_squares(effects, controls) -> None:
    world = simulate(effects, controls)
    columns = world["columns"].copy()
    residualise(prepare(world), columns, np.empty_like(columns))
    naive = np.column_stack([project(world, c) for c in world["columns"].T])
    np.testing.assert_allclose(columns, naive, atol=1e-11)


@pytest.mark.parametrize("effects", CASES.values(), ids=CASES)
@pytest.mark.parametrize("controls", [0, 2])
def test_statistics_equal_a_naive_loop(effects, controls) -> None:
    world = simulate(effects, controls)
    columns = world["columns"].copy()
    found = studentize_columns(prepare(world), columns, np.empty_like(columns))
    for column, statistic in zip(world["columns"].T, found, strict=True):
        x, r, w = project(world, column), world["residual"], world["weights"]
        b = x @ r / (x @ (w * x))
        scores = np.bincount(world["cluster"], x * (r - b * w * x), CLUSTERS)
        error = np.sqrt(1.1 * CLUSTERS / (CLUSTERS - 1) * (scores**2).sum()) / (x @ (w * x))
        assert statistic == pytest.approx(b / error, rel=1e-9)


def test_a_cluster_whose_treatment_is_absorbed_keeps_no_score() -> None:
    world = simulate(["unit"], 1)
    columns = world["columns"][:, :1].copy()
    columns[world["cluster"] < 2] = 1.0
    alone = columns.copy()
    null = prepare(world)
    few = studentize_columns(null, columns.copy(), np.empty_like(columns))[0]
    residualise(null, alone, np.empty_like(alone))
    x, w = alone[:, 0], world["weights"]
    b = x @ world["residual"] / (x @ (w * x))
    scores = np.bincount(world["cluster"], x * (world["residual"] - b * w * x), CLUSTERS)
    error = np.sqrt(1.1 * 4 / 3 * (scores**2).sum()) / (x @ (w * x))
    assert few == pytest.approx(b / error, rel=1e-9)


def test_collinear_columns_and_single_clusters_have_no_statistic() -> None:
    world = simulate(["unit", "period"], 1)
    constant = np.full(ROWS, 3.7)
    by_unit = world["codes"][:, 0] * 0.3 + world["codes"][:, 1] * 1.7
    control = 2 * world["controls"][:, 0] + by_unit
    single = np.where(world["cluster"] == 0, world["columns"][:, 0], 0.0)
    world_of_units = simulate(["unit"], 0)
    columns = np.column_stack([constant, by_unit, control, world["columns"][:, 0]])
    found = studentize_columns(prepare(world), columns.copy(), np.empty_like(columns))
    assert np.isnan(found[:3]).all()
    assert np.isfinite(found[3])
    assert step_from_null(prepare(world), control) is None
    lone = single[:, None].copy()
    assert np.isnan(studentize_columns(prepare(world_of_units), lone, np.empty_like(lone))).all()


@pytest.mark.parametrize("controls", [0, 2])
def test_one_step_nears_the_exact_refit_as_the_treatment_matters_less(controls) -> None:
    """The gap falls with the square of the effect; the exact refit starts from the one step."""
    world = simulate(["unit", "period"], controls)
    offset = np.zeros(ROWS)
    null = fit_poisson(world["outcome"], world["controls"], world["effects"], offset=offset)
    world |= {"weights": null.mean, "residual": world["outcome"] - null.mean}
    scores = prepare(world)
    restricted = Restricted(
        outcome=world["outcome"],
        offset=offset,
        controls=world["controls"],
        effects=world["effects"],
        cluster=world["cluster"],
        clusters=CLUSTERS,
        start=null.linear_predictor,
        scores=scores,
    )
    for treatment in world["columns"].T:
        exact = studentize(restricted, treatment)
        one = studentize_columns(scores, treatment[:, None].copy(), np.empty((ROWS, 1)))[0]
        assert one == pytest.approx(exact, abs=0.6)
        X = np.column_stack([treatment, world["controls"]])
        full = fit_poisson(world["outcome"], X, world["effects"], offset=offset)
        step = step_from_null(scores, treatment)
        change = full.linear_predictor - null.linear_predictor
        assert np.abs(step - change).max() <= 5 * np.abs(change).max() ** 2 + 1e-9
