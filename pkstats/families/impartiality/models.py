"""Models of H2: constructors for the four units of observation, and the threats all share."""

from __future__ import annotations

from typing import Any, Final

from pkstats.families.declaration import Model, Role
from pkstats.families.declared_model import declare_model
from pkstats.families.impartiality.columns import INDEX
from pkstats.families.robustness.attacks import CONTROLS as ATTACK_CONTROLS
from pkstats.families.robustness.attacks import SAMPLE as MONTHS

FAMILY: Final = "H2"
RESETS: Final = ("never_reset", "always_reset")
RENEWALS: Final = "mandate_renewal == 1"
#: The state whose words suggested the hypothesis is shown as a case.
CASE: Final = "COD"
SPOKEN: Final = "hosting == 1 and mission_sentences >= 1"
HEARD: Final = "hosting == 1"
LESS_CASE: Final = f" and speaker != '{CASE}'"


def record_model(label: str, outcome: str, role: Role, **changes: Any) -> Model:
    """A model on the Council's record: matches per word of new text."""
    given: dict[str, Any] = {
        "estimand": "rate",
        "treatment": f"{INDEX}_lag1",
        "sample": RENEWALS,
        "controls": ("log_renewal", "log_months_since_renewal"),
        "effects": ("mission", "year"),
        "exposure": "new_words",
    }
    return declare_model(f"record-{label}", outcome, role, **given | changes)


def speech_model(label: str, outcome: str, role: Role, **changes: Any) -> Model:
    """A model on host-years: sentences among those that name the mission."""
    given: dict[str, Any] = {
        "estimand": "share",
        "treatment": f"{INDEX}_lag0",
        "sample": SPOKEN + LESS_CASE,
        "controls": ("log_mission_age",),
        "effects": ("host", "year"),
        "exposure": "mission_sentences",
    }
    return declare_model(f"speech-{label}", outcome, role, **given | changes)


def attack_model(label: str, outcome: str, role: Role, **changes: Any) -> Model:
    """A model on mission-months: attacks, personnel left free to answer."""
    given: dict[str, Any] = {
        "estimand": "total",
        "treatment": f"{INDEX}_lag1",
        "sample": MONTHS,
        "controls": ATTACK_CONTROLS,
        "effects": ("mission", "year"),
    }
    return declare_model(f"attack-{label}", outcome, role, **given | changes)


def survey_model(label: str, role: Role, *, treatment: str = INDEX) -> Model:
    """A model on published percentages; the evidence weighs them by their sampling variance."""
    return declare_model(
        f"population-{label}",
        "log_odds_partial",
        role,
        estimand="share",
        treatment=treatment,
        sample="asked_partiality == 1 and credible == 1",
        controls=(),
        effects=("series",),
        family="linear",
        randomized=True,
    )


THREATS: Final = (
    "Impartiality is measured nowhere on both sides of a change of mandate: each level measures "
    "something else, which its construct names.",
    "The Council may put a mission at the side of the state where the state is already contested, "
    "or where it is already liked.",
    "The index counts words of mandates; what a mission did for the state is not in it.",
    "Few missions change, most of them in Africa and after 1999.",
)
