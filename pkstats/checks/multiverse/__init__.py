"""Multiverse: many specifications of one estimand, their curve, and a joint test."""

from pkstats.checks.multiverse.curve import SpecificationCurve
from pkstats.checks.multiverse.joint_randomization import JointTest, randomize_jointly
from pkstats.checks.multiverse.multiverse import Multiverse

__all__ = ["JointTest", "Multiverse", "SpecificationCurve", "randomize_jointly"]
