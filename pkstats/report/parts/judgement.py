"""Judgement: the ruling, the rule it came from, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from pkstats.display.number import (
    write_bounds,
    write_count,
    write_effect,
    write_list,
    write_number,
)
from pkstats.families.amendment import find_amendments
from pkstats.report.page import write_citation
from pkstats.report.parts.bars import CHECK
from pkstats.report.parts.refits import find_turning
from pkstats.report.results import write_records
from pkstats.report.rulings import RULINGS, UNDECIDED
from pkstats.report.scales import add_article
from pkstats.verdicts import threat, thresholds
from pkstats.verdicts.ruling import ENTERING

if TYPE_CHECKING:
    from pkstats.report.record import Record

GATED: Final = "is decided first"
"""End of the condition that holds a gated hypothesis back."""
NAMES_OF_BOUNDS: Final = {
    "rule": "as the rule takes it",
    "at the rate of the baseline": "at the rate of the declared baseline, as before the amendment",
    "half as large": "half as large",
}


def say_ruling(record: Record) -> str:
    """Say the ruling in one sentence; where nothing could be estimated, with its reason."""
    text = f"**{record.ruling.capitalize()}.** {RULINGS.get(record.ruling, record.ruling)}"
    if record.ruling in UNDECIDED[1:]:
        text = f"{text} {say_reason(record)}"
    return text.strip()


def say_reason(record: Record) -> str:
    """Repeat the verdict's own reason as a sentence."""
    reason = str(record.verdict["reason"]).split(". Remedy")[0].strip().rstrip(".")
    return f"{reason[0].upper()}{reason[1:]}." if reason and reason != "nan" else ""


def say_opening(record: Record) -> str:
    """Say whether the family that gates this one is decided; empty where none does."""
    rows = record.steps[record.steps["condition"].astype(str).str.contains(GATED)]
    if rows.empty:
        return ""
    row = write_records(rows)[0]
    state = "open" if row["outcome"] == "met" else "shut"
    gate = record.hypothesis.gated_by
    return (
        f"Its gate, the family {gate}, is **{state}**: {row['value']}, where {row['threshold']} is "
        "asked for."
    )


def say_amendment(record: Record) -> str:
    """Say what was corrected after results were seen and moved this ruling; empty where nothing."""
    parts = []
    if record.verdict["amended_ruling"] and pd.notna(record.verdict["amended_ruling"]):
        parts.append(
            f"**Decided under an amended rule: {record.verdict['amended_ruling']}.** The ruling of "
            "the rule that stood when the results were first seen stays in front."
        )
    for found in find_amendments(record.hypothesis):
        pair = found.rulings.get(record.hypothesis.name)
        moved = f" Before: {pair[0]}. After: {pair[1]}." if pair else ""
        parts.append(f"**Amended on {found.date}.** {found.what} {found.why}{moved}")
    return "\n\n".join(parts)


def say_bounds(record: Record) -> str:
    """Say which ruling each conversion of the smallest effect of interest gives."""
    rows = write_records(record.keep("bounds"))
    if not rows:
        return ""
    listed = [
        f"{NAMES_OF_BOUNDS[str(row['bound'])]} "
        f"({write_bounds(-row['smallest_effect'], row['smallest_effect'], ratio=record.ratio)}) "
        f"the ruling is *{row['ruling']}*"
        for row in rows
    ]
    return f"With the smallest effect of interest {'; '.join(listed)}."


def say_rule(record: Record) -> str:
    """Say how the ordered rule went: what was met, what was not, what could not be asked."""
    steps = record.steps[~record.steps["step"].astype(str).str.startswith(CHECK)]
    parts = []
    for outcome, opening in (("not met", "Not met"), ("not available", "Could not be asked")):
        rows = write_records(steps[steps["outcome"] == outcome])
        if rows:
            listed = "; ".join(f"{row['condition']} ({row['step']})" for row in rows)
            parts.append(f"{opening}: {listed}.")
    met = int((steps["outcome"] == "met").sum())
    return " ".join([f"Of {len(steps)} conditions {met} are met.", *parts])


