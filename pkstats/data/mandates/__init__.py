"""Coding of United Nations mission mandates from resolution texts."""

from pkstats.data.mandates.coding import code_resolutions
from pkstats.data.mandates.dictionary import cumulative, elements
from pkstats.data.mandates.frame import mandate_frame
from pkstats.data.mandates.mission_names import missions
from pkstats.data.mandates.overrides import read_overrides
from pkstats.data.mandates.state import state_by_month

__all__ = [
    "code_resolutions",
    "cumulative",
    "elements",
    "mandate_frame",
    "missions",
    "read_overrides",
    "state_by_month",
]
