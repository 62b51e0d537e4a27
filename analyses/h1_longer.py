"""H1 on a longer record, 1990 to 2025 and the 1990s, with the gates seen before the freeze."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analyses.h1_designs import contrast
from pkstats.checks.blind_gate import BlindGate, preview_gate
from pkstats.data.panels import read
from pkstats.families import find_family
from pkstats.results import write_tables
from pkstats.verdicts.inquiry import run

if TYPE_CHECKING:
    from pathlib import Path

    from pkstats.data.panels import Panel
    from pkstats.families import Family, Hypothesis

PANEL = "mission_month"
#: The longer record, the 1990s, and the frozen H1, whose gate stands beside theirs.
CODES = ("H1-1990", "H1-1990s")
BESIDE_THEM = "H1"
PREFIX = "h1_longer"
JOBS = 2


def main(*, panels: Path, results: Path) -> None:
    """Write the blind gates of the three samples, then every results file of both families."""
    missions = read(panels, PANEL)
    write_tables(tabulate_gates(missions), results, prefix=PREFIX)
    first = find_family(CODES[0])
    write_tables(contrast(first, missions), results, prefix=first.prefix)
    for code in CODES:
        run(code, panels=panels, results=results, jobs=JOBS)


def tabulate_gates(panel: Panel) -> dict[str, pd.DataFrame]:
    """Gate of each primary model of the three samples, blind to the outcome's answer.

    Parameters
    ----------
    panel : Panel
        ``mission_month``.

    Returns
    -------
    dict of str to DataFrame
        ``blind_gates``, one row a hypothesis, and ``blind_hosts``, one row a hypothesis and host.
    """
    rows, hosts = [], []
    for family in map(find_family, (*CODES, BESIDE_THEM)):
        ready = family.make_ready(panel)
        for member in family.hypotheses:
            gate = look(member, family, ready)
            rows.append(_measure(member, gate))
            hosts.append(gate.table.assign(hypothesis=member.name, family=family.code))
    gates = pd.DataFrame(rows)
    lead = find_lead(gates)
    gates["leads"] = (gates["family"] == lead).map({True: "yes", False: "no"})
    return {"blind_gates": gates, "blind_hosts": pd.concat(hosts, ignore_index=True)}


def look(member: Hypothesis, family: Family, ready: Panel) -> BlindGate:
    """Look at the gate of a primary model as its design declares it."""
    gate, model = family.find_design(member).gate, member.primary
    return preview_gate(
        model.specification,
        ready.where(model.sample),
        window=gate.window,
        fewest=gate.fewest,
        largest=gate.largest,
    )


def _measure(member: Hypothesis, gate: BlindGate) -> dict[str, Any]:
    around = gate.table["events_around_switch"]
    return {
        "family": member.family,
        "hypothesis": member.name,
        "estimand": member.primary.estimand,
        "sample": member.primary.sample,
        "passes": "yes" if gate.passes else "no",
        "switching_clusters": gate.switching,
        "clusters_around_switch": int((around > 0).sum()),
        "events_around_switch": float(around.sum()),
        "largest_leverage": float(gate.table["leverage"].max()),
        "effective_clusters": gate.effective_clusters,
        "clusters": len(gate.table),
        "rows": gate.rows,
        "events": float(gate.table["events"].sum()),
    }


def find_lead(gates: pd.DataFrame) -> str:
    """Find the family whose sample leads the page.

    The one whose gate passes for every estimand with the most hosts that have events around a
    switch of their own, the smaller count where estimands differ; 2000-2025 where two are equal
    or none passes.
    """
    failing = set(gates.loc[gates["passes"] == "no", "family"])
    passing = gates[~gates["family"].isin(failing)]
    counts = passing.groupby("family")["clusters_around_switch"].min()
    best = list(counts.index[counts == counts.max()])
    return str(best[0]) if len(best) == 1 else BESIDE_THEM
