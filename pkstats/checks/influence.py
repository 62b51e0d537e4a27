"""Leave-one-out: the estimate without each mission, host or other group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pkstats.errors import Breaches, EstimationError, SpecificationError
from pkstats.estimation.engines.columns import check_names
from pkstats.estimation.estimate import Estimate
from pkstats.estimation.inference import infer, refit_rows


def leave_one_out(estimate: Estimate, *, by: str) -> pd.DataFrame:
    """Refit without each value of a column, exactly and with the same inference.

    Parameters
    ----------
    estimate : Estimate
        Its rows are the starting sample.
    by : str
        Column of the estimate's panel, such as ``"mission"`` or ``"host"``.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, in order of ``left_out``: left_out estimate std_error df rows events
        note. Where the treatment has no finite estimate without the group, the row stays, estimate,
        standard error and degrees of freedom are missing and the note says why.

    Raises
    ------
    SpecificationError
        The column is absent or missing in some rows.
    """
    groups = _read_groups(estimate, by)
    records = [_refit_without(estimate, groups == name, name) for name in sorted(set(groups))]
    columns = ["left_out", "estimate", "std_error", "df", "rows", "events", "note"]
    return pd.DataFrame(records, columns=columns)


def _read_groups(estimate: Estimate, by: str) -> np.ndarray:
    frame = estimate.panel.frame
    breaches = Breaches("leave one out")
    check_names([by], frame, breaches)
    breaches.raise_as(SpecificationError)
    values = frame[by].iloc[estimate.fit.cells.position]
    if values.isna().any():
        raise SpecificationError(
            f"column {by!r} is missing in {int(values.isna().sum())} rows of the estimate. "
            "Remedy: fill it or name another column"
        )
    return values.astype(str).to_numpy(dtype=object)


def _refit_without(
    estimate: Estimate, left_out: np.ndarray, name: str
) -> tuple[str, float, float, float, int, float, str]:
    kept = ~left_out
    outcome = estimate.fit.cells.outcome[kept]
    try:
        fit = refit_rows(estimate.specification, estimate.fit, kept)
        inferred = infer(estimate.specification, fit)
    except EstimationError as error:
        lost = (np.nan, np.nan, np.nan)
        return name, *lost, len(outcome), float(outcome.sum()), f"undefined: {error}"
    coefficient, error_size = float(fit.coefficients[0]), float(inferred.std_error[0])
    df, events = float(inferred.degrees_of_freedom[0]), float(fit.cells.outcome.sum())
    return name, coefficient, error_size, df, len(fit.cells), events, inferred.notes[0]
