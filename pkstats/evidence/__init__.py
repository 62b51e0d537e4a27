"""Evidence: everything that is computed on a hypothesis before it is judged."""

from pkstats.evidence.gathering import gather
from pkstats.evidence.strength import Bar, Evidence, Strength

__all__ = ["Bar", "Evidence", "Strength", "gather"]
