"""Advice: what a practitioner may and may not take from the ruling on robust mandates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.display.number import write_interval, write_ratio
from pkstats.report.parts.estimates import say_detectable
from pkstats.report.results import write_records
from pkstats.report.rulings import UNDECIDED

if TYPE_CHECKING:
    from pkstats.report.record import Record

ADVICE: Final = {
    "supported": (
        "Plan for more attacks when a mandate becomes more robust: protection, medical "
        "evacuation and force enablers belong into the same decision."
    ),
    "contradicted": (
        "The record does not back the fear that a more robust mandate by itself draws "
        "attacks; it points the other way."
    ),
    "negligible": (
        "The record leaves no room for an effect that would matter to planning: decide on "
        "robustness for other reasons."
    ),
    "not testable": "There is no data: neither the claim nor its opposite may be cited.",
}
WANTED: Final = (
    "- A change of the mandate whose date has nothing to do with violence: new steps after the "
    "day this design was fixed are the honest test.\n"
    "- Records of attacks without deaths, by perpetrator and place: they would multiply the "
    "events and bring the mechanism within reach.\n"
    "- A reading of the texts by trained coders, beside those that the coding rests on."
)


def say_between(record: Record) -> str:
    """Set the comparison between missions of a year beside the one within missions."""
    row, rows = record.primary, record.treatments
    if row is None:
        return "There is no estimate within missions to compare."
    alike = (rows["outcome"] == row["outcome"]) & (rows["estimand"] == row["estimand"])
    years = rows[alike & (rows["effects"] == "year") & rows["conf_low"].notna()]
    if years.empty:
        return "No comparison between missions is available."
    between = write_records(years)[0]
    ratio = write_ratio(between["estimate"])
    interval = write_interval(between["conf_low"], between["conf_high"])
    text = f"Between missions of the same year the rate ratio is {ratio} ({interval})"
    apart = between["conf_low"] > 0 or between["conf_high"] < 0
    open_within = pd.isna(row["conf_low"]) or row["conf_low"] <= 0 <= row["conf_high"]
    if apart and open_within:
        return (
            f"{text}, but missions that differ in their mandate also differ in size, era and war; "
            "within a mission, before and after a change of its mandate, the interval holds 1."
        )
    return f"{text}; within a mission it is {write_ratio(row['estimate'])}."


def say_not_found(record: Record) -> str:
    """Say what the results do not show, computed from the ruling and the primary estimate."""
    parts = [
        "The figures say nothing of the path through lost impartiality: no measure of it "
        "varies with robustness, so the mechanism of the claim stays untested."
    ]
    if record.ruling == "negligible":
        parts.insert(0, "No effect was found that would be large enough to matter.")
    if record.ruling in UNDECIDED:
        parts.insert(
            0,
            "No evidence was found that would settle whether robustness raises or lowers attacks.",
        )
        parts.append(say_detectable(record))
    return " ".join(parts).strip()


def say_takeaway(record: Record) -> str:
    """Say what a practitioner may and may not take from the ruling."""
    undecided = (
        "Do not cite the casualty record as proof that robust mandates draw attacks on "
        "peacekeepers, nor as proof that they do not. " + say_between(record)
    )
    return ADVICE.get(record.ruling, undecided)
