"""H2, what stands beside the estimates: series, cases, words, correlations, data that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats.data.registry import CHECKOUT
from pkstats.families.impartiality.columns import ELEMENTS, INDEX, attach_mandates, prepare
from pkstats.verdicts.meta_regression import count_both_sides

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.data.panels import Panel

WANTED = CHECKOUT / "data" / "compiled" / "impartiality_data.csv"
CODES = (
    *("obstruction", "sofa_violation", "attack", "consent", "impartiality", "disinformation"),
    *("stabilization", "boilerplate"),
)
PER_WORDS = 1000
CASE = "COD"
STEPS = ("text_poc", "text_poc_physical", INDEX)
DEATHS = ("host_non_state_deaths", "host_state_based_deaths", "host_one_sided_deaths")
AROUND = 12


def tabulate(given: Mapping[str, Panel]) -> dict[str, pd.DataFrame]:
    """Tables of description.

    Parameters
    ----------
    given : mapping of str to Panel
        Panels by name, of one build.
    """
    prepared = {name: prepare(given[name], given).frame for name in ("survey", "host_speech")}
    record = prepare(given["council_record"], given).frame
    months = attach_mandates(given["mission_month"], given).frame
    return {
        "survey_items": list_items(prepared["survey"]),
        "survey_series": list_series(prepared["survey"]),
        "mandate_changes": list_changes(given["host_support"].frame),
        "speech_case": sum_case(prepared["host_speech"]),
        "speech_years": list_years(prepared["host_speech"]),
        "council_words": sum_words(record),
        "attack_validity": correlate_attacks(record, months),
        "south_sudan": sum_years(months, "UNMISS"),
        "south_sudan_steps": list_steps(months, "UNMISS"),
        "data_wanted": pd.read_csv(WANTED, keep_default_na=False),
    }


def list_items(survey: pd.DataFrame) -> pd.DataFrame:
    """Items on missions: in how many hosts they were asked, and on both sides of a change.

    A host has both sides where one population answered the same item under two values of the
    index of host support.
    """
    kept = survey[survey["mission"].notna() & survey["subgroup"].eq(0) & survey[INDEX].notna()]
    sides = count_both_sides(kept, treatment=INDEX).assign(both=lambda t: t["values"] >= 2)
    counts = sides.groupby("item").agg(hosts=("host", "nunique"), both_sides=("both", "sum"))
    about = kept.groupby("item").agg(
        construct=("construct", "first"),
        rows=("row", "size"),
        first=("month", "min"),
        last=("month", "max"),
    )
    return about.join(counts).sort_values(["both_sides", "rows"], ascending=False).reset_index()


def list_series(survey: pd.DataFrame) -> pd.DataFrame:
    """Every percentage on a mission, with the mandate in force."""
    columns = [
        *("host", "mission", "item", "construct", "region", "population", "national", "month"),
        *("date_precision", "percent_positive", "percent_negative", "n", "effective_n", "credible"),
        *("mandate_resolution", INDEX, "survey"),
    ]
    kept = survey[survey["mission"].notna() & survey["subgroup"].eq(0)]
    return kept[columns].sort_values(["host", "item", "region", "month"], ignore_index=True)


def list_changes(support: pd.DataFrame) -> pd.DataFrame:
    """Every change of the index of host support, and which elements changed."""
    ordered = support.sort_values(["mission", "month"])
    before = ordered.groupby("mission")[[INDEX, *ELEMENTS]].shift(1)
    moved = before[INDEX].notna() & before[INDEX].ne(ordered[INDEX])
    changed = {
        element: (ordered[element] - before[element]).map({1: "+", -1: "-"}) for element in ELEMENTS
    }
    words = pd.DataFrame(changed).apply(
        lambda row: "; ".join(f"{s}{e.removeprefix('text_')}" for e, s in row.dropna().items()),
        axis=1,
    )
    table = ordered.assign(before=before[INDEX], after=ordered[INDEX], elements=words)[moved]
    columns = ["mission", "host", "month", "mandate_resolution", "before", "after", "elements"]
    return table[columns].reset_index(drop=True)


def sum_case(speech: pd.DataFrame) -> pd.DataFrame:
    """Sentences of the case on its own missions, with and without stabilization in the name."""
    rows = speech[(speech["speaker"] == CASE) & speech["hosting"].eq(1) & speech["words"].notna()]
    rows = rows[rows["stabilization_name"].notna()]
    return _sum_speeches(rows, ["speaker", "stabilization_name"])


def list_years(speech: pd.DataFrame) -> pd.DataFrame:
    """Sentences a year of every host whose index of host support changes."""
    rows = speech[speech["hosting"].eq(1) & speech[INDEX].notna()]
    values = rows.groupby("speaker")[INDEX].transform("nunique")
    columns = ["speaker", "year", "missions", INDEX, "stabilization_name", "sentences"]
    columns += ["mission_sentences", "exit_sentences", "praise_sentences"]
    return rows.loc[values >= 2, columns].reset_index(drop=True)


def _sum_speeches(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    named = rows.assign(naming=rows["mission_sentences"].gt(0).astype(int))
    sums = named.groupby(keys, as_index=False).agg(
        speeches=("words", "size"),
        naming=("naming", "sum"),
        first_year=("year", "min"),
        last_year=("year", "max"),
        mission_sentences=("mission_sentences", "sum"),
        exit_sentences=("exit_sentences", "sum"),
        praise_sentences=("praise_sentences", "sum"),
    )
    said = sums["mission_sentences"].astype(float)
    share = sums["exit_sentences"].astype(float) / said.where(said > 0)
    return sums.assign(exit_share=share)


def sum_words(record: pd.DataFrame) -> pd.DataFrame:
    """Phrases per 1,000 words of new text, after mandates with and without supporting elements.

    The rate is missing, not zero, where there is no word.
    """
    rows = record[record["mandate_renewal"].eq(1) & record[f"{INDEX}_lag1"].notna()]
    side = np.where(rows[f"{INDEX}_lag1"].gt(0), "one element or more", "none")
    parts = []
    for before, part in rows.groupby(side):
        words = int(part["new_words"].sum())
        for code in CODES:
            found = int(part[f"new_{code}"].sum())
            parts.append(
                {
                    "code": code,
                    "mandate_before": before,
                    "renewals": len(part),
                    "whole": int(part[f"preamble_{code}"].sum()),
                    "new": found,
                    "new_words": words,
                    "rate": PER_WORDS * found / words if words else float("nan"),
                }
            )
    return pd.DataFrame(parts)


def correlate_attacks(record: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Rank correlation of words on attacks with fatal attacks since the renewal before.

    Between renewals of all missions, and within missions (both as deviations from the mean of
    their mission). Of new text and of whole preambles.
    """
    rows = record[["mission", "date", "months_since_renewal", "new_attack", "new_words"]].assign(
        preamble_attack=record["preamble_attack"], preamble_words=record["preamble_words"]
    )
    rows = rows[rows["months_since_renewal"].notna()].assign(month=lambda t: _month(t["date"]))
    since = rows["months_since_renewal"].round().clip(lower=1).astype(int)
    attacks = months.dropna(subset=["hostile_incident_days"])
    days = {m: g.set_index("month")["hostile_incident_days"] for m, g in attacks.groupby("mission")}
    totals = []
    for mission, month, back in zip(rows["mission"], rows["month"], since, strict=True):
        series = days.get(mission, pd.Series(dtype=float))
        window = pd.date_range(end=month - pd.DateOffset(months=1), periods=back, freq="MS")
        found = series.reindex(window)
        totals.append(float(found.sum()) if found.notna().all() else float("nan"))
    rows = rows.assign(attacks=totals)
    parts = []
    for text in ("new", "preamble"):
        words = rows[f"{text}_words"].astype(float)
        rate = rows[f"{text}_attack"] / words.where(words > 0)
        table = pd.DataFrame({"mission": rows["mission"], "rate": rate, "attacks": rows["attacks"]})
        table = table.dropna()
        centred = table[["rate", "attacks"]] - table.groupby("mission")[
            ["rate", "attacks"]
        ].transform("mean")
        for scope, values in (("all renewals", table), ("within missions", centred)):
            rank = values["rate"].corr(values["attacks"], method="spearman")
            line = {"text": text, "scope": scope, "rank_correlation": rank, "renewals": len(table)}
            parts.append(line | {"missions": table["mission"].nunique()})
    return pd.DataFrame(parts)


