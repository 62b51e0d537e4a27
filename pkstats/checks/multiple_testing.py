"""Multiple testing: p-values adjusted within a family, for false discovery or any false finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.stats import false_discovery_control

from pkstats.errors import Breaches, SpecificationError, name_some

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Relative slack with which a drawn statistic counts as reaching the observed one.
TIE = 1e-8


def adjust(
    p_values: Mapping[str, float], *, method: Literal["bh", "by"] = "bh"
) -> dict[str, float]:
    """Adjust the p-values of a family for its false discovery rate.

    Parameters
    ----------
    p_values : mapping of str to float
        One p-value a hypothesis; an unidentified hypothesis stays in with 1.
    method : {"bh", "by"}, default "bh"
        Benjamini-Hochberg, or Benjamini-Yekutieli, which holds under any dependence.

    Returns
    -------
    dict of str to float
        q-values under the same names.

    Raises
    ------
    SpecificationError
        A p-value is missing or outside [0, 1]; every such hypothesis is named.
    """
    bad = [name for name, p in p_values.items() if not 0 <= p <= 1]
    if bad:
        raise SpecificationError(
            f"p-values missing or outside [0, 1]: {', '.join(bad)}. "
            "Remedy: enter an unidentified hypothesis with p = 1"
        )
    adjusted = false_discovery_control(list(p_values.values()), method=method)
    return dict(zip(p_values, map(float, adjusted), strict=True))


def romano_wolf(statistics: Mapping[str, float], draws: NDArray[np.float64]) -> dict[str, float]:
    r"""Adjust p-values for any false finding in a family, by stepping down from the largest.

    Hypotheses are ordered by absolute statistic, :math:`|t_1| \ge |t_2| \ge \dots`. The p-value
    of the j-th is :math:`(1 + \#\{b: \max_{k \ge j} |t^*_{bk}| \ge |t_j|\}) / (1 + B)`, and no
    less than that of the one before (Romano and Wolf 2005, 2016). Joint draws keep the dependence
    between tests, which Bonferroni and Holm ignore.

    Parameters
    ----------
    statistics : mapping of str to float
        Studentized statistic of each of m hypotheses. A missing one is not identified: it stays
        in with p-value 1, and its draws are left aside.
    draws : ndarray, shape (B, m)
        Statistics under the null, columns in the order of the names; each row one draw for all:
        ``randomize(...).statistics`` of exact refits under one assignment and seed, or a
        bootstrap's. A missing draw counts as extreme.

    Returns
    -------
    dict of str to float
        Adjusted p-values under the same names.

    Raises
    ------
    SpecificationError
        Every breach in one message: no hypothesis, no draw, another shape, infinite statistic.
    """
    observed = np.abs(np.array(list(statistics.values()), dtype=float))
    size = np.abs(np.asarray(draws, dtype=float))
    _check_draws(statistics, size)
    size = np.where(np.isnan(size), np.inf, size)
    tested = np.flatnonzero(~np.isnan(observed))
    order = tested[np.argsort(-observed[tested], kind="stable")]
    largest = np.maximum.accumulate(size[:, order[::-1]], axis=1)[:, ::-1]
    reached = (largest >= observed[order] * (1 - TIE)).sum(axis=0)
    adjusted = np.ones(len(observed))
    adjusted[order] = np.maximum.accumulate((1 + reached) / (1 + len(size)))
    return dict(zip(statistics, map(float, adjusted), strict=True))


def _check_draws(statistics: Mapping[str, float], size: NDArray[np.float64]) -> None:
    breaches = Breaches("Romano-Wolf adjustment")
    if not statistics:
        breaches.add("no hypothesis", remedy="name at least one")
    if size.ndim != 2:
        breaches.add(f"draws of shape {size.shape}", remedy="one row a draw, one column a test")
    else:
        if not len(size):
            breaches.add("no draw", remedy="give at least one")
        if size.shape[1] != len(statistics):
            breaches.add(
                f"draws have {size.shape[1]} columns for {len(statistics)} hypotheses",
                remedy="one column a hypothesis, in their order",
            )
    infinite = [name for name, value in statistics.items() if np.isinf(value)]
    if infinite:
        breaches.add(
            f"infinite statistic of {name_some(map(repr, infinite))}",
            remedy="make it missing where the treatment is not identified",
        )
    breaches.raise_as(SpecificationError)
