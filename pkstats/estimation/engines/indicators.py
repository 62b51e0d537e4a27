"""Dense design of a model whose library knows no absorbed effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pkstats.estimation.engines.cells import Floats
from pkstats.estimation.kernels.effects import Effects
from pkstats.estimation.kernels.gram import Basis, build_basis


@dataclass(frozen=True)
class Indicators:
    """Columns that stand for the regressors, then indicator columns of full rank.

    Parameters
    ----------
    matrix : ndarray, shape (n, k + rank)
        Columns of the basis; indicators as they are.
    basis : Basis
        Of the k regressors.
    """

    matrix: Floats
    basis: Basis


def build_indicators(regressors: Floats, effects: Effects) -> Indicators:
    """Indicators of every effect beside the regressors' basis; they span the intercept."""
    basis = build_basis(regressors, effects)
    indicators = [effects.first_sum.T.toarray(), effects.rest_sum.T.toarray()]
    return Indicators(np.column_stack([basis.columns, *indicators]), basis)
