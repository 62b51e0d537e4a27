"""The chapter on the calibration of the whole rule: what it calls falsely, and what it can find."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pkstats.display.number import write_list, write_number, write_ratio
from pkstats.families import find_family
from pkstats.report.results import write_records
from pkstats.results import read_tables
from pkstats.simulation.calibration.design import FAMILY, KINDS, NULLS, PLANTED, POWER, find_kind
from pkstats.simulation.calibration.summary import OTHERS, TROOPS, estimate_share, find_detectable
from pkstats.simulation.calibration.tuning import MOMENTS

if TYPE_CHECKING:
    from pathlib import Path

Tables = dict[str, pd.DataFrame]
#: Conditions of the rule in words, by their column; one that is not named stands by its column.
CONDITION_WORDS: Final = {
    "testable": "there are events",
    "gate": "identification gate",
    "correction": "q of the randomization test",
    "jackknife": "jackknife p-value",
    "sign": "same sign whatever is left out",
    "controls": "negative controls do not respond",
    "hazard": "past attacks do not predict steps",
    "leads": "no rise before the first step up",
    "pre_period": "no rise before renewals with a step",
    "bar_supported": "no upward bias left open",
    "bar_contradicted": "no downward bias left open",
    "bar_negligible": "no bias left open in either direction",
    "interval": "interval inside the smallest effect",
    "readings": "contestable readings agree (taken as agreeing in worlds)",
    "variants": "variants agree",
    "multiverse": "specifications share the sign",
}
#: Conditions that stop a ruling though the estimate itself would carry it.
BARS: Final = (
    *("gate", "sign", "controls", "hazard", "leads", "pre_period"),
    *("bar_supported", "bar_contradicted", "bar_negligible", "variants", "multiverse"),
)
#: The p-values that a design may let enter the correction, in words.
ENTERING_WORDS: Final = {"CRV3": "cluster jackknife", "wild score": "wild score bootstrap"}
NORMAL: Final = 1.96
NOMINAL: Final = 0.05


def read_calibration(folder: Path) -> Tables:
    """Read ``calibration_rulings.csv``, ``_conditions``, ``_entering`` and ``_moments``.

    Raises
    ------
    ResultsError
        A file is absent or not as declared.
    """
    return read_tables(folder, "rulings", "conditions", "entering", "moments", prefix="calibration")


def name_estimand(hypothesis: str) -> str:
    """Estimand of a member of the family, as the page calls it."""
    return find_family(FAMILY).find(hypothesis).primary.estimand


def name_effect(row: Any) -> str:
    """Planted effect of a row as ratio and in attacks a year."""
    return (
        f"{write_ratio(row['effect'])} ({write_number(row['attacks_added'], decimals=1)} attacks "
        f"a year more for {TROOPS:,} troops)"
    )


def say_state(rulings: pd.DataFrame) -> str:
    """Say how many of the declared worlds were judged, and that a partial run is partial."""
    done, declared = int(rulings["worlds"].sum()), int(rulings["worlds_declared"].sum())
    if not done:
        return (
            "**Not run yet.** No world has been judged: `make calibrate`. Every number below is "
            "missing for that reason."
        )
    null = rulings[rulings["effect"].eq(0) & rulings["worlds"].gt(0)]
    error = f"{100 * null['supported_error'].max():.1f}" if len(null) else "unknown"
    size = f"standard error of a share ruled supported: at most {error} points without an effect"
    if done == declared:
        return f"{done:,} worlds were judged, as declared; {size}."
    empty = int(rulings["worlds"].eq(0).sum())
    said = f", and {empty} of {len(rulings)} blocks not at all" if empty else ""
    return (
        f"**Partial run.** {done:,} of {declared:,} declared worlds were judged{said}; {size}. "
        "What follows is no answer before the rest is run (`make calibrate`)."
    )


def count_false(rulings: pd.DataFrame) -> pd.DataFrame:
    """Share of supported or contradicted in worlds without an effect, with its error."""
    null = rulings[rulings["effect"].eq(0)].copy()
    hits = ((null["supported"] + null["contradicted"]) * null["worlds"]).fillna(0).round()
    found = [estimate_share(int(h), int(n)) for h, n in zip(hits, null["worlds"], strict=True)]
    return null.assign(false=[f[0] for f in found], false_error=[f[1] for f in found])


def say_answer(rulings: pd.DataFrame) -> str:
    """Answer both questions of the page in two sentences."""
    if not rulings["worlds"].sum():
        return "How often the rule errs and what it finds is not known before worlds are judged."
    parts = []
    false = count_false(rulings)
    run = false[false["worlds"].gt(0)]
    if len(run):
        parts.append(f"**Crying wolf.** {_say_alarms(run)}")
    planted = rulings[rulings["effect"].gt(0) & rulings["worlds"].gt(0)]
    if len(planted):
        parts.append(f"**Hearing.** {_say_power(planted)}")
    return "\n\n".join(parts)


def _say_alarms(run: pd.DataFrame) -> str:
    """Say how often the rule decides falsely where nothing is planted."""
    worst = write_records(run.sort_values("false", ascending=False, kind="stable"))[0]
    high = 100 * (run["false"] + NORMAL * run["false_error"]).max()
    where = f"{find_kind(worst['kind']).words} ({name_estimand(worst['hypothesis'])})"
    said = (
        f"in {100 * run['false'].min():.1f} to {100 * run['false'].max():.1f}% of the worlds of a "
        f"kind, most often where {where}"
        if worst["false"] > 0
        else "in none of the worlds judged"
    )
    return (
        f"Without an effect the rule says *supported* or *contradicted* {said}; the upper end of "
        f"the Monte Carlo intervals is {high:.1f}%. *Negligible*, which is true there, is said in "
        f"{100 * run['negligible'].min():.1f} to {100 * run['negligible'].max():.1f}%."
    )


def _say_power(planted: pd.DataFrame) -> str:
    said = []
    for name, given in planted.groupby("hypothesis", sort=False):
        found = [
            f"{100 * row['supported']:.0f}% at a ratio of {name_effect(row)}"
            for row in write_records(given.sort_values("effect"))
        ]
        said.append(f"{name_estimand(str(name))}: {write_list(found)}")
    return (
        "Of worlds with a planted effect the rule says *supported* in the following shares. "
        f"{'; '.join(said)}."
    )


def say_detectable(rulings: pd.DataFrame) -> str:
    """Say for each estimand which effect the whole rule could find, in attacks a year."""
    lines = []
    for name, given in rulings.groupby("hypothesis", sort=False):
        start = f"- **{name_estimand(str(name))}**:"
        rows = order_power(given)
        if rows.empty:
            lines.append(f"{start} not run.")
            continue
        at = find_detectable(list(rows["effect"]), list(rows["supported"]))
        last = write_records(rows)[-1]
        if at is None:
            lines.append(
                f"{start} no planted effect is found in {POWER:.0%} of worlds; the largest that "
                f"was judged, {name_effect(last)}, in {100 * last['supported']:.0f}%."
            )
            continue
        rate = last["attacks_added"] / np.expm1(last["effect"])
        added = write_number(rate * np.expm1(at), decimals=1)
        lines.append(
            f"{start} about {added} attacks a year more for {TROOPS:,} troops and index point (a "
            f"ratio of {write_ratio(at)}) are found in {POWER:.0%} of worlds."
        )
    return "\n".join(lines)


def order_power(given: pd.DataFrame) -> pd.DataFrame:
    """Restricted worlds and those with a planted effect, in order of the effect, if run."""
    kinds = (NULLS[0].name, *(kind.name for kind in PLANTED))
    rows = given[given["kind"].isin(kinds) & given["worlds"].gt(0)].sort_values("effect")
    return rows if rows["effect"].gt(0).any() else rows.iloc[:0]


def say_bars(conditions: pd.DataFrame) -> str:
    """Say which bar fires most often in worlds without an effect and with one."""
    lines = []
    for words, kinds in (("Without an effect", NULLS), ("With a planted effect", PLANTED)):
        given = conditions[
            conditions["kind"].isin([k.name for k in kinds])
            & conditions["condition"].isin(BARS)
            & conditions["reached"].gt(0)
        ]
        if given.empty:
            lines.append(f"- {words}: not run.")
            continue
        failed = (given["not_met"] * given["reached"]).groupby(given["condition"]).sum()
        share = (failed / given.groupby("condition")["reached"].sum()).sort_values()
        found = [
            f"*{CONDITION_WORDS.get(str(c), str(c))}* does not hold in {100 * v:.0f}%"
            for c, v in share[::-1].items()
        ]
        lines.append(f"- {words}: {write_list(found)} of the worlds in which it was computed.")
    lines.append(
        "\nA check that cannot tell is counted as one that does not hold: it clears nothing."
    )
    return "\n".join(lines)


def say_entering(entering: pd.DataFrame) -> str:
    """Say how often each p-value that may enter a correction rejects without an effect."""
    null = entering[entering["kind"].isin([k.name for k in NULLS]) & entering["worlds"].gt(0)]
    if null.empty:
        return "How often these p-values reject is not known before worlds are judged."
    said = []
    for name, given in null.groupby("entering", sort=False):
        worst = write_records(given.sort_values("rejected_5", ascending=False, kind="stable"))[0]
        low = 100 * given["rejected_5"].min()
        said.append(
            f"the {ENTERING_WORDS[str(name)]} in {low:.1f} to "
            f"{100 * worst['rejected_5']:.1f}% of the worlds of a kind, most often where "
            f"{find_kind(worst['kind']).words} "
            f"({name_estimand(worst['hypothesis'])}; standard error "
            f"{100 * worst['rejected_5_error']:.1f} points)"
        )
    return (
        f"At a nominal {NOMINAL:.0%} and without an effect, {write_list(said)}. A design without "
        "an assignment scheme declares before its freeze which of the two enters."
    )


def tabulate_entering(entering: pd.DataFrame) -> pd.DataFrame:
    """How often each p-value rejects, in percent with its Monte Carlo error."""
    shown = _label(entering)
    shown["p-value"] = entering["entering"].map(ENTERING_WORDS).to_numpy()
    for level in (5, 10):
        shown[f"p below {level}% (%)"] = _write_shares(entering, f"rejected_{level}")
    return shown


def list_kinds() -> str:
    """Declared kinds of world, each with its words, its number and its reason."""
    return "\n".join(
        f"- **{kind.name}** ({kind.worlds:,} worlds): {kind.words}. {kind.reason}" for kind in KINDS
    )


def tabulate_rulings(rulings: pd.DataFrame) -> pd.DataFrame:
    """Shares of the rulings in percent with their Monte Carlo errors."""
    shown = _label(rulings)
    names = ("supported", "contradicted", "negligible", "inconclusive", "not identified")
    for name in names:
        column = name.replace(" ", "_")
        shown[name] = _write_shares(rulings, column)
    shown["worlds"] = [
        f"{row['worlds']:,} of {row['worlds_declared']:,}" for row in write_records(rulings)
    ]
    return shown


def tabulate_estimates(rulings: pd.DataFrame) -> pd.DataFrame:
    """Bias, spread, mean standard error, size and coverage of the primary estimate."""
    shown = _label(rulings)
    shown["bias"] = [
        _write_pair(row["bias"], row["bias_error"], scale=1, decimals=3)
        for row in write_records(rulings)
    ]
    shown["standard deviation"] = _write_column(rulings["estimate_sd"], decimals=3)
    shown["mean jackknife error"] = _write_column(rulings["std_error_mean"], decimals=3)
    shown["p below 5% (%)"] = _write_shares(rulings, "rejected")
    shown["90% intervals hold the truth (%)"] = _write_shares(rulings, "coverage")
    shown["seconds a world"] = _write_column(rulings["seconds"], decimals=1)
    return shown


def tabulate_conditions(conditions: pd.DataFrame) -> pd.DataFrame:
    """How often each condition failed, in percent of the worlds that reached it."""
    labels = _label(conditions)
    cells = [
        f"{_write_pair(row['not_met'], row['not_met_error'])} of {row['reached']:,}"
        if row["reached"]
        else "not reached"
        for row in write_records(conditions)
    ]
    words = conditions["condition"].map(lambda c: CONDITION_WORDS.get(c, c))
    long = labels.assign(condition=words, cell=cells)
    wide = long.pivot(index=["kind", "estimand"], columns="condition", values="cell")
    order = labels.drop_duplicates().set_index(["kind", "estimand"]).index
    wide = wide.loc[order, list(dict.fromkeys(words))]
    return wide.rename_axis(None, axis=1).reset_index()


def tabulate_moments(moments: pd.DataFrame) -> pd.DataFrame:
    """Moments of the worlds beside the real ones."""
    shown = _label(moments)
    words = {**MOMENTS, **OTHERS}
    shown["moment"] = moments["moment"].map(lambda m: words.get(m, m))
    shown["real"] = _write_column(moments["real"], decimals=3)
    shown["worlds: mean (standard deviation)"] = [
        _write_pair(row["simulated"], row["simulated_sd"], scale=1, decimals=3)
        for row in write_records(moments)
    ]
    shown["tuned to"] = moments["tuned"].map({1: "yes", 0: "no"})
    return shown


def tabulate_parameters(moments: pd.DataFrame) -> pd.DataFrame:
    """Tuned parameters by kind of world and estimand."""
    first = moments.drop_duplicates(["kind", "hypothesis"]).reset_index(drop=True)
    shown = _label(first)
    for column, name in (
        ("spread", "spread of the shock (log)"),
        ("persistence", "persistence from month to month"),
        ("mass_share", "share of months of mass attacks"),
    ):
        shown[name] = _write_column(first[column], decimals=2)
    return shown


def _label(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"kind": table["kind"], "estimand": table["hypothesis"].map(name_estimand)}
    ).reset_index(drop=True)


def _write_shares(table: pd.DataFrame, column: str) -> list[str]:
    return [_write_pair(row[column], row[f"{column}_error"]) for row in write_records(table)]


def _write_pair(value: float, error: float, *, scale: float = 100, decimals: int = 1) -> str:
    if math.isnan(value):
        return "not run"
    said = f"{scale * value:.{decimals}f}"
    return said if math.isnan(error) else f"{said} ({scale * error:.{decimals}f})"


def _write_column(values: pd.Series, *, decimals: int) -> list[str]:
    return [f"{v:.{decimals}f}" if pd.notna(v) else "not run" for v in values.astype(float)]
