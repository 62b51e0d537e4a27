"""Mandate columns of the panel: elements in force, robustness index, ceilings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.registry import CHECKOUT, verify

if TYPE_CHECKING:
    from pkstats.mandates.state import Reset

TEXTS = (
    "unsc_resolutions/unsc_resolutions.zip",
    "unsc_resolutions_1946_2015/unsc_resolutions_1946_2015.zip",
)
OVERRIDES = CHECKOUT / "data" / "compiled" / "mandate_overrides.toml"
FIRST = pd.Timestamp("2000-01-01")
KEY = ["mission", "month"]

ROBUST = (
    "chapter_vii",
    "use_of_force",
    "poc_physical",
    "robust_posture",
    "proactive",
    "offensive",
    "counter_terrorism",
)
INDICES: dict[str, Reset] = {
    "robustness_index": "restatement",
    "robustness_index_never_reset": "never",
    "robustness_index_always_reset": "always",
}
STATE = {
    "resolution": "mandate_resolution",
    "renewal": "mandate_renewal",
    "authorised_military": "authorised_military",
    "authorised_police": "authorised_police",
}


def join_mandates(frame: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Add the mandate in force in each month from 2000-01 on, as the resolutions state it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Mission-months, with ``mission`` and ``month``.
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        The frame with ``text_<element>``, the robustness index (the number of robust elements in
        force) under three rules of reset, the resolution in force, renewals and ceilings; missing
        before 2000.
    """
    from pkstats.mandates import mandate_frame, read_overrides
    from pkstats.sources import resolutions

    verify(raw, TEXTS)
    mandates = mandate_frame(resolutions.read(raw), overrides=read_overrides(OVERRIDES))
    state = derive_columns(mandates)
    state = state[state["month"] >= FIRST]
    return frame.merge(state, on=KEY, how="left", validate="1:1")


def derive_columns(mandates: pd.DataFrame) -> pd.DataFrame:
    """Columns of the panel from coded mandates, one row a mission and month."""
    from pkstats.mandates import elements, state_by_month

    names = list(elements())
    states = {index: state_by_month(mandates, reset=reset) for index, reset in INDICES.items()}
    main = states["robustness_index"]
    columns = main[[*KEY, *names, *STATE]].rename(
        columns={**{name: f"text_{name}" for name in names}, **STATE}
    )
    for index, state in states.items():
        counted = state[KEY].assign(**{index: state[list(ROBUST)].sum(axis=1)})
        columns = columns.merge(counted, on=KEY, how="left", validate="1:1")
    numbers = [column for column in columns if column not in KEY]
    return columns.astype(dict.fromkeys(numbers, "Int64"))
