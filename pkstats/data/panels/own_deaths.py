"""Own deaths: uniformed deaths by contributor, mission and month of the incident."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.sources import contributors, fatalities, missions

TYPES = {
    "Malicious Act": "own_hostile_deaths",
    "Accident": "own_accident_deaths",
    "Illness": "own_illness_deaths",
}
DEATHS = list(TYPES.values())
UNDETERMINED = "ZZ [Undetermined]"


def count_deaths(raw: Path) -> pd.DataFrame:
    """Count uniformed deaths by nationality to the last month observed whole.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``contributor mission month`` and the deaths by cause, rows with any death only. The
        contributor is missing where the source leaves the nationality undetermined. Missions
        outside the universe of peacekeeping operations are kept.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; an unknown nationality.
    """
    casualties = fatalities.read(raw)
    casualties = casualties[casualties["uniformed"]]
    known = casualties["nationality"].where(casualties["nationality"] != UNDETERMINED)
    month = casualties["date"].dt.to_period("M").dt.start_time.astype(casualties["date"].dtype)
    marks = pd.DataFrame(
        {
            "contributor": contributors.assign(known),
            "mission": missions.assign(casualties["label"], casualties["date"], "fatalities")[
                "mission"
            ],
            "month": month,
            **{name: (casualties["type"] == cause) for cause, name in TYPES.items()},
        }
    )
    marks = marks[(month <= fatalities.LAST_FULL_MONTH) & marks[DEATHS].any(axis=1)]
    key = ["contributor", "mission", "month"]
    return (
        marks.groupby(key, as_index=False, dropna=False)[DEATHS]
        .sum()
        .astype(dict.fromkeys(DEATHS, "Int64"))
    )


def join_deaths(frame: pd.DataFrame, deaths: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Add own deaths by a key; zero where none was recorded, missing after the last whole month."""
    named = deaths.dropna(subset=["contributor"])
    counts = named.groupby(key, as_index=False)[DEATHS].sum()
    joined = frame.merge(counts, on=key, how="left", validate="1:1")
    observed = joined["month"] <= fatalities.LAST_FULL_MONTH
    joined[DEATHS] = joined[DEATHS].fillna(0).astype("Int64").where(observed)
    return joined
