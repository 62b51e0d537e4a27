"""Amendments: what is not told is refused, and the rulings told are those of the results."""

from datetime import date

import pytest

from pkstats.errors import HypothesisError
from pkstats.families import list_families
from pkstats.families.amendment import (
    find_frozen_ruling,
    parse_amendments,
    read_amendments,
)
from pkstats.results import find_prefixes, read_table

WHOLE = {"date": date(2026, 1, 31), "kind": "rule", "what": "A.", "why": "B."}


@pytest.mark.parametrize("name", ["date", "kind", "what", "why"])
def test_an_amendment_without_a_part_is_refused(name):
    cut = {k: v for k, v in WHOLE.items() if k != name}
    with pytest.raises(HypothesisError, match=f"amendment 2 has no {name}"):
        parse_amendments([WHOLE, cut])


def test_every_breach_is_told_at_once():
    bent = {"date": "yesterday", "kind": "mood", "what": "", "why": "B.", "reason": "C."}
    bent["rulings"] = {"H1-x": ["inconclusive"]}
    with pytest.raises(HypothesisError) as refused:
        parse_amendments([bent])
    text = str(refused.value)
    for part in ("'yesterday' is no date", "kind='mood'", "has no what", "unknown field 'reason'",
                 "rulings of 'H1-x'"):  # fmt: skip
        assert part in text


def test_amendments_stand_in_the_order_of_their_days():
    later = WHOLE | {"date": date(2026, 2, 1), "what": "Later."}
    assert [a.what for a in parse_amendments([later, WHOLE])] == ["A.", "Later."]


def test_every_hypothesis_judged_before_the_first_amendment_keeps_its_ruling():
    judged = [h for f in list_families() for h in f.hypotheses if find_frozen_ruling(h)]
    assert len(judged) == 21
    assert {h.family for h in judged} == {"H1", "H1-elements", "H2"}
    assert {find_frozen_ruling(h) for h in judged} == {"inconclusive", "not identified"}


def test_the_rulings_after_an_amendment_are_those_of_the_results(root):
    """Of each hypothesis whose ruling moved, the last amendment tells the ruling of today."""
    told = {}
    for amendment in read_amendments():
        for name, (before, after) in amendment.rulings.items():
            assert before == told.get(name, before)
            told[name] = after
    folder = root / "analyses" / "results"
    known = {family.prefix for family in list_families()}
    for prefix in find_prefixes(folder, "verdict", families=known):
        for row in read_table(folder, "verdict", prefix=prefix).to_dict("records"):
            declared = next(
                h for f in list_families() for h in f.hypotheses if h.name == row["hypothesis"]
            )
            before = find_frozen_ruling(declared)
            if before:
                assert row["ruling"] == told.get(row["hypothesis"], before)
