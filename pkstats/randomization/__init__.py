"""Randomization inference: assignment schemes and the p-value they give."""

from pkstats.randomization.randomization import Randomization, randomize
from pkstats.randomization.renewals import RenewalAssignment, renewal_assignment

__all__ = ["Randomization", "RenewalAssignment", "randomize", "renewal_assignment"]
