"""Sentences computed from results: each holds whatever the ruling turns out to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pkstats.report import labels
from pkstats.report.figures import fill_intervals, rank_moves, split_missions
from pkstats.report.number import (
    write_change,
    write_count,
    write_interval,
    write_number,
    write_p,
    write_ratio,
    write_share,
)
from pkstats.report.results import Results, write_records


def say_ruling(results: Results) -> str:
    """Say the ruling in one sentence, with its reason."""
    ruling = str(results.ruling["ruling"])
    plain = labels.RULINGS.get(ruling, ruling)
    return f"**{ruling.capitalize()}.** {plain} {say_reason(results)}".strip()


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
    if row is not None and pd.notna(row["minimum_detectable_effect"]):
        ratio = write_ratio(row["minimum_detectable_effect"])
        parts.append(
            f"An effect would have had to reach a rate ratio of about {ratio} a point to be found "
            "with a chance of 80%; a smaller one could be there and stay unseen."
        )
    return " ".join(parts)


def caption_coefficients(results: Results) -> str:
    """Say what the coefficient figure shows."""
    rows = results.treatments
    rows = rows[rows["estimate"].notna()]
    if rows.empty:
        return "No model has an estimate."
    above = int((rows["estimate"] > 0).sum())
    undefined = int(rows["std_error"].isna().sum())
    excludes = int(((rows["conf_low"] > 0) | (rows["conf_high"] < 0)).sum())
    text = (
        f"Of {len(rows)} models {above} {'has' if above == 1 else 'have'} a rate ratio above 1 and "
        f"{len(rows) - above} at or below it; in {excludes} the CRV3 interval excludes 1. "
    )
    if undefined:
        text += (
            f"In {undefined} CRV3 is undefined: hollow marks with dashed CRV1 intervals, which "
            "are too narrow where few hosts change. "
        )
    smallest = results.ruling["smallest_effect"]
    if pd.notna(smallest):
        band = write_interval(-abs(smallest), abs(smallest))
        text += f"The shaded band, {band}, holds effects too small to matter."
    return text.strip()


def caption_leave_one_out(results: Results) -> str:
    """Say what the leave-one-out figure shows."""
    row = results.primary
    if row is None or pd.isna(row["estimate"]):
        return "There is no primary estimate to refit."
    whole = float(row["estimate"])
    parts = []
    frame = results.leave_one_out
    frame = frame[frame["model"] == row["model"]]
    for kind in dict.fromkeys(frame["left_out_kind"]):
        ranked = rank_moves(frame, kind=kind, whole=whole)
        defined = ranked[ranked["estimate"].notna()]
        lost = len(ranked) - len(defined)
        if defined.empty:
            parts.append(f"Without one {kind} no refit is defined.")
            continue
        flips = int((np.sign(defined["estimate"]) != np.sign(whole)).sum())
        first = write_records(defined)[0]
        low, high = defined["estimate"].min(), defined["estimate"].max()
        parts.append(
            f"Without one {kind} the rate ratio runs {write_interval(low, high)} "
            f"over {len(defined)} refits; {first['left_out']} moves it most "
            f"(to {write_ratio(first['estimate'])}), and the sign "
            + (f"turns in {flips}." if flips else "never turns.")
            + (f" Undefined: {lost}." if lost else "")
        )
    return (
        f"The dashed line is the estimate on the whole sample ({write_ratio(whole)}). "
        + " ".join(parts)
    )


def caption_deaths(deaths: pd.DataFrame, *, most: int = 8) -> str:
    """Say what the figure of deaths over time shows."""
    column = "hostile_deaths_uniformed"
    total = deaths[column].sum()
    if not total:
        return "No uniformed hostile death is recorded."
    panels = split_missions(deaths, most=most)
    name, worst = next(iter(panels.items()))
    first = write_share(worst[column].sum() / total)
    by_year = deaths.groupby("year")[column].sum()
    upper = deaths["hostile_deaths_upper"].sum()
    known = deaths.loc[deaths[column].notna(), "year"]
    return (
        f"{write_count(total)} uniformed peacekeepers died of hostile acts in missions, "
        f"{known.min()} to {known.max()}; {name} alone has {write_count(worst[column].sum())} of "
        f"them ({first}). The worst year is {by_year.idxmax()} with {write_count(by_year.max())}. "
        f"Counting every death of undetermined type as hostile gives {write_count(upper)} "
        "(pale tops of the bars)."
    )


def caption_leverage(results: Results) -> str:
    """Say what the leverage figure shows, against the two conditions of the gate."""
    row = results.primary
    frame = results.identification
    if row is not None:
        frame = frame[frame["model"] == row["model"]]
    if frame.empty or frame["leverage"].isna().all():
        return "No leverage is available."
    top = write_records(frame.nlargest(1, "leverage"))[0]
    counted = int(((frame["switches"] > 0) & (frame["events"] > 0)).sum())
    enough = counted >= 5
    spread = top["leverage"] <= 0.5
    return (
        f"{top['host']} holds {write_share(top['leverage'])} of the leverage; in {counted} hosts "
        "the index changes and hostile events occur. The gate asks for at least 5 such hosts "
        f"({'met' if enough else 'not met'}) and none above 50% "
        f"({'met' if spread else 'not met'})."
    )


def say_rule(results: Results) -> str:
    """Say which step of the ordered rule decided."""
    steps = results.verdict_steps.sort_values("order", kind="stable")
    decided = steps[steps["outcome"].astype(str).str.contains("decid|ruling|stop", case=False)]
    if decided.empty:
        return f"The rule ends at **{results.ruling['ruling']}**."
    step = write_records(decided)[-1]
    return (
        f"Step {write_count(step['order'])} ({step['step']}) decides: "
        f"**{results.ruling['ruling']}**."
    )


def say_reset_variants(results: Results) -> str:
    """Say whether other rules for reading mandate changes move the estimate."""
    rows = results.treatments
    variants = rows[(rows["role"] == "reset variant") & rows["estimate"].notna()]
    row = results.primary
    if row is None or variants.empty:
        return "No estimate under another reset rule is available."
    same = variants[variants["outcome"] == row["outcome"]]
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
    many = write_number(distinct, decimals=0) if distinct < 1e6 else f"about {distinct:.0e}"
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
        "peacekeepers, nor as proof that they do not. Missions with robust mandates lose more "
        "people, but they are also larger and sent to more violent places; what happens when the "
        "mandate of one mission changes is too thinly observed to tell."
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
    frame = results.leave_one_out
    frame = frame[(frame["model"] == row["model"]) & frame["estimate"].notna()]
    turned = frame[np.sign(frame["estimate"]) != np.sign(row["estimate"])]
    names = list(dict.fromkeys(str(name) for name in turned["left_out"]))
    return ", ".join(names[:-1]) + (" or " if len(names) > 1 else "") + names[-1] if names else ""
