"""H1, event study: attacks by half-year around the first robust step of each mission."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pkstats.comparisons.event_study import event_study
from pkstats.comparisons.summed_periods import sum_periods
from pkstats.families import find_family
from pkstats.families.robustness.attacks import CONTROLS, SAMPLE

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families.declaration import Hypothesis

H1 = find_family("H1")
INDEX = "robustness_index_lag1"
DAYS = "hostile_incident_days"
#: Half-years on each side of the step; the ends hold all that is further away.
LEADS, LAGS = 4, 4


def tabulate(panel: Panel) -> dict[str, pd.DataFrame]:
    """One table: a row a hypothesis on the whole index and an event time."""
    members = H1.hypotheses
    return {"event_study": pd.concat([study(h, panel) for h in members], ignore_index=True)}


def study(member: Hypothesis, panel: Panel) -> pd.DataFrame:
    """Event study of one hypothesis, with the joint test of its leads.

    Months are summed to half-years: by month most event times have no attack at all. The
    intervals are those of the sandwich (CRV1): without one host many event times are lost, so
    that the jackknife is undefined.
    """
    specification = member.primary.specification
    found = event_study(
        replace(
            specification,
            treatment=INDEX,
            inference=replace(specification.inference, method="CRV1"),
        ),
        sum_half_years(H1.make_ready(panel)),
        leads=LEADS,
        lags=LAGS,
    )
    tested = found.test_leads()
    table = found.tidy()[["event_time", "estimate", "std_error", "conf_low", "conf_high"]]
    support = found.support.set_index("event_time")["units"]
    return table.assign(
        reference=table["event_time"] == found.reference,
        missions=table["event_time"].map(support),
        rows=found.estimate.rows,
        events=found.estimate.events,
        pretrend_p=tested.p_value,
        note="; ".join(n for n in (tested.note, *found.notes) if n),
        hypothesis=member.name,
    )


def sum_half_years(ready: Panel) -> Panel:
    """Half-years of the sample: attacks and personnel added up, controls averaged.

    The index is that of the last month, so that the half-year of a step counts as after it.
    """
    return sum_periods(
        ready.where(SAMPLE),
        months=6,
        sums=(DAYS, "personnel"),
        means=CONTROLS,
        last=(INDEX, "host", "year"),
    )
