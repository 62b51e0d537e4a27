"""Sentences on H2 computed from results: each holds whatever the rulings turn out to be."""

from __future__ import annotations

import pandas as pd

from pkstats.display.number import (
    write_count,
    write_number,
    write_share,
)
from pkstats.report.chapters.impartiality.tables import CODES
from pkstats.report.results import write_records
from pkstats.report.rulings import UNDECIDED


def say_measured(items: pd.DataFrame, words: pd.DataFrame) -> str:
    """Say first that impartiality is hardly measured, with the numbers that show it."""
    own = items[items["construct"] == "impartiality"]
    asked = (
        "none asks whether it is impartial"
        if own.empty
        else f"{write_count(len(own))} ask whether it is impartial"
    )
    both = int((items["both_sides"] > 0).sum())
    sides = (
        "no item was put to the same population on both sides of a change of mandate"
        if not both
        else f"{write_count(both)} were put to the same population on both sides of a change"
    )
    said = words[words["code"] == "impartiality"]
    return (
        f"Of {write_count(len(items))} survey items on missions {asked}, and {sides}. In the new "
        f"text of {write_count(said['renewals'].sum())} preambles the Council's words on "
        f"impartiality occur {write_count(said['new'].sum())} times. Impartiality itself is hardly "
        "measured anywhere, so each level below measures something else, and says what."
    )


def say_words(words: pd.DataFrame) -> str:
    """Say how rare the Council's words are."""
    sums = words.groupby("code")["new"].sum()
    rare = [c for c in ("consent", "impartiality", "disinformation", "sofa_violation") if c in sums]
    listed = ", ".join(f"{CODES[c]} {write_count(sums[c])}" for c in rare)
    total = words.drop_duplicates("mandate_before")["new_words"].sum()
    return (
        f"The new text holds {write_count(total)} words. Phrases on obstruction occur "
        f"{write_count(sums['obstruction'])} times; the others are rarer ({listed}), too rare for "
        "a model to carry."
    )


def say_validity(validity: pd.DataFrame) -> str:
    """Say whether words on attacks follow attacks."""
    rows = validity.set_index(["text", "scope"])["rank_correlation"]
    between, within = rows["preamble", "all renewals"], rows["preamble", "within missions"]
    return (
        "As a check on the reading, words on attacks are held against the record of fatal attacks "
        f"since the renewal before: the rank correlation is {write_number(between)} over all "
        f"renewals and {write_number(within)} within missions (whole preambles)."
    )


def say_case(case: pd.DataFrame) -> str:
    """Say what the one host on both sides of the name says, as a case."""
    rows = {bool(r["stabilization_name"]): r for r in write_records(case)}
    if set(rows) != {False, True}:
        return "No host has spoken on both sides of the name."
    before, after = rows[False], rows[True]
    return (
        f"Of {write_count(before['mission_sentences'])} sentences of the Democratic Republic of "
        f"the Congo on MONUC ({before['first_year']} to {before['last_year']}) "
        f"{write_count(before['exit_sentences'])} speak of its end "
        f"({write_share(before['exit_share'])}); of "
        f"{write_count(after['mission_sentences'])} on its successor with stabilization in the "
        f"name ({after['first_year']} to {after['last_year']}) "
        f"{write_count(after['exit_sentences'])} do ({write_share(after['exit_share'])}). One "
        "host, one change, and years apart: a case, not a comparison."
    )


def say_south_sudan(years: pd.DataFrame, steps: pd.DataFrame) -> str:
    """Say what the deaths among groups in South Sudan can tell, and what not."""
    protection = steps[steps["element"].str.startswith("text_poc")]
    moved = (
        "The mission has protected civilians since its founding text and that element never "
        "changed, so there is no before and after"
        if protection.empty
        else f"The protection elements changed {write_count(len(protection))} times"
    )
    top = write_records(years.sort_values("host_non_state_deaths"))[-1]
    return (
        f"{moved}. Deaths in fighting between groups were highest in {top['year']:.0f} "
        f"({write_count(top['host_non_state_deaths'])}). One host cannot identify an effect, so "
        "the claim has no ruling: what stands here describes."
    )


def say_practice(verdicts: pd.DataFrame) -> str:
    """Say what a practitioner may take from it, by the rulings."""
    rulings = set(verdicts["ruling"])
    if rulings - set(UNDECIDED):
        opening = (
            "Where a ruling above is decided, it speaks of what was measured, never of "
            "impartiality itself."
        )
    else:
        opening = (
            "Nobody can tell you from the public record that helping the state costs a mission "
            "its impartiality, and nobody can tell you that it does not."
        )
    return (
        f"{opening} The argument may well be right; what is missing is the question. Put one item "
        "on even-handedness, in the same words, into polls that already run in host states, "
        "before the next renewal and after it, in three countries, and ask it of another force "
        "too: then a first comparison can be made. Until then treat talk of lost "
        "impartiality as a risk to be watched, and watch it where it would show first: in who "
        "still speaks to the mission, who lets its convoys pass, and what its host says of it."
    )
