"""H2 in the record of those who act: the Security Council, and who attacks a mission."""

from __future__ import annotations

from typing import Final

from pkstats.families.declaration import Hypothesis, SmallestEffect
from pkstats.families.impartiality.columns import ELEMENTS, INDEX
from pkstats.families.impartiality.models import (
    ATTACK_CONTROLS,
    FAMILY,
    RENEWALS,
    RESETS,
    THREATS,
    attack_model,
    record_model,
)
from pkstats.families.robustness.attacks import SMALLEST_EFFECT as FEWEST_ATTACKS

RECORD: Final = Hypothesis(
    name="H2-council-record",
    family=FAMILY,
    claims=("L1", "J3"),
    statement="After a mandate that puts a mission at the side of the state, the Council speaks "
    "more of obstruction when it renews.",
    estimand="The ratio of the expected number of phrases on obstruction per word of new preamble "
    "text at a renewal, when the mandate before held one more supporting element.",
    estimand_symbols=r"\exp(\beta),\quad \log E[O_{mr}] = \log W_{mr} + \beta S_{m,r-1} + \gamma' "
    r"X_{mr} + \alpha_m + \delta_{y(r)}",
    expected_sign=1,
    seen="descriptives",
    smallest_effect=SmallestEffect(
        value=0.405,
        unit="log ratio of rates per supporting element: half as many phrases again",
        baseline="",
        scale="coefficient",
        reason=(
            "A renewal adds one or two hundred words to its preamble. Half as many phrases again "
            "would be less than one more in several yearly renewals: nothing smaller could be told "
            "from the habit of a drafter."
        ),
    ),
    primary=record_model("obstruction", "new_obstruction", "main", randomized=True),
    secondary=tuple(
        record_model(code.replace("_", "-"), f"new_{code}", "secondary outcome")
        for code in ("consent", "impartiality", "disinformation", "sofa_violation")
    ),
    alternatives=(
        *(
            record_model(
                f"obstruction-{reset.replace('_', '-')}",
                "new_obstruction",
                "reset variant",
                treatment=f"{INDEX}_{reset}_lag1",
                randomized=True,
            )
            for reset in RESETS
        ),
        record_model("boilerplate", "new_boilerplate", "placebo"),
        record_model("stabilization", "new_stabilization", "other outcome"),
        record_model(
            "obstruction-whole-preamble",
            "preamble_obstruction",
            "other outcome",
            exposure="preamble_words",
        ),
        record_model(
            "obstruction-generation",
            "new_obstruction",
            "alternative effects",
            effects=("mission_generation", "year"),
        ),
        record_model(
            "obstruction-host-year",
            "new_obstruction",
            "alternative effects",
            effects=("host", "year"),
        ),
        record_model(
            "obstruction-since-2000",
            "new_obstruction",
            "source variant",
            sample=f"{RENEWALS} and year >= 2000",
        ),
        record_model("obstruction-lag2", "new_obstruction", "other lag", treatment=f"{INDEX}_lag2"),
        record_model(
            "obstruction-lead",
            "new_obstruction",
            "lead",
            treatment=f"{INDEX}_lag0",
            controls=("log_renewal", "log_months_since_renewal", f"{INDEX}_lag1"),
        ),
        *(
            record_model(
                f"obstruction-{element.removeprefix('text_').replace('_', '-')}",
                "new_obstruction",
                "element",
                treatment=f"{element}_lag1",
            )
            for element in ELEMENTS
        ),
        record_model(
            "obstruction-stabilization-name",
            "new_obstruction",
            "other treatment",
            treatment="stabilization_name",
            effects=("host", "year"),
        ),
    ),
    threats=(
        *THREATS,
        "The Council writes both the mandate and the preamble; a change of drafting moves both.",
        "Phrases on obstruction speak of governments and armed groups alike.",
        "Texts of presidential statements are not among the sources.",
    ),
    decisive=(
        "Reports of violations of the status-of-forces agreements by mission and month, as kept by "
        "the Secretariat; they are not public."
    ),
    design="council record",
    panel="council_record",
    construct="phrases on obstruction in preamble text that no earlier resolution on the mission "
    "holds: language of the Council, not events",
    cap="describes",
    unit="log ratio of rates per supporting element",
)

GROUPS: Final = Hypothesis(
    name="H2-armed-groups",
    family=FAMILY,
    claims=("L2",),
    statement="After a mandate that puts a mission at the side of the state, fatal attacks on its "
    "uniformed personnel rise.",
    estimand="Total effect: the ratio of the expected monthly number of fatal hostile "
    "incident-days when the mandate of the month before holds one more supporting element, "
    "personnel left free to answer.",
    estimand_symbols=r"\exp(\beta),\quad \log E[Y_{mt}] = \beta S_{m,t-1} + \gamma' X_{m,t} + "
    r"\alpha_m + \delta_{y(t)}",
    expected_sign=1,
    seen="descriptives",
    smallest_effect=FEWEST_ATTACKS,
    primary=attack_model("incident-days", "hostile_incident_days", "main", randomized=True),
    secondary=(attack_model("deaths", "hostile_deaths_uniformed", "secondary outcome"),),
    alternatives=(
        *(
            attack_model(
                f"incident-days-{reset.replace('_', '-')}",
                "hostile_incident_days",
                "reset variant",
                treatment=f"{INDEX}_{reset}_lag1",
                randomized=True,
            )
            for reset in RESETS
        ),
        attack_model(
            "incident-days-host-year",
            "hostile_incident_days",
            "alternative effects",
            effects=("host", "year"),
        ),
        *(
            attack_model(
                f"incident-days-lag{k}",
                "hostile_incident_days",
                "other lag",
                treatment=f"{INDEX}_lag{k}",
            )
            for k in (3, 6, 12)
        ),
        attack_model(
            "incident-days-lead6",
            "hostile_incident_days",
            "lead",
            treatment=f"{INDEX}_lead6",
            controls=(*ATTACK_CONTROLS, f"{INDEX}_lag1"),
        ),
        attack_model(
            "incident-days-robustness",
            "hostile_incident_days",
            "control variant",
            controls=(*ATTACK_CONTROLS, "robustness_index_lag1"),
        ),
        attack_model(
            "agreements",
            "peace_agreements",
            "other outcome",
            sample="month >= '2000-01-01' and month <= '2021-12-01'",
        ),
        *(
            attack_model(
                f"incident-days-{element.removeprefix('text_').replace('_', '-')}",
                "hostile_incident_days",
                "element",
                treatment=f"{element}_lag1",
            )
            for element in ELEMENTS
        ),
    ),
    threats=(
        *THREATS,
        "Attacks are no measure of cooperation: the list names no perpetrator, and a group may "
        "refuse to talk without a shot.",
        "Mandates answer violence; supporting elements and robust ones come together.",
        "Whether bias is perceived at all, the middle of the claim, stays unmeasured.",
    ),
    decisive=(
        "A record of talks, access negotiated and escorts refused, by armed group and month; or "
        "attacks with their perpetrator."
    ),
    design="missions",
    panel="mission_month",
    construct="days with a fatal attack on uniformed peacekeepers, perpetrator unknown, for the "
    "willingness of armed groups to cooperate",
    cap="proxy",
    unit="log rate ratio per supporting element",
)
