"""The freeze: every part of a declaration that is bent is refused with old and new hash."""

import importlib
import importlib.util
import tomllib
from dataclasses import fields, replace

import pandas as pd
import pytest

import pkstats as pk
from pkstats.checks import identification, negative_control
from pkstats.checks.randomization import randomization
from pkstats.errors import HypothesisError, SpecificationError
from pkstats.families import (
    amendment,
    cap,
    catalogue,
    declaration,
    design,
    find_family,
    freeze,
    list_families,
    verify,
    write_freeze,
)
from pkstats.families.code_hash import hash_code
from pkstats.families.declaration import Hypothesis
from pkstats.families.design import ControlOutcome
from pkstats.families.fact import Finding
from pkstats.families.robustness import attacks, elements
from pkstats.families.robustness import facts as context
from pkstats.verdicts import gather, threat, thresholds
from pkstats.verdicts.verdict import judge_family, judge_members

H1 = find_family("H1")


def bend(family, **changes):
    return replace(family, **changes)


def bend_first(family, **changes):
    first, *others = family.hypotheses
    return replace(family, hypotheses=(replace(first, **changes), *others))


def bend_design(family, **changes):
    return replace(family, designs=(replace(family.designs[0], **changes), *family.designs[1:]))


def measure_nothing(_):
    return Finding(holds=True, value="", table=pd.DataFrame())


BENT = {
    "declaration": lambda: bend_first(H1, expected_sign=-1),
    "outcome": lambda: bend_first(
        H1,
        primary=replace(
            H1.hypotheses[0].primary,
            specification=replace(H1.hypotheses[0].primary.specification, outcome="illness_deaths"),
        ),
    ),
    "smallest effect": lambda: bend_first(
        H1, smallest_effect=replace(H1.hypotheses[0].smallest_effect, value=99.0)
    ),
    "member removed": lambda: bend(H1, hypotheses=H1.hypotheses[:1]),
    "order": lambda: bend(H1, hypotheses=H1.hypotheses[::-1]),
    "choices": lambda: bend(H1, choose=lambda _: {"controls": [()]}),
    "preparation": lambda: bend(H1, prepare=lambda panel, _: panel),
    "no preparation": lambda: bend(H1, prepare=None),
    "control": lambda: bend_design(H1, controls=(ControlOutcome(outcome="accident_deaths"),)),
    "rows of a control": lambda: bend_design(
        H1, controls=(replace(H1.designs[0].controls[0], rows=""), *H1.designs[0].controls[1:])
    ),
    "hazard": lambda: bend_design(H1, hazard=replace(H1.designs[0].hazard, controls=())),
    "no hazard": lambda: bend_design(H1, hazard=None),
    "gate": lambda: bend_design(H1, gate=replace(H1.designs[0].gate, fewest=4)),
    "leverage": lambda: bend_design(H1, gate=replace(H1.designs[0].gate, largest=0.51)),
    "entering p": lambda: bend_design(H1, entering="CRV3"),
    "scale": lambda: bend_design(H1, scale=replace(H1.designs[0].scale, per=100)),
    "draws": lambda: bend(H1, draws=99),
    "seed": lambda: bend(H1, seed=1),
    "no design": lambda: bend(H1, designs=()),
    "no choices": lambda: bend(H1, choose=None),
    "facts": lambda: bend(find_family("H1-context"), facts=find_family("H1-context").facts[1:]),
    "no facts": lambda: bend(find_family("H1-context"), facts=()),
}


@pytest.mark.parametrize("what", BENT)
def test_whatever_is_bent_is_refused_with_old_and_new_hash(what):
    with pytest.raises(HypothesisError, match=r"frozen [0-9a-f]{64}|frozen none|is frozen and"):
        verify(BENT[what]())
    with pytest.raises(HypothesisError):
        judge_members(BENT[what]())


def test_every_family_stands_as_frozen():
    for family in list_families():
        verify(family, thresholds=thresholds.hash_thresholds())
    assert [h.name for h in pk.hypotheses()] == [
        h.name for f in list_families() for h in f.hypotheses
    ]


def test_everything_frozen_is_declared():
    """An entry that nothing carries any more would be a declaration removed in silence."""
    carried: dict[str, set[str]] = {"thresholds": {"rule"}}
    for family in list_families():
        for table, named in family.freeze().items():
            carried.setdefault(table, set()).update(named)
    assert {t: set(named) for t, named in freeze.read_frozen().items()} == carried


@pytest.mark.parametrize(
    "name",
    ["FALSE_DISCOVERY_RATE", "JACKKNIFE_LEVEL", "NEGLIGIBLE_COVERAGE", "SAME_SIGN_SHARE",
     "VERSION", "WILD_DRAWS", "FEWEST_ARRANGEMENTS"],
)  # fmt: skip
def test_a_moved_threshold_is_refused(monkeypatch, name):
    monkeypatch.setattr(thresholds, name, getattr(thresholds, name) * 1.01)
    with pytest.raises(HypothesisError, match="thresholds of the rule of 'rule': frozen"):
        pk.judge("H1-robustness-attacks", draws=19)


