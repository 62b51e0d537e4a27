"""H1, whether more robust mandates draw more attacks on peacekeepers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pkstats.families.declaration import Estimand, Hypothesis, Model, Role, SmallestEffect
from pkstats.families.declared_model import declare_model

if TYPE_CHECKING:
    from pkstats.data.panels import Panel

FAMILY: Final = "H1"
LAGS: Final = (1, 3, 6, 12)
SAMPLE: Final = "month >= '2000-01-01' and month <= '2025-01-01'"
MISSION_AND_YEAR: Final = ("mission", "year")
CONTROLS: Final = ("log_host_conflict_deaths_lag1", "log_mission_age")
DAYS: Final = "incident_days"
OUTCOMES: Final = {DAYS: "hostile_incident_days", "deaths": "hostile_deaths_uniformed"}


def prepare(panel: Panel) -> Panel:
    """Add the columns of the H1 models to the mission-month panel.

    Parameters
    ----------
    panel : Panel
        ``mission_month``, whole: lags reach back before the estimation sample.

    Returns
    -------
    Panel
        With lags of the treatments, a lead of six months, the logarithms (of one plus the value)
        of lagged host conflict deaths and of mission age, the authorised strength of a year
        before, hostile incident-days of the previous six months, and steps of the index.
    """
    indices = [
        "robustness_index",
        "robustness_index_never_reset",
        "robustness_index_always_reset",
        "tamm_chapter_vii",
    ]
    lagged = (
        panel.lag(indices, months=1)
        .lag("robustness_index", months=[*LAGS[1:], -6])
        .lag("host_conflict_deaths", months=1)
        .lag(["authorised_military", "authorised_police"], months=12)
        .lag("hostile_incident_days", months=range(1, 7))
    )
    frame = lagged.frame
    past = frame[[f"hostile_incident_days_lag{k}" for k in range(1, 7)]]
    rise = frame["robustness_index"] - frame["robustness_index_lag1"]
    return replace(
        lagged,
        frame=frame.assign(
            log_host_conflict_deaths_lag1=np.log1p(
                frame["host_conflict_deaths_lag1"].astype(float)
            ),
            log_mission_age=np.log1p(frame["mission_age_months"].astype(float)),
            log_authorised_lag12=np.log1p(
                frame["authorised_military_lag12"].astype(float)
                + frame["authorised_police_lag12"].astype(float).fillna(0)
            ),
            log_past_incident_days=np.log1p(past.astype(float).sum(axis=1, min_count=6)),
            robustness_step=(rise > 0).astype(float).where(rise.notna()),
        ),
    )


def _model(
    outcome: str,
    estimand: Estimand,
    role: Role,
    *,
    label: str = "",
    treatment: str = "robustness_index_lag1",
    effects: tuple[str, ...] = MISSION_AND_YEAR,
    controls: tuple[str, ...] = CONTROLS,
    sample: str = SAMPLE,
    randomized: bool = False,
) -> Model:
    exposure = "personnel" if estimand == "risk per person" else None
    short = "risk" if exposure else "total"
    return declare_model(
        "-".join(part for part in (short, outcome.replace("_", "-"), label) if part),
        OUTCOMES[outcome],
        role,
        estimand=estimand,
        treatment=treatment,
        sample=sample,
        controls=controls,
        effects=effects,
        exposure=exposure,
        randomized=randomized,
    )


def _alternatives(estimand: Estimand) -> tuple[Model, ...]:
    """Models that depart from the primary one in a single respect."""
    return (*_other_effects(estimand), *_other_mandates(estimand), *_other_sources(estimand))


def _other_effects(estimand: Estimand) -> list[Model]:
    return [
        _model(outcome, estimand, "alternative effects", label=label, effects=effects)
        for outcome in OUTCOMES
        for label, effects in (("host-year", ("host", "year")), ("year", ("year",)))
    ]


def _other_mandates(estimand: Estimand) -> list[Model]:
    lags = [
        _model(DAYS, estimand, "other lag", label=f"lag{k}", treatment=f"robustness_index_lag{k}")
        for k in LAGS[1:]
    ]
    resets = [
        _model(
            DAYS,
            estimand,
            "reset variant",
            label=reset.replace("_", "-"),
            treatment=f"robustness_index_{reset}_lag1",
            randomized=True,
        )
        for reset in ("never_reset", "always_reset")
    ]
    lead = _model(
        DAYS,
        estimand,
        "lead",
        label="lead6",
        treatment="robustness_index_lead6",
        controls=(*CONTROLS, "robustness_index_lag1"),
    )
    return [*lags, *resets, lead]


def _other_sources(estimand: Estimand) -> list[Model]:
    tamm = _model(
        DAYS,
        estimand,
        "source variant",
        label="tamm-chapter-vii",
        treatment="tamm_chapter_vii_lag1",
        sample="month >= '1990-01-01' and month <= '2015-12-01'",
    )
    shorter = _model(
        DAYS,
        estimand,
        "source variant",
        label="without-last-six-months",
        sample="month >= '2000-01-01' and month <= '2024-07-01'",
    )
    if estimand == "risk per person":
        observed = f"{SAMPLE} and personnel_source in ('ipi', 'un_monthly')"
        label = "observed-personnel"
        last = _model(DAYS, estimand, "source variant", label=label, sample=observed)
    else:
        controls = (*CONTROLS, "log_authorised_lag12")
        label = "authorised-strength"
        last = _model(DAYS, estimand, "control variant", label=label, controls=controls)
    return [tamm, shorter, last]


SMALLEST_EFFECT: Final = SmallestEffect(
    value=0.1,
    unit="fatal hostile incident-days per 1,000 personnel-years and index point",
    baseline="month >= '1990-11-01' and month <= '1999-12-01'",
    reason=(
        "A mission of 10,000 would see one more fatal attack a year for each point of the index: "
        "less than that no commander, contributor or Council member could notice in a yearly "
        "report. The rate of the 1990s, before the estimation sample, turns it into a rate ratio."
    ),
)

THREATS: Final = (
    "The Council may send robust mandates where attacks are expected: mandates answer violence.",
    "Few missions change; most of the difference between missions is a difference of size, era "
    "and war.",
    "The mandate is coded from texts; an index point is not the same step everywhere, and the "
    "coding of changes decides the within-mission estimate.",
    "Only fatal attacks are recorded: no wounded, no abduction, no attack without a death, no "
    "perpetrator, no place.",
    "Deployed personnel is moved by mandates, so the risk per person conditions on a mediator.",
    "What troops do on the ground may follow the mandate late or not at all.",
)

DECISIVE: Final = (
    "A longer record of attacks with and without deaths, by place and perpetrator; robust steps "
    "taken in more missions for reasons unrelated to violence; or a coding of what contingents "
    "did, not only of what they were authorised to do."
)


def _declare(estimand: Estimand, name: str, statement: str, words: str, symbols: str) -> Hypothesis:
    return Hypothesis(
        name=name,
        family=FAMILY,
        claims=("J4",),
        statement=statement,
        estimand=words,
        estimand_symbols=symbols,
        expected_sign=1,
        seen="estimates",
        smallest_effect=SMALLEST_EFFECT,
        primary=_model(DAYS, estimand, "main", randomized=True),
        secondary=(_model("deaths", estimand, "secondary outcome", randomized=True),),
        alternatives=_alternatives(estimand),
        threats=THREATS,
        decisive=DECISIVE,
    )


HYPOTHESES: Final = (
    _declare(
        "total",
        "H1-robustness-attacks",
        "A more robust mandate raises the number of fatal attacks on a mission's uniformed "
        "personnel.",
        "Total effect: the ratio of the expected monthly number of fatal hostile incident-days "
        "when the mandate of the month before holds one more robust element, personnel left free "
        "to answer.",
        r"\exp(\beta),\quad \log E[Y_{mt}] = \beta R_{m,t-1} + \gamma' X_{m,t} + \alpha_m + "
        r"\delta_{y(t)}",
    ),
    _declare(
        "risk per person",
        "H1-robustness-risk",
        "A more robust mandate raises the risk of fatal attack per person deployed.",
        "Risk per person: the same ratio with deployed uniformed personnel as exposure.",
        r"\exp(\beta),\quad \log E[Y_{mt}] = \log P_{mt} + \beta R_{m,t-1} + \gamma' X_{m,t} + "
        r"\alpha_m + \delta_{y(t)}",
    ),
)
