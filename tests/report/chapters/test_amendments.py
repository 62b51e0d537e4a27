"""What was changed after results were seen: counts, moved rulings and what only they decide."""

from datetime import date

import pandas as pd

from pkstats.families.amendment import Amendment, read_amendments
from pkstats.report.chapters.amendments import KINDS, say_amendments, tabulate_amendments

VERDICTS = pd.DataFrame(
    {"hypothesis": ["H1-a", "H1-b"], "ruling": ["inconclusive"] * 2, "amended_ruling": ["", None]}
)


def amend(**rulings: list[str]) -> Amendment:
    named = {name.replace("_", "-"): pair for name, pair in rulings.items()}
    return Amendment(
        date=date(2026, 1, 31), kind="rule", what="Something.", why="Reason.", rulings=named
    )


def test_nothing_moved_is_said() -> None:
    said = say_amendments([amend(), amend()], VERDICTS)
    assert said.startswith("2 corrections were declared after results had been seen: 2 on the")
    assert "No ruling moved." in said and "No hypothesis is decided" in said


def test_a_ruling_that_moved_and_one_decided_by_the_amended_rule_are_named() -> None:
    moved = amend(H1_a=["inconclusive", "not identified"], H1_b=["inconclusive"] * 2)
    decided = VERDICTS.assign(amended_ruling=["supported", ""])
    said = say_amendments([moved], decided)
    assert "Rulings that moved: `H1-a` from inconclusive to not identified." in said
    assert "Decided under an amended rule alone: `H1-a` (supported)" in said
    table = tabulate_amendments([moved])
    assert table["Rulings moved"].tolist() == ["H1-a: inconclusive, then not identified"]


def test_every_correction_has_its_line() -> None:
    known = read_amendments()
    table = tabulate_amendments(known)
    assert len(table) == len(known) >= 10
    assert set(table["On"]) <= set(KINDS.values())
