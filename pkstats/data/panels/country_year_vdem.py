"""Country-year, V-Dem: democracy, rights and state conduct, 1989-2024, under CC BY-SA 4.0.

The panel stands by itself because of its licence; join it to ``country_year`` when you need both.
"""

from __future__ import annotations

from pathlib import Path

from pkstats.data.panels import countries
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import vdem

NAME = "country_year_vdem"
LAST_YEAR = 2024


def build(raw: Path) -> Panel:
    """Build V-Dem's columns for every state of the system from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a state and year, 1989-2024; missing where V-Dem does not rate the state.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    frame = countries.list_states(raw, step="YS")
    frame["year"] = frame["period"].dt.year.astype("int64")
    frame = frame[frame["year"] <= LAST_YEAR]
    frame = frame.merge(vdem.read(raw), on=["country", "year"], how="left", validate="1:1")
    return countries.finish(frame, NAME)
