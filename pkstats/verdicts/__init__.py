"""Verdicts: evidence gathered by design, and the ordered rule that turns it into a ruling."""

from pkstats.verdicts.gathering import gather
from pkstats.verdicts.strength import Evidence, Strength
from pkstats.verdicts.threat import Bar

__all__ = ["Bar", "Evidence", "Strength", "gather"]
