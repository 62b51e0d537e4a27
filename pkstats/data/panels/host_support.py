"""Host support: how far the mandate in force puts a mission at the side of the state, by month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.data.mandates import state_by_month
from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.coded_mandates import code_mandates, name_missions
from pkstats.data.panels.mission import name_stabilization
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import missions

if TYPE_CHECKING:
    from pkstats.data.mandates.state import Reset

NAME: Final = "host_support"
KEY: Final = ["mission", "month"]
INDEX: Final = "host_support_index"
#: Elements of the index: each puts the mission at the side of the host government.
SUPPORTING: Final = ("state_authority", "host_security_support", "joint_operations")
RESETS: Final[dict[str, Reset]] = {
    INDEX: "restatement",
    f"{INDEX}_never_reset": "never",
    f"{INDEX}_always_reset": "always",
}


def build(raw: Path) -> Panel:
    """Build the panel of host support from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a mission and month whose mandate is coded; columns as in the codebook.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    crosswalk = missions.crosswalk()
    frame = support_by_month(code_mandates(raw).mandates)
    frame = frame.merge(crosswalk[["mission", "host", "country", "name"]], on="mission")
    frame = frame.assign(
        year=frame["month"].dt.year.astype("int64"),
        country=frame["country"].astype("Int64"),
        stabilization_name=name_stabilization(frame["name"]),
        supports_host=(frame[INDEX] > 0).astype("int8"),
    )
    return assemble_panel(frame, NAME)


def support_by_month(mandates: pd.DataFrame) -> pd.DataFrame:
    """Count the supporting elements in force, by mission and month.

    Parameters
    ----------
    mandates : pandas.DataFrame
        As :func:`pkstats.data.panels.coded_mandates.code_mandates` gives them.

    Returns
    -------
    pandas.DataFrame
        mission, month, mandate_resolution, mandate_renewal (1 in a month with a decision on the
        mandate), ``text_<element>`` for each of `SUPPORTING`, and the number of them in force under
        each rule of reset: tasks end at a full restatement (``host_support_index``), never, or at
        every renewal.
    """
    support = pd.DataFrame()
    for index, reset in RESETS.items():
        state = name_missions(state_by_month(mandates, reset=reset))
        if support.empty:
            named = {"renewal": "mandate_renewal", "resolution": "mandate_resolution"}
            named |= {element: f"text_{element}" for element in SUPPORTING}
            support = state[[*KEY, *named]].rename(columns=named)
        support = support.assign(**{index: state[list(SUPPORTING)].sum(axis=1).astype("int64")})
    return support
