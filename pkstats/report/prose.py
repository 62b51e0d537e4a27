"""Sentences computed from results: each holds whatever the ruling turns out to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pkstats.display.number import (
    write_change,
    write_count,
    write_interval,
    write_p,
    write_ratio,
    write_share,
)
from pkstats.report import labels
from pkstats.report.figures import fill_intervals
from pkstats.report.results import Results, write_records


def say_ruling(results: Results) -> str:
    """Say the ruling in one sentence; where nothing could be estimated, with its reason."""
    ruling = str(results.ruling["ruling"])
    text = f"**{ruling.capitalize()}.** {labels.RULINGS.get(ruling, ruling)}"
    if ruling in {"not identified", "not testable"}:
        text = f"{text} {say_reason(results)}"
    return text.strip()


def say_reason(results: Results) -> str:
    """Repeat the verdict's own reason as a sentence."""
    reason = str(results.ruling["reason"]).strip()
    if not reason or reason == "nan":
        return ""
    reason = reason[0].upper() + reason[1:]
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def say_primary(results: Results) -> str:
    """Say the primary estimate, its interval and what the interval admits."""
    row = results.primary
    if row is None or pd.isna(row["estimate"]):
        return "The primary model has no estimate."
    outcome = labels.name_column(str(row["outcome"]))
    change = write_change(float(row["estimate"]))
    opening = (
        f"One more point of the robustness index goes with {change} in {outcome} "
        if change.startswith("no change")
        else f"One more point of the robustness index goes with {change} {outcome} "
    )
    opening += f"(rate ratio {write_ratio(row['estimate'])}"
    if pd.isna(row["std_error"]):
        filled: dict[str, Any] = write_records(fill_intervals(pd.DataFrame([row])))[0]
        note = str(row["note"]) if pd.notna(row["note"]) else "a refit without one host is lost"
        interval = write_interval(filled["conf_low"], filled["conf_high"])
        return (
            f"{opening}). Its CRV3 interval is undefined ({note.rstrip('.')}); the weaker CRV1 "
            f"interval runs from {interval}."
        )
    interval = write_interval(row["conf_low"], row["conf_high"])
    return f"{opening}, 95% interval {interval}). {say_interval(row['conf_low'], row['conf_high'])}"


def say_interval(low: float, high: float) -> str:
    """Say what an interval of log rate ratios admits and what it excludes."""
    if low > 0:
        return "The interval lies above 1: fewer attacks, or as many, are not compatible with it."
    if high < 0:
        return "The interval lies below 1: more attacks, or as many, are not compatible with it."
    return (
        f"The interval holds both {write_change(low)} and {write_change(high)}, "
        "so the sign itself is open."
    )


def say_between(results: Results) -> str:
    """Set the comparison between missions of a year beside the one within missions."""
    row, rows = results.primary, results.treatments
    if row is None or pd.isna(row["estimate"]):
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


def say_not_found(results: Results) -> str:
    """Say what the results do not show, computed from the ruling and the primary estimate."""
    ruling = str(results.ruling["ruling"])
    row = results.primary
    parts = [
        "The figures say nothing of the path through lost impartiality: no measure of it "
        "varies with robustness, so the mechanism of the claim stays untested."
    ]
    if ruling not in {"supported", "contradicted"}:
        parts.insert(
            0,
            "No evidence was found that would settle whether robustness raises or lowers attacks."
            if ruling != "negligible"
            else "No effect was found that would be large enough to matter.",
        )
    undecided = ruling in {"inconclusive", "not identified"}
    if undecided and row is not None and pd.notna(row["minimum_detectable_effect"]):
        ratio = write_ratio(row["minimum_detectable_effect"])
        parts.append(
            f"An effect would have had to reach a rate ratio of about {ratio} a point to be found "
            "with a chance of 80%; a smaller one could be there and stay unseen."
        )
    return " ".join(parts)


