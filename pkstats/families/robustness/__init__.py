"""Robust mandates and attacks on peacekeepers: H1, what is gated behind it, and its context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pkstats.families.family import Family
from pkstats.families.robustness import attacks, choices, elements, facts, longer
from pkstats.families.robustness.cases import CASES
from pkstats.families.robustness.designs import MISSIONS
from pkstats.families.robustness.labels import LABELS

if TYPE_CHECKING:
    from pkstats.data.panels import Panel


def prepare_attacks(panel: Panel, _: Mapping[str, Panel]) -> Panel:
    """Columns of the whole index; nothing but mission-months is read."""
    return attacks.prepare(panel)


def prepare_elements(panel: Panel, _: Mapping[str, Panel]) -> Panel:
    """Columns of the elements; nothing but mission-months is read."""
    return elements.prepare(panel)


WHOLE_INDEX: Final = Family(
    code=attacks.FAMILY,
    title="Robust mandates and attacks on peacekeepers",
    question="Do missions with more robust mandates suffer more fatal attacks?",
    hypotheses=attacks.HYPOTHESES,
    cases=CASES,
    designs=(MISSIONS,),
    prepare=prepare_attacks,
    labels=LABELS,
    choose=choices.choose,
    panels=("mission_month",),
    draws=1999,
    joint_draws=199,
    curve_method="CRV3",
    chapter="h1",
)
FAMILIES: Final = (
    WHOLE_INDEX,
    Family(
        code=elements.FAMILY,
        title="Robust mandates, element by element",
        question="Which part of a robust mandate goes with fatal attacks?",
        hypotheses=elements.HYPOTHESES,
        designs=(MISSIONS,),
        prepare=prepare_elements,
        labels=LABELS,
        choose=choices.choose,
        panels=("mission_month",),
        draws=499,
        chapter="h1-elements",
    ),
    replace(
        WHOLE_INDEX,
        code=longer.LONGER.family,
        title="Robust mandates and attacks on peacekeepers since 1990",
        question="Do missions with more robust mandates suffer more fatal attacks, since 1990?",
        hypotheses=longer.LONGER_HYPOTHESES,
        cases=(),
        choose=longer.choose,
        chapter="h1-longer",
    ),
    replace(
        WHOLE_INDEX,
        code=longer.NINETIES.family,
        title="Robust mandates and attacks on peacekeepers in the 1990s",
        question="Did missions with more robust mandates suffer more fatal attacks in the 1990s?",
        hypotheses=longer.NINETIES_HYPOTHESES,
        cases=(),
        choose=longer.choose,
        chapter="",
    ),
    Family(
        code=facts.FAMILY,
        title="The context of robust mandates",
        question="Is the mission in Mali the deadliest, and did mandates become more robust?",
        facts=facts.FACTS,
        panels=("mission_month", "mission", "mandate"),
        chapter="h1-context",
    ),
)
