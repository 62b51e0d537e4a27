"""The results of a family as the analysis wrote them: one frame a table, read at once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from pkstats.errors import HypothesisError, ResultsError
from pkstats.results import find_table, read_family

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Results:
    """The results of one family, one tidy frame a table.

    Parameters
    ----------
    estimates, leave_one_out, identification, rows_lost, negative_control, predictable_steps, \
verdict_steps, verdict : DataFrame
        Columns as :mod:`pkstats.results` declares them. Without rows where the family's designs
        have no such table.
    """

    estimates: pd.DataFrame
    leave_one_out: pd.DataFrame
    identification: pd.DataFrame
    rows_lost: pd.DataFrame
    negative_control: pd.DataFrame
    predictable_steps: pd.DataFrame
    verdict_steps: pd.DataFrame
    verdict: pd.DataFrame

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
    """Read what a family wrote and hold it to the declared tables.

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
    ResultsError
        A file is absent or not as declared, or there is no verdict; lists every breach.
    """
    frames = read_family(folder, prefix=family)
    if frames["verdict"].empty:
        raise ResultsError(f"{family}_verdict.csv holds no verdict. Remedy: make reproduce")
    empty = {f.name: list(find_table(f.name, prefix=family).table.names) for f in fields(Results)}
    return Results(
        **{name: frames.get(name, pd.DataFrame(columns=names)) for name, names in empty.items()}
    )
