"""Steps: whether past attacks and conflict predict the Council's robust steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.errors import EstimationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.verdicts.strength import Bar

if TYPE_CHECKING:
    from pkstats.data.panels import Panel

PREDICTED_LEVEL: Final = 0.10
PAST_ATTACKS: Final = "log_past_incident_days"


def predict_steps(panel: Panel, *, sample: str) -> pd.DataFrame:
    r"""Hazard of a robust step at a renewal, on attacks and conflict before it.

    Over the months in which the Council renewed a mandate,

    .. math:: \log \Pr(\text{step}_{mt}) = \beta \log(1 + A_{mt}) + \gamma \log(1 + C_{m,t-1})
              + \theta \log(1 + a_{mt}) + \alpha

    with fatal hostile incident-days :math:`A` of the six months before, host conflict deaths
    :math:`C` and mission age :math:`a`; by Poisson pseudo-maximum likelihood, clustered by host
    (jackknife). The second model adds mission effects.

    Parameters
    ----------
    panel : Panel
        Prepared mission-month panel.
    sample : str
        Rows kept, as a pandas query.

    Returns
    -------
    pandas.DataFrame
        effects, term, estimate, std_error, p_value, conf_low, conf_high, rows, steps, note; one
        row a term and model. A model without an estimate keeps a row with the reason.
    """
    renewals = panel.where(f"{sample} and mandate_renewal == 1")
    parts = []
    for label, effects in (("none", ()), ("mission", ("mission",))):
        specification = Specification(
            outcome="robustness_step",
            treatment=PAST_ATTACKS,
            controls=("log_host_conflict_deaths_lag1", "log_mission_age"),
            effects=effects,
            family="poisson",
            inference=Inference(cluster="host", method="CRV3"),
            missing="drop",
        )
        try:
            found = estimate(specification, renewals)
        except EstimationError as error:
            failed = {"effects": label, "term": PAST_ATTACKS, "note": str(error)}
            parts.append(pd.DataFrame([failed]))
            continue
        table = found.tidy()[["term", "estimate", "std_error", "p_value", "conf_low", "conf_high"]]
        parts.append(
            table.assign(effects=label, rows=found.rows, steps=found.events, note=found.note)
        )
    columns = ["effects", "term", "estimate", "std_error", "p_value", "conf_low", "conf_high"]
    return pd.concat(parts, ignore_index=True).reindex(columns=[*columns, "rows", "steps", "note"])


def rule_on_steps(hazard: pd.DataFrame) -> Bar:
    """Say whether past attacks predict steps, from the model without mission effects.

    Returns
    -------
    Bar
        Clear when they do not; not computed where the p-value is undefined.
    """
    line = hazard[(hazard["effects"] == "none") & (hazard["term"] == PAST_ATTACKS)].iloc[0]
    undefined = bool(pd.isna(line["p_value"]))
    predicted = not undefined and bool(line["p_value"] < PREDICTED_LEVEL)
    words = "predict" if predicted else "do not predict"
    return Bar(
        condition="Past attacks do not predict steps of the mandate",
        value=f"undefined: {line['note']}"
        if undefined
        else f"past attacks {words} steps, p = {line['p_value']:.3f}",
        threshold=f"p of {PREDICTED_LEVEL:.2f} or more",
        clear=None if undefined else not predicted,
    )
