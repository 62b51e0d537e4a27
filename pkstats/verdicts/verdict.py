"""Verdict: a hypothesis judged within its family."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.checks.multiple_testing import adjust
from pkstats.data.panels.store import load_panel
from pkstats.families import Check, check, find_fact, hypotheses
from pkstats.families import hypothesis as find_hypothesis
from pkstats.verdicts import Bar, Evidence, Strength, gather
from pkstats.verdicts.ruling import FALSE_DISCOVERY_RATE, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis

__all__ = ["Verdict", "check_fact", "judge", "judge_family"]

_GATHERED: dict[tuple[str, str, int, int], Evidence] = {}


def judge(
    hypothesis: Hypothesis | str,
    panel: Panel | None = None,
    *,
    draws: int = 1999,
    seed: int = 20000101,
    jobs: int = 1,
) -> Verdict:
    """Judge a hypothesis by the ordered rule, within its family.

    Parameters
    ----------
    hypothesis : Hypothesis or str
        What to judge.
    panel : Panel, optional
        The panel that the hypothesis names, also for members of its family on the same panel;
        by default as pkstats ships it.
    draws : int, default 1999
        Randomization draws for each model that declares them.
    seed : int
        Seed of the draws.
    jobs : int, default 1
        Processes for the draws.

    Returns
    -------
    Verdict

    Raises
    ------
    HypothesisError
        Unknown hypothesis or broken freeze.
    """
    name = hypothesis if isinstance(hypothesis, str) else hypothesis.name
    target = find_hypothesis(name) if isinstance(hypothesis, str) else hypothesis
    members = [h for h in hypotheses() if h.family == target.family and h.name != target.name]
    gates = [h for h in hypotheses() if h.family == target.gated_by]
    found = {}
    for member in (target, *members, *gates):
        given = panel is not None and member.panel == target.panel
        observed = panel if given and panel is not None else load_panel(member.panel)
        key = _hash_frame(observed.frame)
        found[member.name] = _gather_once(member, observed, key, draws=draws, seed=seed, jobs=jobs)
    family = {m.name: found[m.name] for m in (target, *members)}
    opening = judge_family({h.name: found[h.name] for h in gates})
    return judge_family(family, opening=opening)[name]


def check_fact(name: str, panels: Mapping[str, Panel] | None = None) -> Check:
    """Hold a declared fact against the panels that pkstats ships, or against given ones.

    Parameters
    ----------
    name : str
        Of the fact; :func:`pkstats.facts` lists them.
    panels : mapping of str to Panel, optional
        Panels by name, in place of the shipped ones.

    Raises
    ------
    HypothesisError
        Unknown fact or broken freeze.
    """
    fact = find_fact(name)
    given = panels or {}
    return check(fact, {p: given[p] if p in given else load_panel(p) for p in fact.panels})


def _hash_frame(frame: pd.DataFrame) -> str:
    """Hash of the values of a frame, its columns included."""
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return hashlib.sha256(rows.tobytes() + "|".join(frame.columns).encode()).hexdigest()


def _gather_once(
    hypothesis: Hypothesis, panel: Panel, key: str, *, draws: int, seed: int, jobs: int
) -> Evidence:
    """Evidence for the verdict, kept in memory by the hashes of declaration and panel."""
    entry = (hypothesis.freeze(), key, draws, seed)
    if entry not in _GATHERED:
        _GATHERED[entry] = gather(
            hypothesis, panel, models=hypothesis.judged, draws=draws, seed=seed, jobs=jobs
        )
    return _GATHERED[entry]


def judge_family(
    family: Mapping[str, Evidence], *, opening: Mapping[str, Verdict] | None = None
) -> dict[str, Verdict]:
    """Rule on every hypothesis of one family.

    Parameters
    ----------
    family : mapping of str to Evidence
        Evidence on each member; unidentified members count with p = 1.
    opening : mapping of str to Verdict, optional
        Verdicts on the family by which members are gated: one of its q-values must be below the
        false discovery rate, or no gated member can be supported or contradicted.

    Returns
    -------
    dict of str to Verdict
    """
    q_values: dict[str, dict[str, float]] = {name: {} for name in family}
    for label in {"primary"}.union(*(evidence.variants for evidence in family.values())):
        members = {n: e.variants.get(label, e.primary) for n, e in family.items()}
        for name, q in adjust({n: _family_p(m) for n, m in members.items()}).items():
            q_values[name][label] = q
    stricter = adjust({n: _family_p(e.primary) for n, e in family.items()}, method="by")
    return {
        name: rule(
            _gate(evidence, opening or {}),
            q_values=q_values[name],
            q_value_any_dependence=stricter[name],
        )
        for name, evidence in family.items()
    }


def _gate(evidence: Evidence, opening: Mapping[str, Verdict]) -> Evidence:
    """Add the bar of the gate to the evidence on a gated hypothesis."""
    gate = evidence.hypothesis.gated_by
    if not gate:
        return evidence
    found = {name: v.q_value for name, v in opening.items() if v.hypothesis.family == gate}
    bar = Bar(
        condition=f"A hypothesis of the family {gate} is decided first",
        value="; ".join(f"{name}: q {q:.3f}" for name, q in found.items()) or "not judged",
        threshold=f"a q-value below {FALSE_DISCOVERY_RATE}",
        clear=any(q < FALSE_DISCOVERY_RATE for q in found.values()) if found else None,
    )
    return replace(evidence, bars=(*evidence.bars, bar))


def _family_p(strength: Strength) -> float:
    identified = strength.gate_passes and math.isfinite(strength.randomization_p)
    return strength.randomization_p if identified else 1.0
