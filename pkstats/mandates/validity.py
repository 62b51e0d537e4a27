"""Agreement of the coded mandates with the TAMM data set (Di Salvatore and others)."""

from __future__ import annotations

import numpy as np
import pandas as pd

TAMM_COLUMNS: dict[str, tuple[str, ...]] = {
    "chapter_vii": ("ch7",),
    "poc": ("prociv",),
    "personnel_protection": ("unpersonnel_protect",),
    "human_rights_monitoring": ("humrts_monitor",),
    "elections": ("election_monitor", "election_security", "election_assist"),
    "ddr": ("ddr_monitor", "ddr_assist"),
    "ssr": ("securitysectorreform_assist", "policereform_assist"),
    "justice": ("justice_assist", "justice_warcrim"),
    "humanitarian": ("humaid_assist", "humpersonnel_protect"),
    "women_children": ("children_protect", "women_protect"),
}
TAMM_NAMES = {"UNPSG": "UNCPSG", "UNOSOM": "UNOSOM I"}
PERIOD = (pd.Timestamp("2000-01-01"), pd.Timestamp("2015-12-01"))


def cohen_kappa(first: pd.Series, second: pd.Series) -> float:
    """Cohen's kappa of two 0/1 series of equal length; nan if both are constant and equal.

    Notes
    -----
    (p_o - p_e) / (1 - p_e), p_o the share of equal codes, p_e the share expected from the margins.
    """
    a, b = first.to_numpy(dtype=float), second.to_numpy(dtype=float)
    observed = float(np.mean(a == b))
    expected = float(a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean()))
    return float("nan") if expected == 1 else (observed - expected) / (1 - expected)


def kappa_against_tamm(state: pd.DataFrame, tamm: pd.DataFrame) -> pd.DataFrame:
    """Compare the coding with TAMM by mission and month, 2000-2015.

    Parameters
    ----------
    state : DataFrame
        As `state_by_month` gives it.
    tamm : DataFrame
        TAMM v2.1: mission, year, month (of the year) and its 0/1 task columns; an element is
        compared with "any of" its `TAMM_COLUMNS`.

    Returns
    -------
    DataFrame
        element, scope ("all months", or "after restatement": the month after a founding text or
        full restatement), months, missions, agreement, kappa, share_text, share_tamm.
    """
    other = tamm.assign(
        mission=tamm["mission"].replace(TAMM_NAMES),
        month=pd.to_datetime({"year": tamm["year"], "month": tamm["month"], "day": 1}),
        **{f"tamm_{e}": tamm[list(c)].max(axis=1) for e, c in TAMM_COLUMNS.items()},
    )
    kept = ["mission", "month", *(f"tamm_{element}" for element in TAMM_COLUMNS)]
    after = state.groupby("mission")["restatement"].shift(1, fill_value=0)
    both = state.assign(after=after).merge(other[kept].drop_duplicates(kept[:2]), on=kept[:2])
    both = both.loc[both["month"].between(*PERIOD)]
    scopes = {"all months": both, "after restatement": both.loc[both["after"].eq(1)]}
    rows = [
        _compare(element, scope, part) for element in TAMM_COLUMNS for scope, part in scopes.items()
    ]
    return pd.DataFrame(rows)


def _compare(element: str, scope: str, both: pd.DataFrame) -> dict[str, object]:
    part = both.dropna(subset=[f"tamm_{element}"])
    text, tamm = part[element], part[f"tamm_{element}"]
    return {
        "element": element,
        "scope": scope,
        "months": len(part),
        "missions": part["mission"].nunique(),
        "agreement": float((text == tamm).mean()),
        "kappa": cohen_kappa(text, tamm),
        "share_text": float(text.mean()),
        "share_tamm": float(tamm.mean()),
    }
