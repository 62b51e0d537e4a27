import numpy as np

from pkstats.estimation.kernels.effects import encode
from pkstats.estimation.kernels.poisson import fit_poisson
from pkstats.estimation.kernels.separation import (
    find_empty_level,
    find_separated,
    find_separated_binary,
)

NOTHING = np.empty((6, 0))


def test_textbook_example_of_joint_separation() -> None:
    """Correia, Guimaraes and Zylkin (2019): x1 - x2 is negative at one zero, else zero."""
    y = np.array([0.0, 0, 0, 1, 2, 3])
    x1 = np.array([2.0, -1, 0, 0, 5, 6])
    x2 = np.array([-1.0, 2, 0, 0, -10, -12])
    none = encode(np.zeros((6, 1), dtype=np.int64))
    X = np.column_stack([x1, x2])
    by_hand = find_separated(y, X, none)
    direction = 2 * x1 + x2
    assert (direction[y > 0] == 0).all()
    assert (direction[y == 0] >= 0).all()
    np.testing.assert_array_equal(by_hand, direction != 0)


def test_overlap_is_not_separated_and_its_fit_is_no_suspect() -> None:
    rng = np.random.default_rng(1)
    y = rng.poisson(0.3, 300).astype(float)
    X = rng.normal(size=(300, 2))
    effects = encode(np.repeat(np.arange(5), 60)[:, None])
    assert not find_separated(y, X, effects).any()
    assert not fit_poisson(y, X, effects, offset=np.zeros(300)).suspect


def test_separated_fit_is_suspect() -> None:
    y = np.array([0.0, 0, 1, 2, 1, 3])
    x = np.array([[1.0], [1], [0], [0], [0], [0]])
    effects = encode(np.zeros((6, 1), dtype=np.int64))
    assert fit_poisson(y, x, effects, offset=np.zeros(6)).suspect
    np.testing.assert_array_equal(find_separated(y, x, effects), x[:, 0] == 1)


def test_separation_by_two_effects_together() -> None:
    """Cells of a two-by-three table without events that no single level gives away."""
    unit = np.array([0, 0, 1, 1, 2, 2, 0, 2])
    time = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    y = np.array([1.0, 0, 0, 1, 0, 1, 2, 1])
    codes = np.column_stack([unit, time])
    assert find_empty_level(y, codes) is None
    found = find_separated(y, np.empty((8, 0)), encode(codes))
    solution = fit_poisson(y, np.empty((8, 0)), encode(codes), offset=np.zeros(8))
    assert found.any() == solution.suspect
    np.testing.assert_array_equal(found, solution.mean < 1e-9)


def test_find_empty_level_names_zero_levels_before_singletons() -> None:
    codes = np.array([[0], [0], [1], [2], [2]])
    effect, reason, rows = find_empty_level(np.array([0.0, 0, 1, 1, 0]), codes)
    assert (effect, reason, rows.tolist()) == (0, "all-zero", [True, True, False, False, False])
    effect, reason, rows = find_empty_level(np.array([1.0, 0, 1, 1, 0]), codes)
    assert (effect, reason, rows.tolist()) == (0, "singleton", [False, False, True, False, False])


def test_binary_separation_takes_both_sides_of_a_threshold_and_spares_overlap() -> None:
    """Quasi-complete: only at the threshold do zero and one meet."""
    x = np.array([-2.0, -1, 0, 0, 1, 2])
    y = np.array([0.0, 0, 0, 1, 1, 1])
    none = encode(np.zeros((6, 1), dtype=np.int64))
    np.testing.assert_array_equal(find_separated_binary(y, x[:, None], none), x != 0)
    assert not find_separated_binary(1 - np.roll(y, 2), x[:, None], none).any()
    assert not find_separated_binary(y, NOTHING, none).any()


def test_levels_with_an_event_in_every_row_are_found_where_asked() -> None:
    codes = np.array([[0], [0], [1], [1]])
    outcome = np.array([1.0, 1, 0, 1])
    assert find_empty_level(outcome, codes) is None
    found = find_empty_level(outcome, codes, ("all-zero", "all-one"))
    assert found is not None
    assert found[:2] == (0, "all-one")
    np.testing.assert_array_equal(found[2], [True, True, False, False])
