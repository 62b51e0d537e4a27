"""Smallest effects come from outside the sample that they are held against."""

import pytest

from pkstats.families import Family, list_families


@pytest.mark.parametrize(
    "family",
    [f for f in list_families() if not f.code.startswith(("H1", "H2"))] or [None],
    ids=lambda f: getattr(f, "code", "none"),
)
def test_every_later_family_names_the_outside_source_of_its_smallest_effects(
    family: Family | None,
) -> None:
    members = family.hypotheses if family else ()
    bare = [h.name for h in members if not h.smallest_effect.source]
    assert not bare, f"SmallestEffect(source=...) is empty: {bare}"


def test_every_smallest_effect_says_why_and_in_which_unit() -> None:
    for family in list_families():
        for hypothesis in family.hypotheses:
            effect = hypothesis.smallest_effect
            assert len(effect.reason.split()) > 5 and effect.unit, hypothesis.name
