"""Families of hypotheses: a folder a topic, declared and frozen before anything is run."""

from pkstats.families.catalogue import (
    facts,
    find_fact,
    find_family,
    find_home,
    hypotheses,
    hypothesis,
    list_families,
)
from pkstats.families.declaration import Hypothesis, Model, SmallestEffect
from pkstats.families.design import Design
from pkstats.families.fact import Check, Fact, Finding, check
from pkstats.families.family import Family
from pkstats.families.freeze import verify, verify_hypothesis, write_freeze

__all__ = [
    "Check", "Design", "Fact", "Family", "Finding", "Hypothesis", "Model", "SmallestEffect",
    "check", "facts", "find_fact", "find_family", "find_home", "hypotheses", "hypothesis",
    "list_families", "verify", "verify_hypothesis", "write_freeze",
]  # fmt: skip
