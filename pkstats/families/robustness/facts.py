"""Context of H1: facts on the deadliest mission, the turn to robustness, and two words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.comparisons.ranking import rank_units
from pkstats.families.fact import Fact, Finding

if TYPE_CHECKING:
    from pkstats.data.panels import Panel

FAMILY: Final = "H1-context"
SEED: Final = 19480529
MISSION: Final = "MINUSMA"
FEWEST_PERSONNEL_YEARS: Final = 1000.0
MONTHS_PER_YEAR: Final = 12
INDEX: Final = "robustness_index"
ROBUST: Final = (
    "text_use_of_force", "text_poc_physical", "text_robust_posture", "text_proactive",
    "text_offensive", "text_counter_terrorism", "text_joint_operations",
    "text_host_security_support", "text_state_authority",
)  # fmt: skip
_SINCE_1948: Final = "universe == 'peacekeeping' or reason == 'ended before 1990'"
_TYPES: Final = (
    "Causes of death as the United Nations record them; early records are incomplete, and deaths "
    "of undetermined cause are left out."
)


def rank_all_deaths(panels: Mapping[str, Panel]) -> Finding:
    """Rank peacekeeping operations since 1948 by deaths of all causes."""
    return _rank_counts(panels, "deaths")


def rank_hostile_deaths(panels: Mapping[str, Panel]) -> Finding:
    """Rank peacekeeping operations since 1948 by hostile deaths of all staff."""
    return _rank_counts(panels, "deaths_hostile")


def rank_hostile_rate(panels: Mapping[str, Panel]) -> Finding:
    """Rank missions since 1990 by hostile deaths per personnel-year (tabulated per 1,000)."""
    frame = panels["mission_month"].frame
    kept = frame[frame["hostile_deaths_all"].notna() & frame["personnel"].notna()]
    sums = kept.groupby("mission", as_index=False)[["hostile_deaths_all", "personnel"]].sum()
    sums["thousands"] = sums["personnel"].astype(float) / MONTHS_PER_YEAR / 1000
    large = sums[sums["thousands"] >= FEWEST_PERSONNEL_YEARS / 1000]
    return _report(
        rank_units(
            large, unit="mission", events="hostile_deaths_all", exposure="thousands", seed=SEED
        ),
        "hostile deaths per 1,000 personnel-years",
    )


def trace_turn(panels: Mapping[str, Panel]) -> Finding:
    """Mean of the index before and after 2000, over mission-months and over foundings."""
    frame = panels["mission_month"].frame
    frame = frame[frame[INDEX].notna()].assign(later=lambda f: f["year"] >= 2000)
    founding = frame.sort_values("month").groupby("mission", as_index=False).first()
    rows = []
    for kind, kept in (("mission-months", frame), ("missions at their founding", founding)):
        means = kept.groupby("later")[INDEX].agg(["mean", "size"])
        for later, mean, size in means.itertuples():
            when = "2000 and later" if later else "1990 to 1999"
            rows.append({"over": kind, "when": when, "mean": float(mean), "rows": int(size)})
    table = pd.DataFrame(rows)
    before, after = (table[table["when"] == w] for w in ("1990 to 1999", "2000 and later"))
    rises = after["mean"].to_numpy() > before["mean"].to_numpy()
    said = "; ".join(
        f"over {b.over} {b.mean:.2f} in 1990 to 1999 and {a.mean:.2f} later"
        for b, a in zip(before.itertuples(), after.itertuples(), strict=True)
    )
    return Finding(holds=bool(rises.all()), value=f"mean index {said}", table=table)


def count_bundles(panels: Mapping[str, Panel]) -> Finding:
    """Count with which bundles of tasks stabilization and protection go in full mandates."""
    mandates = read_full_mandates(panels)
    rows, most = [], []
    for word in ("stabilization", "protection"):
        kept = mandates[mandates[word] == 1]
        sizes = kept.groupby(list(ROBUST)).size().sort_values(ascending=False)
        share = float(sizes.iloc[0] / len(kept))
        most.append(share)
        rows.append(
            {
                "word": word, "mandates": len(kept), "bundles": len(sizes),
                "share_of_most_common": share,
            }
        )  # fmt: skip
    both = mandates[(mandates["stabilization"] == 1) & (mandates["protection"] == 1)]
    rows.append({"word": "both", "mandates": len(both), "bundles": float("nan"),
                 "share_of_most_common": float("nan")})  # fmt: skip
    said = "; ".join(
        f"{r['word']}: {r['mandates']} mandates in {r['bundles']} bundles, the most common "
        f"{r['share_of_most_common']:.0%}"
        for r in rows[:2]
    )
    return Finding(
        holds=all(s < 0.5 for s in most),
        value=f"{said}; both words in {len(both)} mandates",
        table=pd.DataFrame(rows),
    )


def read_full_mandates(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Founding and full mandates from 2000 on, with stabilization in the name and protection."""
    frame = panels["mandate"].frame
    full = frame[
        frame["role"].isin(["founding", "full_restatement"]) & (frame["date"] >= "2000-01-01")
    ]
    names = panels["mission"].frame.set_index("mission")["stabilization"]
    return full.assign(
        year=full["date"].dt.year,
        stabilization=full["mission"].map(names).astype(int),
        protection=full["text_poc"].astype(int),
    ).reset_index(drop=True)


