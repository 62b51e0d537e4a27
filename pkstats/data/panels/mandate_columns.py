"""Mandate columns of the panel: elements in force, robustness indices, ceilings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.data.mandates import elements, state_by_month
from pkstats.data.panels.coded_mandates import code_mandates, name_missions
from pkstats.data.panels.latent_robustness import score_states

if TYPE_CHECKING:
    from pkstats.data.mandates.state import Reset

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
MAIN = "robustness_index"
STATE = {
    "resolution": "mandate_resolution",
    "renewal": "mandate_renewal",
    "authorised_military": "authorised_military",
    "authorised_police": "authorised_police",
}


def join_mandates(frame: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Add the mandate in force in each month, as the resolutions state it.

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
        force) and the latent one under three rules of reset, the resolution in force and the kind
        of text it was read from, renewals and ceilings; missing where no text is coded.
    """
    mandates = code_mandates(raw).mandates
    return frame.merge(derive_columns(mandates), on=KEY, how="left", validate="1:1")


def derive_columns(mandates: pd.DataFrame) -> pd.DataFrame:
    """Columns of the panel from coded mandates, one row a mission and month.

    Parameters
    ----------
    mandates : pandas.DataFrame
        As :func:`pkstats.data.panels.coded_mandates.code_mandates` gives them.
    """
    names = list(elements())
    states = {
        index: name_missions(state_by_month(mandates, reset=reset))
        for index, reset in INDICES.items()
    }
    columns = states[MAIN][[*KEY, *names, *STATE]].rename(
        columns={**{name: f"text_{name}" for name in names}, **STATE}
    )
    for index, state in states.items():
        columns[index] = state[list(ROBUST)].sum(axis=1)
    numbers = [column for column in columns if column not in KEY]
    columns = columns.astype(dict.fromkeys(numbers, "Int64"))
    for index, scores in score_states(states, ROBUST, fitted_on=MAIN).items():
        columns[index.replace("robustness_index", "robustness_latent")] = scores
    sources = mandates.drop_duplicates("resolution").set_index("resolution")["source"]
    columns["mandate_source"] = columns["mandate_resolution"].map(sources)
    return columns
