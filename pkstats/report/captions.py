"""Sentences that stand below figures: what each shows, computed from the frame it draws."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pkstats.display.number import (
    write_count,
    write_interval,
    write_ratio,
    write_share,
)
from pkstats.report.figures import rank_moves, split_missions
from pkstats.report.results import Results, write_records


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
        "Effects are those of mission and year unless a label says otherwise. "
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
    frame = results.keep_primary("leave_one_out")
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
        "(pale tops of the bars). Every panel has its own scale."
    )


def caption_leverage(results: Results, *, fewest: int, largest: float) -> str:
    """Say what the leverage figure shows, against the two conditions of the gate.

    Parameters
    ----------
    results : Results
    fewest : int
        Hosts with changes and events that the gate asks for.
    largest : float
        Largest share of leverage that the gate admits in one host.
    """
    frame = results.keep_primary("identification")
    if frame.empty or frame["leverage"].isna().all():
        return "No leverage is available."
    top = write_records(frame.nlargest(1, "leverage"))[0]
    counted = int(((frame["switches"] > 0) & (frame["events"] > 0)).sum())
    enough = counted >= fewest
    spread = top["leverage"] <= largest
    return (
        f"{top['host']} holds {write_share(top['leverage'])} of the leverage; in {counted} hosts "
        f"the index changes and hostile events occur. The gate asks for at least {fewest} such "
        f"hosts ({'met' if enough else 'not met'}) and none above {write_share(largest)} "
        f"({'met' if spread else 'not met'})."
    )
