"""Sensitivity to confounders that no column holds: how strong one would have to be."""

from pkstats.checks.sensitivity.omitted_variable import RobustnessValue, robustness_value
from pkstats.checks.sensitivity.rate_ratio import EValue, e_value
from pkstats.checks.sensitivity.selection import ProportionalSelection, proportional_selection

__all__ = [
    "EValue",
    "ProportionalSelection",
    "RobustnessValue",
    "e_value",
    "proportional_selection",
    "robustness_value",
]