def say_rule(results: Results) -> str:
    """Say how the ordered rule went: what was met, what was not, what could not be asked."""
    steps = results.steps
    parts = []
    for outcome, opening in (
        ("not met", "Not met"),
        ("not available", "Could not be asked"),
    ):
        rows = steps[steps["outcome"] == outcome]
        if len(rows):
            listed = "; ".join(f"{row['condition']} ({row['step']})" for row in write_records(rows))
            parts.append(f"{opening}: {listed}.")
    met = int((steps["outcome"] == "met").sum())
    parts.insert(0, f"Of {len(steps)} conditions {met} are met.")
    return " ".join(parts)


def say_reset_variants(results: Results) -> str:
    """Say whether other rules for reading mandate changes move the estimate."""
    rows = results.treatments
    variants = rows[(rows["role"] == "reset variant") & rows["estimate"].notna()]
    row = results.primary
    if row is None or variants.empty:
        return "No estimate under another reset rule is available."
    alike = (variants["outcome"] == row["outcome"]) & (variants["estimand"] == row["estimand"])
    same = variants[alike]
    if same.empty:
        return "No estimate under another reset rule is available."
    low, high = same["estimate"].min(), same["estimate"].max()
    turned = bool((np.sign(same["estimate"]) != np.sign(row["estimate"])).any())
    return (
        f"Under the other reset rules the rate ratio is {write_interval(low, high)} "
        f"where the main rule gives {write_ratio(row['estimate'])}; the sign "
        f"{'turns' if turned else 'does not turn'}."
    )


def say_randomization(results: Results) -> str:
    """Say the randomization p-value with its draws and its number of distinct assignments."""
    row = results.primary
    if row is None or pd.isna(row["randomization_p"]):
        return "No randomization p-value is available for the primary model."
    distinct = float(row["distinct_assignments"])
    digits, power = f"{distinct:.0e}".split("e")
    many = (
        write_count(distinct) if distinct < 1e6 else rf"about ${digits}\times10^{{{int(power)}}}$"
    )
    smallest = 1 / (1 + float(row["randomization_draws"]))
    return (
        f"Moving the observed steps among each mission's own renewals gives p = "
        f"{write_p(row['randomization_p'])} ({write_count(row['randomization_draws'])} draws of "
        f"{many} distinct assignments; the smallest attainable p is {write_p(smallest)})."
    )


