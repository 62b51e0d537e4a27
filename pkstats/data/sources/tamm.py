"""TAMM: tasks assigned to missions in their mandates, by mission and month, 1948-2015."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.missions import declare_label
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import SourceError, name_some

NAME = "tamm/tamm.csv"
EPOCH = 1960  # `yearmon` counts months from January 1960

TASKS = (
    "peaceag_cease_monitor",
    "buffer_monitor",
    "liaise_warpart",
    "goodoffices",
    "peaceag_cease_assist",
    "humrts_monitor",
    "refugees_monitor",
    "humrts_protect",
    "children_protect",
    "women_protect",
    "prociv",
    "unpersonnel_protect",
    "demining_assist",
    "refugees_assist",
    "humaid_assist",
    "humpersonnel_protect",
    "borders_monitor",
    "weaponstrade_monitor",
    "weaponsembargo_monitor",
    "cargoinspections",
    "resources_monitor",
    "ch7",
    "election_monitor",
    "election_security",
    "election_assist",
    "govcap_assist",
    "cultural_pres",
    "qip_assist",
    "justice_assist",
    "securitysectorreform_assist",
    "policereform_assist",
    "police_monitor",
    "police_jointpatrols",
    "reconciliation",
    "justice_warcrim",
    "ddr_monitor",
    "ddr_assist",
)


def read(raw: Path) -> pd.DataFrame:
    """Read the mission-months.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (5920, 43)
        ``label month resolution``, the tasks (0/1) and their numbers: ``numtasks`` first-order,
        ``subtasks`` below them, ``totaltasks`` both.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the mission-months from a path without checking its hash; as :func:`read`."""
    columns = (
        declare_label("mission", "tamm"),
        Column(name="yearmon", kind="integer", minimum=-144, maximum=671),
        Column(name="month", rename="month_of_year", kind="integer", minimum=1, maximum=12),
        Column(name="year", kind="integer", minimum=1948, maximum=2015),
        Column(name="unsc_resolution", rename="resolution", blank=True),
        *(Column(name=task, kind="flag") for task in TASKS),
        *(
            Column(name=name, kind="integer", minimum=0, maximum=70)
            for name in ("numtasks", "subtasks", "totaltasks")
        ),
    )
    table = read_table(path, columns, unique=["label", "yearmon"])
    written = (table["year"] - EPOCH) * 12 + table["month_of_year"] - 1
    wrong = table.index[table["yearmon"] != written]
    if len(wrong):
        raise SourceError(
            f"{path.name}: 'yearmon' disagrees with 'year' and 'month' (line {name_some(wrong)}). "
            "Remedy: correct the file or fetch it again"
        )
    month = pd.to_datetime({"year": table["year"], "month": table["month_of_year"], "day": 1})
    table = table.drop(columns=["yearmon", "month_of_year", "year"])
    table.insert(1, "month", month)
    return table.reset_index(drop=True)
