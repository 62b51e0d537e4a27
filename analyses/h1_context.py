"""H1, context: rankings, the turn to robustness, two words, deaths by year, counts to check."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.families import find_family
from pkstats.families.robustness.attacks import SAMPLE
from pkstats.families.robustness.facts import FAMILY, INDEX, ROBUST, read_full_mandates
from pkstats.verdicts.inquiry import inquire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.data.panels import Panel

MONTHS_PER_YEAR = 12
DEATHS = ["hostile_deaths_uniformed", "hostile_deaths_all", "hostile_deaths_upper"]
ELEMENTS = (
    *("text_chapter_vii", "text_use_of_force", "text_poc_physical", "text_robust_posture"),
    *("text_proactive", "text_offensive", "text_counter_terrorism"),
)


def tabulate(panels: Mapping[str, Panel]) -> dict[str, pd.DataFrame]:
    """Tables of the facts and of what lies behind them."""
    context = inquire(find_family(FAMILY), panels)
    checks = context.checks
    rankings = [
        found.finding.table.assign(fact=name)
        for name, found in checks.items()
        if name.startswith("W2")
    ]
    missions = panels["mission_month"]
    return {
        **context.tabulate(),
        "ranking": pd.concat(rankings, ignore_index=True),
        "turn": checks["J10-turn"].finding.table,
        "trend": trace_trend(missions),
        "bundles": checks["K8-bundles"].finding.table,
        "terms": count_terms(panels),
        "term_pairs": count_pairs(panels),
        "deaths_by_mission_year": sum_deaths(missions),
        "trace": trace_counts(missions),
    }


def trace_trend(panel: Panel) -> pd.DataFrame:
    """Mean of the index and share of each element over mission-months, by year and by cohort."""
    frame = panel.frame[panel.frame[INDEX].notna()]
    founded = frame.groupby("mission")["year"].transform("min")
    parts = []
    for kind, key in (("year", frame["year"]), ("cohort", founded // 5 * 5)):
        grouped = frame[[INDEX, *ELEMENTS]].astype(float).groupby(key.rename("period"))
        means = grouped.mean().reset_index()
        sizes = frame.groupby(key.rename("period"))["mission"].agg(["nunique", "size"])
        means = means.assign(
            by=kind,
            missions=sizes["nunique"].to_numpy(),
            mission_months=sizes["size"].to_numpy(),
        )
        parts.append(means)
    table = pd.concat(parts, ignore_index=True)
    return table[["by", "period", "missions", "mission_months", INDEX, *ELEMENTS]]


def count_terms(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Share of founding and full mandates of a year with either word and with both."""
    mandates = read_full_mandates(panels)
    both = mandates["stabilization"] * mandates["protection"]
    grouped = mandates.assign(both=both).groupby("year", as_index=False)
    sums = grouped[["stabilization", "protection", "both"]].sum()
    return sums.assign(mandates=grouped.size()["size"])


def count_pairs(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """How often two terms or tasks stand in one founding or full mandate, beside chance.

    ``lift``: the count over what independence would give; above one they go together.
    """
    mandates = read_full_mandates(panels)
    total = len(mandates)
    rows = []
    for first, second in combinations(("stabilization", "protection", *ROBUST), 2):
        one, two = (mandates[c].astype(int) for c in (first, second))
        together = int((one * two).sum())
        expected = one.sum() * two.sum() / total
        rows.append(
            {
                "first": first,
                "second": second,
                "first_mandates": int(one.sum()),
                "second_mandates": int(two.sum()),
                "together": together,
                "mandates": total,
                "lift": together / expected if expected else float("nan"),
            }
        )
    return pd.DataFrame(rows)


def sum_deaths(panel: Panel) -> pd.DataFrame:
    """Deaths and personnel-years by mission and year, over the months with observed deaths."""
    frame = panel.frame[panel.frame["hostile_deaths_uniformed"].notna()]
    sums = frame.groupby(["mission", "year"], as_index=False)[[*DEATHS, "personnel"]].sum(
        min_count=1
    )
    return sums.assign(personnel_years=sums.pop("personnel") / MONTHS_PER_YEAR)


def trace_counts(panel: Panel) -> pd.DataFrame:
    """Counts that the book prints and that raw rows can be counted to."""
    sample = panel.where(SAMPLE).frame
    rows = []
    for column in [*DEATHS, "hostile_incident_days", "accident_deaths", "illness_deaths"]:
        observed = sample[sample[column].notna()]
        rows.append(
            {
                "number": f"sum of {column} in mission-months of the estimation window",
                "value": int(observed[column].sum()),
                "panel": "mission_month",
                "column": column,
                "rows": len(observed),
            }
        )
    return pd.DataFrame(rows)
