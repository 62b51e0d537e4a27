"""Multiple testing: adjustment of p-values within a family of hypotheses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from scipy.stats import false_discovery_control

from pkstats.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    EstimationError
        A p-value is missing or outside [0, 1]; every such hypothesis is named.
    """
    bad = [name for name, p in p_values.items() if not 0 <= p <= 1]
    if bad:
        raise EstimationError(
            f"p-values missing or outside [0, 1]: {', '.join(bad)}. "
            "Remedy: enter an unidentified hypothesis with p = 1"
        )
    adjusted = false_discovery_control(list(p_values.values()), method=method)
    return dict(zip(p_values, map(float, adjusted), strict=True))
