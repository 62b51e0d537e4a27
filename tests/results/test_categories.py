"""Closed lists of the contract are those that the declarations and the rule can give."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from pkstats.checks.multiverse.curve import Status
from pkstats.checks.negative_control import ControlRuling
from pkstats.families.cap import CAPS
from pkstats.families.declaration import Hypothesis, Role
from pkstats.families.design import Entering
from pkstats.families.fact import Answer
from pkstats.results import find_table
from pkstats.verdicts.conclusion import Condition
from pkstats.verdicts.ruling import DECIDED, UNDECIDED
from pkstats.verdicts.threat import THREATS

RULINGS = {cap.say(ruling) for cap in CAPS.values() for ruling in (*DECIDED, *UNDECIDED)}
SEEN = get_args(get_type_hints(Hypothesis, localns={"Specification": object})["seen"])


def flatten(kind: object) -> set[object]:
    """Values of a Literal, or of a union of them."""
    return {value for part in get_args(kind) for value in (get_args(part) or (part,))}


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("verdict", "ruling", RULINGS),
        ("verdict", "cap", CAPS),
        ("verdict", "entering", get_args(Entering)),
        ("verdict", "seen", SEEN),
        ("facts", "seen", SEEN),
        ("facts", "ruling", get_args(Answer)),
        ("verdict_steps", "outcome", flatten(get_type_hints(Condition)["outcome"])),
        ("estimates", "role", get_args(Role)),
        ("negative_control", "ruling", get_args(ControlRuling)),
        ("specifications", "status", get_args(Status)),
    ],
)
def test_a_closed_list_is_that_of_its_declaration(table, column, values) -> None:
    assert _list(table, column) == set(values)


def test_the_steps_are_those_that_the_rule_takes(root: Path) -> None:
    text = (root / "pkstats" / "verdicts" / "ruling.py").read_text("utf-8")
    calls = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Condition"
    ]
    plain = {c.args[1].value for c in calls if isinstance(c.args[1], ast.Constant)}
    steps = {
        *plain,
        "supported or contradicted",
        *(f"check on {threat}" for threat in THREATS),
        *(f"bar to {ruling}" for ruling in DECIDED),
    }
    assert _list("verdict_steps", "step") == steps


def test_the_project_holds_the_rulings_of_its_families() -> None:
    declared = find_table("verdicts", prefix="project").table
    rulings = next(c.categories for c in declared.columns if c.name == "ruling")
    assert set(rulings) == RULINGS


def _list(table: str, column: str) -> set[str]:
    columns = find_table(table, prefix="h9").table.columns
    return set(next(c.categories for c in columns if c.name == column))
