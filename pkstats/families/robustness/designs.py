"""Mission-months under a mandate: what evidence on attacks must hold."""

from __future__ import annotations

from typing import Final

from pkstats.families.design import (
    ControlOutcome,
    Design,
    Gate,
    Hazard,
    Leads,
    PrePeriod,
    Scale,
)
from pkstats.families.scheme import AlignedHistories, RenewalTiming

GATE: Final = Gate(
    words="at least 5 hosts with events within 24 months of their own switch, no host above 50% of "
    "the leverage"
)
PERSONNEL_YEARS: Final = Scale(
    denominator="personnel",
    per=1000,
    periods=12,
    unit="per 1,000 personnel-years",
    points="percentage points of a month",
)
RISK: Final = ("risk per person",)
#: Deaths that a mandate does not cause where personnel is held, without the earthquake of January
#: 2010 in Haiti and the pandemic. Where personnel is free, more of it dies of every cause.
NEGATIVE_CONTROLS: Final = (
    ControlOutcome(
        outcome="accident_deaths",
        rows="not (mission == 'MINUSTAH' and month == '2010-01-01')",
        estimands=RISK,
    ),
    ControlOutcome(
        outcome="illness_deaths",
        rows="month < '2020-01-01' or month > '2021-12-01'",
        estimands=RISK,
    ),
    ControlOutcome(outcome="self_inflicted_deaths", estimands=RISK),
)


def declare_missions(*, step: str, contestable: bool = False) -> Design:
    """Design of mission-months for a treatment whose steps a column marks."""
    return Design(
        name="missions",
        unit="a mission in a month",
        clustered="host and mission clusters",
        omitted="mission or host",
        entering="randomization",
        left_out=("mission", "host"),
        gate=GATE,
        controls=NEGATIVE_CONTROLS,
        hazard=Hazard(
            step=step,
            past="log_past_incident_days",
            controls=("log_host_conflict_deaths_lag1", "log_mission_age"),
            effects=((), ("mission",)),
            rows="mandate_renewal == 1",
            condition="Past attacks do not predict steps of the mandate",
            answers=("past attacks predict steps", "past attacks do not predict steps"),
        ),
        leads=Leads(),
        pre_period=PrePeriod(),
        contestable=contestable,
        scale=PERSONNEL_YEARS,
        schemes=(
            RenewalTiming(),
            AlignedHistories(
                strata=("start_era", "conflict_at_deployment"), age="mission_age_months"
            ),
        ),
    )


MISSIONS: Final = declare_missions(step="robustness_step", contestable=True)
