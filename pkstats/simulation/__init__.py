"""Simulation: how often each method errs where the truth is known and clusters are few."""

from __future__ import annotations

from pkstats.simulation.design import GRID, METHODS, World, count_replications
from pkstats.simulation.study import run_study, summarise
from pkstats.simulation.worlds import simulate_world

__all__ = [
    "GRID",
    "METHODS",
    "World",
    "count_replications",
    "run_study",
    "simulate_world",
    "summarise",
]
