"""Tables of the results of H2, as frames of text."""

from __future__ import annotations

from typing import Final

import pandas as pd

from pkstats.display.number import (
    write_count,
    write_number,
    write_share,
)
from pkstats.report.labels import read_labels
from pkstats.report.results import write_records

CODES: Final = {
    "obstruction": "obstruction",
    "sofa_violation": "violations of the status-of-forces agreement",
    "attack": "attacks on the mission",
    "consent": "consent",
    "impartiality": "impartiality",
    "disinformation": "disinformation",
    "stabilization": "stabilization, outside names",
    "boilerplate": "thanks, reports, letters (placebo)",
}


def tabulate_items(items: pd.DataFrame, *, most: int = 10) -> pd.DataFrame:
    """Lay out the items asked most, with the hosts that have both sides of a change."""
    rows = write_records(items.head(most))
    return pd.DataFrame(
        {
            "Item": [str(r["item"]) for r in rows],
            "What it measures": [str(r["construct"]) for r in rows],
            "Figures": [write_count(r["rows"]) for r in rows],
            "First and last": [f"{str(r['first'])[:7]} to {str(r['last'])[:7]}" for r in rows],
            "Hosts": [write_count(r["hosts"]) for r in rows],
            "Hosts with both sides of a change": [write_count(r["both_sides"]) for r in rows],
        }
    )


def tabulate_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Lay out every change of the index of host support."""
    rows = write_records(changes)
    return pd.DataFrame(
        {
            "Mission": [str(r["mission"]) for r in rows],
            "Host": [str(r["host"]) for r in rows],
            "Month": [str(r["month"])[:7] for r in rows],
            "Resolution": [str(r["mandate_resolution"]) for r in rows],
            "Elements before and after": [f"{r['before']:.0f} to {r['after']:.0f}" for r in rows],
            "What changed": [_name_elements(str(r["elements"])) for r in rows],
        }
    )


def _name_elements(text: str) -> str:
    labels = read_labels("host_support")
    words = [f"{part[0]}{labels.name(f'text_{part[1:]}')}" for part in text.split("; ") if part]
    return ", ".join(word.replace("-", "−", 1) if word[0] == "-" else word for word in words)


def tabulate_words(words: pd.DataFrame) -> pd.DataFrame:
    """Lay out phrases in preambles, by whether the mandate before supported the host."""
    wide = words.pivot(index="code", columns="mandate_before", values="rate")
    sums = words.groupby("code")[["whole", "new"]].sum()
    none, some = "none", "one element or more"
    codes = [code for code in CODES if code in wide.index]
    return pd.DataFrame(
        {
            "Words on": [CODES[c] for c in codes],
            "In whole preambles": [write_count(sums["whole"][c]) for c in codes],
            "In new text": [write_count(sums["new"][c]) for c in codes],
            "Per 1,000 new words, no element before": [write_number(wide[none][c]) for c in codes],
            "one element or more": [write_number(wide[some][c]) for c in codes],
        }
    )


def tabulate_validity(validity: pd.DataFrame) -> pd.DataFrame:
    """Lay out the correlation of words on attacks with fatal attacks."""
    rows = write_records(validity)
    names = {"new": "new text", "preamble": "whole preamble"}
    return pd.DataFrame(
        {
            "Text": [names[str(r["text"])] for r in rows],
            "Compared": [str(r["scope"]) for r in rows],
            "Rank correlation": [write_number(r["rank_correlation"]) for r in rows],
            "Renewals": [write_count(r["renewals"]) for r in rows],
            "Missions": [write_count(r["missions"]) for r in rows],
        }
    )


def tabulate_case(case: pd.DataFrame) -> pd.DataFrame:
    """Lay out what the host of the case says, without and with stabilization in the name."""
    rows = write_records(case)
    return pd.DataFrame(
        {
            "Name of the mission": [
                "with stabilization" if r["stabilization_name"] else "without" for r in rows
            ],
            "Years": [f"{r['first_year']} to {r['last_year']}" for r in rows],
            "Speeches": [write_count(r["speeches"]) for r in rows],
            "that name it": [write_count(r["naming"]) for r in rows],
            "Sentences": [write_count(r["mission_sentences"]) for r in rows],
            "on its end": [
                f"{write_count(r['exit_sentences'])} ({write_share(r['exit_share'])})" for r in rows
            ],
            "of praise": [write_count(r["praise_sentences"]) for r in rows],
        }
    )


def tabulate_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """Lay out deaths among groups around changes of a mandate."""
    rows = write_records(steps)
    return pd.DataFrame(
        {
            "Month": [str(r["month"])[:7] for r in rows],
            "Resolution": [str(r["mandate_resolution"]) for r in rows],
            "Host support before and after": [
                f"{r['value_before']:.0f} to {r['value_after']:.0f}" for r in rows
            ],
            "Non-state deaths, 12 months before": [write_count(r["deaths_before"]) for r in rows],
            "12 months after": [write_count(r["deaths_after"]) for r in rows],
        }
    )


def tabulate_wanted(wanted: pd.DataFrame) -> pd.DataFrame:
    """Lay out the data that would settle it."""
    columns = {
        "name": "Data",
        "provider": "Provider",
        "measures": "What it measures",
        "hosts": "Where",
        "access": "How to get it",
        "would_settle": "What it would settle",
    }
    return wanted[list(columns)].rename(columns=columns).astype(str)
