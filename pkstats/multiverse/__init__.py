"""Multiverse: many specifications of one estimand, their curve, and a joint test."""

from pkstats.multiverse.curve import SpecificationCurve
from pkstats.multiverse.joint_test import JointTest, randomize_jointly
from pkstats.multiverse.multiverse import Multiverse

__all__ = ["JointTest", "Multiverse", "SpecificationCurve", "randomize_jointly"]
