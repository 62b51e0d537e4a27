"""Engines: each ``fit(cells) -> Fit``; the catalogue says which family and estimator it serves."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pkstats.estimation.engines.catalogue import (
    choose_settings,
    find_engine,
    list_served,
    name_scale,
)
from pkstats.estimation.engines.cells import Cells
from pkstats.estimation.engines.fit import Fit, Loss, UnitEffects

if TYPE_CHECKING:
    from pkstats.estimation.engines.cells import Floats
    from pkstats.estimation.specification import Specification

__all__ = [
    "Cells", "Fit", "Loss", "UnitEffects", "find_engine", "fit", "list_served", "name_scale",
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
    EstimationError, SeparationError
        The treatment has no finite estimate.
    """
    engine = find_engine(specification)
    module = import_module(f"pkstats.estimation.engines.{engine.module}")
    settings = choose_settings(specification, engine)
    if engine.family != "linear":
        settings["start"] = start
    found: Fit = module.fit(cells, **settings)
    return found
