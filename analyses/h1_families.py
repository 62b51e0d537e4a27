"""H1, estimates and verdicts: the whole index, and what is gated behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from joblib import Parallel, delayed

from pkstats.families import hypotheses, prepare
from pkstats.families.robustness import attacks as robustness_attacks
from pkstats.families.robustness import elements as robustness_elements
from pkstats.verdicts import Evidence, gather
from pkstats.verdicts.natural_scale import tell_effects
from pkstats.verdicts.verdict import judge_family

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.verdicts.ruling import Verdict

SEED = 20000101
DRAWS = 1999
DRAWS_GATED = 499
JOBS = 2
BY_MODEL = ("estimates", "leave_one_out", "identification", "rows_lost")
BY_HYPOTHESIS = ("negative_control", "predictable_steps")


def tabulate(panel: Panel) -> dict[str, pd.DataFrame]:
    """Tables of both families; those of the gated one begin with ``elements_``."""
    first = gather_family(robustness_attacks.FAMILY, panel, draws=DRAWS)
    second = gather_family(robustness_elements.FAMILY, panel, draws=DRAWS_GATED)
    verdicts = judge_family(first)
    gated = judge_family(second, opening=verdicts)
    tables = write_family(first, verdicts)
    tables |= {f"elements_{name}": t for name, t in write_family(second, gated).items()}
    tables["effects"] = pd.concat(
        [tell_family(f, panel) for f in (first, second)], ignore_index=True
    )
    return tables


def gather_family(family: str, panel: Panel, *, draws: int) -> dict[str, Evidence]:
    """Evidence on every member of a family, one process a member where there are many."""
    members = [h for h in hypotheses() if h.family == family]
    for member in members:
        print(f"    {member.name}: {len(member.models)} models", flush=True)
    inner = JOBS if len(members) <= JOBS else 1
    calls = (delayed(gather)(m, panel, draws=draws, seed=SEED, jobs=inner) for m in members)
    found = Parallel(n_jobs=JOBS if inner == 1 else 1)(calls)
    return {member.name: evidence for member, evidence in zip(members, found, strict=True)}


def write_family(
    family: dict[str, Evidence], verdicts: dict[str, Verdict]
) -> dict[str, pd.DataFrame]:
    """Tables of a family, one frame a results file."""
    tables = {
        name: pd.concat([e.tables[name] for e in family.values()], ignore_index=True)
        for name in BY_MODEL
    }
    for name in BY_HYPOTHESIS:
        parts = [e.tables[name].assign(hypothesis=h) for h, e in family.items()]
        tables[name] = pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
    tables["verdict"] = pd.DataFrame([v.row() for v in verdicts.values()])
    tables["verdict_steps"] = pd.concat(
        [v.tidy().assign(hypothesis=name) for name, v in verdicts.items()], ignore_index=True
    )
    return tables


def tell_family(family: dict[str, Evidence], panel: Panel) -> pd.DataFrame:
    """Primary and secondary estimates of a family on the natural scale."""
    parts = []
    for name, evidence in family.items():
        member = evidence.hypothesis
        told = tell_effects(
            (member.primary, *member.secondary),
            evidence.tables["estimates"],
            prepare(member, panel),
        )
        parts.append(told.assign(hypothesis=name))
    return pd.concat(parts, ignore_index=True)
