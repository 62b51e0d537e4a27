"""Family: hypotheses, facts and cases that are declared, frozen and judged together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pkstats.arguments import FROM_ZERO, note_argument, note_arguments
from pkstats.errors import Breaches, HypothesisError
from pkstats.families.code_hash import hash_code
from pkstats.families.declaration import Hypothesis, write_out
from pkstats.families.design import Design, declare_plain

if TYPE_CHECKING:
    from pkstats.checks.multiverse import Multiverse
    from pkstats.data.panels import Panel
    from pkstats.families.fact import Fact

Prepare = Callable[["Panel", Mapping[str, "Panel"]], "Panel"]
Choose = Callable[[Hypothesis], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Family:
    """Hypotheses that are corrected for multiple testing together, and what stands beside them.

    Parameters
    ----------
    code : str
        Short name, such as ``H1``; the families of gated hypotheses append theirs to it.
    title : str
        What it is about, in plain words.
    question : str
        The question in plain words, as a practitioner would ask it.
    hypotheses : tuple of Hypothesis
        In order; size and order are frozen.
    facts : tuple of Fact
        Descriptive claims with the condition that confirms them.
    cases : tuple
        Declared cases, where one unit alone changed.
    designs : tuple of Design
        What the designs that hypotheses name stand for; a name without one is a plain design.
    prepare : callable or None
        ``prepare(panel, given) -> Panel`` adds the columns that models name; `given` holds the
        family's panels of the same build by name, and may be empty.
    choose : callable or None
        From a hypothesis to the choices that its multiverse crosses.
    panels : tuple of str
        Panels that the family reads.
    draws, seed : int
        Of the randomization tests, everywhere a verdict is made.
    joint_draws : int
        Of the joint test of each multiverse; 0 for none.
    curve_method : {"CRV1", "CRV3"}
        Covariance of the specification curve.
    chapter : str
        File of its chapter in the book, without ending; empty for none.
    amended : tuple of Hypothesis
        Declarations corrected after results were seen; the frozen ones stay in `hypotheses`.
    labels : tuple of (str, str)
        Plain names of the columns that the preparation adds, for tables and figures.
    """

    code: str
    title: str
    question: str = ""
    hypotheses: tuple[Hypothesis, ...] = ()
    facts: tuple[Fact, ...] = ()
    cases: tuple[Any, ...] = ()
    designs: tuple[Design, ...] = ()
    prepare: Prepare | None = None
    choose: Choose | None = None
    panels: tuple[str, ...] = ()
    draws: int = 1999
    seed: int = 20000101
    joint_draws: int = 0
    curve_method: Literal["CRV1", "CRV3"] = "CRV1"
    chapter: str = ""
    amended: tuple[Hypothesis, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        breaches = Breaches(f"family {self.code!r}")
        note_arguments(breaches, draws=self.draws, seed=self.seed)
        note_argument(breaches, "joint_draws", self.joint_draws, FROM_ZERO)
        names = [h.name for h in self.hypotheses]
        models = [m.name for h in self.hypotheses for m in h.models]
        for what, listed in (("hypotheses", names), ("models", models)):
            twice = sorted({name for name in listed if listed.count(name) > 1})
            if twice:
                breaches.add(f"{what} named twice: {', '.join(twice)}", remedy="name each once")
        strangers = [h.name for h in self.hypotheses if h.family != self.code]
        if strangers:
            breaches.add(
                f"{', '.join(strangers)}: of another family than {self.code!r}",
                remedy=f"family={self.code!r} in each",
            )
        breaches.raise_as(HypothesisError)

    @property
    def prefix(self) -> str:
        """First part of the names of its results files."""
        return self.code.lower().replace("-", "_")

    @property
    def gates(self) -> tuple[str, ...]:
        """Families of which a hypothesis must be decided first."""
        return tuple(dict.fromkeys(h.gated_by for h in self.hypotheses if h.gated_by))

    def find(self, name: str) -> Hypothesis:
        """Return a member by its name.

        Raises
        ------
        HypothesisError
            No member of this name.
        """
        for member in self.hypotheses:
            if member.name == name:
                return member
        known = ", ".join(h.name for h in self.hypotheses)
        raise HypothesisError(
            f"family {self.code!r} holds no hypothesis {name!r}. Remedy: choose among {known}"
        )

    def find_design(self, hypothesis: Hypothesis) -> Design:
        """Return the design that a hypothesis names; a plain one where the family declares none.

        Raises
        ------
        HypothesisError
            The family declares designs, and none of this name.
        """
        found = {design.name: design for design in self.designs}
        if self.designs and hypothesis.design not in found:
            raise HypothesisError(
                f"{hypothesis.name!r} names design {hypothesis.design!r}. Remedy: design= one of "
                f"{', '.join(map(repr, found))}"
            )
        return found.get(hypothesis.design) or declare_plain(hypothesis)

    def make_ready(self, panel: Panel, given: Mapping[str, Panel] | None = None) -> Panel:
        """Add the columns that the models name; without a preparation the panel stays as it is."""
        if self.prepare is None:
            return panel
        ready = self.prepare(panel, given or {})
        if not hasattr(ready, "where"):
            raise HypothesisError(
                f"prepare of family {self.code!r} gives a {type(ready).__name__}. Remedy: return a "
                "Panel"
            )
        return ready

    def find_multiverse(self, hypothesis: Hypothesis) -> Multiverse | None:
        """Return the multiverse about the primary model, or None where no choice is declared.

        The primary model's rows are the first option; where samples do not vary, all specifications
        keep them.

        Raises
        ------
        HypothesisError
            The first sample among the choices is not the primary model's.
        """
        from pkstats.checks.multiverse import Multiverse

        if self.choose is None:
            return None
        choices, own = dict(self.choose(hypothesis)), hypothesis.primary.sample
        samples = choices.setdefault("sample", {"main": own})
        listed = list(samples.values() if isinstance(samples, Mapping) else samples)
        if listed[:1] != [own]:
            raise HypothesisError(
                f"multiverse of {hypothesis.name!r}: the first sample {listed[:1]} is not the "
                f"primary model's. Remedy: name {own!r} first"
            )
        return Multiverse(hypothesis.primary.specification, choices)

    def freeze(self) -> dict[str, dict[str, str]]:
        """Hash everything that a verdict of the family rests on.

        Returns
        -------
        dict of str to dict of str to str
            SHA-256 by name, by table of the freeze: ``sha256`` (declarations), ``families`` (size
            and order), ``facts`` (theirs), ``multiverses`` (choices), ``designs``,
            ``preparations``, ``measures`` (of facts), ``runs`` (draws, seed, panels, cases).
        """
        plain = {h.design: declare_plain(h) for h in self.hypotheses}
        named = self.designs or tuple(plain.values())
        tables = {
            "sha256": {h.name: h.freeze() for h in self.hypotheses}
            | {f.name: f.freeze() for f in self.facts},
            "families": {self.code: hash_text("\n".join(h.name for h in self.hypotheses))},
            "facts": {self.code: hash_text("\n".join(f.name for f in self.facts))},
            "multiverses": {h.name: self.hash_choices(h) for h in self.hypotheses if self.choose},
            "designs": {f"{self.code}: {d.name}": d.freeze() for d in named},
            "preparations": {self.code: hash_code(self.prepare)} if self.prepare else {},
            "measures": {f.name: hash_code(f.measure) for f in self.facts},
            "runs": {self.code: self._hash_run()},
        }
        for table, held in (("families", self.hypotheses), ("facts", self.facts)):
            if not held:
                del tables[table]
        return tables

    def hash_choices(self, hypothesis: Hypothesis) -> str:
        """SHA-256 of the declared choices about the primary model; empty where there are none."""
        if self.choose is None:
            return ""
        choices = self.choose(hypothesis)
        return hash_text(json.dumps(choices, ensure_ascii=False, default=write_out))

    def _hash_run(self) -> str:
        run = [self.draws, self.seed, self.joint_draws, self.curve_method, list(self.panels)]
        return hash_text(json.dumps([*run, [repr(case) for case in self.cases]]))


def found_family(target: Hypothesis, members: tuple[Hypothesis, ...] = ()) -> Family:
    """Found a family of hypotheses that no topic declares.

    Parameters
    ----------
    target : Hypothesis
        Gives code and title.
    members : tuple of Hypothesis
        All of them; by default the target alone.

    Raises
    ------
    HypothesisError
        Members name differing families.
    """
    members = members or (target,)
    return Family(
        code=target.family,
        title=target.statement,
        hypotheses=members,
        panels=tuple(dict.fromkeys(h.panel for h in members)),
    )


def hash_text(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
