"""Replication: the published table of Hultman, Kathman and Shannon 2013, and its fragility."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pkstats.checks.influence import leave_one_out
from pkstats.data.panels import read
from pkstats.data.registry import find_shipped
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.results import write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from pkstats.data.panels import Panel

#: Read beside the panels.
BESIDE = ("data/compiled/published_estimates.csv",)
PANEL = "hks2013"
CLUSTER = "conflict_id"
TROOPS = "un_troops_lag1"
PERSONNEL = (TROOPS, "un_police_lag1", "un_observers_lag1")
SETTING = ("incompatibility", "episode_duration_months", "population_log")
ALL_BATTLE = ("battle_deaths_lag1", "civilians_killed_lag1_any")
BATTLE_BY_SIDE = ("battle_deaths_rebels_lag1", "battle_deaths_government_lag1")

#: Outcome, controls beside personnel and setting, and sample of each model of the table, as the
#: authors' replication script declares them.
MODELS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "1": ("civilians_killed", ALL_BATTLE, ""),
    "2": (
        "civilians_killed_rebels",
        (*BATTLE_BY_SIDE, "civilians_killed_rebels_lag1_any", "civilians_killed_government_lag1"),
        "",
    ),
    "3": (
        "civilians_killed_government",
        (*BATTLE_BY_SIDE, "civilians_killed_rebels_lag1", "civilians_killed_government_lag1_any"),
        "",
    ),
    "4": ("civilians_killed", ALL_BATTLE, "un_operation == 1"),
    "5": ("civilians_killed", (*ALL_BATTLE, "resolution_before_arrival_lag1"), ""),
}
#: Samples of model 1: all rows, and without what carries most deaths.
SAMPLES = {
    "all rows": "",
    "without April 1994 in Rwanda": "not (location == 'Rwanda' and month == '1994-04-01')",
    "without Rwanda in 1994": "not (location == 'Rwanda' and month.dt.year == 1994)",
}
FAMILIES = ("negative_binomial", "poisson")
#: Standard errors: Stata's factor for maximum likelihood, as published; the cluster jackknife.
PUBLISHED = Inference(cluster=CLUSTER, method="CRV1", small_sample="stata_ml")
JACKKNIFE = Inference(cluster=CLUSTER, method="CRV3")


def main(*, panels: Path, results: Path) -> None:
    """Read the panel and write every results file of the chapter."""
    panel = read(panels, PANEL)
    first = specify("1")
    published = estimate(first, panel)
    poisson = estimate(replace(first, family="poisson"), panel)
    tables = {
        "table": pd.concat(
            [tabulate_model(name, select(panel, MODELS[name][2])) for name in MODELS],
            ignore_index=True,
        ),
        "printed": compare_printed(published, poisson),
        "fragility": measure_fragility(panel),
        "leave_one_out": leave_conflicts_out({"negative_binomial": published, "poisson": poisson}),
        "deaths": rank_months(panel),
    }
    write_tables(tables, results, prefix="replication")


def specify(model: str, **options: Any) -> Specification:
    """Specification of one model of the table."""
    outcome, controls, _ = MODELS[model]
    settings: dict[str, Any] = {
        "outcome": outcome,
        "treatment": TROOPS,
        "controls": (*PERSONNEL[1:], *controls, *SETTING),
        "family": "negative_binomial",
        "missing": "drop",
        "inference": PUBLISHED,
    }
    return Specification(**settings | options)


def select(panel: Panel, query: str) -> Panel:
    """Rows of a sample; an empty query keeps all."""
    return panel.where(query) if query else panel


def tabulate_model(name: str, panel: Panel) -> pd.DataFrame:
    """Every term of one model, with what the table's foot prints."""
    found = estimate(specify(name), panel)
    fit = found.fit
    return found.tidy().assign(
        model=name,
        outcome=found.specification.outcome,
        sample=MODELS[name][2] or "all rows",
        rows=found.rows,
        conflicts=found.clusters,
        events=found.events,
        log_dispersion=np.log(fit.dispersion),
        log_likelihood=fit.log_likelihood,
        dropped=", ".join(fit.dropped_terms),
    )[
        [
            *("model", "term", "outcome", "sample", "estimate", "std_error", "statistic", "df"),
            *("p_value", "conf_low", "conf_high", "rows", "conflicts", "events"),
            *("log_dispersion", "log_likelihood", "dropped"),
        ]
    ]