def _rank_counts(panels: Mapping[str, Panel], column: str) -> Finding:
    kept = panels["mission"].frame.query(_SINCE_1948)
    unit = "hostile deaths" if "hostile" in column else "deaths"
    return _report(rank_units(kept, unit="mission", events=column, seed=SEED), unit)


def _report(table: pd.DataFrame, unit: str) -> Finding:
    own = table[table["unit"] == MISSION].iloc[0]
    top = table.iloc[0] if table["unit"].iloc[0] != MISSION else table.iloc[1]
    decimals = 0 if bool((table["exposure"] == 1).all()) else 2
    said = (
        f"{MISSION} is number {own['rank']} of {len(table)} with {own['rate']:,.{decimals}f} "
        f"{unit} (rank {own['rank_low']} to {own['rank_high']} by chance alone); "
        f"{'first' if own['rank'] > 1 else 'next'} is {top['unit']} with "
        f"{top['rate']:,.{decimals}f}"
    )
    return Finding(holds=bool(own["rank"] == 1), value=said, table=table)


FACTS: Final = (
    Fact(
        name="W2-all-deaths",
        family=FAMILY,
        claims=("W2",),
        statement="The mission in Mali has more deaths on record than any other operation.",
        condition="MINUSMA is first among peacekeeping operations since 1948 by deaths of all "
        "causes and staff.",
        panels=("mission",),
        measure=rank_all_deaths,
        seen="descriptives",
        limits="Long missions lose more people to accidents and illness than short ones. " + _TYPES,
    ),
    Fact(
        name="W2-hostile-deaths",
        family=FAMILY,
        claims=("W2",),
        statement="The mission in Mali has more hostile deaths on record than any other operation.",
        condition="MINUSMA is first among peacekeeping operations since 1948 by hostile deaths of "
        "all staff.",
        panels=("mission",),
        measure=rank_hostile_deaths,
        seen="descriptives",
        limits=_TYPES,
    ),
    Fact(
        name="W2-hostile-rate",
        family=FAMILY,
        claims=("W2",),
        statement="Serving in the mission in Mali was deadlier than in any other since 1990.",
        condition="MINUSMA is first by hostile deaths of all staff per 1,000 uniformed "
        "personnel-years, among missions since 1990 with at least 1,000 personnel-years.",
        panels=("mission_month",),
        measure=rank_hostile_rate,
        seen="descriptives",
        limits="Personnel is known from November 1990 on and counts those in uniform; deaths count "
        "all staff. " + _TYPES,
    ),
    Fact(
        name="J10-turn",
        family=FAMILY,
        claims=("J10",),
        statement="Mandates became more robust after the 1990s.",
        condition="The mean robustness index is higher from 2000 on than in 1990 to 1999, over "
        "mission-months and over missions at their founding.",
        panels=("mission_month",),
        measure=trace_turn,
        seen="descriptives",
        limits="That it followed failures of the 1990s is a reading of motives, which mandates do "
        "not show; elements are coded from texts.",
    ),
    Fact(
        name="K8-bundles",
        family=FAMILY,
        claims=("K8",),
        statement="Stabilization and protection of civilians go with differing bundles of tasks.",
        condition="In founding and full mandates from 2000 on, no one combination of nine tasks "
        "of force and support covers half of the mandates with stabilization in the mission's "
        "name, nor half of those with a protection task.",
        panels=("mandate", "mission"),
        measure=count_bundles,
        seen="descriptives",
        limits="A word can be clear and go with differing tasks: ambiguity of meaning is not "
        "observed, only the spread of tasks. Stabilization is read in the mission's name alone.",
    ),
)
