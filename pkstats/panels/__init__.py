"""Panels: units observed over time, with a codebook and sources."""

from pkstats.panels.panel import Panel
from pkstats.panels.variable import Variable

__all__ = ["Panel", "Variable"]
