"""Plain names of the columns that the preparation of H2 makes."""

from typing import Final

LABELS: Final = (
    ("any_mention", "whether the mission is named at all"),
    ("log_odds_partial", "log odds that a respondent says the mission takes sides"),
    ("past_exit", "mission's end spoken of the year before"),
    ("past_incident_days", "fatal hostile incident-days, past 6 months"),
    ("past_obstruction", "phrase on obstruction at the renewal before"),
    ("peace_agreements", "peace agreements in the host"),
    ("support_step", "rise of the host support index"),
)
