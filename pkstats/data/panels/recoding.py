"""Recoding: the panel of mission-months under other readings of the mandates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.data.mandates import elements, state_by_month
from pkstats.data.mandates.contestable import Alternative, read_coded, recode
from pkstats.data.panels.coded_mandates import ACRONYMS
from pkstats.data.panels.mandate_columns import INDICES, KEY, MAIN, ROBUST, STATE
from pkstats.errors import PanelError

if TYPE_CHECKING:
    from pkstats.data.panels.panel import Panel

#: Columns that are fitted over all mandates: they are left out where readings change.
LATENT: Final = "robustness_latent"


def recode_panel(panel: Panel, mandates: Panel, alternatives: Sequence[Alternative]) -> Panel:
    """Derive the mandate columns of mission-months again, under other readings of the texts.

    Parameters
    ----------
    panel : Panel
        ``mission_month``.
    mandates : Panel
        ``mandate``: the coded texts. No raw file is read.
    alternatives : sequence of Alternative
        Readings to take together; none leaves every column as it is, the latent ones apart.

    Returns
    -------
    Panel
        With the elements in force, the indices under three rules of reset, the resolution in
        force, renewals and ceilings of the missions concerned run again from their founding texts
        (`state_by_month`). The latent index is left out: it would be fitted anew over all texts.

    Raises
    ------
    PanelError
        A mission concerned is no unit of the panel.
    SourceError
        A reading does not fit the coded mandates.
    """
    touched = {r.mission for alternative in alternatives for r in alternative.recodings}
    codes = recode(read_coded(mandates.frame), alternatives)
    absent = sorted(touched - set(panel.frame["mission"]))
    if absent:
        raise PanelError(
            f"panel {panel.name!r}: no mission {', '.join(absent)}. Remedy: give the whole panel "
            "mission_month, or leave these readings out"
        )
    dropped = [name for name in panel.frame if str(name).startswith(LATENT)]
    frame = panel.frame.drop(columns=dropped)
    if touched:
        frame = _replace(frame, derive_states(codes, among=touched))
    codebook = tuple(v for v in panel.codebook if v.name not in dropped)
    return replace(panel, frame=frame, codebook=codebook)


def derive_states(mandates: pd.DataFrame, *, among: set[str]) -> pd.DataFrame:
    """Mandate columns of `mission_month` by mission and month, the latent index apart.

    Parameters
    ----------
    mandates : pandas.DataFrame
        As `read_coded` gives it.
    among : set of str
        Missions wanted, as the panel names them.

    Returns
    -------
    pandas.DataFrame
        mission, month, ``text_<element>``, `STATE` as renamed, `INDICES`; numbers as Int64.
    """
    back = {new: old for old, new in ACRONYMS.items()}
    codes = mandates.assign(mission=mandates["mission"].replace(back))
    wanted = {back.get(mission, mission) for mission in among}
    states = {i: state_by_month(codes, reset=r, among=wanted) for i, r in INDICES.items()}
    names = {name: f"text_{name}" for name in elements()}
    columns = states[MAIN][[*KEY, *names, *STATE]].rename(columns={**names, **STATE})
    for index, state in states.items():
        columns[index] = state[list(ROBUST)].sum(axis=1)
    numbers = [column for column in columns if column not in KEY]
    columns = columns.astype(dict.fromkeys(numbers, "Int64"))
    return columns.assign(mission=columns["mission"].replace(ACRONYMS))


def _replace(frame: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    rows = frame["mission"].isin(states["mission"])
    new = frame.loc[rows, KEY].merge(states, on=KEY, how="left", validate="1:1")
    result = frame.copy()
    for column in states.columns.difference(KEY):
        if column in result:
            values = new[column].set_axis(frame.index[rows]).astype(result[column].dtype)
            result.loc[rows, column] = values
    return result
