"""The results of H1 as the analysis wrote them: one frame a file, read and checked at once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from pkstats.errors import Breaches, HypothesisError, SourceError

COLUMNS = {
    "estimates": (
        "model estimand outcome effects treatment role term estimate std_error std_error_crv1 "
        "std_error_mission statistic df p_value p_value_larger conf_low conf_high conf_low_90 "
        "conf_high_90 randomization_p "
        "randomization_draws distinct_assignments rows missions hosts hosts_scoring "
        "hosts_switching events minimum_detectable_effect note"
    ),
    "leave_one_out": "model left_out_kind left_out estimate std_error rows events",
    "identification": "model host missions switches events events_around_switch leverage",
    "rows_lost": "model reason rows events names",
    "negative_control": (
        "control term estimate std_error conf_low_90 conf_high_90 rows events ruling model reason "
        "hypothesis"
    ),
    "predictable_steps": (
        "effects term estimate std_error p_value conf_low conf_high rows steps note hypothesis"
    ),
    "verdict_steps": "order step condition value threshold outcome hypothesis",
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
    def hypotheses(self) -> tuple[str, ...]:
        """Names of the hypotheses judged, in the order of the verdict."""
        return tuple(self.verdict["hypothesis"].astype(str))

    def pick(self, hypothesis: str) -> Results:
        """Keep the rows of one hypothesis; frames without a column ``hypothesis`` stay whole.

        Raises
        ------
        HypothesisError
            The results hold no verdict on the hypothesis; the message lists those they hold.
        """
        if hypothesis not in self.hypotheses:
            known = ", ".join(self.hypotheses)
            raise HypothesisError(f"no verdict on {hypothesis!r}. Remedy: choose among {known}")
        frames = {field.name: getattr(self, field.name) for field in fields(self)}
        kept = {
            name: frame[frame["hypothesis"] == hypothesis].reset_index(drop=True)
            for name, frame in frames.items()
            if "hypothesis" in frame
        }
        return replace(self, **kept)

    @property
    def ruling(self) -> dict[str, Any]:
        """The verdict on the first hypothesis."""
        return write_records(self.verdict)[0]

    @property
    def steps(self) -> pd.DataFrame:
        """The steps of the verdict on the first hypothesis, in the order of the rule."""
        rows = self.verdict_steps
        rows = rows[rows["hypothesis"] == self.ruling["hypothesis"]]
        return rows.sort_values("order", kind="stable").reset_index(drop=True)

    def keep_estimand(self) -> Results:
        """Keep the estimates of the estimand of the first hypothesis' primary model."""
        rows = self.estimates
        estimands = rows.loc[rows["model"] == self.ruling["primary_model"], "estimand"].unique()
        return replace(self, estimates=rows[rows["estimand"].isin(estimands)])

    def keep_primary(self, name: str) -> pd.DataFrame:
        """Rows of one frame that belong to the primary model of the first hypothesis."""
        frame: pd.DataFrame = getattr(self, name)
        if "model" not in frame:
            return frame
        return frame[frame["model"] == self.ruling["primary_model"]].reset_index(drop=True)

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
        A file is absent, a column is absent or there is no verdict; lists every breach.
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
    if "verdict" in frames and frames["verdict"].empty:
        breaches.add(f"{family}_verdict.csv holds no verdict", remedy="make reproduce")
    breaches.raise_as(SourceError)
    return Results(**frames)
