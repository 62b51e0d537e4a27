"""Models: names of the models of a hypothesis, their forest and their table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import stats

from pkstats.display.number import (
    write_bounds,
    write_count,
    write_effect,
    write_list,
    write_number,
    write_p,
)
from pkstats.families.declaration import VARIANTS
from pkstats.report.parts.forest import draw_forest
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pkstats.families import Model
    from pkstats.report.record import Record

#: Roles of models that are drawn beside the others and estimate no effect.
NO_EFFECT: Final = ("lead", "placebo")


def name_models(record: Record) -> dict[str, str]:
    """Name every model of a hypothesis by what sets it apart from the primary one.

    Returns
    -------
    dict of str to str
        In few words, by the declared name; no two alike.
    """
    names = {model.name: _name(record, model) for model in record.hypothesis.models}
    twice = {name for name, count in Counter(names.values()).items() if count > 1}
    return {
        model: f"{name}: {_tell_apart(record, model)}" if name in twice else name
        for model, name in names.items()
    }


def _name(record: Record, model: Model) -> str:
    """Each respect in which a model departs from the primary one; the outcome where it does."""
    primary, labels = record.hypothesis.primary, record.labels
    own, main = model.specification, primary.specification
    parts = []
    if own.treatment != main.treatment:
        parts.append(labels.name(own.treatment))
    if own.effects != main.effects:
        effects = " + ".join(own.effects).replace("_", " ")
        parts.append(f"{effects or 'no'} effects")
    if own.family != main.family:
        parts.append(own.family.replace("_", " "))
    if own.estimator != main.estimator:
        parts.append(own.estimator.replace("_", " "))
    if own.exposure != main.exposure:
        given = labels.name(own.exposure) if own.exposure else ""
        parts.append(f"exposure: {given}" if given else "without exposure")
    added = [c for c in own.controls if c not in (*main.controls, main.treatment)]
    parts += [f"with {labels.name(c)}" for c in added]
    parts += [f"without {labels.name(c)}" for c in main.controls if c not in own.controls]
    if own.outcome != main.outcome:
        return ", ".join([labels.name(own.outcome), *parts])
    if model.sample != primary.sample and not parts:
        parts.append(_tell_apart(record, model.name))
    return ", ".join(parts) or labels.name(own.outcome)


def _tell_apart(record: Record, model: str) -> str:
    """End of a model's name that the primary one does not share, in words."""
    primary = record.hypothesis.primary.name
    rest = model.removeprefix(primary).strip("-")
    return (rest or model).replace("-", " ")


def fill_intervals(treatments: pd.DataFrame) -> pd.DataFrame:
    """Give models without a CRV3 interval the interval of their CRV1 standard error.

    Parameters
    ----------
    treatments : DataFrame
        One row a model: ``estimate std_error std_error_crv1 df conf_low conf_high``.

    Returns
    -------
    DataFrame
        A copy in which ``defined`` says whether CRV3 is; where it is not, ``conf_low`` and
        ``conf_high`` are ``estimate`` minus and plus the 97.5% quantile of t(df) times
        ``std_error_crv1``.
    """
    filled = treatments.copy()
    filled["defined"] = filled["std_error"].notna() & filled["conf_low"].notna()
    reach = stats.t.ppf(0.975, filled["df"].astype(float).clip(lower=1)) * filled["std_error_crv1"]
    filled["conf_low"] = filled["conf_low"].where(filled["defined"], filled["estimate"] - reach)
    filled["conf_high"] = filled["conf_high"].where(filled["defined"], filled["estimate"] + reach)
    return filled


def lay_out_forest(record: Record) -> pd.DataFrame:
    """Rows of the forest of a hypothesis: its models on the scale of the primary one.

    Returns
    -------
    DataFrame
        As :func:`pkstats.report.parts.forest.draw_forest` takes it; hollow and dashed where CRV3
        is undefined and the interval is that of CRV1.
    """
    names, filled = name_models(record), fill_intervals(record.treatments)
    ratios = [record.has_ratio(record.find_model(name)) for name in filled["model"]]
    rows = filled.assign(
        label=filled["model"].map(names), filled=filled["defined"], dashed=~filled["defined"]
    )
    return rows[np.array(ratios, dtype=bool) == record.ratio].reset_index(drop=True)


def draw_models(record: Record, *, width: float = 7.2) -> Figure:
    """Draw the forest of a hypothesis."""
    return draw_forest(
        lay_out_forest(record),
        axis=record.scale,
        ratio=record.ratio,
        smallest_effect=record.smallest,
        width=width,
    )


