"""Scales: what a printed coefficient is, by the engine of its model and the declaration's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pkstats.estimation.engines import name_scale

if TYPE_CHECKING:
    from pkstats.families import Design, Hypothesis

LOGGED: Final = "log "
"""Start of the declared unit of a coefficient whose exponential is printed."""
KINDS: Final = ("odds", "hazard")
SLOPES: Final = "Odds ratio"
"""Exponential of a slope that a meta-regression averages: its outcome is the log of odds."""


class PrintedScale(NamedTuple):
    """What the printed number is.

    Parameters
    ----------
    ratio : bool
        Whether it is the exponential of the coefficient.
    words : str
        Such as ``rate ratio per index point``.
    """

    ratio: bool
    words: str


def find_scale(hypothesis: Hypothesis, design: Design) -> PrintedScale:
    """Say on which scale the coefficient of a hypothesis is printed.

    The engine of the primary model decides whether it is a ratio, and of what; the declared unit
    names it where it agrees with that.

    Parameters
    ----------
    hypothesis : Hypothesis
        With its declared unit.
    design : Design
        Of the hypothesis.
    """
    if design.strategy == "meta-regression":
        ratio = SLOPES
    else:
        ratio = name_scale(hypothesis.primary.specification).ratio
    unit = hypothesis.unit
    if not ratio:
        told = not (unit.startswith(LOGGED) and "ratio" in unit)
        return PrintedScale(False, unit if told else "change of the outcome")
    told = "ratio" in unit and all((k in unit) == (k in ratio.lower()) for k in KINDS)
    return PrintedScale(True, unit.removeprefix(LOGGED) if told else ratio.lower())


def add_article(noun: str) -> str:
    """Put the indefinite article before a noun.

    Examples
    --------
    >>> add_article("odds ratio"), add_article("rate ratio")
    ('an odds ratio', 'a rate ratio')
    """
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"
