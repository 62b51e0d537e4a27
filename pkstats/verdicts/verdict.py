"""Verdict: a hypothesis judged within its family."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from pkstats.arguments import check_given, note_given
from pkstats.checks.multiple_testing import adjust
from pkstats.data.panels import Panel
from pkstats.data.panels.store import load_panel
from pkstats.errors import Breaches, HypothesisError, SpecificationError
from pkstats.families import (
    Check,
    Family,
    Hypothesis,
    check,
    find_fact,
    find_family,
    find_home,
    list_families,
    verify,
    verify_hypothesis,
)
from pkstats.families import hypothesis as find_hypothesis
from pkstats.families.amendment import find_frozen_ruling, is_amended
from pkstats.families.family import found_family
from pkstats.verdicts import thresholds
from pkstats.verdicts.conclusion import Verdict
from pkstats.verdicts.gathering import gather_ready
from pkstats.verdicts.request import prepare_panels
from pkstats.verdicts.ruling import rule
from pkstats.verdicts.strength import Evidence

__all__ = ["Verdict", "check_fact", "judge", "judge_family", "judge_members"]

_GATHERED: OrderedDict[tuple[object, ...], Evidence] = OrderedDict()
#: Pieces of evidence kept in memory; the one used longest ago goes first.
MOST_KEPT = 64


def judge(
    hypothesis: Hypothesis | str,
    panel: Panel | None = None,
    *,
    family: Family | Sequence[Hypothesis] | None = None,
    gates: Sequence[Family] = (),
    draws: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
) -> Verdict:
    """Judge a hypothesis by the ordered rule, within its family.

    Parameters
    ----------
    hypothesis : Hypothesis or str
        What to judge: one of pkstats by its name, or one of your own.
    panel : Panel, optional
        The panel that the hypothesis names, also for members of its family on the same panel;
        by default as pkstats ships it.
    family : Family or sequence of Hypothesis, optional
        Those that are corrected together; by default the family that declares the hypothesis, or
        a family of one.
    gates : sequence of Family, optional
        Families of your own by which members are gated; those of pkstats are known.
    draws, seed : int, optional
        Randomization draws for each model that declares them, and their seed; by default as the
        family declares, and as in the book. The verdict says where they depart from that.
    jobs : int, default 1
        Processes for the draws and the multiverse.

    Returns
    -------
    Verdict

    Raises
    ------
    HypothesisError
        Unknown hypothesis, or a declaration, family, preparation, design, choice or threshold that
        differs from the frozen one; every breach with old and new hash.
    SpecificationError
        A model names a column that the panel lacks, or a scheme that the design lacks; draws, seed
        or jobs out of range.
    """
    _check_types(hypothesis, panel, family, draws=draws, seed=seed, jobs=jobs)
    if isinstance(hypothesis, Hypothesis):
        target = hypothesis
    elif isinstance(family, Family):
        target = family.find(hypothesis)
    else:
        target = find_hypothesis(hypothesis)
    verify_hypothesis(target)
    home = _find_family(target, family)
    given = {target.panel: panel} if panel is not None else {}
    verdicts = judge_members(
        home, given, target=target, gates=gates, draws=draws, seed=seed, jobs=jobs
    )
    departures = _list_departures(home, given, gates=gates, draws=draws, seed=seed)
    return replace(verdicts[target.name], departures=departures)


def judge_members(
    family: Family,
    panels: Mapping[str, Panel] | None = None,
    *,
    target: Hypothesis | None = None,
    gates: Sequence[Family] = (),
    draws: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
) -> dict[str, Verdict]:
    """Judge every member of a family; `target` stands in for the member of its name.

    Parameters
    ----------
    family : Family
        One of pkstats or your own.
    panels : mapping of str to Panel, optional
        By name, in place of the shipped ones.
    target : Hypothesis, optional
        A declaration of the family, such as an amended one.
    gates : sequence of Family, optional
        As :func:`judge`.
    draws, seed, jobs : int, optional
        As :func:`judge`.

    Raises
    ------
    HypothesisError
        As :func:`judge`.
    """
    check_given("judge_members()", draws=draws, seed=seed, jobs=jobs)
    verify(family, thresholds=thresholds.hash_thresholds())
    members = [target if target and h.name == target.name else h for h in family.hypotheses]
    given = panels or {}
    ready = prepare_panels(members, family, given)
    found = {
        member.name: _gather_once(
            member,
            family,
            ready[member.panel],
            draws=family.draws if draws is None else draws,
            seed=family.seed if seed is None else seed,
            jobs=jobs,
        )
        for member in members
    }
    opening: dict[str, Verdict] = {}
    for code in family.gates:
        opener = _find_gate(code, gates)
        opening |= judge_members(opener, given, gates=gates, draws=draws, seed=seed, jobs=jobs)
    return judge_family(found, opening=opening, shipped=not given)


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
        Unknown fact, or a fact or measure that differs from the frozen one.
    """
    fact = find_fact(name)
    given = panels or {}
    return check(fact, {p: given[p] if p in given else load_panel(p) for p in fact.panels})