def test_a_constant_that_the_preparation_reads_counts(monkeypatch):
    monkeypatch.setattr(attacks, "LAGS", (1, 3))
    with pytest.raises(HypothesisError, match="preparation of columns of 'H1'"):
        verify(find_family("H1"))


def test_a_function_that_the_preparation_reaches_through_a_module_counts(monkeypatch):
    monkeypatch.setattr(attacks, "prepare", lambda panel: panel)
    with pytest.raises(HypothesisError, match="preparation of columns of 'H1-elements'"):
        verify(find_family("H1-elements"))
    monkeypatch.undo()
    monkeypatch.setattr(elements, "STABILIZATION", ("MINUSMA",))
    with pytest.raises(HypothesisError, match="preparation of columns of 'H1-elements'"):
        verify(find_family("H1-elements"))


def test_a_changed_measure_of_a_fact_is_refused(monkeypatch):
    monkeypatch.setattr(context, "FEWEST_PERSONNEL_YEARS", 1.0)
    with pytest.raises(HypothesisError, match="measure of the fact of 'W2-hostile-rate'"):
        pk.check_fact("W2-hostile-rate")


def test_a_changed_declaration_is_refused_wherever_it_is_named(monkeypatch):
    bent = bend_first(H1, statement="Another.")
    monkeypatch.setattr(catalogue, "list_families", lambda: (bent,))
    for ask in (pk.hypothesis, pk.judge):
        with pytest.raises(HypothesisError, match="differs from its frozen declaration"):
            ask("H1-robustness-attacks")


def test_a_family_handed_over_without_a_member_is_refused():
    first = pk.hypothesis("H1-robustness-attacks")
    with pytest.raises(HypothesisError, match="size and order of the family of 'H1'"):
        pk.judge(first, family=(first,))


def test_a_stranger_in_a_frozen_family_is_told_to_found_its_own():
    mine = replace(pk.hypothesis("H1-robustness-attacks"), name="X-mine")
    with pytest.raises(HypothesisError, match="a family of its own"):
        pk.judge(mine)


def test_words_comments_and_places_do_not_count():
    def prepare(panel, given):
        """One."""
        return panel.lag("x", months=1)

    first = prepare

    def prepare(panel: object, given: object) -> object:
        # Another comment.
        return panel.lag("x", months=1)  # and a third

    assert hash_code(first) == hash_code(prepare)

    def prepare(panel, given):
        return panel.lag("x", months=2)

    assert hash_code(first) != hash_code(prepare)


def test_an_amendment_adds_a_hash_and_the_first_stays(monkeypatch, tmp_path):
    amended: Hypothesis = replace(H1.hypotheses[0], decisive="Another record.")
    with pytest.raises(HypothesisError):
        freeze.verify_hypothesis(amended)
    entry = amendment.Amendment(
        date=pd.Timestamp("2026-12-01").date(), kind="declaration", what="Names another record.",
        why="The first one closed.", hashes={"sha256": {amended.name: amended.freeze()}},
    )  # fmt: skip
    for module in (freeze, amendment):
        monkeypatch.setattr(module, "read_amendments", lambda: (entry,))
    freeze.verify_hypothesis(amended)
    freeze.verify_hypothesis(H1.hypotheses[0])
    assert amendment.find_amendments(amended) == (entry,)
    assert amendment.is_amended(amended)
    assert not amendment.is_amended(H1.hypotheses[0])
    other = replace(amended, decisive="A third record.")
    with pytest.raises(HypothesisError, match="frozen 657ec9"):
        freeze.verify_hypothesis(other)


def test_the_published_freeze_names_every_part():
    text = write_freeze(H1)
    for table in ("sha256", "families", "multiverses", "designs", "preparations", "runs"):
        assert f"[{table}]" in text
    assert H1.hypotheses[0].freeze() in text


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (identification, "WINDOW", 13),
        (randomization, "FEWEST_DISTINCT", 2),
        (declaration, "VARIANTS", ()),
        (negative_control, "LEVEL", 0.5),
        (threat, "COVERAGE", 0.5),
        (design, "NO_PREDICTION", 1.0),
        (cap, "CAPS", cap.CAPS | {"proxy": cap.CAPS["none"]}),
    ],
)
def test_a_threshold_of_another_room_is_refused_too(monkeypatch, place, name, value):
    monkeypatch.setattr(place, name, value)
    with pytest.raises(HypothesisError, match="thresholds of the rule"):
        verify(H1, thresholds=thresholds.hash_thresholds())


