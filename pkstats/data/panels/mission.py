"""Mission: every operation of the crosswalk, its dates, hosts, resolutions, size and deaths."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.panel import Panel
from pkstats.data.panels.splice import splice_personnel
from pkstats.data.sources import fatalities, missions
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column

NAME = "mission"
SUCCESSIONS = COMPILED / "mission_successions.csv"
STABILIZATION = r"stabili[sz]ation"
OBSERVED = ("ipi", "un_monthly", "un_mission_contributor")

TYPES = {
    "Malicious Act": "deaths_hostile",
    "Accident": "deaths_accident",
    "Illness": "deaths_illness",
    "Self-Inflicted": "deaths_self_inflicted",
    "To Be Determined": "deaths_to_be_determined",
    "Unknown": "deaths_unknown",
}
COLUMNS = (
    Column(name="mission"),
    Column(name="successor"),
    Column(name="resolution", kind="integer", minimum=1),
    Column(name="citation"),
)


def build(raw: Path) -> Panel:
    """Build the panel of missions from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a mission of data/compiled/missions.csv, those outside the universe among them;
        columns as in the codebook.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    frame = describe(missions.crosswalk())
    for table in (count_deaths(fatalities.read(raw)), find_peak(splice_personnel(raw))):
        frame = frame.merge(table, on="mission", how="left", validate="1:1")
    deaths = [str(column) for column in frame if str(column).startswith("deaths")]
    frame[deaths] = frame[deaths].fillna(0).astype("int64")
    return assemble_panel(frame, NAME)


def describe(crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Dates, hosts, resolutions, name and successors of each mission."""
    listed = successions()
    following = listed.groupby("mission")["successor"].agg(";".join)
    return crosswalk.assign(
        listed=range(1, len(crosswalk) + 1),
        stabilization=name_stabilization(crosswalk["name"]),
        successor=crosswalk["mission"].map(following),
    )


def name_stabilization(name: pd.Series) -> pd.Series:
    """Whether the name of a mission, as the crosswalk cites it, holds stabilization (0/1)."""
    return name.str.contains(STABILIZATION, case=False).astype("int8")


def successions(path: Path = SUCCESSIONS) -> pd.DataFrame:
    """Read the compiled successions: ``mission successor resolution citation``.

    Raises
    ------
    SourceError
        Breaches of the schema; a mission is not in the crosswalk.
    """
    table = read_compiled(path, COLUMNS, unique=("mission", "successor"))
    missions.check_known([*table["mission"], *table["successor"]], what=path.name)
    return table


def count_deaths(casualties: pd.DataFrame) -> pd.DataFrame:
    """Count deaths of all staff by mission and type, whatever the date; hostile uniformed apart."""
    assigned = missions.assign(casualties["label"], casualties["date"], "fatalities")
    hostile = casualties["type"] == "Malicious Act"
    marks = pd.DataFrame(
        {
            "mission": assigned["mission"],
            "deaths": 1,
            **{name: (casualties["type"] == kind).astype("int64") for kind, name in TYPES.items()},
            "deaths_uniformed": casualties["uniformed"].astype("int64"),
            "deaths_hostile_uniformed": (hostile & casualties["uniformed"]).astype("int64"),
        }
    )
    return marks.groupby("mission", as_index=False).sum()


def find_peak(spliced: pd.DataFrame) -> pd.DataFrame:
    """Largest personnel of a month that a report states, and the first such month."""
    stated = spliced[spliced["source"].isin(OBSERVED)]
    order = stated.sort_values(["total", "month"], ascending=[False, True], kind="stable")
    peak = order.drop_duplicates("mission")[["mission", "total", "month"]]
    return peak.rename(columns={"total": "peak_personnel", "month": "peak_month"}).astype(
        {"peak_personnel": "Int64"}
    )
