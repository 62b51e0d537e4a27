"""Reconstruction error: how far the estimate of personnel from margins was from the true months.

The UN printed 2018-03 to 2019-08 without missions. Panels once took those months from an estimate
by margins of contributor and type; the table of contributors and missions now tells them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.panels.splice import KEY, UNPRINTED, keep_missions, sum_contributors
from pkstats.data.sources import contributors_missions, personnel

if TYPE_CHECKING:
    from pathlib import Path


def compare_months(raw: Path) -> pd.DataFrame:
    """Estimate and truth of each mission-month that was reconstructed.

    Returns
    -------
    pandas.DataFrame
        ``mission month reconstructed true``: persons at the end of the month; zero where the
        month lists nobody in the mission.
    """
    strength = keep_missions(personnel.read_strength(raw), "strength")
    estimated = strength.loc[strength["source"] == "reconstructed", [*KEY, "total"]]
    true = sum_contributors(contributors_missions.read(raw))
    true = true.loc[true["month"].between(*UNPRINTED), [*KEY, "total"]]
    both = estimated.rename(columns={"total": "reconstructed"}).merge(
        true.rename(columns={"total": "true"}), on=KEY, how="outer", validate="1:1"
    )
    return both.fillna({"reconstructed": 0, "true": 0}).astype({"true": "int64"})


def tabulate_errors(raw: Path) -> pd.DataFrame:
    """Errors of the reconstruction over all mission-months, by quarter and by mission.

    Returns
    -------
    pandas.DataFrame
        ``part name mission_months true_mean error_mean absolute_error_share median_percent
        largest_percent``: mean of estimate minus truth in persons; sum of absolute errors over
        the sum of the truth; median and largest absolute error of a mission-month in per cent of
        its truth. Mission-months of nobody count in all but the last two.
    """
    months = compare_months(raw)
    quarter = months["month"].dt.to_period("Q").astype("str")
    whole = pd.Series("all", index=months.index)
    grouped = (("all", whole), ("quarter", quarter), ("mission", months["mission"]))
    rows = [
        {"part": part, "name": name, **_measure(months[names == name])}
        for part, names in grouped
        for name in sorted(set(names))
    ]
    return pd.DataFrame(rows)


def _measure(months: pd.DataFrame) -> dict[str, float]:
    error = months["reconstructed"] - months["true"]
    some = months["true"] > 0
    percent = 100 * error[some].abs() / months.loc[some, "true"]
    persons = months["true"].sum()
    return {
        "mission_months": len(months),
        "true_mean": round(months["true"].mean(), 1),
        "error_mean": round(error.mean(), 1),
        "absolute_error_share": round(error.abs().sum() / persons, 4) if persons else float("nan"),
        "median_percent": round(percent.median(), 1),
        "largest_percent": round(percent.max(), 1),
    }
