r"""Threat: which way an estimate may be wrong, and what the checks of a design say about it.

A check estimates something that should be nothing: the response of accidents, the power of past
attacks to predict a step. It has a declared bound b, within which it would not matter. With the
90% interval (l, h) of a quantity whose positive values push the estimate in the direction s:

- direction s stays *open* where h is not below b, direction -s where l is not above -b;
- a direction is *found* where it is open and the interval excludes zero on its side.

The check is ``clear`` where no direction is open, ``failed`` where one is found, and else it
``cannot tell``: a weak test clears nothing.

A threat is one way in which estimates go wrong, and several checks may speak to it. It *stands
against* a ruling where some check finds the direction that the ruling fears, or where every check
leaves that direction open. A ruling fears the bias that would have made it: upward (towards the
estimate's sign) for supported and contradicted, either for negligible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

State = Literal["clear", "failed", "cannot tell"]
#: Coverage of the interval of a check.
COVERAGE: Final = 0.90
UP, DOWN = 1, -1
BOTH: Final = frozenset({UP, DOWN})
#: Ways in which estimates go wrong.
COMMON_CAUSE: Final = "a common cause"
ANSWERING_STEPS: Final = "steps that answer the past"
SELECTED_ROWS: Final = "rows that the treatment selects"
THREATS: Final = (COMMON_CAUSE, ANSWERING_STEPS, SELECTED_ROWS)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One check, with the directions of bias that it leaves open or finds.

    Parameters
    ----------
    threat : str
        Which way of going wrong it speaks to.
    condition : str
        What should hold, in words.
    value, threshold : str
        What was found, and what would be clear.
    open : frozenset of {-1, 1}
        Directions in which the estimate may be biased for all that the check tells.
    found : frozenset of {-1, 1}
        Directions in which it finds a bias.
    """

    threat: str
    condition: str
    value: str
    threshold: str
    open: frozenset[int]
    found: frozenset[int] = frozenset()

    @property
    def state(self) -> State:
        """Clear, failed, or cannot tell."""
        if self.found:
            return "failed"
        return "cannot tell" if self.open else "clear"


def weigh_bias(
    *,
    threat: str,
    condition: str,
    interval: tuple[float, float],
    bound: float,
    sign: int,
    said: str,
) -> Bar:
    """Make a bar of the interval of a quantity that should be nothing.

    Parameters
    ----------
    threat, condition : str
        As :class:`Bar`.
    interval : tuple of float
        90% interval; missing values where it is undefined.
    bound : float
        Positive, in the units of the quantity.
    sign : {-1, 1}
        Direction of the bias that positive values make.
    said : str
        What the quantity is, or why it is undefined.
    """
    low, high = interval
    threshold = f"90% interval inside -{bound:.2f} to {bound:.2f}"
    if not (math.isfinite(low) and math.isfinite(high)):
        return Bar(
            threat=threat,
            condition=condition,
            value=f"undefined: {said}" if said else "undefined",
            threshold=threshold,
            open=BOTH,
        )
    above, below = bool(high >= bound), bool(low <= -bound)
    return Bar(
        threat=threat,
        condition=condition,
        value=f"{said} {low:.2f} to {high:.2f}".strip(),
        threshold=threshold,
        open=frozenset([sign] * above + [-sign] * below),
        found=frozenset([sign] * bool(above and low > 0) + [-sign] * bool(below and high < 0)),
    )


def stands_against(bars: Iterable[Bar], feared: frozenset[int]) -> dict[str, bool]:
    """Whether each threat stands against a ruling that fears some directions of bias.

    Parameters
    ----------
    bars : iterable of Bar
        Of one hypothesis.
    feared : frozenset of {-1, 1}
        Directions of bias that would have made the ruling.

    Returns
    -------
    dict of str to bool
        By threat, in the order met.
    """
    groups: dict[str, list[Bar]] = {}
    for bar in bars:
        groups.setdefault(bar.threat, []).append(bar)
    return {
        threat: any(
            any(d in bar.found for bar in group) or all(d in bar.open for bar in group)
            for d in feared
        )
        for threat, group in groups.items()
    }


def fear(ruling: str, expected_sign: int) -> frozenset[int]:
    """Directions of bias that would have made a decided ruling."""
    return {
        "supported": frozenset({expected_sign}),
        "contradicted": frozenset({-expected_sign}),
        "negligible": BOTH,
    }[ruling]
