"""Sensitivity to confounders that no column holds: how strong one would have to be."""

from pkstats.sensitivity.e_value import EValue, e_value
from pkstats.sensitivity.proportional_selection import (
    ProportionalSelection,
    proportional_selection,
)
from pkstats.sensitivity.robustness_value import RobustnessValue, robustness_value

__all__ = [
    "EValue",
    "ProportionalSelection",
    "RobustnessValue",
    "e_value",
    "proportional_selection",
    "robustness_value",
]
