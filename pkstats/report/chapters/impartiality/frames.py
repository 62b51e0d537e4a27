"""The results of H2 as the analysis wrote them: one frame a table, read and checked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkstats.results import list_topic, read_family

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

PREFIX: Final = "h2"
NEEDED: Final = (
    *("predictable_steps", "effects", "compatibility"),
    *("specifications", "multiverse", "facts"),
)
"""What the pages show beside the tables of every family and of the topic."""


def read_frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Read every results table of H2.

    Raises
    ------
    ResultsError
        A file is absent or not as declared; lists every breach.
    """
    return read_family(folder, *list_topic(PREFIX), *NEEDED, prefix=PREFIX)
