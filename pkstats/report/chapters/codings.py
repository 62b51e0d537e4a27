"""Coding curve: the estimates of H1 under other readings of the mandates, drawn and told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.data.mandates.contestable import ROLE
from pkstats.display.number import write_bounds, write_count, write_effect, write_list
from pkstats.display.specification_curve import draw_curve
from pkstats.report.chapters.mandates import name_element
from pkstats.report.page import find_page
from pkstats.report.results import write_records
from pkstats.verdicts.codings import AS_CODED, find_turns
from pkstats.verdicts.thresholds import JACKKNIFE_LEVEL, NEGLIGIBLE_COVERAGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pkstats.report.record import Record

JOINED: Final = " + "
#: Folder beside the pages that holds the codebook of the mandates.
PLACE: Final = "coding"
#: Files of the codebook, and what each holds.
CODEBOOK: Final = {
    "dictionary.toml": "coding rules: definition, verbs, patterns and exclusions of each element",
    "missions.toml": "names, founding paragraphs and dates of the missions",
    "mandate_overrides.toml": "readings in the place of what the dictionary codes, with reasons",
    "mandate_readings.csv": "two readings of pairs since 2000, both halves",
    "mandate_readings_coding_1.csv": "what the first dictionary coded of every text",
    "mandate_reading.csv": "readings of coded changes while the dictionary was written",
    "mandate_early_readings.csv": "first reading of 1990 to 1999, not blind",
    "mandate_early_readings_second.csv": "second reading of 1990 to 1999, blind in part",
    "mandate_early_coding.csv": "what the dictionary alone coded of the nineties",
    "mandate_contestable.csv": "passages that can be read otherwise, how, by whom and why",
    "mandate_traps.csv": "places where a coding goes wrong, with what must be found",
    "mandate_history.csv": "versions of the coding, and every code that was mended after them",
    "mandate_validity.csv": "agreement since 2000, by element and half",
    "mandate_validity_early.csv": "agreement from 1990 to 1999, by element",
    "mandate_kappa.csv": "agreement with TAMM, by element",
}


def say_codebook() -> str:
    """List the files of the codebook, each with a link to download it."""
    listed = []
    for name, said in CODEBOOK.items():
        path = f"{PLACE}/{name}"
        shown = f"{{download}}`{name} <{path}>`" if find_page(path) else f"`{name}`"
        listed.append(f"- {shown}: {said}.")
    return "\n".join(listed)


def tabulate_history(history: pd.DataFrame) -> pd.DataFrame:
    """Lay out the history of the coding: versions, and codes mended after them.

    Parameters
    ----------
    history : pandas.DataFrame
        ``data/compiled/mandate_history.csv``, read as text.
    """
    lines = []
    for row in write_records(history.fillna("")):
        what, months = "", ""
        if row["mission"]:
            column = row["column"] if row["column"] == ROLE else name_element(row["column"])
            what = f"{row['mission']} {row['resolution']} para. {row['paragraph']}, {column}: "
            what += f"{_write(row['before'])} → {_write(row['after'])}"
            months = f"{row['first_month']} to {row['last_month']}" if row["first_month"] else ""
        lines.append(
            {
                "Version": row["version"],
                "Date": row["date"],
                "Code": what,
                "Months that moved": months,
                "What and why": row["reason"],
            }
        )
    return pd.DataFrame(lines)


def spread_readings(rows: pd.DataFrame, contestable: pd.DataFrame) -> pd.DataFrame:
    """Give each group of readings a column: the alternative that a row takes, or as coded.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of ``h1_coding_curve`` or ``h1_coding_readings``.
    contestable : pandas.DataFrame
        As `pkstats.data.mandates.contestable.read_contestable` gives it.

    Returns
    -------
    pandas.DataFrame
        The rows with one further column a group that any row reads otherwise, blanks in its name.
    """
    groups = contestable.drop_duplicates("alternative").set_index("alternative")["group"]
    taken = [
        {} if label == AS_CODED else {groups[name]: name for name in str(label).split(JOINED)}
        for label in rows["readings"]
    ]
    met = {group for row in taken for group in row}
    spread = {
        group.replace("-", " "): [row.get(group, AS_CODED).replace("-", " ") for row in taken]
        for group in dict.fromkeys(groups)
        if group in met
    }
    return rows.assign(**spread)


def draw_codings(
    rows: pd.DataFrame, contestable: pd.DataFrame, *, record: Record, width: float = 7.2
) -> Figure:
    """Draw the estimates of one hypothesis under all combinations of readings, sorted.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of ``h1_coding_curve``, of one hypothesis.
    contestable : pandas.DataFrame
        As `spread_readings`.
    record : Record
        Gives scale and smallest effect.
    width : float, default 7.2
        Inches.
    """
    spread = spread_readings(rows, contestable)
    return draw_curve(
        spread,
        choices=[str(column) for column in spread if column not in rows],
        scale=record.scale,
        ratio=record.ratio,
        smallest_effect=record.smallest,
        rows_are="combinations",
        width=width,
    )


def caption_codings(rows: pd.DataFrame) -> str:
    """Say what the figure of one hypothesis shows."""
    return (
        f"{write_count(len(rows))} combinations of contestable readings by their estimates, "
        f"with {NEGLIGIBLE_COVERAGE:.0%} (thick) and 95% intervals by the larger of both cluster "
        "jackknives; the diamond is the coding in force, the band the smallest effect of interest. "
        "Below, the reading that each takes."
    )


def say_curve(rows: pd.DataFrame, *, ratio: bool = True) -> str:
    """Say range, signs and rulings of one hypothesis over all combinations of readings.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of ``h1_coding_curve``, of one hypothesis.
    ratio : bool
        Whether the estimates are logs of ratios.
    """
    known = rows[rows["estimate"].notna()]
    main = known[known["main"].astype(bool)]
    if main.empty:
        return "As coded there is no estimate, so there is nothing to compare other readings with."
    value = float(main["estimate"].iloc[0])
    listed = write_records(known.sort_values("estimate", kind="stable"))
    low, high = listed[0], listed[-1]
    ends = " and ".join(
        f"{write_effect(end['estimate'], ratio=ratio)} ({_name(end['readings'])})"
        for end in (low, high)
    )
    return (
        f"As coded the estimate is {write_effect(value, ratio=ratio)}; over "
        f"{write_count(len(known))} combinations of readings it lies between {ends}. "
        f"{_say_signs(known, value)} {_say_rulings(rows)}"
    )


def _name(label: object) -> str:
    return str(label).replace(JOINED, ", ")


def _say_signs(known: pd.DataFrame, value: float) -> str:
    other = known[known["estimate"] * value < 0]
    share = 1 - len(other) / len(known)
    if other.empty:
        return "None changes the direction of the effect."
    taken = [set(str(label).split(JOINED)) for label in other["readings"]]
    always = sorted(set.intersection(*taken) - {AS_CODED})
    cause = (
        f"; all of them take {write_list(always)}"
        if always
        else "; no single reading is common to all of them"
    )
    return (
        f"{write_count(len(other))} change the direction of the effect, so that {share:.0%} keep "
        f"it{cause}."
    )


def _say_rulings(rows: pd.DataFrame) -> str:
    """Say whether an ingredient of the ruling turns."""
    main = rows[rows["main"].astype(bool)].iloc[0]
    turned = find_turns(rows)
    said = {
        "no estimate": "there is no estimate",
        "gate not passed": "the identification gate is not passed",
        "away from zero": f"the cluster-jackknife p is below {JACKKNIFE_LEVEL:g}",
        "inside the smallest effect": f"the {NEGLIGIBLE_COVERAGE:.0%} interval lies inside the "
        "smallest effect of interest",
        "neither": f"the cluster-jackknife p is not below {JACKKNIFE_LEVEL:g} and the "
        f"{NEGLIGIBLE_COVERAGE:.0%} interval does not lie inside the smallest effect of interest",
    }
    opening = f"As coded {said[str(main['quick_ruling'])]}"
    if turned.empty:
        return f"{opening}; so it is under every combination: no ingredient of the ruling turns."
    kinds = turned["quick_ruling"].value_counts()
    parts = [f"in {write_count(count)} {said[str(kind)]}" for kind, count in kinds.items()]
    return (
        f"{opening}. That turns in {write_count(len(turned))} of {write_count(len(rows))}: "
        f"{'; '.join(parts)}. A ruling that turns with a contestable reading is inconclusive."
    )


def say_singles(rows: pd.DataFrame, *, ratio: bool = True) -> str:
    """Say which reading alone moves the estimate of one hypothesis most.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of ``h1_coding_readings``, of one hypothesis.
    ratio : bool
        Whether the estimates are logs of ratios.
    """
    main = rows[rows["main"].astype(bool)].iloc[0]
    others = rows[~rows["main"].astype(bool) & rows["estimate"].notna()]
    if others.empty or pd.isna(main["estimate"]):
        return "No other reading has an estimate."
    moves = (others["estimate"] - main["estimate"]).abs()
    most = others.loc[moves.idxmax()]
    still = int(others["months"].eq(0).sum())
    quiet = f" The index stays as it is under {write_count(still)}." if still else ""
    return (
        f"Of {write_count(len(others))} readings taken alone, {most['readings']} moves the "
        f"estimate most: from {write_effect(main['estimate'], ratio=ratio)} to "
        f"{write_effect(most['estimate'], ratio=ratio)}, by changing the index in "
        f"{write_count(most['months'])} mission-months.{quiet}"
    )


def say_contestable(contestable: pd.DataFrame) -> str:
    """Say how many passages can be read otherwise, and where the contests were found."""
    once = contestable.drop_duplicates("alternative")
    codes = contestable.drop_duplicates(["mission", "resolution", "column"])
    found = once["source"].value_counts()
    parts = ", ".join(f"{source} ({write_count(count)})" for source, count in found.items())
    return (
        f"{write_count(len(once))} other readings of {write_count(once['group'].nunique())} "
        f"passages in {write_count(codes['mission'].nunique())} missions stand in a table "
        f"(`data/compiled/mandate_contestable.csv`), by where they come from: {parts}. "
        f"Together they touch {write_count(len(codes))} codes."
    )


def tabulate_contestable(contestable: pd.DataFrame) -> pd.DataFrame:
    """Lay out the contestable readings, one line an alternative: what, who and why."""
    lines = []
    for name, rows in contestable.groupby("alternative", sort=False):
        first = rows.iloc[0]
        lines.append(
            {
                "Reading": str(name),
                "Passages": "; ".join(_place(rows, column) for column in rows["column"].unique()),
                "From": first["month"].strftime("%Y-%m"),
                "Combined": "yes" if first["combined"] == 1 else "",
                "Found": first["source"],
                "Who reads so": first["who"],
                "Why": first["why"],
            }
        )
    return pd.DataFrame(lines)


def _place(rows: pd.DataFrame, column: str) -> str:
    kept = rows[rows["column"] == column]
    what = "role" if column == ROLE else name_element(column)
    places = ", ".join(
        f"{row['resolution']} para. {row['paragraph']} ({_write(row['in_force'])} → "
        f"{_write(row['other'])})"
        for row in write_records(kept)
    )
    return f"{kept['mission'].iloc[0]}, {what}: {places}"


def _write(code: object) -> str:
    return str(code).replace("_", " ")


def tabulate_singles(rows: pd.DataFrame, *, ratio: bool = True) -> pd.DataFrame:
    """Lay out the estimates of one hypothesis under each reading alone."""
    return pd.DataFrame(
        [
            {
                "Reading": row["readings"],
                "Mission-months changed": write_count(row["months"]),
                "Rate ratio" if ratio else "Estimate": write_effect(row["estimate"], ratio=ratio),
                "95% interval": write_bounds(row["conf_low"], row["conf_high"], ratio=ratio),
                "First read": row["quick_ruling"],
            }
            for row in write_records(rows)
        ]
    )
