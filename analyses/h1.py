"""H1: whether more robust mandates draw more attacks; estimates, verdicts and descriptives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.evidence import Evidence, gather
from pkstats.families import hypotheses
from pkstats.families.robustness_attacks import FAMILY, SAMPLE
from pkstats.panels import read
from pkstats.verdict import judge_family

if TYPE_CHECKING:
    from pathlib import Path

    from pkstats.panels import Panel

SEED = 20000101
DRAWS = 1999
JOBS = 2
MONTHS_PER_YEAR = 12
DEATHS = ["hostile_deaths_uniformed", "hostile_deaths_all", "hostile_deaths_upper"]


def main(*, panels: Path, results: Path) -> None:
    """Read the mission-month panel and write every results file of the family."""
    panel = read(panels, "mission_month")
    family: dict[str, Evidence] = {}
    for member in hypotheses():
        if member.family == FAMILY:
            print(f"    {member.name}: {len(member.models)} models", flush=True)
            family[member.name] = gather(member, panel, draws=DRAWS, seed=SEED, jobs=JOBS)
    verdicts = judge_family(family)
    tables = {
        name: pd.concat([e.tables[name] for e in family.values()], ignore_index=True)
        for name in ("estimates", "leave_one_out", "identification", "rows_lost")
    }
    for name in ("negative_control", "predictable_steps"):
        parts = [e.tables[name].assign(hypothesis=h) for h, e in family.items()]
        tables[name] = pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
    tables["verdict"] = pd.DataFrame([v.row() for v in verdicts.values()])
    tables["verdict_steps"] = pd.concat(
        [v.tidy().assign(hypothesis=name) for name, v in verdicts.items()], ignore_index=True
    )
    tables["deaths_by_mission_year"] = sum_deaths(panel)
    tables["trace"] = trace_counts(panel)
    for name, table in tables.items():
        table.to_csv(results / f"h1_{name}.csv", index=False, lineterminator="\n")


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
