"""Transport programme of one month: from the totals of actors and of countries to their cells.

Actors a have totals r_a, countries c have totals s_c, and both sum to the same number. The
programme looks for x_ac >= 0 with both margins. Where actor a is not known to act in country c the
cell bears a penalty; the least total penalty comes first, and everything after is held to it.

References
----------
Cox, L. H. (1987). A constructive procedure for unbiased controlled rounding. JASA 82, 520-524.
Qi, L. and Sun, D. (1993). A nonsmooth version of Newton's method. Math. Programming 58, 353-367.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from pkstats.errors import EstimationError

TOLERANCE = 1e-9
STEPS = 200


@dataclass(frozen=True)
class Split:
    """Part of each country's total that belongs to the marked actors.

    Parameters
    ----------
    centre : numpy.ndarray, shape (countries,)
        Unique least-squares allocation, not rounded.
    low, high : numpy.ndarray, shape (countries,)
        Least and greatest part that any allocation of least penalty admits.
    penalty : float
        Least total penalty; 0 where every death can be placed where its actor is known to act.
    """

    centre: np.ndarray
    low: np.ndarray
    high: np.ndarray
    penalty: float


def split_month(
    actors: np.ndarray, countries: np.ndarray, *, penalty: np.ndarray, marked: np.ndarray
) -> Split:
    """Bound and centre the marked actors' part of each country's total.

    Parameters
    ----------
    actors : numpy.ndarray, shape (actors,)
        Totals by actor, whole numbers above 0.
    countries : numpy.ndarray, shape (countries,)
        Totals by country, whole numbers above 0.
    penalty : numpy.ndarray, shape (actors, countries)
        Whole-number penalty of a unit placed in the cell.
    marked : numpy.ndarray of bool, shape (actors,)
        The side that is to be split off.

    Returns
    -------
    Split

    Raises
    ------
    EstimationError
        The two margins differ, or a programme fails.
    """
    if actors.sum() != countries.sum():
        raise EstimationError(
            f"margins differ: actors sum to {actors.sum()}, countries to {countries.sum()}"
        )
    least, admitted = _least_penalty(actors, countries, penalty)
    centre, low, high = (np.zeros(len(countries)) for _ in range(3))
    for rows, columns in _components(admitted):
        cells = admitted[np.ix_(rows, columns)]
        part = _split_component(actors[rows], countries[columns], cells, marked[rows])
        centre[columns], low[columns], high[columns] = part
    return Split(centre, low, high, least)


def centre_allocation(actors: np.ndarray, countries: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Allocate at least squared distance to the proportional allocation, relative to capacity.

    Minimises sum ((x_ac - p_ac) / u_ac)^2 over x >= 0 with both margins and x = 0 outside the
    cells, where p_ac = r_a s_c / (sum of s over the actor's cells) and u_ac = min(r_a, s_c). The
    programme is strictly convex, so the allocation is unique. Its dual is solved by a semismooth
    Newton method, which ends at the exact active set; the conditions of optimality are checked.

    Parameters
    ----------
    actors, countries : numpy.ndarray
        Margins, shape (actors,) and (countries,).
    cells : numpy.ndarray of bool, shape (actors, countries)
        Admitted cells.

    Returns
    -------
    numpy.ndarray, shape (actors, countries)
    """
    row, column = np.nonzero(cells)
    reach = np.where(cells, countries, 0).sum(axis=1)
    target = actors[row] * countries[column] / reach[row]
    capacity = np.minimum(actors[row], countries[column]).astype(float)
    design = _margins(row, column, cells.shape)
    total = np.concatenate([actors, countries]).astype(float)
    dual = np.zeros(len(total))
    for _ in range(STEPS):
        value = target + capacity**2 * (design.T @ dual)
        gap = total - design @ np.maximum(value, 0)
        if np.abs(gap).max() <= TOLERANCE * max(1.0, total.max()):
            break
        active = np.where(value > 0, capacity**2, 0.0)
        slope = (design @ sparse.diags(active) @ design.T).toarray()
        ridge = 1e-12 * max(1.0, slope.diagonal().max())
        step = np.linalg.lstsq(slope + ridge * np.eye(len(total)), gap, rcond=1e-14)[0]
        dual = _search(dual, step, target=target, capacity=capacity, design=design, total=total)
    allocation = np.zeros(cells.shape)
    allocation[row, column] = np.maximum(target + capacity**2 * (design.T @ dual), 0)
    _check_margins(allocation, actors, countries)
    return allocation


