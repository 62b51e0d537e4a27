"""Rulings: what each says in one sentence."""

from __future__ import annotations

from typing import Final

from pkstats.families.cap import CAPS

#: Rulings of the ordered rule, then what each cap makes of a decided one.
RULINGS: Final = {
    "supported": "The data support the claim.",
    "contradicted": "The data contradict the claim.",
    "negligible": "Any effect is too small to matter.",
    "inconclusive": "The data do not decide.",
    "not identified": "The data cannot identify the effect.",
    "not testable": "There is no data to test the claim.",
    **{ruling: words for cap in CAPS.values() for ruling, words in cap.reading},
}
#: Rulings that say no more than that nothing can be said.
UNDECIDED: Final = ("inconclusive", "not identified", "not testable")