def judge_family(
    family: Mapping[str, Evidence],
    *,
    opening: Mapping[str, Verdict] | None = None,
    shipped: bool = False,
) -> dict[str, Verdict]:
    """Rule on every hypothesis of one family.

    Parameters
    ----------
    family : mapping of str to Evidence
        Evidence on each member; unidentified members count with p = 1.
    opening : mapping of str to Verdict, optional
        Verdicts on the family by which members are gated: one of its q-values must be below the
        false discovery rate, or no gated member can be supported or contradicted.
    shipped : bool
        Whether the evidence is on the panels of pkstats, so that a ruling of the rule before its
        amendment stays in front of one that only the amended rule decides.

    Returns
    -------
    dict of str to Verdict

    Raises
    ------
    HypothesisError
        A declaration differs from its frozen one, a frozen family lacks a member, or a threshold
        has moved.
    """
    _verify_members(family)
    q_values: dict[str, dict[str, float]] = {name: {} for name in family}
    for label in {"primary"}.union(*(evidence.variants for evidence in family.values())):
        entered = {n: e.variants.get(label, e.primary).enter(e.design) for n, e in family.items()}
        for name, q in adjust(entered).items():
            q_values[name][label] = q
    observed = {n: e.primary.enter(e.design) for n, e in family.items()}
    stricter = adjust(observed, method="by")
    return {
        name: rule(
            _gate(evidence, opening or {}),
            q_values=q_values[name],
            q_value_any_dependence=stricter[name],
            smallest_q=adjust(observed | {name: evidence.primary.enter_smallest()})[name],
            before=find_frozen_ruling(evidence.hypothesis) if shipped else "",
        )
        for name, evidence in family.items()
    }


def _find_family(target: Hypothesis, family: Family | Sequence[Hypothesis] | None) -> Family:
    """Family of a hypothesis: as given, as declared, or of one."""
    home = find_home(target)
    if isinstance(family, Family):
        own = family.find(target.name)
        if own != target and not is_amended(target):
            raise HypothesisError(
                f"family {family.code!r} holds another declaration of {target.name!r}. Remedy: "
                "hand over the family's own, or replace it there"
            )
        return family
    if family is None:
        return home or found_family(target)
    members = tuple(family)
    named = [h for h in members if h.name == target.name]
    if named and target not in named:
        raise HypothesisError(
            f"family= holds another declaration of {target.name!r}. Remedy: rename one of them"
        )
    if not named:
        members = (target, *members)
    return replace(home, hypotheses=members) if home else found_family(target, members)


def _find_gate(code: str, gates: Sequence[Family]) -> Family:
    """Family by which members are gated, of those handed over or of pkstats."""
    known = {family.code: family for family in (*list_families(), *gates)}
    if code not in known:
        raise HypothesisError(
            f"no family {code!r} to be gated by. Remedy: gates=(...) with that Family, or "
            f"gated_by= one of {', '.join(known)}"
        )
    return known[code]


def _check_types(
    hypothesis: object,
    panel: object,
    family: Family | Sequence[Hypothesis] | str | None,
    **numbers: object,
) -> None:
    breaches = Breaches("judge()")
    note_given(breaches, **numbers)
    if type(hypothesis) not in (Hypothesis, str):
        breaches.add(
            f"a {type(hypothesis).__name__} is no hypothesis", remedy="a name or pk.Hypothesis(...)"
        )
    if panel is not None and type(panel) is not Panel:
        breaches.add(
            f"a {type(panel).__name__} is no panel",
            remedy="pk.Panel.from_frame(frame, unit=..., time=...)",
        )
    listed = family if isinstance(family, Sequence) and not isinstance(family, str) else ()
    if isinstance(family, str) or not all(isinstance(h, Hypothesis) for h in listed):
        breaches.add(
            f"family={family!r} holds no hypotheses", remedy="pk.Family(...) or a tuple of them"
        )
    breaches.raise_as(SpecificationError)


