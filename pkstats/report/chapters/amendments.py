"""Amendments: what was changed after results had been seen, and the rulings that it moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.display.number import write_count, write_list
from pkstats.families.amendment import Amendment, read_amendments

if TYPE_CHECKING:
    from pkstats.families.amendment import Kind

#: What each kind of correction touches, in words.
KINDS: Final[dict[Kind, str]] = {
    "rule": "the ordered rule",
    "design": "what a design asks",
    "declaration": "a declaration",
    "coding": "the coding of texts",
    "data": "data",
    "description": "what is described beside the rulings",
}
__all__ = ["Amendment", "read_amendments", "say_amendments", "tabulate_amendments"]


def say_amendments(amendments: Sequence[Amendment], verdicts: pd.DataFrame) -> str:
    """Say how many corrections there are, which rulings moved, and what only they decide.

    Parameters
    ----------
    amendments : sequence of Amendment
        Oldest first.
    verdicts : pandas.DataFrame
        Of all families: hypothesis, ruling, amended_ruling.
    """
    counts = Counter(a.kind for a in amendments)
    listed = write_list([f"{write_count(n)} on {KINDS[kind]}" for kind, n in counts.most_common()])
    moved = [
        f"`{name}` from {before} to {after}"
        for a in amendments
        for name, (before, after) in a.rulings.items()
        if before != after
    ]
    decided = verdicts[verdicts["amended_ruling"].notna() & (verdicts["amended_ruling"] != "")]
    named = [f"`{r['hypothesis']}` ({r['amended_ruling']})" for r in decided.to_dict("records")]
    return " ".join(
        [
            f"{write_count(len(amendments))} corrections were declared after results had been "
            f"seen: {listed}.",
            f"Rulings that moved: {write_list(moved)}." if moved else "No ruling moved.",
            f"Decided under an amended rule alone: {write_list(named)}; the ruling of before "
            "stays in front."
            if named
            else "No hypothesis is decided by an amended rule that was not decided before it.",
        ]
    )


def tabulate_amendments(amendments: Sequence[Amendment]) -> pd.DataFrame:
    """Lay out one line a correction: day, what it touches, what, why and the rulings it moved."""
    return pd.DataFrame(
        [
            {
                "Day": str(a.date),
                "On": KINDS[a.kind],
                "What": a.what,
                "Why": a.why,
                "Rulings moved": "; ".join(
                    f"{name}: {before}, then {after}"
                    for name, (before, after) in a.rulings.items()
                    if before != after
                )
                or "none",
            }
            for a in amendments
        ]
    )
