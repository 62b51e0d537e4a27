"""Engines: each ``fit(cells) -> Fit`` and, beside it, the declaration of what it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkstats.estimation.engines.catalogue import (
    choose_settings,
    demand,
    find_engine,
    list_served,
    look_up,
    name_scale,
)
from pkstats.estimation.engines.cells import Cells
from pkstats.estimation.engines.engine import Engine
from pkstats.estimation.engines.fit import Fit, Loss, UnitEffects

if TYPE_CHECKING:
    from pkstats.estimation.engines.cells import Floats
    from pkstats.estimation.specification import Specification

__all__ = [
    "Cells", "Engine", "Fit", "Loss", "UnitEffects", "demand", "find_engine", "fit", "list_served",
    "look_up", "name_scale",
]  # fmt: skip


def fit(specification: Specification, cells: Cells, *, start: Floats | None = None) -> Fit:
    """Fit the engine of a specification to cells.

    Parameters
    ----------
    specification : Specification
        Names the family and the estimator.
    cells : Cells
        n rows, differenced where the estimator is ``first_difference``.
    start : ndarray, shape (n,), optional
        Linear predictor to start from; an engine in closed form has no use for it.

    Raises
    ------
    SpecificationError
        No engine can honour the specification.
    EstimationError
        The treatment has no finite estimate.
    """
    engine = find_engine(specification)
    settings = choose_settings(specification, engine)
    if engine.warm_start:
        settings["start"] = start
    return engine.fit(cells, **settings)
