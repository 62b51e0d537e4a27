"""The four units of observation of H2: what evidence on each must hold."""

from __future__ import annotations

from typing import Final

from pkstats.families.design import Design, Gate, Hazard, Scale, Silence
from pkstats.families.robustness.designs import declare_missions
from pkstats.families.scheme import RenewalTiming

PLACEBO: Final = "No placebo outcome explains the effect"

MISSIONS: Final = declare_missions(step="support_step")
#: Two years on each side of a switch, and as many renewals as they hold.
YEARS: Final = Gate(
    words="at least 5 hosts with events within 2 years of their own switch, no host above 50% of "
    "the leverage",
    window=2,
)
RENEWALS: Final = Gate(
    words="at least 5 hosts with events within 4 renewals of their own switch, no host above 50% "
    "of the leverage",
    window=4,
)
HOST_YEARS: Final = Design(
    name="host years",
    unit="a host state in a year",
    clustered="host and mission clusters",
    omitted="mission or host",
    entering="randomization",
    left_out=("host",),
    gate=YEARS,
    placebo=PLACEBO,
    silence=Silence(
        outcome="any_mention",
        condition="Whether the mission is named at all does not respond to the mandate",
    ),
    hazard=Hazard(
        step="support_step",
        past="past_exit",
        controls=("log_mission_age",),
        sample_role="placebo",
        condition="Speaking of the mission's end the year before does not predict steps towards "
        "the host",
    ),
    scale=Scale(per=100, unit="percentage points"),
    schemes=(RenewalTiming(),),
    probe_method="",
)
COUNCIL_RECORD: Final = Design(
    name="council record",
    unit="a renewal of a mandate",
    clustered="host and mission clusters",
    omitted="mission or host",
    entering="randomization",
    left_out=("mission", "host"),
    gate=RENEWALS,
    placebo=PLACEBO,
    hazard=Hazard(
        step="support_step",
        past="past_obstruction",
        controls=("log_renewal",),
        condition="A phrase on obstruction at the renewal before does not predict steps towards "
        "the host",
    ),
    scale=Scale(per=1000, unit="per 1,000 words of new text"),
    schemes=(RenewalTiming(),),
    probe_method="",
)
POPULATIONS: Final = Design(
    name="populations",
    unit="an item asked of a population in a survey",
    clustered="host and mission clusters",
    omitted="mission or host",
    entering="randomization",
    strategy="meta-regression",
    gate=Gate(
        fewest=3,
        largest=1.0,
        words="at least 3 hosts with the same item on both sides of a change",
    ),
)
DESIGNS: Final = (POPULATIONS, HOST_YEARS, COUNCIL_RECORD, MISSIONS)
