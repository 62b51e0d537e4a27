"""Coding of United Nations mission mandates from resolution texts."""

from pkstats.mandates.coding import code_resolutions
from pkstats.mandates.dictionary import cumulative, elements
from pkstats.mandates.frame import mandate_frame
from pkstats.mandates.overrides import read_overrides
from pkstats.mandates.registry import missions
from pkstats.mandates.state import state_by_month

__all__ = [
    "code_resolutions",
    "cumulative",
    "elements",
    "mandate_frame",
    "missions",
    "read_overrides",
    "state_by_month",
]
