"""Plain names of the columns that the preparation of H1 makes."""

from typing import Final

LABELS: Final = (
    ("any_attack", "any fatal attack in the month"),
    ("authorised", "authorised strength"),
    ("incident_days_rate", "fatal hostile incident-days per 1,000 personnel-years"),
    ("past_incident_days", "fatal hostile incident-days, past 6 months"),
    ("robustness_step", "rise of the robustness index"),
)
