"""Plain words for the names that columns and models carry in the results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

USUAL_EFFECTS = "mission + year"
USUAL_TREATMENT = "robustness_index_lag1"

ROLES = {
    "main": "Main models",
    "secondary outcome": "Secondary outcome",
    "alternative effects": "Other effects",
    "other lag": "Other lags",
    "lead": "Lead (should show nothing)",
    "reset variant": "Mandate coding: other reset rules",
    "source variant": "Other sources and windows",
    "control variant": "Other controls",
}
"""Headings of the roles that a model plays, in the order in which they are shown."""

ESTIMANDS = {
    "total": "total",
    "risk per person": "per person",
}

OUTCOMES = {
    "hostile_incident_days": "fatal hostile incident-days",
    "hostile_deaths_uniformed": "uniformed hostile deaths",
    "hostile_deaths_all": "hostile deaths of all staff",
    "hostile_deaths_upper": "hostile deaths, upper bound",
    "accident_deaths": "accident deaths",
    "illness_deaths": "illness deaths",
    "self_inflicted_deaths": "self-inflicted deaths",
    "deaths_per_incident": "deaths per incident-day",
}

TREATMENTS = {
    "robustness_index": "robustness index",
    "robustness_index_never_reset": "never reset",
    "robustness_index_always_reset": "reset at every renewal",
    "tamm_chapter_vii": "Chapter VII (TAMM)",
    "tamm_civilian_protection": "civilian protection (TAMM)",
}

CONTROLS = {
    "log_past_incident_days": "fatal hostile incident-days, past 6 months (log)",
    "log_host_conflict_deaths_lag1": "host conflict deaths, month before (log)",
    "log_mission_age": "mission age in months (log)",
    "robustness_index_lag1": "robustness index, lag 1 mo",
}

RULINGS = {
    "supported": "The data support the claim.",
    "contradicted": "The data contradict the claim.",
    "negligible": "Any effect is too small to matter.",
    "inconclusive": "The data do not decide.",
    "not identified": "The data cannot identify the effect.",
    "not testable": "There is no data to test the claim.",
    "consistent with (proxy)": "A stand-in for the outcome moves as the claim expects.",
    "not consistent with (proxy)": "A stand-in for the outcome does not move as the claim expects.",
    "describes Council language": "It describes the Council's language, and no more.",
}
"""The rulings of the ordered rule, each in one sentence."""


def name_column(column: str) -> str:
    """Name a column in plain words, its lag in months included."""
    if column in CONTROLS:
        return CONTROLS[column]
    lagged = re.fullmatch(r"(?P<stem>.+)_(?P<kind>lag|lead)(?P<months>\d+)", column)
    stem, lag = (lagged["stem"], int(lagged["months"])) if lagged else (column, 0)
    known = {**OUTCOMES, **TREATMENTS}
    text = known.get(stem, stem.replace("_", " "))
    if not lagged or not lag:
        return text
    return f"{text}, {lagged['kind']} {lag} mo"


def name_model(row: Mapping[Any, Any], *, estimand: bool = True) -> str:
    """Name a model in one short line; mission and year effects and the index go without saying.

    Parameters
    ----------
    row : Mapping
        One row of ``h1_estimates``.
    estimand : bool, default True
        Whether the estimand is named.

    Returns
    -------
    str
    """
    outcome = name_column(str(row["outcome"]))
    for dispensable in ("fatal ", "uniformed ", "hostile "):
        outcome = outcome.removeprefix(dispensable)
    effects = str(row["effects"]).replace("_", " ")
    parts = [outcome]
    if estimand:
        named = str(row["estimand"])
        parts.append(ESTIMANDS.get(named, named))
    if effects != USUAL_EFFECTS:
        parts.append(f"{effects} effects")
    treatment, role = str(row["treatment"]), str(row["role"])
    if treatment != USUAL_TREATMENT:
        named = name_column(treatment.removesuffix("_lag1"))
        parts.append(named.removeprefix("robustness index, "))
    elif role in {"source variant", "control variant"}:
        parts.append(name_variant(str(row["model"])))
    return ", ".join(parts)


def name_variant(model: str) -> str:
    """Name what sets a model apart: the end of its name, after estimand and outcome."""
    return re.sub(r"^(total|risk)-(incident-days|deaths)-?", "", model).replace("-", " ")
