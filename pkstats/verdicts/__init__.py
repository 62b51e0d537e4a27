"""Evidence: everything that is computed on a hypothesis before it is judged."""

from pkstats.verdicts.gathering import gather
from pkstats.verdicts.strength import Bar, Evidence, Strength

__all__ = ["Bar", "Evidence", "Strength", "gather"]
