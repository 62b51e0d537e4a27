"""Acceptance: what each source must show, what was found, and why they differ."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.display.number import write_count
from pkstats.results import read_table


def read_acceptance(results: Path) -> pd.DataFrame:
    """Read ``data_acceptance.csv`` of a folder of results, a blank reason as empty text.

    Raises
    ------
    ResultsError
        The file is absent or not as declared.
    """
    return read_table(results, "acceptance", prefix="data").fillna({"reason": ""})


def select_differences(acceptance: pd.DataFrame) -> pd.DataFrame:
    """Keep the values that are not what was expected."""
    return acceptance[acceptance["found"] != acceptance["expected"]].reset_index(drop=True)


def say_acceptance(acceptance: pd.DataFrame) -> str:
    """Say how many values were found as expected, and whether every difference is explained."""
    apart = select_differences(acceptance)
    text = (
        f"{len(acceptance) - len(apart)} of {len(acceptance)} values are found as expected, over "
        f"{acceptance['source'].nunique()} sources; "
        f"{int((acceptance['counted_in'] == 'raw').sum())} are counted in raw files, "
        f"{int((acceptance['counted_in'] == 'panel').sum())} in panels."
    )
    if apart.empty:
        return text
    unexplained = apart.loc[apart["reason"] == "", "what"]
    if len(unexplained):
        return f"{text} **Unexplained: {'; '.join(unexplained)}.**"
    return f"{text} The {len(apart)} others differ for the reasons given."


def tabulate_acceptance(acceptance: pd.DataFrame, *, reasons: bool = False) -> pd.DataFrame:
    """Lay out acceptance values, one line each.

    Parameters
    ----------
    acceptance : DataFrame
        As :func:`read_acceptance` gives it.
    reasons : bool, default False
        Whether the reasons of differences are shown.

    Returns
    -------
    DataFrame
        Text.
    """
    table = pd.DataFrame(
        {
            "Value": acceptance["what"],
            "Source": "`" + acceptance["source"] + "`",
            "Expected": acceptance["expected"].map(_write_value),
            "Found": acceptance["found"].map(_write_value),
            "Counted in": acceptance["counted_in"],
        }
    )
    if reasons:
        return table.assign(Why=acceptance["reason"])
    return table.assign(Agrees=(acceptance["expected"] == acceptance["found"]).map(_say_whether))


def _say_whether(agrees: bool) -> str:
    return "yes" if agrees else "**no**"


def _write_value(value: str) -> str:
    return write_count(int(value)) if value.isdigit() else value.replace(";", ", ")
