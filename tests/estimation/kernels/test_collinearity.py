"""The one judgement of collinearity, from both sides of its tolerance, and inverses beside it."""

from fractions import Fraction

import numpy as np
import pytest

from pkstats.estimation.kernels.collinearity import (
    ROUNDING,
    TOLERANCE,
    find_collinear,
    measure_spread,
)
from pkstats.estimation.kernels.effects import encode, partial_out
from pkstats.estimation.kernels.gram import build_basis, factor_gram, invert_gram
from pkstats.estimation.kernels.permutation_scores import prepare_scores, studentize_columns

ROWS = 240


def make_columns(seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Columns of mean zero and mean square one, orthogonal to one another and to the effects."""
    rng = np.random.default_rng(seed)
    codes = np.column_stack([np.repeat(np.arange(12), 20), np.tile(np.arange(20), 12)])
    columns = partial_out(encode(codes), np.ones(ROWS), rng.normal(size=(ROWS, 4)))
    return np.linalg.qr(columns)[0] * np.sqrt(ROWS), codes


EFFECTS = pytest.mark.parametrize("effects", [0, 1, 2], ids=["none", "one", "two"])


@EFFECTS
def test_earlier_controls_are_kept_and_the_treatment_is_judged_last(effects: int) -> None:
    X, codes = make_columns()
    absorbed = encode(codes[:, :effects])
    columns = np.column_stack([X[:, 0], X[:, 1], 3 * X[:, 1] - 2, np.full(ROWS, 4.0)])
    assert find_collinear(columns, absorbed).spanned == (2, 3)
    columns = np.column_stack([X[:, 0] + X[:, 1], X[:, 0], X[:, 1]])
    assert find_collinear(columns, absorbed).spanned == (0,)


@EFFECTS
@pytest.mark.parametrize("scale", [1e-40, 1.0, 1e40])
@pytest.mark.parametrize(
    ("share", "spanned", "faint"),
    [(1.2e-8, False, False), (0.8e-8, False, True), (1.2e-12, False, True), (0, True, False)],
)
def test_a_column_is_told_apart_down_to_one_in_a_hundred_million(
    effects: int, scale: float, share: float, spanned: bool, faint: bool
) -> None:
    """A tolerance that is two times smaller or larger would judge one of these otherwise."""
    X, codes = make_columns()
    columns = np.column_stack([X[:, 0], X[:, 1], scale * (X[:, 1] + share * X[:, 2])])
    found = find_collinear(columns, encode(codes[:, :effects]))
    assert (2 in found.spanned, 2 in found.faint) == (spanned, faint)
    assert 0 not in found and 1 not in found
    if faint:
        assert found.faint[2].share == pytest.approx(share, rel=0.02)
        assert found.faint[2].beside == "others"
    reverse = find_collinear(columns[:, [2, 1]], encode(codes[:, :effects]))
    assert (0 in reverse.spanned, 0 in reverse.faint) == (spanned, faint)


@pytest.mark.parametrize(("share", "faint"), [(1.3e-8, False), (0.7e-8, True), (0, None)])
def test_what_effects_leave_of_a_column_is_judged_alike(share: float, faint: bool | None) -> None:
    X, codes = make_columns()
    level = codes[:, 0] - codes[:, 0].mean()
    column = level / level.std() + share * X[:, 2]
    found = find_collinear(np.column_stack([column, X[:, 1]]), encode(codes))
    assert (0 in found.spanned, 0 in found.faint) == (faint is None, faint is True)


@pytest.mark.parametrize(("level", "faint"), [(0.8e8, False), (1.2e8, True), (1e11, True)])
def test_a_column_must_vary_beside_its_mean(level: float, faint: bool) -> None:
    X, _ = make_columns()
    found = find_collinear((X[:, :1] + level), encode(np.empty((ROWS, 0), dtype=int)))
    assert (0 in found.faint) is faint
    assert 0 not in found.spanned
    if faint:
        assert found.faint[0].beside == "mean"


def test_without_an_intercept_a_mean_is_as_good_as_any_variation() -> None:
    X, _ = make_columns()
    columns = np.column_stack([np.full(ROWS, 2.0), X[:, 0] + 1e9])
    assert find_collinear(columns, None).faint.keys() == {0}
    assert find_collinear(columns[:, :1], None).spanned == ()
    assert find_collinear(np.zeros((ROWS, 1)), None).spanned == (0,)


def test_copies_of_a_column_with_a_large_mean_are_spanned_though_rounding_differs() -> None:
    X, _ = make_columns()
    copy = X[:, 1] + 1e7
    found = find_collinear(
        np.column_stack([X[:, 0], X[:, 1], copy]), encode(np.zeros((ROWS, 1), dtype=int))
    )
    assert found.spanned == (2,)


def test_tolerance_and_rounding_leave_room_for_a_refusal_between_them() -> None:
    assert ROUNDING < TOLERANCE


def test_spread_is_the_share_of_deviations_in_the_largest_size() -> None:
    X, _ = make_columns()
    column = X[:, 0] + 50
    assert measure_spread(column) == pytest.approx(1 / np.abs(column).max(), rel=1e-12)
    assert measure_spread(np.full(5, 0.1)) <= 1e-16
    assert measure_spread(np.zeros(5)) == 0


def invert_exactly(columns: np.ndarray) -> np.ndarray:
    """Inverse of the Gram matrix of two columns in rational numbers."""
    a, b = ([Fraction(float(v)) for v in column] for column in columns)
    aa, ab, bb = (
        sum(u * v for u, v in zip(p, q, strict=True)) for p, q in ((a, a), (a, b), (b, b))
    )
    determinant = aa * bb - ab * ab
    return np.array(
        [[float(m / determinant) for m in row] for row in ((bb, -ab), (-ab, aa))], dtype=float
    )


@pytest.mark.parametrize("share", [1e-1, 1e-3, 1e-5, 1e-7, 1.1e-8])
def test_inverses_are_right_to_six_digits_down_to_the_tolerance(share: float) -> None:
    X, _ = make_columns()
    columns = np.array([X[:, 0], X[:, 0] + share * X[:, 1]])
    np.testing.assert_allclose(invert_gram(columns), invert_exactly(columns), rtol=1e-7)


def test_weights_enter_the_inverse() -> None:
    X, _ = make_columns()
    weights = np.random.default_rng(0).random(ROWS)
    for share in (1.0, 1e-3):
        columns = np.array([X[:, 0], X[:, 0] + share * X[:, 1]])
        found = invert_gram(columns, weights)
        rooted = invert_exactly(np.sqrt(weights) * columns)
        np.testing.assert_allclose(found, rooted, rtol=1e-9)
        triangle = factor_gram(columns, weights)
        np.testing.assert_allclose(triangle.T @ triangle, columns * weights @ columns.T, rtol=1e-9)


def test_an_inverse_of_collinear_columns_is_no_number() -> None:
    X, _ = make_columns()
    assert np.isnan(invert_gram(np.array([X[:, 0], np.zeros(ROWS)]))).all()
    assert invert_gram(np.empty((0, ROWS))).shape == (0, 0)


@pytest.mark.parametrize("share", [1.0, 1e-5])
def test_a_basis_gives_back_the_regressors(share: float) -> None:
    X, codes = make_columns()
    level = codes[:, 0] * 1.0
    regressors = np.column_stack([3 * X[:, 0] + 7, X[:, 0] + share * X[:, 1] + level])
    effects = encode(codes)
    basis = build_basis(regressors, effects)
    ones = np.ones(ROWS)
    again = partial_out(effects, ones, basis.read_rows(basis.columns))
    np.testing.assert_allclose(again, partial_out(effects, ones, regressors), atol=1e-12)
    within = partial_out(effects, ones, basis.columns)
    assert np.linalg.cond(within) < 1e3
    coefficients = np.array([0.3, -2.0])
    found = basis.read_coefficients(basis.write_coefficients(coefficients))
    np.testing.assert_allclose(found, coefficients, rtol=1e-9)
    bread = basis.read_bread(np.linalg.inv(within.T @ within))
    exact = invert_gram(partial_out(effects, ones, regressors).T)
    np.testing.assert_allclose(bread, exact, rtol=1e-8)


@pytest.mark.parametrize(("share", "lost"), [(1.3e-8, False), (0.7e-8, True)])
def test_reassigned_treatments_are_judged_by_the_same_tolerance(share: float, lost: bool) -> None:
    X, codes = make_columns()
    effects = encode(codes)
    null = prepare_scores(
        np.random.default_rng(0).normal(size=ROWS), X[:, 1:2], effects, weights=np.ones(ROWS),
        cluster=codes[:, 0], clusters=12, adjustment=1.0,
    )  # fmt: skip
    columns = np.column_stack([X[:, 1] + share * X[:, 2], share * X[:, 2] + 1.0])
    found = studentize_columns(null, columns, np.empty_like(columns))
    assert np.isnan(found).tolist() == [lost, lost]