def write_module(folder, source):
    """A module of the families' room, made of text."""
    file = folder / f"made{len(list(folder.iterdir()))}.py"
    file.write_text(source)
    specification = importlib.util.spec_from_file_location(f"pkstats.families.{file.stem}", file)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "source",
    [
        "K = 1\ndef prepare(p, g, k=K): return k",
        "class C:\n    @staticmethod\n    def f(): return 1\ndef prepare(p, g): return C.f()",
        "def f(): return 1\nT = {'a': f}\ndef prepare(p, g): return T['a']()",
        "from functools import cache\n@cache\ndef f(): return 1\ndef prepare(p, g): return f()",
        "from functools import partial\ndef f(): return 1\ndef q(p, g, *, fn): return fn()\n"
        "prepare = partial(q, fn=f)",
        "class C:\n    def __init__(s, k): s.k = k\n    def __call__(s, p, g): return s.k\n"
        "prepare = C(1)",
        "class C:\n    def __init__(s, k): s.k = k\nO = C(1)\ndef prepare(p, g): return O.k",
        "import numpy as np\nA = np.zeros(5000)\nA[2500] = 1\ndef prepare(p, g): return A",
        "def d(f):\n    def w(*a): return f(*a) + 1\n    return w\n@d\ndef prepare(p, g): return 0",
    ],
    ids=[
        "default",
        "static",
        "held",
        "cached",
        "partial",
        "callable",
        "object",
        "array",
        "wrapped",
    ],
)
def test_a_one_that_becomes_a_two_anywhere_moves_the_hash(tmp_path, source):
    first = hash_code(write_module(tmp_path, source).prepare)
    assert first == hash_code(write_module(tmp_path, f"# words\n{source}").prepare)
    assert first != hash_code(write_module(tmp_path, source.replace("1", "2")).prepare)


def test_what_cannot_be_written_out_is_refused(tmp_path):
    module = write_module(tmp_path, "import threading\nL = threading.Lock()\ndef prepare(p, g): L")
    with pytest.raises(HypothesisError, match="cannot be hashed"):
        hash_code(module.prepare)


def test_evidence_that_lacks_a_declared_part_is_refused():
    evidence = {h.name: gather(h, models=(h.primary,), draws=9) for h in H1.hypotheses[:1]}
    with pytest.raises(HypothesisError, match="judged whole, in or out: H1-robustness-risk"):
        judge_family(evidence)
    first = evidence["H1-robustness-attacks"]
    both = evidence | {"H1-robustness-risk": replace(first, hypothesis=H1.hypotheses[1], bars=())}
    with pytest.raises(HypothesisError, match="without the declared variants"):
        judge_family(both)


def test_families_of_one_topic_are_frozen_together():
    text = write_freeze(*(find_family(code) for code in ("H1", "H1-elements")))
    assert tomllib.loads(text)["preparations"].keys() == {"H1", "H1-elements"}


def test_a_subclass_cannot_answer_for_its_own_hash():
    frozen = H1.hypotheses[0]
    digest = frozen.freeze()

    class Bent(Hypothesis):
        def freeze(self):
            return digest

    given = {f.name: getattr(frozen, f.name) for f in fields(frozen)}
    bent = Bent(**(given | {"expected_sign": -1}))
    with pytest.raises(HypothesisError, match="stands for a Hypothesis"):
        freeze.verify_hypothesis(bent)
    with pytest.raises((HypothesisError, SpecificationError)):
        pk.judge(bent, draws=9)


def test_a_design_that_leaves_words_unsaid_is_judged_as_frozen(monkeypatch):
    plain = replace(
        H1.designs[0], clustered="", omitted="", gate=replace(H1.designs[0].gate, words="")
    )
    family = replace(H1, designs=(plain,))
    entries = {
        table: held | family.freeze().get(table, {}) for table, held in freeze.read_frozen().items()
    }
    monkeypatch.setattr(freeze, "read_frozen", lambda: entries)
    monkeypatch.setattr(catalogue, "list_families", lambda: (family,))
    filled = plain.name_parts(unit="mission", cluster="host")
    assert filled.gate.words and filled.omitted
    freeze.verify_ruling(family.hypotheses[0], filled, thresholds={})
    with pytest.raises(HypothesisError, match="design of 'H1: missions'"):
        freeze.verify_ruling(family.hypotheses[0], replace(filled, hazard=None), thresholds={})


def test_code_in_a_file_of_ones_own_counts(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    hashes = []
    for number in (1, 2):
        (tmp_path / f"helper{number}.py").write_text(f"def add(p):\n    return {number}\n")
        helper = importlib.import_module(f"helper{number}")

        def prepare(panel, given, *, helper=helper.add):
            return helper(panel)

        hashes.append(hash_code(prepare))
    assert hashes[0] != hashes[1]


def test_the_names_of_a_table_in_a_closure_count():
    def make(table):
        def prepare(panel, given):
            return table["a"]

        return prepare

    one = pd.DataFrame({"a": [1.0], "b": [-1.0]})
    other = one.rename(columns={"a": "b", "b": "a"})
    assert hash_code(make(one)) != hash_code(make(other))
