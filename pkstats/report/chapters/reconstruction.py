"""Reconstruction: how far personnel estimated from margins was from what the UN reported."""

from __future__ import annotations

import pandas as pd

from pkstats.display.number import write_count, write_number
from pkstats.report.results import write_records


def say_reconstruction(errors: pd.DataFrame, sources: pd.Series) -> str:
    """Say how many mission-months are true now, and how large the errors were.

    Parameters
    ----------
    errors : DataFrame
        Table ``reconstruction_error``.
    sources : Series of str
        ``personnel_source`` of the panel ``mission_month``.
    """
    row = write_records(errors[errors["part"] == "all"])[0]
    missions = errors[errors["part"] == "mission"].dropna(subset=["absolute_error_share"])
    worst = write_records(missions.nlargest(1, "absolute_error_share"))[0]
    true = int((sources == "un_mission_contributor").sum())
    left = int(row["mission_months"]) - true
    nobody = (
        f"; {write_count(left)} more, in which nobody was left, "
        f"{'is' if left == 1 else 'are'} missing now"
        if left
        else ""
    )
    return (
        f"{write_count(true)} mission-months whose personnel was once reconstructed from margins "
        f"by contributor and type hold the figures that the United Nations reported{nobody}. "
        f"The reconstruction was off by {_write_percent(row['absolute_error_share'])}% of all "
        f"personnel, by {write_number(row['median_percent'], decimals=1)}% in the median "
        f"mission-month and by {write_number(row['largest_percent'], decimals=1)}% in the worst; "
        f"over a mission's months most in {worst['name']}, by "
        f"{_write_percent(worst['absolute_error_share'])}%. "
        f"{write_count((sources == 'interpolated').sum())} mission-months of three lost reports "
        "are still the mean of the months around."
    )


def tabulate_errors(errors: pd.DataFrame) -> pd.DataFrame:
    """Lay out the errors as text, one line a quarter or mission."""
    kept = errors[errors["part"] != "all"]
    rows = [
        {
            "By": row["part"],
            "Name": row["name"],
            "Mission-months": write_count(row["mission_months"]),
            "Mean personnel": write_count(round(row["true_mean"])),
            "Mean error": write_number(row["error_mean"], decimals=1),
            "Error of all personnel, %": _write_percent(row["absolute_error_share"]),
            "Median error, %": write_number(row["median_percent"], decimals=1),
            "Largest error, %": write_number(row["largest_percent"], decimals=1),
        }
        for row in write_records(kept)
    ]
    return pd.DataFrame(rows)


def _write_percent(share: float) -> str:
    return write_number(100 * share, decimals=1)
