"""The transport programme against enumeration, against a general solver, and its properties."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from pkstats.data.one_sided.transport import centre_allocation, split_month
from pkstats.errors import EstimationError

MARKED = np.array([True, False])


@st.composite
def months(draw):
    """A month that a known whole-number allocation fills, so that both margins agree."""
    actors, countries = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    cells = draw(
        st.lists(st.integers(0, 6), min_size=actors * countries, max_size=actors * countries)
    )
    filled = np.array(cells).reshape(actors, countries)
    filled[:, 0] += filled.sum(axis=1) == 0
    filled[0] += filled.sum(axis=0) == 0
    marked = np.array(draw(st.lists(st.booleans(), min_size=actors, max_size=actors)))
    penalty = np.array(
        draw(st.lists(st.sampled_from([0, 1, 2, 10]), min_size=len(cells), max_size=len(cells)))
    )
    return filled, penalty.reshape(filled.shape), marked


def enumerate_allocations(actors, countries):
    """Every whole-number allocation of two actors, brute force."""
    for first in product(*(range(min(actors[0], c) + 1) for c in countries)):
        if sum(first) == actors[0]:
            yield np.array([first, np.array(countries) - first])


@settings(max_examples=60, deadline=None)
@given(months())
def test_centre_lies_between_bounds_and_keeps_the_side_total(month):
    filled, penalty, marked = month
    actors, countries = filled.sum(axis=1), filled.sum(axis=0)
    found = split_month(actors, countries, penalty=penalty, marked=marked)
    assert (found.low <= found.centre + 1e-7).all() and (found.centre <= found.high + 1e-7).all()
    assert (found.low >= 0).all() and (found.high <= countries).all()
    assert found.centre.sum() == pytest.approx(actors[marked].sum(), abs=1e-6)
    assert found.penalty <= (penalty * filled).sum()


@settings(max_examples=40, deadline=None)
@given(months())
def test_the_allocation_itself_lies_within_bounds_where_nothing_is_penalised(month):
    filled, penalty, marked = month
    found = split_month(filled.sum(axis=1), filled.sum(axis=0), penalty=penalty * 0, marked=marked)
    part = filled[marked].sum(axis=0)
    assert (found.low <= part).all() and (part <= found.high).all()


@settings(max_examples=30, deadline=None)
@given(months())
def test_order_of_actors_and_countries_does_not_matter(month):
    filled, penalty, marked = month
    rows, columns = np.arange(len(filled))[::-1], np.roll(np.arange(filled.shape[1]), 1)
    first = split_month(filled.sum(axis=1), filled.sum(axis=0), penalty=penalty, marked=marked)
    turned = filled[np.ix_(rows, columns)]
    second = split_month(
        turned.sum(axis=1),
        turned.sum(axis=0),
        penalty=penalty[np.ix_(rows, columns)],
        marked=marked[rows],
    )
    assert first.penalty == second.penalty
    np.testing.assert_allclose(first.low[columns], second.low)
    np.testing.assert_allclose(first.high[columns], second.high)
    np.testing.assert_allclose(first.centre[columns], second.centre, atol=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_bounds_and_penalty_are_those_of_enumeration(seed):
    rng = np.random.default_rng(seed)
    filled, penalty = rng.integers(0, 5, (2, 3)) + 1, rng.choice([0, 1, 10], (2, 3))
    actors, countries = filled.sum(axis=1), filled.sum(axis=0)
    every = list(enumerate_allocations(actors, countries))
    costs = np.array([(penalty * x).sum() for x in every])
    best = np.array([x[0] for x, cost in zip(every, costs, strict=True) if cost == costs.min()])
    found = split_month(actors, countries, penalty=penalty, marked=MARKED)
    assert found.penalty == costs.min()
    np.testing.assert_array_equal(found.low, best.min(axis=0))
    np.testing.assert_array_equal(found.high, best.max(axis=0))


@pytest.mark.parametrize("seed", range(6))
def test_centre_is_that_of_a_general_solver(seed):
    rng = np.random.default_rng(seed)
    filled = rng.integers(0, 40, (3, 4)) + 1
    cells = rng.random((3, 4)) < 0.8
    filled = np.where(cells, filled, 0)
    filled[0, 0] += 1
    cells[0] = True
    filled[0] += 1
    actors, countries = filled.sum(axis=1), filled.sum(axis=0)
    reach = np.where(cells, countries, 0).sum(axis=1)
    target = actors[:, None] * countries / reach[:, None]
    capacity = np.minimum(actors[:, None], countries)

    def distance(x):
        return ((((x.reshape(3, 4) - target) / capacity) ** 2) * cells).sum()

    margins = [
        {"type": "eq", "fun": lambda x, i=i: x.reshape(3, 4)[i].sum() - actors[i]} for i in range(3)
    ] + [
        {"type": "eq", "fun": lambda x, j=j: x.reshape(3, 4)[:, j].sum() - countries[j]}
        for j in range(3)
    ]
    bounds = [(0, None if c else 0) for c in cells.ravel()]
    general = minimize(
        distance,
        filled.ravel().astype(float),
        bounds=bounds,
        constraints=margins,
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    found = centre_allocation(actors, countries, cells)
    assert distance(found.ravel()) <= general.fun + 1e-8
    np.testing.assert_allclose(found, general.x.reshape(3, 4), atol=2e-2)
    assert (found[~cells] == 0).all() and (found >= 0).all()


def test_a_hand_made_month():
    """A government of country 0 alone; rebels of both; what the rebels did not do, it did."""
    found = split_month(
        np.array([10, 30]),
        np.array([25, 15]),
        penalty=np.array([[0, 10], [0, 0]]),
        marked=MARKED,
    )
    assert found.penalty == 0
    np.testing.assert_array_equal(found.centre, [10, 0])
    np.testing.assert_array_equal(found.low, found.high)


def test_a_death_without_a_known_place_is_placed_at_a_penalty():
    found = split_month(
        np.array([5, 5]), np.array([4, 6]), penalty=np.array([[0, 10], [10, 0]]), marked=MARKED
    )
    assert found.penalty == 10
    np.testing.assert_array_equal(found.centre, [4, 1])


def test_margins_that_differ_are_refused():
    with pytest.raises(EstimationError, match="actors sum to 5, countries to 6"):
        split_month(np.array([2, 3]), np.array([6]), penalty=np.zeros((2, 1), int), marked=MARKED)
