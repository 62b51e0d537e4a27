"""Scheme: which assignments of a treatment are drawn, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from pkstats.data.panels import Panel


@dataclass(frozen=True, kw_only=True)
class RenewalTiming:
    """Which of a unit's renewals carry its observed steps is drawn; its calendar is held.

    Parameters
    ----------
    renewal : str
        Column that marks renewals (0/1).
    """

    name: ClassVar[str] = "renewal timing"
    renewal: str = "mandate_renewal"

    def assign(self, panel: Panel, *, treatment: str, lag: int) -> Any:
        """Assignment of a treatment at a lag."""
        from pkstats.checks.randomization import renewal_assignment

        return renewal_assignment(panel, treatment=treatment, renewal=self.renewal, lag=lag)


@dataclass(frozen=True, kw_only=True)
class AlignedHistories:
    """Whole histories are exchanged among similar units, aligned on age.

    Parameters
    ----------
    strata : tuple of str
        Columns within whose values units may exchange.
    age : str
        Column of the age in periods.
    """

    name: ClassVar[str] = "aligned histories"
    strata: tuple[str, ...]
    age: str

    def assign(self, panel: Panel, *, treatment: str, lag: int) -> Any:
        """Assignment of a treatment at a lag."""
        from pkstats.checks.randomization import aligned_histories

        return aligned_histories(
            panel, treatment=treatment, strata=self.strata, age=self.age, lag=lag
        )
