"""One look for every figure: ink, palette, grid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

INK = "#2b303a"
"""Colour of text, axes and neutral marks; the book swaps it for the colour of its own text."""

BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#56b4e9",
    "#cc79a7",
)
"""Okabe and Ito's palette, safe for colour-blind readers, without its black and its yellow."""

NARROW = 5.0
"""Below this width, in inches, labels stand above their marks instead of beside the axis."""


@contextmanager
def style() -> Iterator[None]:
    """Draw with the house look; matplotlib's settings are restored on exit."""
    settings: dict[Any, Any] = {
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": False,
        "axes.axisbelow": True,
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "grid.color": INK,
        "grid.alpha": 0.15,
        "grid.linewidth": 0.6,
        "legend.fontsize": 8.5,
        "legend.frameon": False,
        "svg.fonttype": "path",
        "svg.hashsalt": "pkstats",
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
    }
    with mpl.rc_context(settings):
        yield
