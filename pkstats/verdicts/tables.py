"""Tables behind a verdict: the columns that every strategy of gathering fills."""

from __future__ import annotations

from typing import Final

COLUMNS: Final = {
    "estimates": [
        *("model", "estimand", "outcome", "effects", "treatment", "role", "term", "estimate"),
        *("std_error", "std_error_crv1", "std_error_mission", "statistic", "df", "p_value"),
        *("p_value_larger", "conf_low", "conf_high", "conf_low_90", "conf_high_90"),
        *("randomization_p", "randomization_draws", "distinct_assignments", "rows", "missions"),
        *("hosts", "hosts_scoring", "hosts_switching", "events", "minimum_detectable_effect"),
        "note",
    ],
    "leave_one_out": [
        *("model", "left_out_kind", "left_out", "estimate", "std_error", "rows", "events", "note"),
    ],
    "identification": [
        *("model", "host", "missions", "switches", "events", "events_around_switch", "leverage"),
    ],
    "rows_lost": ["model", "reason", "rows", "events", "names"],
}
