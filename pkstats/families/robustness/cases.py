"""Cases of H1: steps that one mission alone took, compared with placebo cases and never starred.

They answer what the gate calls not identified. All three designs were tried once, with these
dates and windows, before they were declared here; they describe and decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pkstats.comparisons.case_study import Case


@dataclass(frozen=True, kw_only=True)
class DeclaredCase:
    """A case with what it is about.

    Parameters
    ----------
    name : str
        Key in the results.
    claims : tuple of str
        Claims that it speaks to.
    title, threat : str
        What happened, and what else happened.
    resolution : int
        Of the Security Council.
    case : Case
        What is compared: from the first whole month after the resolution.
    """

    name: str
    claims: tuple[str, ...]
    title: str
    threat: str
    resolution: int
    case: Case


def _cut(unit: str, month: str) -> Case:
    return Case(
        unit=unit,
        month=month,
        outcome="hostile_incident_days",
        exposure="personnel",
        steps="robustness_index",
    )


CASES: Final = (
    DeclaredCase(
        name="intervention-brigade",
        claims=("J4",),
        title="The intervention brigade in DR Congo, from April 2013",
        threat="The M23 held Goma half a year earlier and was beaten that autumn: the brigade came "
        "with the war's turn.",
        resolution=2098,
        case=_cut("MONUSCO", "2013-04-01"),
    ),
    DeclaredCase(
        name="robust-mandate-mali",
        claims=("J4", "W1"),
        title="A more robust mandate in Mali with counter-terrorism tasks, from July 2016",
        threat="Attacks had risen before; the Council said so when it stepped.",
        resolution=2295,
        case=_cut("MINUSMA", "2016-07-01"),
    ),
    DeclaredCase(
        name="g5-sahel-support",
        claims=("W1",),
        title="Support to the joint force of the G5 Sahel, from January 2018",
        threat="The step of July 2016 lies in the months before, the end of the counter-terrorism "
        "tasks in June 2019 in those after.",
        resolution=2391,
        case=_cut("MINUSMA", "2018-01-01"),
    ),
)
