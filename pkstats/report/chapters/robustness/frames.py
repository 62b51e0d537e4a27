"""The results of H1 as the analysis wrote them: one frame a table, read and checked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkstats.results import list_topic, read_family, read_tables

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

PREFIX: Final = "h1"
GATED: Final = "elements"


def read_frames(folder: Path, *names: str) -> dict[str, pd.DataFrame]:
    """Read results tables of H1.

    Parameters
    ----------
    folder : Path
        Holds ``h1_<name>.csv``.
    *names : str
        Those wanted; all by default, those of the gated family as ``elements_<name>``.

    Returns
    -------
    dict of str to DataFrame

    Raises
    ------
    ResultsError
        A file is absent or not as declared; lists every breach.
    """
    if names:
        return read_tables(folder, *names, prefix=PREFIX)
    gated = read_family(folder, prefix=f"{PREFIX}_{GATED}")
    return {
        **read_family(folder, *list_topic(PREFIX), prefix=PREFIX),
        **{f"{GATED}_{name}": frame for name, frame in gated.items()},
    }
