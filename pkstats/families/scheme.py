"""Scheme: which assignment of the treatment a design may draw, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

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
class MissionRenewals:
    """Renewal timing of missions that are merged to hosts: own calendars, drawn jointly.

    Parameters
    ----------
    missions : str
        Panel of missions, with the unit of the hypothesis' panel as a column.
    renewal : str
        Its column that marks renewals (0/1).
    merge : {"largest", "sum"}
        How treatments of a host's missions become one.
    """

    name: ClassVar[str] = "renewal timing of missions"
    missions: str = "mission_month"
    renewal: str = "mandate_renewal"
    merge: Literal["largest", "sum"] = "largest"

    def assign(self, panel: Panel, *, treatment: str, lag: int) -> Any:
        """Assignment of a treatment at a lag."""
        from pkstats.checks.randomization import merged_assignment
        from pkstats.data.panels import load_panel

        return merged_assignment(
            panel,
            load_panel(self.missions),
            treatment=treatment,
            renewal=self.renewal,
            merge=self.merge,
            lag=lag,
        )


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


Scheme = RenewalTiming | MissionRenewals | AlignedHistories
