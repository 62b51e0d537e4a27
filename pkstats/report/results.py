"""The results of H1 as the analysis wrote them: one frame a file, read and checked at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pkstats.errors import Breaches, SourceError

COLUMNS = {
    "estimates": (
        "model estimand outcome effects treatment role term estimate std_error std_error_crv1 "
        "statistic df p_value conf_low conf_high conf_low_90 conf_high_90 randomization_p "
        "randomization_draws distinct_assignments rows missions hosts hosts_scoring "
        "hosts_switching events minimum_detectable_effect note"
    ),
    "leave_one_out": "model left_out_kind left_out estimate std_error rows events",
    "identification": "model host missions switches events events_around_switch leverage",
    "rows_lost": "model reason rows names",
    "negative_control": (
        "control term estimate std_error conf_low_90 conf_high_90 rows events ruling"
    ),
    "predictable_steps": "term estimate std_error p_value conf_low conf_high rows steps",
    "verdict_steps": "order step condition value threshold outcome",
    "verdict": (
        "hypothesis claim ruling reason primary_model estimate conf_low conf_high unit "
        "smallest_effect q_value attainable"
    ),
    "deaths_by_mission_year": (
        "mission year hostile_deaths_uniformed hostile_deaths_all hostile_deaths_upper "
        "personnel_years"
    ),
    "trace": "number value panel column rows",
}
"""Columns of each file ``<family>_<name>.csv``, as ARCHITECTURE.md declares them."""


@dataclass(frozen=True, kw_only=True)
class Results:
    """The results of one family, one tidy frame a file.

    Parameters
    ----------
    estimates, leave_one_out, identification, rows_lost, negative_control, predictable_steps, \
verdict_steps, verdict, deaths_by_mission_year, trace : DataFrame
        Columns as in ``COLUMNS``. Estimates are logs of rate ratios per index point.
    """

    estimates: pd.DataFrame
    leave_one_out: pd.DataFrame
    identification: pd.DataFrame
    rows_lost: pd.DataFrame
    negative_control: pd.DataFrame
    predictable_steps: pd.DataFrame
    verdict_steps: pd.DataFrame
    verdict: pd.DataFrame
    deaths_by_mission_year: pd.DataFrame
    trace: pd.DataFrame

    @property
    def ruling(self) -> dict[str, Any]:
        """The one row of the verdict."""
        return write_records(self.verdict)[0]

    @property
    def treatments(self) -> pd.DataFrame:
        """One row a model: the coefficient of its treatment."""
        return select_treatments(self.estimates)

    @property
    def primary(self) -> dict[str, Any] | None:
        """The estimate on which the verdict rests; None when no model was fitted."""
        found = self.treatments[self.treatments["model"] == self.ruling["primary_model"]]
        return None if found.empty else write_records(found)[0]


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


def read_results(folder: Path, *, family: str = "h1") -> Results:
    """Read every file of a family and check its columns.

    Parameters
    ----------
    folder : Path
        Folder that holds ``<family>_<name>.csv``.
    family : str, default "h1"
        First part of the file names.

    Returns
    -------
    Results

    Raises
    ------
    SourceError
        A file is absent, a column is absent or the verdict is not one row; lists every breach.
    """
    breaches = Breaches(f"results of {family}")
    frames = {}
    for name, columns in COLUMNS.items():
        path = Path(folder) / f"{family}_{name}.csv"
        if not path.is_file():
            breaches.add(f"{path.name} is absent", remedy="make reproduce")
            continue
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
        absent = [column for column in columns.split() if column not in frame]
        if absent:
            breaches.add(f"{path.name} lacks {', '.join(absent)}", remedy="make reproduce")
        frames[name] = frame
    if "verdict" in frames and len(frames["verdict"]) != 1:
        breaches.add(f"{family}_verdict.csv has {len(frames['verdict'])} rows, not one")
    breaches.raise_as(SourceError)
    return Results(**frames)
