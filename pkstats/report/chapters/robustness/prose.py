"""Sentences on the further results of H1; each holds whatever the results turn out to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pkstats.display.number import (
    write_count,
    write_interval,
    write_number,
    write_p,
    write_ratio,
    write_share,
)
from pkstats.report.chapters.robustness.tables import name_treatment
from pkstats.report.results import write_records


def say_effect(row: dict[str, Any], *, many: int = 10_000) -> str:
    """Say an effect in attacks or deaths a year for a mission of a given size.

    Parameters
    ----------
    row : dict
        One row of ``h1_effects``, per 1,000 personnel-years.
    many : int, default 10,000
        Persons in the mission.
    """
    size = many / 1000
    what = "deaths" if "deaths" in str(row["outcome"]) else "fatal attacks"
    opening = (
        f"At the rate of the sample, {row['rate']:.2f} {what} per 1,000 personnel-years, a mission "
        f"of {many:,} expects {row['rate'] * size:.1f} a year"
    )
    if pd.isna(row["change"]):
        return f"{opening}; there is no estimate of a change."
    change = row["change"] * size
    text = f"{opening}; one more robust element would mean {abs(change):.1f} "
    text += "more" if change > 0 else "fewer"
    if pd.isna(row["change_low"]):
        return f"{text}, with an undefined interval."
    low, high = row["change_low"] * size, row["change_high"] * size
    return f"{text}, and anything from {_say_change(low)} to {_say_change(high)} fits the data."


def _say_change(value: float) -> str:
    return f"{abs(value):.1f} {'more' if value > 0 else 'fewer'}"


def say_events(events: pd.DataFrame, *, alpha: float = 0.10) -> str:
    """Say whether attacks moved before the first robust step, and how they stood after it."""
    parts = []
    for name, rows in events.groupby("hypothesis", sort=False):
        first = write_records(rows)[0]
        p = first["pretrend_p"]
        if pd.isna(p):
            parts.append(f"for `{name}` the joint test of the leads is undefined")
            continue
        verb = "moved" if p < alpha else "did not visibly move"
        parts.append(
            f"for `{name}` attacks {verb} before the step (joint test p = {write_p(p)}), and "
            f"{_say_after(rows)}"
        )
    leads = events[(events["event_time"] < 0) & ~events["reference"].astype(bool)]
    end = (
        "Where they moved, months before a step are no fair comparison for those after it."
        if any(events["pretrend_p"] < alpha)
        else "Before the step the intervals hold ratios to the reference from "
        f"{write_interval(leads['conf_low'].min(), leads['conf_high'].max())}."
    )
    most = write_count(events["missions"].max())
    text = "; ".join(parts)
    return (
        f"{text[0].upper()}{text[1:]}. {end} At most {most} missions stand behind a time, and the "
        "intervals are those of the cluster sandwich (CRV1)."
    )


def _say_after(rows: pd.DataFrame) -> str:
    """Say how attacks stood from the step on, against the half-year before it."""
    after = rows[(rows["event_time"] >= 0) & rows["estimate"].notna()]
    if after.empty:
        return "no time after it has an estimate"
    apart = int(((after["conf_low"] > 0) | (after["conf_high"] < 0)).sum())
    low, high = (write_ratio(value) for value in (after["estimate"].min(), after["estimate"].max()))
    return (
        f"at the {len(after)} times from it on they stood at {low} to {high} times the level just "
        f"before it (interval apart from 1 at {apart})"
    )


def say_reverse(reverse: pd.DataFrame, *, alpha: float) -> str:
    """Say whether attacks predict steps, whether steps lie ahead of attacks, and what war does.

    Parameters
    ----------
    reverse : DataFrame
        ``h1_reverse_path``.
    alpha : float
        P-value below which a model counts as showing something.
    """
    steps = reverse[reverse["model"].str.startswith("reverse-step-on-") & ~_on_conflict(reverse)]
    leads = reverse[reverse["model"].str.startswith("reverse-lead-")]
    found = [int((r["p_value"] < alpha).sum()) for r in (steps, leads)]
    parts = [
        f"In {found[0]} of {len(steps)} hazard models past attacks or deaths predict a robust step "
        f"(p below {alpha:.2f}; log hazard ratios {_say_range(steps)}).",
        f"In {found[1]} of {len(leads)} models the index of later months goes with attacks now.",
    ]
    named = {str(row["model"]): row for row in write_records(reverse)}
    for model, text in (
        ("reverse-step-on-conflict", "Host conflict deaths of the month before"),
        ("reverse-attacks-on-conflict", "They"),
    ):
        row = named.get(model)
        if row is None or pd.isna(row["estimate"]):
            continue
        what = "a robust step" if "step" in model else "attacks within missions"
        verb = "predict" if row["p_value"] < alpha else "do not visibly predict"
        parts.append(f"{text} {verb} {what} (p = {write_p(row['p_value'])}).")
    pair = [
        named.get(f"reverse-attacks-on-index-{with_}-conflict") for with_ in ("without", "with")
    ]
    if pair[0] is not None and pair[1] is not None:
        parts.append(
            f"The rate ratio of the index is {write_ratio(pair[0]['estimate'])} without conflict "
            f"in the model and {write_ratio(pair[1]['estimate'])} with it."
        )
    return " ".join(parts)


def _on_conflict(reverse: pd.DataFrame) -> pd.Series:
    return reverse["model"] == "reverse-step-on-conflict"


def _say_range(rows: pd.DataFrame) -> str:
    low, high = rows["estimate"].min(), rows["estimate"].max()
    return f"{write_number(low)} to {write_number(high)}"


def say_switches(switches: pd.DataFrame) -> str:
    """Say how few changes carry each element."""
    counted = switches[switches["treatment"] != "robustness_index"].groupby("treatment")
    hosts = counted["host"].nunique()
    few = [name_treatment(str(t)) for t in hosts.index[hosts == 1]]
    index = switches[switches["treatment"] == "robustness_index"]
    text = (
        f"The index changes {len(index)} times in {index['mission'].nunique()} missions of "
        f"{index['host'].nunique()} hosts."
    )
    return f"{text} One host alone changes in: {', '.join(few)}." if few else text


def say_case(row: dict[str, Any]) -> str:
    """Say one case: rates before and after, the synthetic gap, and what the ranks allow."""
    fits = "close enough" if row["misfit"] < 0.5 else "not close"
    return (
        f"{row['mission']} had {write_count(row['events_before'])} fatal incident-days in the two "
        f"years before and {write_count(row['events_after'])} in the two years after, "
        f"{row['rate_before']:.2f} and {row['rate_after']:.2f} per 1,000 personnel-years (ratio "
        f"{write_ratio(row['log_ratio'])}, exact interval "
        f"{write_interval(row['conf_low'], row['conf_high'])}). At "
        f"{write_share(row['p_dates'])} of the mission's own dates the rate rises at least as "
        f"much. The synthetic control ({row['weights']}) is {fits} before the step (misfit "
        f"{write_number(row['misfit'])} of the mission's own rate); the gap after it is "
        f"{row['gap']:+.2f}, and moved three quarters earlier {row['gap_backdated']:+.2f}. Rank p "
        f"{row['p_value']:.2f}, where {row['smallest_p']:.2f} is the smallest that "
        f"{write_count(round(1 / row['smallest_p']) - 1)} donors allow. {row['threat']}"
    )


def say_cases(cases: pd.DataFrame) -> str:
    """Count in which cases the rate rose or fell, and whose interval excludes no change."""
    fell = cases[cases["log_ratio"] < 0]["mission"].tolist()
    rose = cases[cases["log_ratio"] > 0]["mission"].tolist()
    open_ = int(((cases["conf_low"] <= 0) & (cases["conf_high"] >= 0)).sum())
    return (
        f"In {len(rose)} of {len(cases)} cases the rate of fatal attacks is higher after the step "
        f"than before, in {len(fell)} it is lower; in {open_} the exact interval holds no change. "
        f"The smallest rank p-value is {cases['p_value'].min():.2f} among donors and "
        f"{cases['p_dates'].min():.2f} among the missions' own dates. With one mission treated "
        "this describes, and decides nothing."
    )


def say_measures(facts: pd.DataFrame) -> str:
    """Say whether the ranking of the Mali mission depends on the measure, and its numbers."""
    own = facts[facts["fact"].astype(str).str.startswith("W2")]
    alike = own["ruling"].nunique() == 1
    opening = "Every measure says the same." if alike else "That depends on the measure."
    return " ".join([opening, *(f"{value}." for value in own["value"])])


def say_turn(trend: pd.DataFrame) -> str:
    """Say when the index rose and where it stands now."""
    rows = trend[trend["by"] == "year"].sort_values("period")
    top = write_records(rows.nlargest(1, "robustness_index"))[0]
    last = write_records(rows.tail(1))[0]
    cohorts = trend[trend["by"] == "cohort"].sort_values("period")
    first = write_records(cohorts.head(1))[0]
    high = write_records(cohorts.nlargest(1, "robustness_index"))[0]
    return (
        f"The mean index over mission-months peaks in {top['period']:.0f} at "
        f"{top['robustness_index']:.2f} and stands at {last['robustness_index']:.2f} in "
        f"{last['period']:.0f}. Missions founded in {_say_cohort(first)} have "
        f"{first['robustness_index']:.2f} over their lives, those founded in {_say_cohort(high)} "
        f"{high['robustness_index']:.2f}."
    )


def _say_cohort(row: dict[str, Any]) -> str:
    return f"{row['period']:.0f} to {row['period'] + 4:.0f}"


def say_terms(terms: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """Say how often the two words stand in mandates, together and with which task."""
    sums = terms[["stabilization", "protection", "both", "mandates"]].sum()
    own = pairs[(pairs["first"] == "stabilization") & np.isfinite(pairs["lift"])]
    own = own[own["together"] > 0]
    top = write_records(own.nlargest(1, "lift"))[0]
    return (
        f"Of {write_count(sums['mandates'])} founding and full mandates from 2000 on, "
        f"{write_count(sums['protection'])} hold a protection task, "
        f"{write_count(sums['stabilization'])} are of a mission with stabilization in its name and "
        f"{write_count(sums['both'])} have both. The task that goes with stabilization most, "
        f"against independence, is {name_treatment(str(top['second']))} ({top['lift']:.1f} times, "
        f"{write_count(top['together'])} mandates)."
    )
