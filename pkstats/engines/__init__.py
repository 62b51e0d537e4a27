"""Engines: one a family (random effects apart), each ``fit(cells) -> Fit``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pkstats.engines.cells import Cells
from pkstats.engines.fit import Fit, Loss
from pkstats.errors import Breaches, SpecificationError, name_some

if TYPE_CHECKING:
    from pkstats.engines.cells import Floats
    from pkstats.specification import Specification

__all__ = ["Cells", "Fit", "Loss", "check_served", "fit"]

#: Estimators of each family that has an engine.
SERVED = {
    "linear": ("pooled", "within", "random", "first_difference"),
    "poisson": ("within",),
    "negative_binomial": ("within",),
    "logit": ("within",),
}
TAKES_OFFSET = ("poisson", "negative_binomial")


def check_served(specification: Specification) -> None:
    """Refuse, by name, what no engine can honour.

    Raises
    ------
    SpecificationError
        Lists every breach: family or estimator without engine, absorbed effects where the
        estimator absorbs none, exposure as offset of a model without log link.
    """
    breaches = Breaches("engines")
    family, estimator = specification.family, specification.estimator
    served = SERVED.get(family)
    if served is None:
        breaches.add(
            f"family {family!r} has no engine in this version",
            remedy=f"family={' or '.join(map(repr, SERVED))}",
        )
    if estimator not in (served or {e for s in SERVED.values() for e in s}):
        breaches.add(
            f"estimator {estimator!r} has no engine in this version"
            + (f" for family {family!r}" if served else ""),
            remedy=f"estimator={' or '.join(map(repr, served or ('within',)))}",
        )
    elif estimator != "within" and specification.effects:
        breaches.add(
            f"estimator {estimator!r} absorbs no effects, given {name_some(specification.effects)}",
            remedy="estimator='within', or indicator columns as controls",
        )
    offset = specification.exposure and specification.exposure_as == "offset"
    if served and offset and family not in TAKES_OFFSET:
        breaches.add(
            f"family {family!r} takes no exposure as offset",
            remedy="exposure_as='regressor', or a rate as outcome",
        )
    breaches.raise_as(SpecificationError)


def fit(specification: Specification, cells: Cells, *, start: Floats | None = None) -> Fit:
    """Fit the family of a specification to cells.

    Parameters
    ----------
    specification : Specification
        Names the family and the estimator.
    cells : Cells
        n rows, differenced where the estimator is ``first_difference``.
    start : ndarray, shape (n,), optional
        Linear predictor to start from.

    Raises
    ------
    SpecificationError
        No engine can honour the specification.
    EstimationError, SeparationError
        The treatment has no finite estimate.
    """
    check_served(specification)
    family, estimator = specification.family, specification.estimator
    if family == "linear" and estimator == "random":
        from pkstats.engines import random_effects

        return random_effects.fit(cells)
    if family == "linear":
        from pkstats.engines import linear

        return linear.fit(cells, intercept=estimator != "first_difference")
    engine = import_module(f"pkstats.engines.{family}")
    found: Fit = engine.fit(cells, start=start)
    return found
