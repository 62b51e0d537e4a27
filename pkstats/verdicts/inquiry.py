"""Inquiry: one family from its panels to every table that its chapter reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from joblib import Parallel, delayed

from pkstats.arguments import check_arguments
from pkstats.checks.multiverse import randomize_jointly
from pkstats.data.panels import read
from pkstats.errors import HypothesisError
from pkstats.families import Check, check, find_family, verify
from pkstats.results import write_family
from pkstats.verdicts import thresholds
from pkstats.verdicts.gathering import gather_ready
from pkstats.verdicts.models import assign
from pkstats.verdicts.request import prepare_panels
from pkstats.verdicts.scale import tell_effects
from pkstats.verdicts.tables import GATHERED
from pkstats.verdicts.verdict import judge_family, judge_members

if TYPE_CHECKING:
    from pathlib import Path

    from pkstats.data.panels import Panel
    from pkstats.families import Family, Hypothesis
    from pkstats.verdicts.conclusion import Verdict
    from pkstats.verdicts.strength import Evidence

#: Tables of the evidence, joined over the members of a family.
JOINED: Final = (*GATHERED, "negative_control", "predictable_steps", "specifications", "multiverse")


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """Evidence, verdicts and facts of one family.

    Parameters
    ----------
    family : Family
        The declaration.
    ready : mapping of str to Panel
        Prepared, by name, of one build.
    evidence : dict of str to Evidence
        By hypothesis, in the family's order.
    verdicts : dict of str to Verdict
        By hypothesis.
    checks : dict of str to Check
        By fact.
    joint : dict of str to dict
        Joint test of each multiverse, by hypothesis; empty where the family declares none.
    """

    family: Family
    ready: Mapping[str, Panel]
    evidence: dict[str, Evidence]
    verdicts: dict[str, Verdict]
    checks: dict[str, Check]
    joint: dict[str, dict[str, object]]

    def tabulate(self) -> dict[str, pd.DataFrame]:
        """Tables by the name of their results file; one without a row is left out."""
        tables = {name: self._join(name) for name in JOINED}
        tables["verdict"] = pd.DataFrame([v.row() for v in self.verdicts.values()])
        steps = [v.tidy().assign(hypothesis=name) for name, v in self.verdicts.items()]
        tables["verdict_steps"] = _stack(steps)
        tables["bounds"] = _stack([v.tell_bounds() for v in self.verdicts.values()])
        tables["compatibility"] = _stack([v.tell_update() for v in self.verdicts.values()])
        tables["effects"] = self._tell()
        tables["facts"] = pd.DataFrame([found.row() for found in self.checks.values()])
        return {name: table for name, table in tables.items() if len(table)}

    def _join(self, name: str) -> pd.DataFrame:
        parts = []
        for hypothesis, evidence in self.evidence.items():
            if len(evidence.tables.get(name, ())):
                joint = self.joint.get(hypothesis, {}) if name == "multiverse" else {}
                added: dict[str, Any] = {"hypothesis": hypothesis, **joint}
                parts.append(evidence.tables[name].assign(**added))
        return _stack(parts)

    def _tell(self) -> pd.DataFrame:
        """Primary and secondary estimates on the natural scale of each design."""
        parts = []
        for name, evidence in self.evidence.items():
            member, scale = evidence.hypothesis, evidence.design.scale
            if scale is None:
                continue
            told = tell_effects(
                (member.primary, *member.secondary),
                evidence.tables["estimates"],
                self.ready[member.panel],
                scale=scale,
            )
            parts.append(told.assign(hypothesis=name))
        return _stack(parts)


def inquire(
    family: Family,
    panels: Mapping[str, Panel],
    *,
    opening: Mapping[str, Verdict] | None = None,
    jobs: int = 1,
) -> Inquiry:
    """Estimate, check and judge everything that a family declares.

    Parameters
    ----------
    family : Family
        The declaration, with its draws and seed.
    panels : mapping of str to Panel
        Every panel that the family names, of one build.
    opening : mapping of str to Verdict, optional
        Verdicts on the families by which members are gated.
    jobs : int
        Processes: one a member where there are many, else within each.

    Returns
    -------
    Inquiry

    Raises
    ------
    HypothesisError
        Something differs from the freeze, or a gated family is judged before its gate.
    """
    check_arguments(f"family {family.code!r}", jobs=jobs)
    verify(family, thresholds=thresholds.hash_thresholds())
    members = family.hypotheses
    ready = prepare_panels(members, family, panels)
    inner = jobs if len(members) <= jobs else 1
    for member in members:
        print(f"    {member.name}: {len(member.models)} models", flush=True)
    calls = (
        delayed(gather_ready)(
            *(m, family, ready[m.panel]),
            models=m.models,
            draws=family.draws,
            seed=family.seed,
            jobs=inner,
        )
        for m in members
    )
    found = Parallel(n_jobs=jobs if inner == 1 else 1)(calls)
    evidence = {m.name: e for m, e in zip(members, found, strict=True)}
    return Inquiry(
        family=family,
        ready=ready,
        evidence=evidence,
        verdicts=judge_family(evidence, opening=opening, shipped=True) if evidence else {},
        checks={f.name: check(f, {n: panels[n] for n in f.panels}) for f in family.facts},
        joint={m.name: _test_jointly(family, m, ready[m.panel], jobs=jobs) for m in members}
        if family.joint_draws
        else {},
    )


def run(code: str, *, panels: Path, results: Path, jobs: int = 1) -> Inquiry:
    """Read the panels of a family, inquire, and write its tables: the whole of a thin script.

    Parameters
    ----------
    code : str
        Of the family.
    panels, results : Path
        Folder of the panels; folder that receives ``<prefix>_<table>.csv``.
    jobs : int
        As :func:`inquire`.

    Returns
    -------
    Inquiry

    Raises
    ------
    HypothesisError, ResultsError
        As :func:`inquire` and :func:`pkstats.results.write_family`.
    """
    check_arguments(f"family {code!r}", jobs=jobs)
    family = find_family(code)
    given = {name: read(panels, name) for name in family.panels}
    opening: dict[str, Verdict] = {}
    for gate in family.gates:
        opening |= judge_members(find_family(gate), given, jobs=jobs)
    found = inquire(family, given, opening=opening, jobs=jobs)
    write_family(found.tabulate(), results, prefix=family.prefix)
    return found


def _test_jointly(
    family: Family, member: Hypothesis, ready: Panel, *, jobs: int
) -> dict[str, object]:
    """Joint test of a multiverse on the median t, under the scheme of the primary model."""
    multiverse = family.find_multiverse(member)
    if multiverse is None:
        raise HypothesisError(
            f"{member.name} declares no multiverse. Remedy: joint_draws=0, or choose="
        )
    print(f"    {member.name}: {len(multiverse)} specifications", flush=True)
    design, main = family.find_design(member), member.primary.specification.treatment

    def find_assignment(treatment: str) -> Any | None:
        """Assignment of a lag of the main treatment; None for another coding of it."""
        if treatment.rpartition("_lag")[0] != main.rpartition("_lag")[0]:
            return None
        return assign(_lag(member, treatment), ready, design)

    joint = randomize_jointly(
        multiverse, ready, find_assignment, draws=family.joint_draws, seed=family.seed, jobs=jobs
    )
    return {
        "median_t": joint.median,
        "joint_p": joint.p_value,
        "joint_draws": joint.draws,
        "joint_specifications": joint.specifications,
        "joint_untested": joint.untested,
    }


def _lag(member: Hypothesis, treatment: str) -> Any:
    """Primary model of a hypothesis at another lag."""
    specification = replace(member.primary.specification, treatment=treatment)
    return replace(member.primary, specification=specification)


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
