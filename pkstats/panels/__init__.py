"""Panels: units observed over time, with a codebook and sources."""

from pkstats.panels.panel import Panel
from pkstats.panels.store import load_panel, panels, write
from pkstats.panels.variable import Variable

__all__ = ["Panel", "Variable", "load_panel", "panels", "write"]
