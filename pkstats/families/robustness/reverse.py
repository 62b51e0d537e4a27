"""The reverse path of H1: whether the Council answers attacks, and conflict drives both.

Declared before they were run, with one exception: the hazard of a step on attacks of six months
and its interval had been seen, as it bars a ruling on the whole index. They describe; no ruling
rests on them beyond that bar.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pkstats.estimation.specification import ModelFamily
from pkstats.families.declaration import Model, Role
from pkstats.families.declared_model import declare_model
from pkstats.families.robustness.attacks import CONTROLS, MISSION_AND_YEAR, SAMPLE
from pkstats.families.robustness.elements import prepare as prepare_elements

if TYPE_CHECKING:
    from pkstats.data.panels import Panel

WINDOWS: Final = (3, 6, 12)
PAST: Final = {
    "incident-days": "hostile_incident_days",
    "deaths": "hostile_deaths_uniformed",
}
RENEWALS: Final = f"{SAMPLE} and mandate_renewal == 1"
CONFLICT: Final = CONTROLS[0]
AGE: Final = CONTROLS[1]


def prepare(panel: Panel) -> Panel:
    """Add logs of attacks and deaths of the past 3, 6 and 12 months, and leads of the index."""
    ready = prepare_elements(panel)
    columns = {}
    for label, column in PAST.items():
        lagged = panel.lag(column, months=range(1, max(WINDOWS) + 1)).frame
        for window in WINDOWS:
            past = lagged[[f"{column}_lag{k}" for k in range(1, window + 1)]].astype(float)
            columns[_name(label, window)] = np.log1p(past.sum(axis=1, min_count=window))
    ready = replace(ready, frame=ready.frame.assign(**columns))
    return ready.lag("robustness_index", months=[-3, -12])


def _name(label: str, window: int) -> str:
    return f"log_past_{label.replace('-', '_')}_{window}"


def _model(
    name: str,
    outcome: str,
    treatment: str,
    *,
    controls: tuple[str, ...],
    effects: tuple[str, ...],
    sample: str = SAMPLE,
    family: ModelFamily = "poisson",
    role: Role = "other design",
) -> Model:
    return declare_model(
        f"reverse-{name}",
        outcome,
        role,
        estimand="total",
        treatment=treatment,
        sample=sample,
        controls=controls,
        effects=effects,
        family=family,
    )


#: Hazard of a robust step at a renewal, on attacks or deaths before it.
STEPS: Final = tuple(
    _model(
        f"step-on-{label}-{window}{suffix}",
        "robustness_step",
        _name(label, window),
        controls=controls,
        effects=(),
        sample=RENEWALS,
    )
    for label in PAST
    for window in WINDOWS
    for suffix, controls in (("", (CONFLICT, AGE)), ("-without-conflict", (AGE,)))
)
#: Attacks now on the index of later months, the index of the month before held.
LEADS: Final = tuple(
    _model(
        f"lead-{k}",
        "hostile_incident_days",
        f"robustness_index_lead{k}",
        controls=(*CONTROLS, "robustness_index_lag1"),
        effects=MISSION_AND_YEAR,
        role="lead",
    )
    for k in (3, 6, 12)
)
#: Conflict as a common cause: of steps, of the index and of attacks.
COMMON: Final = (
    _model("step-on-conflict", "robustness_step", CONFLICT, controls=(AGE,), effects=(),
           sample=RENEWALS),
    _model("index-on-conflict", "robustness_index", CONFLICT, controls=(AGE,),
           effects=MISSION_AND_YEAR, family="linear"),
    _model("attacks-on-conflict", "hostile_incident_days", CONFLICT, controls=(AGE,),
           effects=MISSION_AND_YEAR),
    _model("attacks-on-index-without-conflict", "hostile_incident_days", "robustness_index_lag1",
           controls=(AGE,), effects=MISSION_AND_YEAR),
    _model("attacks-on-index-with-conflict", "hostile_incident_days", "robustness_index_lag1",
           controls=CONTROLS, effects=MISSION_AND_YEAR),
)  # fmt: skip
MODELS: Final = (*STEPS, *LEADS, *COMMON)
