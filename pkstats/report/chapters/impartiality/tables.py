"""Tables of the results of H2, as frames of text."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from pkstats.display.number import (
    write_count,
    write_interval,
    write_number,
    write_p,
    write_ratio,
    write_share,
)
from pkstats.report.results import write_records

LEVELS: Final = {
    "H2-populations": "Populations",
    "H2-host-governments": "Host governments",
    "H2-council-record": "The Council's record",
    "H2-armed-groups": "Attacks on the mission",
}
OUTCOMES: Final = {
    "log_odds_partial": "says that the mission takes sides",
    "exit_sentences": "sentences on the mission's end",
    "praise_sentences": "sentences of praise",
    "consent_sentences": "sentences on consent (below the bar of validity)",
    "more_robust_sentences": "sentences asking for more robustness (below the bar of validity)",
    "impartiality_sentences": "sentences on impartiality (too few to be validated)",
    "any_mention": "names its mission at all",
    "sentences": "length of the speech (placebo)",
    "new_obstruction": "phrases on obstruction, new text",
    "preamble_obstruction": "phrases on obstruction, whole preamble",
    "new_consent": "phrases on consent, new text",
    "new_impartiality": "phrases on impartiality, new text",
    "new_disinformation": "phrases on disinformation, new text",
    "new_sofa_violation": "violations of the status-of-forces agreement, new text",
    "new_boilerplate": "thanks, reports and letters, new text (placebo)",
    "new_stabilization": "stabilization outside names, new text (positive control)",
    "hostile_incident_days": "fatal hostile incident-days",
    "hostile_deaths_uniformed": "uniformed hostile deaths",
    "peace_agreements": "peace agreements in the host",
}
TREATMENTS: Final = {
    "host_support_index": "host support",
    "host_support_index_never_reset": "host support, never reset",
    "host_support_index_always_reset": "host support, reset at every renewal",
    "text_state_authority": "state authority alone",
    "text_host_security_support": "support to host forces alone",
    "text_joint_operations": "joint operations alone",
    "stabilization_name": "stabilization in the name",
}
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
ELEMENTS: Final = {
    "state_authority": "state authority",
    "host_security_support": "support to host forces",
    "joint_operations": "joint operations",
}


def name_level(hypothesis: str) -> str:
    """Name the level of a hypothesis."""
    return LEVELS.get(hypothesis, hypothesis)


def name_treatment(column: str) -> str:
    """Name a treatment, its lag included where it is not the usual one."""
    stem, mark, lag = column.partition("_lag")
    stem, lead, ahead = stem.partition("_lead")
    text = TREATMENTS.get(stem, stem.replace("_", " "))
    if lead:
        return f"{text}, {ahead} ahead (lead)"
    return f"{text}, lag {lag}" if mark and lag not in ("0", "1") else text


def tabulate_levels(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Lay out one line a level: construct, switching hosts, ruling, effect and its bounds."""
    joined = frames["verdict"].merge(
        frames["estimates"][["model", "hosts_switching", "events", "minimum_detectable_effect"]],
        left_on="primary_model",
        right_on="model",
        how="left",
    )
    rows = write_records(joined)
    return pd.DataFrame(
        {
            "Level": [name_level(str(r["hypothesis"])) for r in rows],
            "What is measured": [str(r["construct"]) for r in rows],
            "Hosts that switch": [write_switching(r["hosts_switching"]) for r in rows],
            "Events": [write_count(r["events"]) for r in rows],
            "Ruling": [f"**{r['ruling']}**" for r in rows],
            "Ratio": [write_ratio(r["estimate"]) for r in rows],
            "95% interval": [write_interval(r["conf_low"], r["conf_high"]) for r in rows],
            "p (randomization)": [write_p(r["randomization_p"]) for r in rows],
            "q": [write_p(r["q_value"]) for r in rows],
            "Smallest detectable ratio": [
                write_ratio(r["minimum_detectable_effect"]) for r in rows
            ],
        }
    )


def write_switching(value: Any) -> str:
    """Write a number of switching hosts; a gate that is shut has none."""
    return "0" if pd.isna(value) else write_count(value)


def tabulate_models(estimates: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a model of one level."""
    rows = write_records(estimates)
    return pd.DataFrame(
        {
            "Outcome": [OUTCOMES.get(str(r["outcome"]), str(r["outcome"])) for r in rows],
            "Treatment": [name_treatment(str(r["treatment"])) for r in rows],
            "Role": [_write_role(r) for r in rows],
            "Ratio": [write_ratio(r["estimate"]) for r in rows],
            "95% interval (CRV3)": [write_interval(r["conf_low"], r["conf_high"]) for r in rows],
            "p (larger of clusters)": [write_p(r["p_value_larger"]) for r in rows],
            "p (randomization)": [write_p(r["randomization_p"]) for r in rows],
            "Rows": [write_count(r["rows"]) for r in rows],
            "Events": [write_count(r["events"]) for r in rows],
            "Hosts: all, switching": [
                f"{write_count(r['hosts'])}, {write_switching(r['hosts_switching'])}" for r in rows
            ],
            "Smallest detectable ratio": [
                write_ratio(r["minimum_detectable_effect"]) for r in rows
            ],
        }
    )


def _write_role(row: dict[str, Any]) -> str:
    role, effects = str(row["role"]), str(row["effects"]).replace("_", " ")
    if role == "alternative effects":
        return f"other effects: {effects}"
    if role in ("sample variant", "source variant", "control variant"):
        return f"{role}: {str(row['model']).split('-', 2)[-1].replace('-', ' ')}"
    return role


def list_notes(estimates: pd.DataFrame) -> str:
    """List why a model has no estimate or no interval, one line each."""
    rows = write_records(estimates[estimates["note"].notna()])
    lines = []
    for row in rows:
        outcome = OUTCOMES.get(str(row["outcome"]), str(row["outcome"]))
        first = str(row["note"]).split(". Remedy")[0]
        lines.append(f"- {outcome}, {name_treatment(str(row['treatment']))}: {first}.")
    return "\n".join(lines)


def tabulate_effects(effects: pd.DataFrame) -> pd.DataFrame:
    """Lay out effects on the natural scale, one line a model."""
    rows = write_records(effects)
    return pd.DataFrame(
        {
            "Level": [name_level(str(r["hypothesis"])) for r in rows],
            "Outcome": [OUTCOMES.get(str(r["outcome"]), str(r["outcome"])) for r in rows],
            "Rate in the sample": [write_number(r["rate"]) for r in rows],
            "Change for one more element": [_write_signed(r["change"]) for r in rows],
            "95% interval": [
                "undefined"
                if pd.isna(r["change_low"])
                else f"{_write_signed(r['change_low'])} to {_write_signed(r['change_high'])}"
                for r in rows
            ],
            "Unit": [str(r["unit"]) for r in rows],
        }
    )


def _write_signed(value: Any) -> str:
    return "n/a" if pd.isna(value) else f"{float(value):+.2f}"


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
    words = [f"{part[0]}{ELEMENTS.get(part[1:], part[1:])}" for part in text.split("; ") if part]
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