def _month(date: pd.Series) -> pd.Series:
    return date.dt.to_period("M").dt.to_timestamp()


def sum_years(months: pd.DataFrame, mission: str) -> pd.DataFrame:
    """Conflict deaths of the host by year, over the months of a mission."""
    rows = months[(months["mission"] == mission) & months[DEATHS[0]].notna()]
    sums = rows.groupby("year", as_index=False)[list(DEATHS)].sum()
    return sums.assign(months=rows.groupby("year").size().to_numpy())


def list_steps(months: pd.DataFrame, mission: str) -> pd.DataFrame:
    """Non-state deaths in the twelve months before and after each change of the mandate."""
    rows = months[months["mission"] == mission].sort_values("month").reset_index(drop=True)
    deaths = rows[DEATHS[0]].astype(float)
    parts = []
    for element in STEPS:
        values = rows[element].astype(float)
        for place in np.flatnonzero(values.diff().fillna(0).ne(0)):
            before = deaths.iloc[max(place - AROUND, 0) : place]
            after = deaths.iloc[place : place + AROUND]
            parts.append(
                {
                    "mission": mission,
                    "element": element,
                    "month": rows["month"][place],
                    "mandate_resolution": rows["mandate_resolution"][place],
                    "value_before": values[place - 1],
                    "value_after": values[place],
                    "deaths_before": before.sum(min_count=1),
                    "months_before": int(before.notna().sum()),
                    "deaths_after": after.sum(min_count=1),
                    "months_after": int(after.notna().sum()),
                }
            )
    return pd.DataFrame(parts)
