"""Engines: one a family, each ``fit(cells) -> Fit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkstats.engines.cells import Cells
from pkstats.engines.fit import Fit, Loss
from pkstats.errors import Breaches, SpecificationError

if TYPE_CHECKING:
    from pkstats.engines.cells import Floats
    from pkstats.specification import Specification

__all__ = ["Cells", "Fit", "Loss", "check_served", "fit"]

SERVED_FAMILIES = ("poisson",)
SERVED_ESTIMATORS = ("within",)


def check_served(specification: Specification) -> None:
    """Refuse, by name, a family or estimator for which there is no engine.

    Raises
    ------
    SpecificationError
        Lists both where both are refused.
    """
    breaches = Breaches("engines")
    for field, served in (("family", SERVED_FAMILIES), ("estimator", SERVED_ESTIMATORS)):
        wanted = getattr(specification, field)
        if wanted not in served:
            breaches.add(
                f"{field} {wanted!r} has no engine in this version",
                remedy=f"{field}={' or '.join(map(repr, served))}",
            )
    breaches.raise_as(SpecificationError)


def fit(specification: Specification, cells: Cells, *, start: Floats | None = None) -> Fit:
    """Fit the family of a specification to cells.

    Parameters
    ----------
    specification : Specification
        Names the family.
    cells : Cells
        n rows.
    start : ndarray, shape (n,), optional
        Linear predictor to start from.

    Raises
    ------
    SpecificationError
        The family has no engine.
    EstimationError, SeparationError
        The treatment has no finite estimate.
    """
    from pkstats.engines import poisson

    check_served(specification)
    return poisson.fit(cells, start=start)