def say_verdict(record: Record) -> str:
    """Say how the rule went, what it could have given, and what other conversions give."""
    parts = (say_rule(record), say_attainable(record), say_bounds(record))
    return " ".join(part for part in parts if part)


def say_attainable(record: Record) -> str:
    """Say which rulings the design could have given at all, and what a cap makes of them."""
    attainable = record.verdict["attainable"]
    if attainable is None or pd.isna(attainable):
        return ""
    return f"Attainable with this precision and these checks: {attainable}."


def list_rule(records: tuple[Record, ...]) -> str:
    """List the ordered rule with its thresholds and the gates and p-values of the designs."""
    designs = {record.design.name: record.design for record in records}.values()
    gates = write_list(dict.fromkeys(record.asked for record in records), last="or")
    entering = write_list(dict.fromkeys(ENTERING[d.entering] for d in designs), last="or")
    cited, smallest = write_citation("benjamini1995"), write_citation("lakens2017")
    return f"""
1. **not testable**: there is no data.
2. **not identified**: the gate is not passed ({gates}), or the construct is not measured.
3. **supported** or **contradicted**: the p-value of {entering}, adjusted within the
   family{cited}, is below {thresholds.FALSE_DISCOVERY_RATE:.2f}, and that of the
   cluster jackknife below {thresholds.JACKKNIFE_LEVEL:.2f}; the sign holds whoever is left out; and
   each threat of the design is cleared: by one check at least in the direction of bias that would
   have made the ruling, and no check finds such a bias. A check is clear if its
   {threat.COVERAGE:.0%} interval lies inside its declared bound, has failed if it excludes zero
   beyond, and else cannot tell: a weak test clears nothing.
4. **negligible**: the {thresholds.NEGLIGIBLE_COVERAGE:.0%} interval lies inside the smallest effect
   of interest{smallest}, and the threats are cleared in both directions. The interval is the longer
   of those by cluster and by unit.
5. **inconclusive**: everything else, also where the declared variants disagree or fewer than
   {thresholds.SAME_SIGN_SHARE:.0%} of the specifications share the sign.
"""


def tabulate_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """Lay out the ordered rule, one line a condition, as text."""
    return pd.DataFrame(
        {
            "": steps["order"].map(write_count),
            "Step": steps["step"],
            "Condition": steps["condition"],
            "Found": steps["value"].map(_write_cell),
            "Threshold": steps["threshold"].map(_write_cell),
            "Outcome": steps["outcome"],
        }
    ).reset_index(drop=True)


def _write_cell(value: Any) -> str:
    if value is None or pd.isna(value):
        return "not available"
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value).split(". Remedy")[0].replace("nan to nan", "undefined")
    return write_number(number, decimals=3) if number != int(number) else write_count(number)


def list_changes_of_mind(record: Record) -> str:
    """List what would change the ruling, as far as the numbers tell; empty where they do not."""
    row, points = record.primary, []
    if row is not None and pd.notna(row["minimum_detectable_effect"]):
        effect = write_effect(row["minimum_detectable_effect"], ratio=record.ratio)
        measure = add_article(record.measure)
        points.append(
            f"- More clusters whose treatment changes: {write_count(row['hosts_switching'])} of "
            f"{write_count(row['hosts'])} do now, which leaves {measure} below {effect} "
            "out of sight."
        )
    turning = find_turning(record)
    if turning:
        names = write_list(turning, last="or")
        points.append(f"- A reason to leave out {names}: without it the sign turns.")
    return "\n".join(points)


def say_fact(row: dict[str, Any]) -> str:
    """Say one fact: ruling, statement, what was asked, what was found and what stays unknown."""
    claim = f", claim {row['claim']}" if pd.notna(row["claim"]) and row["claim"] else ""
    return (
        f"**{str(row['ruling']).capitalize()}** (`{row['fact']}`{claim}): "
        f"*{row['statement']}* Confirmed if: {row['condition']} Found: {row['value']}. Limits: "
        f"{row['limits']}"
    )
