"""Latent robustness: one factor behind the seven robust elements of a mandate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Mission-months on which the factor is fitted: those of the texts since 2000, tasks ending only
# with a full restatement.
SAMPLE = (pd.Timestamp("2000-01-01"), pd.Timestamp("2025-12-01"))
DECIMALS = 3


@dataclass(frozen=True)
class Factor:
    """One factor: loadings by element, and what turns elements into a score.

    Attributes
    ----------
    loadings, mean, deviation, weights : pandas.Series, shape (elements,)
        Loadings; mean and standard deviation of the sample; weights of the standardized elements.
    """

    loadings: pd.Series
    mean: pd.Series
    deviation: pd.Series
    weights: pd.Series


def fit_factor(state: pd.DataFrame, elements: tuple[str, ...]) -> Factor:
    """Fit one factor to the elements in force.

    Principal axis factoring of the correlations between the 0/1 elements, iterated to 1e-8
    (`statsmodels.multivariate.factor.Factor`); scores by regression (Thurstone),
    f = z' R^-1 L. The sign is fixed so that the loadings sum to more than zero.

    Parameters
    ----------
    state : pandas.DataFrame
        ``month`` and one 0/1 column an element, one row a mission and month.
    elements : tuple of str
        The elements that the factor lies behind.
    """
    from statsmodels.multivariate.factor import Factor as Model

    sample = state.loc[state["month"].between(*SAMPLE), list(elements)].astype("float64")
    fitted = Model(sample, n_factor=1, method="pa").fit(maxiter=10_000, tol=1e-8)
    sign = np.sign(fitted.loadings[:, 0].sum())
    weights = fitted.factor_score_params(method="regression")[:, 0]
    return Factor(
        loadings=pd.Series(sign * fitted.loadings[:, 0], index=list(elements)),
        mean=sample.mean(),
        deviation=sample.std(ddof=0),
        weights=pd.Series(sign * weights, index=list(elements)),
    )


def score_states(
    states: Mapping[str, pd.DataFrame], elements: tuple[str, ...], *, fitted_on: str
) -> dict[str, pd.Series]:
    """Score each state on the factor of one of them.

    Parameters
    ----------
    states : mapping of str to pandas.DataFrame
        States of the mandates by name, as :func:`fit_factor` takes them.
    elements : tuple of str
        The elements that the factor lies behind.
    fitted_on : str
        The state on which the factor is fitted.

    Returns
    -------
    dict of str to pandas.Series
        Scores in standard deviations of the factor, 0 at the mean of the sample, by name.
    """
    factor = fit_factor(states[fitted_on], elements)
    scores = {}
    for name, state in states.items():
        standardized = (state[list(elements)] - factor.mean) / factor.deviation
        scores[name] = (standardized @ factor.weights).round(DECIMALS) + 0.0
    return scores
