"""Models without their treatment: what draws are held against, and what leverage is weighed by."""

from __future__ import annotations

from dataclasses import dataclass

from pkstats.estimation.engines.cells import Cells, Floats
from pkstats.estimation.engines.fit import Loss


@dataclass(frozen=True)
class NullFit:
    """Fit without the treatment on the n rows of a fit with it.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        Outcome less mean.
    working_residual : ndarray, shape (n,)
        The same over the weight.
    weights : ndarray, shape (n,)
        One (linear) or the mean (poisson).
    linear_predictor : ndarray, shape (n,)
        Offset included.
    """

    residual: Floats
    working_residual: Floats
    weights: Floats
    linear_predictor: Floats


@dataclass(frozen=True)
class Restricted:
    """Rows and weights of a model without its treatment, whatever the treatment does there.

    Parameters
    ----------
    cells : Cells
        The n rows that the model keeps; the treatment and the controls that are not collinear.
    weights : ndarray, shape (n,)
        Of the projection on effects and controls.
    losses : tuple of Loss
        Rows dropped, by reason.
    """

    cells: Cells
    weights: Floats
    losses: tuple[Loss, ...]
