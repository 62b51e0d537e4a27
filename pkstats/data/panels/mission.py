"""Mission: every operation of the crosswalk, its dates, hosts, resolutions, size and deaths."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from pkstats.errors import SourceError, name_some
from pkstats.data.panels.codebook import codebook
from pkstats.data.panels.panel import Panel
from pkstats.data.panels.splice import splice_personnel
from pkstats.data.registry import CHECKOUT
from pkstats.data.sources import fatalities, missions
from pkstats.data.sources.table import Column, read_table

NAME = "mission"
SUCCESSIONS = CHECKOUT / "data" / "compiled" / "mission_successions.csv"
STABILIZATION = r"stabili[sz]ation"
OBSERVED = ("ipi", "un_monthly")

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
    variables = codebook(NAME)
    frame = frame[[variable.name for variable in variables]]
    return Panel.from_frame(frame, unit="mission", time="listed", name=NAME, codebook=variables)


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
    return _read_successions(path).copy()


@cache
def _read_successions(path: Path) -> pd.DataFrame:
    table = read_table(path, COLUMNS, unique=["mission", "successor"])
    known = set(missions.crosswalk()["mission"])
    unknown = sorted((set(table["mission"]) | set(table["successor"])) - known)
    if unknown:
        raise SourceError(
            f"{path.name}: unknown mission {name_some(unknown)}. "
            "Remedy: add it to data/compiled/missions.csv with a citation"
        )
    return table.reset_index(drop=True)


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
