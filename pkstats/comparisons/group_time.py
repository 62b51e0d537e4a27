"""Group-time effects by diff-diff: fitted, read, and its failures told from bugs."""

from __future__ import annotations

import warnings
from typing import Any, Literal

import numpy as np
import pandas as pd

from pkstats.errors import ConvergenceError
from pkstats.estimation.engines import Cells
from pkstats.estimation.engines.numerical import FAILURES, is_numerical

Method = Literal["callaway_santanna", "sun_abraham"]
#: What diff-diff says where cohorts or event times are too few.
TOO_FEW = (
    "Could not estimate any group-time effects",
    "with finite estimates found",
    "consecutive",
)


def fit_groups(cells: Cells, cohort: np.ndarray, method: Method) -> Any:
    """Fit cells whose units enter treatment in a cohort (0: never).

    Raises
    ------
    ConvergenceError
        No effect can be estimated.
    """
    from diff_diff import CallawaySantAnna, SunAbraham

    controls = [f"x{j}" for j in range(1, len(cells.terms))]
    frame = pd.DataFrame(cells.regressors[:, 1:], columns=controls).assign(
        outcome=cells.outcome, unit=cells.unit, period=cells.period, cohort=cohort,
        cluster=cells.cluster,
    )  # fmt: skip
    if method == "callaway_santanna":
        model = CallawaySantAnna(
            control_group="never_treated", estimation_method="reg", cluster="cluster",
            base_period="universal",
        )  # fmt: skip
    else:
        model = SunAbraham(
            control_group="never_treated", cluster="cluster", df_convention="cluster"
        )
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return model.fit(
                frame, outcome="outcome", unit="unit", time="period", first_treat="cohort",
                covariates=controls or None,
            )  # fmt: skip
    except FAILURES as error:
        if not is_declared(error):
            raise
        raise ConvergenceError(
            f"diff-diff: {error}. Remedy: fewer controls, or cohorts with more periods before "
            "and after"
        ) from error


def is_declared(error: Exception) -> bool:
    """Whether diff-diff says that the data are too few; any other error is a bug."""
    said = str(error)
    return is_numerical(error) or any(words in said for words in TOO_FEW)


def read_effects(found: Any, method: Method) -> pd.DataFrame:
    """Effects by event time: event_time estimate std_error, the reference -1 zero."""
    if method == "callaway_santanna":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = found.aggregate("event_study").to_dataframe()
        columns = {"event_time": "event_time", "att": "estimate", "se": "std_error"}
    else:
        table = found.to_dataframe()
        columns = {"relative_period": "event_time", "effect": "estimate", "se": "std_error"}
    table = table.rename(columns=columns)[list(columns.values())]
    own = pd.DataFrame({"event_time": [-1], "estimate": [0.0], "std_error": [np.nan]})
    table = pd.concat([table[table["event_time"] != -1], own])
    table["event_time"] = table["event_time"].astype(int)
    return table.sort_values("event_time").reset_index(drop=True)


def read_group_times(found: Any) -> pd.DataFrame:
    """Effects by cohort and period: cohort period estimate std_error treated comparison."""
    columns = ["cohort", "period", "estimate", "std_error", "treated", "comparison"]
    cells = getattr(found, "group_time_effects", {})
    rows = [
        (int(g), int(t), e["effect"], e["se"], e["n_treated"], e["n_control"])
        for (g, t), e in cells.items()
    ]
    return pd.DataFrame(rows, columns=columns).sort_values(columns[:2]).reset_index(drop=True)
