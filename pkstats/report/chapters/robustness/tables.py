"""Tables of the further results of H1, as frames of text."""

from __future__ import annotations

from typing import Any, Final

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
from pkstats.families import find_family
from pkstats.report.labels import list_made, read_labels
from pkstats.report.results import write_records

#: Words and tasks of mandates, of the table that counts them together.
WORDS: Final = {
    "protection": "protection of civilians",
    "stabilization": "stabilization in the name",
}


def name_treatment(column: str) -> str:
    """Name a treatment, or a word or task of a mandate, in plain words."""
    made = {**list_made(find_family("H1")), **WORDS}
    return read_labels("mission_month", made=made).name(column)


def tabulate_switches(switches: pd.DataFrame) -> pd.DataFrame:
    """Lay out every change of every treatment with what lies twelve months around it."""
    rows = write_records(switches)
    return pd.DataFrame(
        {
            "Treatment": [name_treatment(str(r["treatment"])) for r in rows],
            "Mission": [str(r["mission"]) for r in rows],
            "Month": [str(r["month"])[:7] for r in rows],
            "Resolution": [
                "n/a" if pd.isna(r["mandate_resolution"]) else f"{r['mandate_resolution']:.0f}"
                for r in rows
            ],
            "Change": [
                f"{write_number(r['value_before'])} to {write_number(r['value_after'])}"
                for r in rows
            ],
            "Incident-days before, after": [_write_sides(r, "hostile_incident_days") for r in rows],
            "Deaths before, after": [_write_sides(r, "hostile_deaths_uniformed") for r in rows],
            "Months observed": [_write_sides(r, "months") for r in rows],
        }
    )


def _write_sides(row: dict[str, Any], name: str) -> str:
    return f"{write_count(row[f'{name}_before'])}, {write_count(row[f'{name}_after'])}"


def count_switches(switches: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a treatment: changes, missions, hosts, and events around the changes."""
    rows = []
    for treatment, kept in switches.groupby("treatment", sort=False):
        days = kept[["hostile_incident_days_before", "hostile_incident_days_after"]].sum(axis=1)
        rows.append(
            {
                "Treatment": name_treatment(str(treatment)),
                "Changes": write_count(len(kept)),
                "Upward": write_count((kept["value_after"] > kept["value_before"]).sum()),
                "Missions": ", ".join(sorted(set(kept["mission"]))),
                "Hosts": write_count(kept["host"].nunique()),
                "Hosts with an incident within 12 months": write_count(
                    kept.loc[days > 0, "host"].nunique()
                ),
                "Incident-days around": write_count(days.sum()),
            }
        )
    return pd.DataFrame(rows)


def tabulate_cases(cases: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a case: rates, gap, ranks and the smallest p that they allow."""
    rows = write_records(cases)
    return pd.DataFrame(
        {
            "Case": [f"{r['title']} (resolution {r['resolution']})" for r in rows],
            "Incident-days before, after": [_write_sides(r, "events") for r in rows],
            "Rate before, after": [f"{r['rate_before']:.2f}, {r['rate_after']:.2f}" for r in rows],
            "Rate ratio, exact 95% interval": [
                f"{write_ratio(r['log_ratio'])} ({write_interval(r['conf_low'], r['conf_high'])})"
                for r in rows
            ],
            "Share of other dates that rise as much": [
                _write_rank(r["p_dates"], r["smallest_p_dates"]) for r in rows
            ],
            "Gap to synthetic control": [f"{r['gap']:+.2f}" for r in rows],
            "Gap had the step come three quarters earlier": [
                f"{r['gap_backdated']:+.2f}" for r in rows
            ],
            "Misfit before": [write_number(r["misfit"]) for r in rows],
            "Placebo p": [_write_rank(r["p_value"], r["smallest_p"]) for r in rows],
            "Donors": cases["donors"],
        }
    )


def _write_rank(p_value: float, smallest: float) -> str:
    return f"{p_value:.2f} (smallest {smallest:.2f})"


def tabulate_reverse(reverse: pd.DataFrame) -> pd.DataFrame:
    """Lay out the models of the reverse path, one line each."""
    rows = write_records(reverse)
    return pd.DataFrame(
        {
            "Model": [str(r["model"]).removeprefix("reverse-").replace("-", " ") for r in rows],
            "Effects": reverse["effects"],
            "Estimate": [write_number(r["estimate"], decimals=3) for r in rows],
            "95% interval (CRV3)": [
                "undefined"
                if pd.isna(r["conf_low"])
                else f"{r['conf_low']:.3f} to {r['conf_high']:.3f}"
                for r in rows
            ],
            "p": [write_p(r["p_value"]) for r in rows],
            "Rows": [write_count(r["rows"]) for r in rows],
            "Events": [write_count(r["events"]) if r["family"] == "poisson" else "" for r in rows],
        }
    )


def tabulate_ranking(ranking: pd.DataFrame, *, most: int = 10) -> pd.DataFrame:
    """Lay out the first missions of one ranking, with intervals of rate and rank."""
    rows = ranking.sort_values("rank").head(most)
    whole = bool((rows["rate"] == rows["rate"].round()).all())
    decimals = 0 if whole else 2
    return pd.DataFrame(
        {
            "Rank": rows["rank"].map(write_count),
            "Mission": rows["unit"],
            "Value": [f"{v:,.{decimals}f}" for v in rows["rate"]],
            "95% interval (exact)": [
                f"{low:,.{decimals}f} to {high:,.{decimals}f}"
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
            "Ranks that chance allows": [
                f"{low} to {high}"
                for low, high in zip(rows["rank_low"], rows["rank_high"], strict=True)
            ],
            "First in": [write_share(share) for share in rows["share_first"]],
        }
    ).reset_index(drop=True)


def tabulate_bundles(bundles: pd.DataFrame) -> pd.DataFrame:
    """Lay out with how many bundles of tasks each word goes."""
    rows = write_records(bundles)
    return pd.DataFrame(
        {
            "Word": [str(r["word"]) for r in rows],
            "Founding and full mandates": [write_count(r["mandates"]) for r in rows],
            "Bundles of tasks": [write_count(r["bundles"]) for r in rows],
            "Most common bundle": [write_share(r["share_of_most_common"]) for r in rows],
        }
    )


def tabulate_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Lay out how often each word stands with each task, against independence."""
    words = pairs[pairs["first"].isin(["stabilization", "protection"])]
    rows = write_records(words)
    return pd.DataFrame(
        {
            "Word": [name_treatment(str(r["first"])) for r in rows],
            "With": [name_treatment(str(r["second"])) for r in rows],
            "Together": [f"{r['together']} of {r['first_mandates']}" for r in rows],
            "Over independence": [
                "n/a" if not np.isfinite(r["lift"]) else f"{r['lift']:.2f}" for r in rows
            ],
        }
    )


def tabulate_trace(trace: pd.DataFrame) -> pd.DataFrame:
    """Lay out the printed counts with the panel, column and rows they come from.

    Parameters
    ----------
    trace : DataFrame
        ``h1_trace``.

    Returns
    -------
    DataFrame
        Text.
    """
    return pd.DataFrame(
        {
            "Number": trace["number"].astype(str).str.replace("_", " "),
            "Value": trace["value"].map(write_count),
            "Panel": trace["panel"],
            "Column": [f"`{column}`" for column in trace["column"]],
            "Mission-months": trace["rows"].map(write_count),
        }
    ).reset_index(drop=True)
