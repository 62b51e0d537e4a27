"""H2, estimates and verdicts: populations, host governments, the Council's record, attacks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.families import check, facts, find_multiverse, hypotheses, prepare
from pkstats.families.impartiality.hypotheses import FAMILY, attach_mandates
from pkstats.verdicts import Evidence, gather
from pkstats.verdicts.gathering import COLUMNS
from pkstats.verdicts.natural_scale import tell_effects
from pkstats.verdicts.verdict import judge_family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Model

SEED = 20000101
DRAWS = 1999
JOBS = 2
PER_WORDS = 1000
BY_HYPOTHESIS = ("predictable_steps", "negative_control")
CURVE = (
    *("hypothesis", "specification", "main", "treatment", "controls", "effects", "sample", "term"),
    *("estimate", "std_error", "conf_low", "conf_high", "rows", "clusters", "events", "status"),
    "note",
)


def tabulate(panels: Mapping[str, Panel]) -> dict[str, pd.DataFrame]:
    """Tables of the family.

    Parameters
    ----------
    panels : mapping of str to Panel
        By name, with the mandates of the same build (:func:`attach`).
    """
    family: dict[str, Evidence] = {}
    ready: dict[str, Panel] = {}
    for member in hypotheses():
        if member.family == FAMILY:
            print(f"    {member.name}: {len(member.models)} models", flush=True)
            ready[member.name] = panels[member.panel]
            family[member.name] = gather(
                member, ready[member.name], draws=DRAWS, seed=SEED, jobs=JOBS
            )
    verdicts = judge_family(family)
    tables = {name: _join(family, name) for name in COLUMNS}
    tables |= {name: _join(family, name) for name in BY_HYPOTHESIS}
    tables["both_sides"] = family["H2-populations"].tables["both_sides"]
    tables["verdict"] = pd.DataFrame([v.row() for v in verdicts.values()])
    tables["verdict_steps"] = pd.concat(
        [v.tidy().assign(hypothesis=name) for name, v in verdicts.items()], ignore_index=True
    )
    tables["effects"] = tell(family, ready)
    tables["specifications"] = trace_curves(family, ready)
    found = [check(f, {n: panels[n] for n in f.panels}) for f in facts() if f.family == FAMILY]
    tables["facts"] = pd.DataFrame([f.row() for f in found])
    return tables


def attach(panel: Panel, panels: Mapping[str, Panel]) -> Panel:
    """The panel with the mandates of the same build."""
    return panel if panel.name == "council_record" else attach_mandates(panel, panels)


def _join(family: Mapping[str, Evidence], name: str) -> pd.DataFrame:
    parts = [
        evidence.tables[name].assign(hypothesis=hypothesis)
        for hypothesis, evidence in family.items()
        if name in evidence.tables and len(evidence.tables[name])
    ]
    return pd.concat(parts, ignore_index=True)


def tell(family: Mapping[str, Evidence], ready: Mapping[str, Panel]) -> pd.DataFrame:
    """Primary and secondary estimates on the natural scale of each level."""
    parts = []
    for name, evidence in family.items():
        member, estimates = evidence.hypothesis, evidence.tables["estimates"]
        models = (member.primary, *member.secondary)
        if member.design == "populations":
            continue
        prepared = prepare(member, ready[name])
        if member.design == "missions":
            told = tell_effects(models, estimates, prepared)
        else:
            told = pd.DataFrame([tell_rate(m, estimates, prepared) for m in models])
        parts.append(told.assign(hypothesis=name))
    return pd.concat(parts, ignore_index=True)


def tell_rate(chosen: Model, estimates: pd.DataFrame, panel: Panel) -> dict[str, object]:
    """One estimate as a change of the rate over all rows of the model's sample."""
    line = next(row for row in estimates.to_dict("records") if row["model"] == chosen.name)
    specification = chosen.specification
    frame = panel.where(chosen.sample).frame
    exposure = str(specification.exposure)
    known = frame[specification.treatment].notna() & frame[exposure].gt(0)
    events = float(frame.loc[known, specification.outcome].sum())
    scale = PER_WORDS if exposure.endswith("words") else 100
    rate = scale * events / float(frame.loc[known, exposure].sum())
    unit = "per 1,000 words of new text" if scale == PER_WORDS else "percentage points"
    names = {"change": "estimate", "change_low": "conf_low", "change_high": "conf_high"}
    changes = {new: rate * math.expm1(float(line[old])) for new, old in names.items()}
    return {
        "model": chosen.name,
        "outcome": specification.outcome,
        "estimand": chosen.estimand,
        "rate": rate,
        **changes,
        "unit": unit,
    }


def trace_curves(family: Mapping[str, Evidence], ready: Mapping[str, Panel]) -> pd.DataFrame:
    """Every specification of the declared multiverses, with plain clustered errors (CRV1)."""
    parts = []
    for name, evidence in family.items():
        multiverse = find_multiverse(evidence.hypothesis)
        if multiverse is None or evidence.hypothesis.design == "populations":
            continue
        plain = replace(multiverse.specification.inference, method="CRV1")
        quick = replace(multiverse.specification, inference=plain)
        prepared = prepare(evidence.hypothesis, ready[name])
        curve = replace(multiverse, specification=quick).run(prepared, jobs=JOBS)
        parts.append(curve.table.assign(hypothesis=name))
    return pd.concat(parts, ignore_index=True).reindex(columns=list(CURVE))
