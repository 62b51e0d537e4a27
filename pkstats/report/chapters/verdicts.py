"""All verdicts of the build side by side, and the sentences that count them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pkstats.display.number import write_interval, write_number, write_p
from pkstats.families import find_home, hypothesis
from pkstats.families.design import declare_plain
from pkstats.report.results import write_records
from pkstats.report.scales import find_scale
from pkstats.results import find_prefixes, read_table
from pkstats.verdicts import thresholds

if TYPE_CHECKING:
    from pathlib import Path


def read_rulings(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the verdicts of the project and the facts of every family.

    Parameters
    ----------
    folder : Path
        Results of a build: ``project_verdicts.csv`` and ``<family>_facts.csv``.

    Returns
    -------
    verdicts, facts : DataFrame

    Raises
    ------
    ResultsError
        A file is absent or not as declared.
    """
    facts = [
        read_table(folder, "facts", prefix=prefix) for prefix in find_prefixes(folder, "facts")
    ]
    verdicts = read_table(folder, "verdicts", prefix="project")
    return verdicts, pd.concat(facts, ignore_index=True)


def say_project(verdicts: pd.DataFrame) -> str:
    """Count the rulings, and say what is left when all hypotheses are corrected at once."""
    counted = Counter(verdicts["ruling"])
    rulings = ", ".join(f"{count} {ruling}" for ruling, count in counted.most_common())
    kept = list_survivors(verdicts, "q_value_project")
    after = f"{', '.join(kept)} {'stays' if len(kept) == 1 else 'stay'}" if kept else "none stays"
    rate = f"{thresholds.FALSE_DISCOVERY_RATE:.0%}"
    return (
        f"Of {len(verdicts)} hypotheses: {rulings}. Corrected over all of them at once, {after} "
        f"below a false discovery rate of {rate}."
    )


#: Corrections that decide nothing, by their column, in words.
BESIDE: Final = {
    "q_value": "within its family (Benjamini-Hochberg, the rule's own)",
    "q_value_any_dependence": "within its family under any dependence (Benjamini-Yekutieli)",
    "q_value_project": "over the whole project (Benjamini-Hochberg)",
    "q_value_project_any_dependence": "over the whole project under any dependence "
    "(Benjamini-Yekutieli)",
}


def say_survivors(verdicts: pd.DataFrame) -> str:
    """Say which hypotheses stay below the false discovery rate under each correction."""
    told = [
        f"{words}: {', '.join(list_survivors(verdicts, column)) or 'none'}"
        for column, words in BESIDE.items()
    ]
    rate = f"{thresholds.FALSE_DISCOVERY_RATE:.0%}"
    return f"Below a false discovery rate of {rate} stay, corrected {'; '.join(told)}."


def list_survivors(verdicts: pd.DataFrame, column: str) -> list[str]:
    """Hypotheses whose q-value of a column is below the false discovery rate."""
    below = verdicts[column] < thresholds.FALSE_DISCOVERY_RATE
    return [f"`{name}`" for name in verdicts.loc[below, "hypothesis"]]


def tabulate_verdicts(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a hypothesis: claims, ruling, effect, and q-values in and beyond its family.

    Effects are shown as ratios where the engine of the primary model estimates one.

    Raises
    ------
    HypothesisError
        A hypothesis that no family declares.
    """
    rows = write_records(verdicts)
    return pd.DataFrame(
        {
            "Hypothesis": [f"`{row['hypothesis']}`" for row in rows],
            "Claims": [row["claim"] for row in rows],
            "Ruling": [f"**{row['ruling']}**" for row in rows],
            "Effect (95% interval)": [_write_effect(row) for row in rows],
            "q in its family": [write_p(row["q_value"]) for row in rows],
            "q over the project": [write_p(row["q_value_project"]) for row in rows],
        }
    )


def _write_effect(row: dict[str, Any]) -> str:
    if pd.isna(row["estimate"]):
        return "not estimated"
    declared = hypothesis(str(row["hypothesis"]))
    home = find_home(declared)
    design = home.find_design(declared) if home else declare_plain(declared)
    ratio, words = find_scale(declared, design)
    if ratio:
        effect = write_number(float(np.exp(row["estimate"])))
        interval = write_interval(row["conf_low"], row["conf_high"])
        return f"{effect} ({interval}), {words}"
    low, high = (write_number(row[end]) for end in ("conf_low", "conf_high"))
    return f"{write_number(row['estimate'])} ({low} to {high}), {words}"


def tabulate_facts(facts: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a fact: claims, ruling, condition, what was found."""
    rows = write_records(facts)
    return pd.DataFrame(
        {
            "Fact": [f"`{row['fact']}`" for row in rows],
            "Claims": [row["claim"] for row in rows],
            "Ruling": [f"**{row['ruling']}**" for row in rows],
            "Condition declared": [row["condition"] for row in rows],
            "Found": [row["value"] for row in rows],
        }
    )