def _search(
    dual: np.ndarray,
    step: np.ndarray,
    *,
    target: np.ndarray,
    capacity: np.ndarray,
    design: sparse.csr_matrix,
    total: np.ndarray,
) -> np.ndarray:
    """Halve the step until the dual objective rises enough."""

    def objective(point: np.ndarray) -> float:
        value = np.maximum(target + capacity**2 * (design.T @ point), 0)
        return float(total @ point - 0.5 * ((value / capacity) ** 2).sum())

    start = objective(dual)
    value = np.maximum(target + capacity**2 * (design.T @ dual), 0)
    rise = float((total - design @ value) @ step)
    size = 1.0
    while size > 1e-10 and objective(dual + size * step) < start + 1e-4 * size * rise:
        size /= 2
    return dual + size * step


def _check_margins(allocation: np.ndarray, actors: np.ndarray, countries: np.ndarray) -> None:
    scale = max(1.0, float(actors.max()))
    gap = max(
        np.abs(allocation.sum(axis=1) - actors).max(),
        np.abs(allocation.sum(axis=0) - countries).max(),
    )
    if gap > 1e-6 * scale:
        raise EstimationError(f"the centre misses a margin by {gap:.3g} of {scale:.0f}")


def _least_penalty(
    actors: np.ndarray, countries: np.ndarray, penalty: np.ndarray
) -> tuple[float, np.ndarray]:
    """Least penalty, and the cells that an allocation of least penalty may fill.

    An allocation is of least penalty if and only if it fills cells of reduced cost zero alone;
    with whole-number penalties the multipliers of a transport programme are whole numbers.
    """
    free = penalty == 0
    if np.array_equal(free, np.ones_like(free)):
        return 0.0, free
    row, column = np.nonzero(np.ones_like(free))
    cost = penalty.ravel().astype(float)
    solution = _solve(
        [cost], _margins(row, column, free.shape), np.concatenate([actors, countries])
    )
    multiplier = np.round(solution.multipliers[0])
    reduced = penalty - multiplier[: len(actors), None] - multiplier[None, len(actors) :]
    return float(np.round(cost @ solution.cells[0])), reduced <= 0


def _split_component(
    actors: np.ndarray, countries: np.ndarray, cells: np.ndarray, marked: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if marked.all() or not marked.any():
        whole = countries * float(marked.any())
        return whole, whole, whole
    if len(countries) == 1:
        part = np.array([actors[marked].sum()], dtype=float)
        return part, part, part
    low, high = _bounds(actors, countries, cells, marked)
    centre = centre_allocation(actors, countries, cells)[marked].sum(axis=0)
    return np.clip(centre, low, high), low, high


def _bounds(
    actors: np.ndarray, countries: np.ndarray, cells: np.ndarray, marked: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest part of each country, by two linear programmes a country.

    The programmes of a component share no variable, so they are solved together as one.
    """
    some, other = cells[marked].any(axis=0), cells[~marked].any(axis=0)
    low, high = np.where(other, 0.0, countries), np.where(some, countries, 0.0)
    open_ = np.flatnonzero(some & other)
    row, column = np.nonzero(cells)
    parts = [(marked[row] & (column == country)).astype(float) for country in open_]
    costs = [sign * part for part in parts for sign in (1.0, -1.0)]
    if costs:
        value = _solve(
            costs, _margins(row, column, cells.shape), np.concatenate([actors, countries])
        )
        found = np.round(np.abs([cost @ x for cost, x in zip(costs, value.cells, strict=True)]))
        low[open_], high[open_] = found[::2], found[1::2]
    return low, high


@dataclass(frozen=True)
class _Solution:
    cells: np.ndarray  # shape (programmes, cells)
    multipliers: np.ndarray  # shape (programmes, margins)


def _solve(costs: list[np.ndarray], design: sparse.csr_matrix, total: np.ndarray) -> _Solution:
    """Solve transport programmes of the same margins, one a vector of costs."""
    count = len(costs)
    solution = linprog(
        np.concatenate(costs),
        A_eq=sparse.block_diag([design] * count, format="csr"),
        b_eq=np.tile(total, count),
        bounds=(0, None),
        method="highs-ds",
    )
    if solution.status != 0:
        raise EstimationError(f"transport programme: {solution.message}")
    return _Solution(
        solution.x.reshape(count, -1), np.asarray(solution.eqlin.marginals).reshape(count, -1)
    )


def _margins(row: np.ndarray, column: np.ndarray, shape: tuple[int, ...]) -> sparse.csr_matrix:
    """Matrix that sums cells to margins, shape (actors + countries, cells)."""
    count = len(row)
    index = np.concatenate([row, shape[0] + column])
    cell = np.tile(np.arange(count), 2)
    return sparse.csr_matrix((np.ones(2 * count), (index, cell)), shape=(sum(shape), count))


def _components(cells: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Actors and countries that hang together through admitted cells."""
    graph = sparse.bmat([[None, sparse.csr_matrix(cells)], [sparse.csr_matrix(cells.T), None]])
    count, label = connected_components(graph, directed=False)
    actors, countries = label[: cells.shape[0]], label[cells.shape[0] :]
    return [(np.flatnonzero(actors == k), np.flatnonzero(countries == k)) for k in range(count)]
