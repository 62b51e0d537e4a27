"""Dense design of a model whose library knows no absorbed effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.kernels.effects import Effects


@dataclass(frozen=True)
class Indicators:
    """Standardised regressors, then indicator columns of full rank.

    Parameters
    ----------
    matrix : ndarray, shape (n, k + rank)
        Regressors less their mean, over their standard deviation; indicators as they are.
    scale : ndarray, shape (k,)
        Standard deviations.
    """

    matrix: Floats
    scale: Floats


def build_indicators(regressors: Floats, effects: Effects) -> Indicators:
    """Indicators of every effect beside the standardised regressors; they span the intercept."""
    scale = regressors.std(axis=0)
    standardised = (regressors - regressors.mean(axis=0)) / scale
    indicators = [effects.first_sum.T.toarray(), effects.rest_sum.T.toarray()]
    return Indicators(np.column_stack([standardised, *indicators]), scale)