def say_forest(record: Record) -> str:
    """Say what the forest shows."""
    drawn = lay_out_forest(record)
    drawn = drawn[drawn["estimate"].notna()]
    beside = drawn["role"].isin(NO_EFFECT)
    rows = drawn[~beside]
    if rows.empty:
        return "No model has an estimate."
    none = "1" if record.ratio else "0"
    above, undefined = int((rows["estimate"] > 0).sum()), int((~rows["defined"]).sum())
    known = rows[rows["defined"]]
    excludes = int(((known["conf_low"] > 0) | (known["conf_high"] < 0)).sum())
    text = (
        f"{record.scale[0].upper()}{record.scale[1:]}. Of {len(rows)} models {above} "
        f"{'lies' if above == 1 else 'lie'} above {none} and {len(rows) - above} at or below it; "
        f"in {excludes} the 95% interval (CRV3) excludes {none}."
    )
    if beside.any():
        named = write_list(dict.fromkeys(drawn.loc[beside, "role"]))
        text += f" Drawn beside them and not counted, being no estimate of the effect: {named}."
    if undefined:
        text += (
            f" In {undefined} CRV3 is undefined: hollow marks with dashed CRV1 intervals, which "
            "are too narrow where few clusters change."
        )
    if np.isfinite(record.smallest):
        bounds = write_bounds(-record.smallest, record.smallest, ratio=record.ratio)
        text += f" The shaded band, {bounds}, holds effects too small to matter."
    return text


def say_variants(record: Record) -> str:
    """Say whether the declared variants of the main model move the estimate; empty without any."""
    rows, main = record.treatments, record.primary
    rows = rows[rows["role"].isin(VARIANTS) & rows["estimate"].notna()]
    if main is None or rows.empty:
        return ""
    low, high = rows["estimate"].min(), rows["estimate"].max()
    turned = bool((np.sign(rows["estimate"]) != np.sign(main["estimate"])).any())
    kinds = write_list(dict.fromkeys(rows["role"].str.removesuffix(" variant")))
    return (
        f"Under the declared variants ({kinds}) the {record.measure} is "
        f"{write_bounds(low, high, ratio=record.ratio)} where the main model gives "
        f"{write_effect(main['estimate'], ratio=record.ratio)}; the sign "
        f"{'turns' if turned else 'does not turn'}."
    )


def tabulate_models(record: Record) -> pd.DataFrame:
    """Lay out one line a model: effect, interval, errors, p-values, rows and clusters, as text."""
    rows, names = write_records(record.treatments), name_models(record)
    ratios = [record.has_ratio(record.find_model(str(row["model"]))) for row in rows]
    pairs = list(zip(rows, ratios, strict=True))
    heading = "Ratio" if all(ratios) else "Change" if not any(ratios) else "Ratio (or change)"

    def write(column: str) -> list[str]:
        return [write_number(row[column], decimals=3) for row in rows]

    return pd.DataFrame(
        {
            "Model": [names[str(row["model"])] for row in rows],
            "Role": [str(row["role"]) for row in rows],
            heading: [
                write_effect(r["estimate"], ratio=q)
                + (" (change)" if not q and any(ratios) and pd.notna(r["estimate"]) else "")
                for r, q in pairs
            ],
            "95% interval (CRV3)": [
                write_bounds(r["conf_low"], r["conf_high"], ratio=q) for r, q in pairs
            ],
            "Coefficient": write("estimate"),
            "s.e. CRV3": write("std_error"),
            "s.e. CRV1": write("std_error_crv1"),
            "s.e. CRV3 by unit": write("std_error_mission"),
            "p (larger of clusterings)": [write_p(r["p_value_larger"]) for r in rows],
            "p (randomization)": [write_p(r["randomization_p"]) for r in rows],
            "Rows": [write_count(r["rows"]) for r in rows],
            "Events": [write_count(r["events"]) for r in rows],
            "Clusters: all, scoring, switching": [
                ", ".join(write_count(r[c]) for c in ("hosts", "hosts_scoring", "hosts_switching"))
                for r in rows
            ],
            "Smallest detectable effect": [
                write_effect(r["minimum_detectable_effect"], ratio=q) for r, q in pairs
            ],
        }
    )


def list_notes(record: Record) -> str:
    """List why models lack an estimate or an interval, one line each; empty where none does."""
    rows, names = record.treatments, name_models(record)
    rows = rows[rows["note"].notna() & rows["note"].astype(str).ne("")]
    lines = [
        f"- *{names[str(row['model'])]}*: {str(row['note']).split('. Remedy')[0].rstrip('.')}."
        for row in write_records(rows)
    ]
    return "\n".join(lines).replace("_", r"\_")