def _list_departures(
    family: Family,
    panels: Mapping[str, Panel],
    *,
    gates: Sequence[Family],
    draws: int | None,
    seed: int | None,
) -> tuple[str, ...]:
    """In which respects a family, or one by which it is gated, is not judged as declared."""
    said = []
    if draws not in (None, family.draws):
        said.append(f"{draws:,} draws in place of {family.draws:,}")
    if seed not in (None, family.seed):
        said.append(f"seed {seed} in place of {family.seed}")
    shipped = {f.code for f in list_families()} - {gate.code for gate in gates}
    for code in (family.code, *family.gates):
        read = {h.panel for h in find_family(code).hypotheses} if code in shipped else set()
        for name in sorted(read & panels.keys()):
            if _hash_panel(load_panel(name)) != _hash_panel(panels[name]):
                said.append(f"family {code} on another panel {name!r} than pkstats ships")
    return tuple(said)


def _verify_members(family: Mapping[str, Evidence]) -> None:
    """Hold the evidence on a family against the freeze: every member whole, and no stranger."""
    judged = [evidence.hypothesis for evidence in family.values()]
    for member in judged:
        verify_hypothesis(member)
    homes = {home.code: home for member in judged if (home := find_home(member))}
    for home in homes.values():
        verify(home, thresholds=thresholds.hash_thresholds())
        missing = {h.name for h in home.hypotheses} ^ {h.name for h in judged}
        if missing:
            raise HypothesisError(
                f"family {home.code!r} is judged whole, in or out: {', '.join(sorted(missing))}. "
                "Remedy: hand over the evidence on every member and on no other"
            )
        for evidence in family.values():
            _verify_whole(evidence, home)


def _verify_whole(evidence: Evidence, family: Family) -> None:
    """Refuse evidence on a frozen hypothesis from which a declared part is missing."""
    hypothesis, design = evidence.hypothesis, evidence.design
    breaches = Breaches(f"evidence on {hypothesis.name!r}")
    declared = {m.name for m in hypothesis.judged[1:]}
    missing = declared - {strength.model for strength in evidence.variants.values()}
    if len(evidence.variants) < len(declared):
        listed = ", ".join(sorted(missing or declared))
        breaches.add(f"without the declared variants {listed}", remedy="models=hypothesis.judged")
    asked = design.count_checks(hypothesis.primary.estimand)
    if design.strategy == "panel models" and len(evidence.bars) < asked:
        breaches.add(f"{len(evidence.bars)} of {asked} checks", remedy="gather() makes them all")
    if evidence.primary.gate_passes and family.choose and evidence.same_sign_share is None:
        breaches.add("without its multiverse", remedy="gather() runs it")
    breaches.raise_as(HypothesisError)


def _hash_panel(panel: Panel) -> str:
    """Hash of a panel: its keys, and the values of its frame with their columns."""
    frame = panel.frame
    held = [str(c) for c in frame if frame[c].dtype == object]  # such as a column of lists
    plain = frame.assign(**{c: frame[c].map(repr) for c in held})
    rows = pd.util.hash_pandas_object(plain, index=False).to_numpy()
    named = "|".join([panel.unit, panel.time, *map(str, panel.frame.columns)])
    return hashlib.sha256(rows.tobytes() + named.encode()).hexdigest()


def _gather_once(
    hypothesis: Hypothesis,
    family: Family,
    panel: Panel,
    *,
    draws: int,
    seed: int,
    jobs: int,
) -> Evidence:
    """Evidence on a prepared panel, kept by the hashes of declaration, family and panel."""
    frozen = tuple(sorted((t, *pair) for t, n in family.freeze().items() for pair in n.items()))
    entry = (hypothesis.freeze(), frozen, _hash_panel(panel), draws, seed)
    if entry not in _GATHERED:
        _GATHERED[entry] = gather_ready(
            hypothesis,
            family,
            panel,
            models=hypothesis.judged,
            draws=draws,
            seed=seed,
            jobs=jobs,
        )
    _GATHERED.move_to_end(entry)
    while len(_GATHERED) > MOST_KEPT:
        _GATHERED.popitem(last=False)
    return _GATHERED[entry]


def _gate(evidence: Evidence, opening: Mapping[str, Verdict]) -> Evidence:
    """Say in the evidence on a gated hypothesis whether its gate is open."""
    gate = evidence.hypothesis.gated_by
    if not gate:
        return evidence
    found = {name: v.q_value for name, v in opening.items() if v.hypothesis.family == gate}
    return replace(
        evidence,
        opened=any(q < thresholds.FALSE_DISCOVERY_RATE for q in found.values()),
        opening="; ".join(f"{name}: q {q:.3f}" for name, q in found.items()) or "not judged",
    )
