"""H1, few treated: the switches of every treatment, and three cases with placebo cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pkstats.comparisons.case_study import find_donors, interrupt, synthesize
from pkstats.comparisons.switches import list_switches
from pkstats.families.robustness.cases import CASES
from pkstats.families.robustness.elements import TREATMENTS, prepare

if TYPE_CHECKING:
    from pkstats.data.panels import Panel

SINCE = "month >= '2000-01-01' and month <= '2025-01-01'"
OUTCOMES = ("hostile_incident_days", "hostile_deaths_uniformed")


def tabulate(panel: Panel) -> dict[str, pd.DataFrame]:
    """Tables of switches and cases."""
    switches = list_switches(
        prepare(panel).where(SINCE),
        TREATMENTS,
        outcomes=OUTCOMES,
        exposure="personnel",
        notes=("host", "mandate_resolution"),
    )
    lines, paths, placebos, series = [], [], [], []
    for declared in CASES:
        case = declared.case
        synthetic, interrupted = synthesize(case, panel), interrupt(case, panel)
        first = interrupted.table.iloc[0]
        lines.append(
            {
                "case": declared.name,
                "claim": ", ".join(declared.claims),
                "title": declared.title,
                "threat": declared.threat,
                "mission": case.unit,
                "resolution": declared.resolution,
                "month": case.start,
                "donors": ", ".join(find_donors(case, panel)),
                "weights": "; ".join(
                    f"{w.unit} {w.weight:.2f}" for w in synthetic.weights.itertuples()
                ),
                "gap": synthetic.gap,
                "gap_backdated": synthetic.gap_backdated,
                "misfit": synthetic.misfit,
                "p_value": synthetic.p_value,
                "smallest_p": synthetic.smallest_p,
                **first.drop(["kind", "unit", "month", "score"]).to_dict(),
                "p_units": interrupted.p_units,
                "smallest_p_units": interrupted.smallest_p_units,
                "p_dates": interrupted.p_dates,
                "smallest_p_dates": interrupted.smallest_p_dates,
            }
        )
        paths.append(synthetic.path.assign(case=declared.name))
        placebos.append(synthetic.placebos.assign(case=declared.name))
        series.append(interrupted.table.assign(case=declared.name))
    return {
        "switches": switches,
        "cases": pd.DataFrame(lines),
        "case_paths": pd.concat(paths, ignore_index=True),
        "case_placebos": pd.concat(placebos, ignore_index=True),
        "case_series": pd.concat(series, ignore_index=True),
    }
