"""Strength and Evidence: the numbers that the ordered rule reads."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkstats.checks.detectable import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pkstats.families.declaration import Hypothesis
    from pkstats.families.design import Design
    from pkstats.verdicts.threat import Bar


@dataclass(frozen=True, kw_only=True)
class Strength:
    """What one model says about the treatment.

    Parameters
    ----------
    model : str
        Name of the model.
    estimate : float
        Coefficient, in the hypothesis' unit.
    p_value : float
        Cluster jackknife, the larger of host and unit clusters; missing where undefined.
    interval_95, interval_90 : tuple of float
        Jackknife intervals, the longer of host and unit clusters; missing where one is undefined.
    randomization_p : float
        Missing where the scheme has too few distinct assignments.
    gate_passes : bool
        Whether the identification gate is passed.
    gate_reasons : tuple of str
        Why it is not.
    sign_stable : bool
        Whether leaving out any mission or host keeps the sign.
    left_out : str
        What leaving out changed, in words.
    note : str
        Why a number is missing.
    wild_p : float
        Restricted wild score bootstrap; missing where the design does not ask for it.
    smallest_p : float
        Smallest value that the entering p could take with these draws and assignments.
    std_error, df : float
        Behind the intervals, of the clustering that gives the longer; missing where undefined.
    cluster : str
        Column of that clustering; empty where undefined.
    """

    model: str
    estimate: float
    p_value: float
    interval_95: tuple[float, float]
    interval_90: tuple[float, float]
    randomization_p: float
    gate_passes: bool
    gate_reasons: tuple[str, ...]
    sign_stable: bool
    left_out: str
    note: str = ""
    wild_p: float = math.nan
    smallest_p: float = 0.0
    std_error: float = math.nan
    df: float = math.nan
    cluster: str = ""

    def enter(self, design: Design) -> float:
        """p-value that enters the correction within the family: 1 where it is not identified."""
        entering = {
            "randomization": self.randomization_p,
            "wild score": self.wild_p,
            "CRV3": self.p_value,
        }[design.entering]
        return entering if self.gate_passes and math.isfinite(entering) else 1.0

    def enter_smallest(self) -> float:
        """Smallest p-value that could have entered: 1 where the effect is not identified."""
        return self.smallest_p if self.gate_passes else 1.0

    @property
    def half_width(self) -> float:
        """Half the length of the 90% interval; missing where it is undefined."""
        return Interval(*self.interval_90).half_width

    def lies_inside(self, bound: float) -> bool:
        """Whether the 90% interval lies strictly within minus and plus a bound."""
        return Interval(*self.interval_90).lies_inside(bound)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known on one hypothesis when it is judged.

    Parameters
    ----------
    hypothesis : Hypothesis
        The declaration.
    design : Design
        What the hypothesis' design stands for.
    primary : Strength
        The primary model.
    variants : mapping of str to Strength
        The declared variants whose ruling must be the same, such as the other reset rules of the
        mandate state.
    rows, events : int
        Rows of the primary model, and events in them.
    smallest_effect : float
        Smallest effect of interest on the scale of the coefficient, at the rate of the primary
        model's own sample.
    bounds : mapping of str to float
        The same under other conversions, by name; they decide nothing and are shown beside.
    bars : tuple of Bar
        Checks that must be clear, such as negative controls and predictable steps.
    opened : bool or None
        Whether a hypothesis of the gating family is decided; None for one that no family gates.
    opening : str
        What was found there, in words.
    turning : tuple of str or None
        Contestable readings of the mandates under which the ruling could be another; None where
        they were not tried, since nothing is decided or the design lists none.
    same_sign_share : float or None
        Share of the multiverse with the primary's sign; None while none is run.
    tables : mapping of str to pandas.DataFrame
        Tidy frames behind the numbers, by the name of their results file.
    """

    hypothesis: Hypothesis
    design: Design
    primary: Strength
    variants: Mapping[str, Strength]
    rows: int
    events: int
    smallest_effect: float
    bounds: Mapping[str, float] = field(default_factory=dict)
    bars: tuple[Bar, ...]
    opened: bool | None = None
    opening: str = ""
    turning: tuple[str, ...] | None = None
    same_sign_share: float | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
