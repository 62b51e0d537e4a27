"""Strength, Bar and Evidence: the numbers that the ordered rule reads."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pkstats.families.declaration import Hypothesis
    from pkstats.families.design import Design

Interval = tuple[float, float]


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
        Host-cluster jackknife intervals; missing where undefined.
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
    """

    model: str
    estimate: float
    p_value: float
    interval_95: Interval
    interval_90: Interval
    randomization_p: float
    gate_passes: bool
    gate_reasons: tuple[str, ...]
    sign_stable: bool
    left_out: str
    note: str = ""
    wild_p: float = math.nan

    def enter(self, design: Design) -> float:
        """p-value that enters the correction within the family: 1 where it is not identified."""
        entering = {
            "randomization": self.randomization_p,
            "wild score": self.wild_p,
            "CRV3": self.p_value,
        }[design.entering]
        return entering if self.gate_passes and math.isfinite(entering) else 1.0


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A check that must be clear before an effect counts as supported.

    Parameters
    ----------
    condition : str
        What must hold.
    value : str
        What was found, in words.
    threshold : str
        What would be clear.
    clear : bool or None
        Whether it holds; None where it could not be computed.
    """

    condition: str
    value: str
    threshold: str
    clear: bool | None


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
        Smallest effect of interest on the scale of the coefficient.
    bars : tuple of Bar
        Checks that must be clear, such as negative controls and predictable steps.
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
    bars: tuple[Bar, ...]
    same_sign_share: float | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