def say_takeaway(results: Results) -> str:
    """Say what a practitioner may and may not take from the ruling."""
    ruling = str(results.ruling["ruling"])
    said = {
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
    undecided = (
        "Do not cite the casualty record as proof that robust mandates draw attacks on "
        "peacekeepers, nor as proof that they do not. " + say_between(results)
    )
    return said.get(ruling, undecided)


def say_attainable(results: Results) -> str:
    """Say which rulings the design could have given at all."""
    attainable = results.ruling["attainable"]
    if attainable is None or pd.isna(attainable):
        return ""
    return f"Rulings attainable with these data and this design: {attainable}."


def say_change_of_mind(results: Results) -> str:
    """List what would change the ruling, computed from the gate and the primary estimate."""
    row = results.primary
    points = [
        "- A change of the mandate whose date has nothing to do with violence: new steps after the "
        "day this design was fixed are the honest test.",
        "- Records of attacks without deaths, by perpetrator and place: they would multiply the "
        "events and bring the mechanism within reach.",
    ]
    if row is not None and pd.notna(row["minimum_detectable_effect"]):
        points.append(
            f"- More hosts whose mandate changes: {write_count(row['hosts_switching'])} of "
            f"{write_count(row['hosts'])} do now, which leaves rate ratios below "
            f"{write_ratio(row['minimum_detectable_effect'])} out of sight."
        )
    turned = _find_turning(results)
    if turned:
        points.append(f"- A reason to leave out {turned}: without it the sign turns.")
    points.append(
        "- A cleaner coding of the texts: a change that was read wrongly moves the estimate more "
        "than any choice of model."
    )
    return "\n".join(points)


def _find_turning(results: Results) -> str:
    row = results.primary
    if row is None or pd.isna(row["estimate"]):
        return ""
    frame = results.keep_primary("leave_one_out")
    frame = frame[frame["estimate"].notna()]
    turned = frame[np.sign(frame["estimate"]) != np.sign(row["estimate"])]
    names = list(dict.fromkeys(str(name) for name in turned["left_out"]))
    return ", ".join(names[:-1]) + (" or " if len(names) > 1 else "") + names[-1] if names else ""


def say_second(results: Results) -> str:
    """Say the rulings on the hypotheses beside the first, one sentence each."""
    parts = []
    for name in results.hypotheses[1:]:
        other = results.pick(name)
        row = other.primary
        text = f"**{name}**: {other.ruling['ruling']}"
        if row is not None and pd.notna(row["estimate"]):
            interval = write_interval(row["conf_low"], row["conf_high"])
            text += f", rate ratio {write_ratio(row['estimate'])} (95% interval {interval})"
        parts.append(text + ".")
    return " ".join(parts)


def say_seen(seen: str) -> str:
    """Say what was known of the data when the hypothesis was declared."""
    known = {
        "none": "nothing of these data had been looked at",
        "descriptives": "descriptive figures of these data had been looked at, no estimate",
        "estimates": (
            "estimates from an earlier, uncorrected coding of the mandates had been looked at"
        ),
    }
    text = f"**Seen before.** When the hypothesis was declared, {known.get(seen, seen)}. "
    if seen == "none":
        return text + "It is pre-registered in that sense."
    return text + "It is therefore not pre-registered; new confirmation means data after that day."


def say_smallest_effect(results: Results, smallest: Any) -> str:
    """Say the smallest effect of interest on its natural scale and as a rate ratio.

    Parameters
    ----------
    results : Results
        Gives the log rate ratio.
    smallest : SmallestEffect
        Declaration with ``value``, ``unit`` and ``reason``.
    """
    bound = results.ruling["smallest_effect"]
    text = f"{smallest.value:g} {smallest.unit}. {smallest.reason}"
    if pd.notna(bound):
        text += f" The rate ratio is {write_ratio(abs(bound))} (or {write_ratio(-abs(bound))})."
    return text


def say_undetermined(deaths: pd.DataFrame) -> str:
    """Say how many deaths have no determined type, and where most of them fall in time."""
    above = deaths["hostile_deaths_upper"] - deaths["hostile_deaths_uniformed"]
    total = above.sum()
    if not total:
        return "- No uniformed death is of undetermined type."
    half = int(deaths["year"].median())
    late = above[deaths["year"] > half].sum()
    return (
        f"- For {write_count(total)} deaths the source leaves the type open "
        f"({write_share(late / total)} of them after {half}); the upper bound counts them as "
        "hostile."
    )


def say_controls(results: Results) -> str:
    """Say what the negative controls rule, each control once."""
    rows = results.negative_control.drop_duplicates("control")
    if rows.empty:
        return "No negative control is available."
    listed = ", ".join(
        f"{labels.name_column(str(row['control']))}: **{row['ruling']}**"
        for row in write_records(rows)
    )
    return f"By that rule: {listed}."


def say_predictable(results: Results, *, level: float) -> str:
    """Say whether past attacks predict robust steps, from the first model of the hazard.

    Parameters
    ----------
    results : Results
    level : float
        Steps count as predicted below this p-value.
    """
    rows = results.predictable_steps
    rows = rows[rows["term"].astype(str).str.contains("incident_days|past", regex=True)]
    if rows.empty or pd.isna(rows["p_value"].iloc[0]):
        return "Whether past attacks predict steps cannot be said: the p-value is undefined."
    row = write_records(rows)[0]
    verb = "do" if row["p_value"] < level else "do not"
    return (
        f"Over {write_count(row['rows'])} renewals with {write_count(row['steps'])} robust steps, "
        f"past attacks {verb} predict a step (p = {write_p(row['p_value'])}, threshold "
        f"{level:.2f})."
    )