def compare_printed(published: Estimate, poisson: Estimate) -> pd.DataFrame:
    """Every printed number beside the computed one, rounded to the printed digits."""
    table = published.tidy().set_index("term")
    terms = len(poisson.fit.cells.terms) + 1
    computed: dict[tuple[str, str], float] = {
        ("log of dispersion", ""): float(np.log(published.fit.dispersion)),
        ("log likelihood", ""): published.fit.log_likelihood,
        ("rows", ""): float(published.rows),
        ("deviance", ""): poisson.fit.deviance,
        ("AIC", ""): 2 * terms - 2 * poisson.fit.log_likelihood,
    }
    for term in PERSONNEL:
        computed["coefficient", term] = table["estimate"].to_dict()[term]
        computed["standard error", term] = table["std_error"].to_dict()[term]
    declared = pd.read_csv(find_shipped("compiled/published_estimates.csv"), dtype=str)
    declared = declared[declared["study"] == PANEL].fillna("")
    rows = []
    for row in declared.to_dict("records"):
        decimals = len(row["printed"].partition(".")[2])
        value = f"{computed[row['quantity'], row['term']]:.{decimals}f}"
        rows.append({**row, "computed": value, "agrees": value == row["printed"]})
    return pd.DataFrame(rows).drop(columns="study")


def measure_fragility(panel: Panel) -> pd.DataFrame:
    """Personnel's coefficients by sample and family, with CRV1 and CRV3."""
    rows = []
    for family in FAMILIES:
        for sample, query in SAMPLES.items():
            found = estimate(specify("1", family=family, inference=JACKKNIFE), select(panel, query))
            sandwich = found.with_inference(PUBLISHED).tidy().set_index("term")
            for term, row in found.tidy().set_index("term").loc[list(PERSONNEL)].iterrows():
                rows.append(
                    {
                        "family": family,
                        "sample": sample,
                        "term": term,
                        "estimate": row["estimate"],
                        "std_error_crv1": sandwich.at[term, "std_error"],
                        "std_error_crv3": row["std_error"],
                        "p_value_crv1": sandwich.at[term, "p_value"],
                        "p_value_crv3": row["p_value"],
                        "conf_low_crv3": row["conf_low"],
                        "conf_high_crv3": row["conf_high"],
                        "conf_low_crv1": sandwich.at[term, "conf_low"],
                        "conf_high_crv1": sandwich.at[term, "conf_high"],
                        "rows": found.rows,
                        "conflicts": found.clusters,
                        "events": found.events,
                        "note": found.inferred.notes[found.fit.cells.terms.index(str(term))],
                    }
                )
    return pd.DataFrame(rows)


def leave_conflicts_out(estimates: dict[str, Estimate]) -> pd.DataFrame:
    """Troops' coefficient without each conflict, by family."""
    parts = []
    for family, found in estimates.items():
        places = found.panel.frame.groupby(CLUSTER)["location"].first()
        left = leave_one_out(found, by=CLUSTER)
        location = places.loc[left["left_out"].astype(int)].to_numpy()
        parts.append(left.assign(family=family, location=location, whole=found.coefficient))
    columns = ["family", "left_out", "location", "estimate", "std_error", "df", "whole", "rows"]
    return pd.concat(parts, ignore_index=True)[[*columns, "events", "note"]]


def rank_months(panel: Panel, most: int = 10) -> pd.DataFrame:
    """Conflict-months with the most civilians killed, and their share of all in the sample."""
    sample = estimate(specify("1"), panel)
    used = sample.panel.frame.iloc[sample.fit.cells.position]
    columns = [CLUSTER, "month", "location", "civilians_killed", TROOPS]
    ranked = used[columns].sort_values("civilians_killed", ascending=False).head(most)
    share = ranked["civilians_killed"] / used["civilians_killed"].sum()
    return ranked.assign(share=share).reset_index(drop=True)
