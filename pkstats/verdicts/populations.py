"""Evidence from populations: a meta-regression of survey percentages behind its gate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pkstats.families.declaration import VARIANTS
from pkstats.verdicts.meta_regression import (
    Pooled,
    Slopes,
    count_both_sides,
    drop_host,
    fit_slopes,
    open_gate,
    permute_waves,
    pool,
)
from pkstats.verdicts.models import compare_signs
from pkstats.verdicts.strength import Evidence, Strength
from pkstats.verdicts.tables import GATHERED, shape
from pkstats.verdicts.threat import COMMON_CAUSE, COVERAGE, UP, Bar, weigh_bias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkstats.data.panels import Panel
    from pkstats.families import Design, Hypothesis, Model

NEEDED: Final = {
    "log_odds_partial": "share missing, 0 or 100",
    "sampling_variance": "sample size or its base not published",
    "month": "no date",
}
COMPARISON: Final = "asked_comparison == 1 and credible == 1"


def gather(
    hypothesis: Hypothesis,
    design: Design,
    panel: Panel,
    *,
    models: Sequence[Model],
    draws: int,
    seed: int,
    jobs: int,
) -> Evidence:
    """Pool slopes over hosts where the gate is open; where it is shut, say so.

    Parameters
    ----------
    hypothesis : Hypothesis
        The declaration.
    design : Design
        Of strategy ``meta-regression``.
    panel : Panel
        ``survey``, prepared: a researcher's rows may stand beside the published ones.
    models : sequence of Model
        To estimate.
    draws, seed : int
        Of the randomization tests.
    jobs : int
        Taken for the sake of one signature; the draws are too few to be shared.

    Returns
    -------
    Evidence
        With one check: the same item asked about another force must not move with the mandate.
        Without such rows it cannot tell, which bars a decided ruling.
    """
    found = {
        m.name: _estimate(m, panel, fewest=design.gate.fewest, draws=draws, seed=seed)
        for m in models
    }
    primary = found[hypothesis.primary.name]
    variants = {
        m.name.removeprefix(f"{hypothesis.primary.name}-"): found[m.name][0]
        for m in models
        if m.role in VARIANTS
    }
    asked = panel.where(hypothesis.primary.sample).frame
    signs = [np.sign(s.estimate) for s, _, _ in found.values() if math.isfinite(s.estimate)]
    share = float(np.mean([s == signs[0] for s in signs])) if signs else None
    tables = {
        name: pd.concat([t[name] for _, t, _ in found.values()], ignore_index=True)
        for name in GATHERED
    }
    return Evidence(
        hypothesis=hypothesis,
        design=design,
        primary=primary[0],
        variants=variants,
        rows=primary[2] or len(asked),
        events=primary[2] or len(asked),
        smallest_effect=hypothesis.smallest_effect.value,
        bars=(_check_comparison(hypothesis, panel, fewest=design.gate.fewest),),
        same_sign_share=share,
        tables=tables | {"both_sides": _tabulate_sides(hypothesis, panel)},
    )


def _estimate(
    model: Model, panel: Panel, *, fewest: int, draws: int, seed: int
) -> tuple[Strength, dict[str, pd.DataFrame], int]:
    """Strength of one model, its tables and the rows it used."""
    treatment = model.specification.treatment
    rows, lost = _draw_rows(panel.where(model.sample).frame, treatment)
    kept, reasons = open_gate(rows, treatment=treatment, fewest=fewest)
    tables = {name: shape(pd.DataFrame(), name) for name in GATHERED}
    tables["rows_lost"] = shape(lost.assign(model=model.name), "rows_lost")
    line = _name_model(model) | {"rows": len(kept)}
    if kept.empty:
        reasons += tuple(
            f"{n} rows lost: {r}" for r, n in zip(lost["reason"], lost["rows"], strict=True)
        )
        tables["estimates"] = shape(
            pd.DataFrame([line | {"note": "; ".join(reasons)}]), "estimates"
        )
        return _shut(model, reasons), tables, 0
    slopes = fit_slopes(kept, treatment=treatment)
    pooled = pool(slopes)
    tested = permute_waves(kept, treatment=treatment, draws=draws, seed=seed)
    left_out = _leave_out(slopes, kept).assign(model=model.name)
    stable, words = compare_signs(pooled.estimate, left_out)
    tables["leave_one_out"] = shape(left_out, "leave_one_out")
    hosts = _weigh_hosts(slopes, pooled, kept, treatment).assign(model=model.name)
    tables["identification"] = shape(hosts, "identification")
    numbers = _describe(pooled) | _describe_sample(kept, slopes, tested)
    tables["estimates"] = shape(pd.DataFrame([line | numbers]), "estimates")
    strength = Strength(
        model=model.name,
        estimate=pooled.estimate,
        p_value=pooled.p_value,
        interval_95=pooled.interval(0.95),
        interval_90=pooled.interval(0.90),
        randomization_p=tested[0],
        gate_passes=True,
        gate_reasons=reasons,
        sign_stable=stable,
        left_out=words,
    )
    return strength, tables, len(kept)


def _name_model(model: Model) -> dict[str, object]:
    return {
        "model": model.name,
        "estimand": model.estimand,
        "outcome": model.specification.outcome,
        "effects": " + ".join(model.specification.effects),
        "treatment": model.specification.treatment,
        "role": model.role,
        "term": model.specification.treatment,
    }


def _leave_out(slopes: Slopes, kept: pd.DataFrame) -> pd.DataFrame:
    """Average without each host."""
    return pd.DataFrame(
        [
            {
                "left_out_kind": "host",
                "left_out": host,
                "estimate": part.estimate,
                "std_error": part.std_error,
                "df": part.df,
                "rows": int((kept["host"] != host).sum()),
            }
            for host in slopes.hosts
            for part in [pool(drop_host(slopes, host))]
        ]
    )


def _weigh_hosts(
    slopes: Slopes, pooled: Pooled, kept: pd.DataFrame, treatment: str
) -> pd.DataFrame:
    """Changes, rows and weight in the average of each host."""
    weight = 1 / (slopes.variance + pooled.between)
    return pd.DataFrame(
        [
            {
                "host": host,
                "missions": int(part["mission"].nunique()),
                "switches": int(part[treatment].nunique()) - 1,
                "events": len(part),
                "leverage": share,
            }
            for host, share in zip(slopes.hosts, weight / weight.sum(), strict=True)
            for part in [kept[kept["host"] == host]]
        ]
    )


def _describe_sample(
    kept: pd.DataFrame, slopes: Slopes, tested: tuple[float, int, int]
) -> dict[str, object]:
    p_value, made, distinct = tested
    hosts = len(slopes.hosts)
    return {
        "randomization_p": p_value,
        "randomization_draws": made,
        "distinct_assignments": float(distinct),
        "missions": int(kept["mission"].nunique()),
        "hosts": hosts,
        "hosts_scoring": hosts,
        "hosts_switching": hosts,
        "events": len(kept),
    }


def _draw_rows(frame: pd.DataFrame, treatment: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with every number the model needs; the others counted by reason."""
    reasons = NEEDED | {treatment: "mandate in force unknown"}
    lost = []
    for column, reason in reasons.items():
        missing = frame[frame[column].isna()]
        if len(missing):
            names = ", ".join(missing["row"].astype(str))
            lost.append({"reason": reason, "rows": len(missing), "names": names})
        frame = frame[frame[column].notna()]
    return frame, pd.DataFrame(lost, columns=["reason", "rows", "names"])


