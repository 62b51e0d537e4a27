"""Randomization inference: assignment schemes and the p-value they give."""

from pkstats.checks.randomization.aligned import AlignedHistories, aligned_histories
from pkstats.checks.randomization.assignment import Assignment, OwnAssignment
from pkstats.checks.randomization.merged import MergedAssignment, merged_assignment
from pkstats.checks.randomization.null_model import shift_null
from pkstats.checks.randomization.randomization import Randomization, randomize
from pkstats.checks.randomization.renewals import RenewalAssignment, renewal_assignment

__all__ = [
    "AlignedHistories",
    "Assignment",
    "MergedAssignment",
    "OwnAssignment",
    "Randomization",
    "RenewalAssignment",
    "aligned_histories",
    "merged_assignment",
    "randomize",
    "renewal_assignment",
    "shift_null",
]
