"""Results as pages take them: rows as mappings, and the coefficient of each model's treatment."""

from __future__ import annotations

from typing import Any

import pandas as pd


def write_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Write a frame as one mapping a row, column to value."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def select_treatments(estimates: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that hold a model's treatment coefficient, one a model.

    Parameters
    ----------
    estimates : DataFrame
        Columns ``model``, ``treatment`` and ``term``.

    Returns
    -------
    DataFrame
        The rows whose term is the treatment, in the order given, with a RangeIndex.
    """
    same = estimates["term"] == estimates["treatment"]
    return estimates[same].drop_duplicates("model").reset_index(drop=True)