def _describe(pooled: Pooled) -> dict[str, object]:
    low, high = pooled.interval(0.95)
    narrow = pooled.interval(0.90)
    return {
        "estimate": pooled.estimate,
        "std_error": pooled.std_error,
        "statistic": pooled.statistic,
        "df": pooled.df,
        "p_value": pooled.p_value,
        "p_value_larger": pooled.p_value,
        "conf_low": low,
        "conf_high": high,
        "conf_low_90": narrow[0],
        "conf_high_90": narrow[1],
        "minimum_detectable_effect": pooled.detect(),
    }


def _shut(model: Model, reasons: tuple[str, ...]) -> Strength:
    missing = (math.nan, math.nan)
    return Strength(
        model=model.name,
        estimate=math.nan,
        p_value=math.nan,
        interval_95=missing,
        interval_90=missing,
        randomization_p=math.nan,
        gate_passes=False,
        gate_reasons=reasons,
        sign_stable=False,
        left_out="no estimate",
        note="; ".join(reasons),
    )


def _check_comparison(hypothesis: Hypothesis, panel: Panel, *, fewest: int) -> Bar:
    treatment = hypothesis.primary.specification.treatment
    rows, _ = _draw_rows(panel.where(COMPARISON).frame, treatment)
    kept, _ = open_gate(rows, treatment=treatment, fewest=fewest)
    interval, said = (math.nan, math.nan), "no item asks it on both sides in three hosts"
    if not kept.empty:
        interval = pool(fit_slopes(kept, treatment=treatment)).interval(COVERAGE)
        said = "log odds ratio"
    return weigh_bias(
        threat=COMMON_CAUSE,
        condition="The same item about another force does not move with the mandate",
        interval=interval,
        bound=hypothesis.smallest_effect.value,
        sign=UP,
        said=said,
    )


def _tabulate_sides(hypothesis: Hypothesis, panel: Panel) -> pd.DataFrame:
    """Items that ask whether a mission takes sides, by host: waves and mandates met."""
    treatment = hypothesis.primary.specification.treatment
    rows = panel.where(hypothesis.primary.sample).frame
    return count_both_sides(rows[rows[treatment].notna()], treatment=treatment)
