"""Tables, figures and sentences of the book, from tidy frames only."""

from __future__ import annotations

from pkstats.report.figures import (
    draw_coefficients,
    draw_deaths,
    draw_leave_one_out,
    draw_leverage,
)
from pkstats.report.results import Results, read_results

__all__ = [
    "Results",
    "draw_coefficients",
    "draw_deaths",
    "draw_leave_one_out",
    "draw_leverage",
    "read_results",
]
