"""Usability: whether the readings let an element of the coding carry an estimate."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any, Final, Literal

Standing = Literal["usable", "not usable", "too few to tell"]
USABLE: Final[Standing] = "usable"
NOT_USABLE: Final[Standing] = "not usable"
TOO_FEW: Final[Standing] = "too few to tell"

#: Kappa between the readers, over all pairs.
LEAST_KAPPA_READERS: Final = 0.7
#: Precision and recall of changes, over all pairs and in the held-out half.
LEAST_OF_CHANGES: Final = 0.7
#: Changes over all pairs that the readers agree on, and that the coding sees.
LEAST_CHANGES_READ: Final = 5
LEAST_CHANGES_CODED: Final = 5
SHARES: Final = ("precision_of_changes", "recall_of_changes")


def judge_element(held: Mapping[Hashable, Any], whole: Mapping[Hashable, Any]) -> Standing:
    """Judge one element of the coding by what was read of it.

    Parameters
    ----------
    held, whole : mapping of name to number
        Measures in the held-out half and over all pairs: kappa_readers, changes_read,
        changes_coded, precision_of_changes, recall_of_changes; nan where undefined.

    Returns
    -------
    Standing
        Not usable if the readers agree too little; too few to tell if either number of changes
        is below its least, or a share is undefined; usable if every share reaches its least.

    Notes
    -----
    Amended on 2026-11-29: with fewer than three changes in the held-out half the first bar fell
    back on kappa of the state, which quiet missions flatter, so that elements with one or two
    changes passed. An estimate within missions rests on changes alone.
    """
    if not whole["kappa_readers"] >= LEAST_KAPPA_READERS:
        return NOT_USABLE
    shares = [half[name] for half in (held, whole) for name in SHARES]
    few = whole["changes_read"] < LEAST_CHANGES_READ or whole["changes_coded"] < LEAST_CHANGES_CODED
    if few or any(math.isnan(share) for share in shares):
        return TOO_FEW
    return USABLE if min(shares) >= LEAST_OF_CHANGES else NOT_USABLE
