"""Panels: units observed over time, with a codebook and sources."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pkstats.data.panels.panel import Panel
from pkstats.data.panels.variable import Variable

if TYPE_CHECKING:
    from pkstats.data.panels.store import load_panel, panels, read, write

__all__ = ["Panel", "Variable", "load_panel", "panels", "read", "write"]

_STORED = frozenset({"load_panel", "panels", "read", "write"})


def __getattr__(name: str) -> object:
    """Load the store when one of its functions is first used."""
    if name not in _STORED:
        raise AttributeError(f"module 'pkstats.data.panels' has no attribute {name!r}")
    return getattr(import_module("pkstats.data.panels.store"), name)
