"""Country-month: organized violence in every state of the system, 1989-01 to 2025-12."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.one_sided import list_dyads
from pkstats.data.panels import countries
from pkstats.data.panels.panel import Panel

NAME = "country_month"


def build(raw: Path) -> Panel:
    """Build the panel of country-months from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a state and month in which it is a member of the system on some day; columns as in
        the codebook.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    PanelError
        UCDP counts events where no state is a member of the system.
    """
    frame = countries.count_violence(raw)
    frame["year"] = frame["month"].dt.year
    for counts, last in (
        (countries.count_agreements(raw, step="MS"), countries.LAST_AGREEMENT),
        (countries.count_terminations(raw, step="MS"), countries.LAST_TERMINATION),
    ):
        frame = countries.join_counts(frame, counts, on="month", last=last)
    return countries.finish(frame, NAME)


def one_sided_dyads(raw: Path) -> pd.DataFrame:
    """Companion table: the side of each dyad of one-sided violence, and how it is known."""
    return list_dyads(raw)
