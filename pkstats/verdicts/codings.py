"""Codings: the primary model of a hypothesis under other readings of the mandates.

A ruling that rests on one reading of a contestable passage is no ruling. Here the mandates are
coded otherwise (:mod:`pkstats.data.mandates.contestable`), their states are carried forward again
by the same rules, and the primary models are refitted: under each other reading alone, and under
all combinations. `find_turns` says where an ingredient of the ruling differs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from pkstats.checks.detectable import interval
from pkstats.checks.identification import check_gate
from pkstats.data.mandates.contestable import (
    Alternative,
    Combination,
    combine,
    list_alternatives,
    read_contestable,
)
from pkstats.data.panels.recoding import recode_panel
from pkstats.data.panels.store import load_panel
from pkstats.errors import EstimationError, HypothesisError
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.verdicts import thresholds
from pkstats.verdicts.scale import convert_smallest_effect

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families import Design, Family, Hypothesis, Model
    from pkstats.verdicts.strength import Strength

#: Panels that a recoding rests on: the one that changes and the coded texts.
MONTHS, TEXTS = "mission_month", "mandate"
AS_CODED: Final = "as coded"
Quick = Literal[
    "no estimate", "gate not passed", "away from zero", "inside the smallest effect", "neither"
]


@dataclass(frozen=True, kw_only=True)
class CodedEstimate:
    """A primary model under one combination of readings.

    Parameters
    ----------
    hypothesis : str
        Whose primary model it is.
    readings : tuple of str
        Alternatives taken; none as coded.
    estimate, by_unit : Estimate or None
        With the declared clusters, and with the panel's unit as cluster; None where the data
        cannot answer, as `failure` says.
    months : int
        Rows of the sample whose treatment differs from that in force.
    gate_passes : bool
        Whether the identification gate of the design is passed.
    failure : str
        The error, where there is no estimate.
    """

    hypothesis: str
    readings: tuple[str, ...]
    estimate: Estimate | None
    by_unit: Estimate | None
    months: int
    gate_passes: bool
    failure: str = ""

    @property
    def label(self) -> str:
        """Alternatives taken, or ``as coded``."""
        return " + ".join(self.readings) or AS_CODED

    @property
    def wider(self) -> Estimate | None:
        """Of both estimates the one with the larger p-value; one that is undefined wins."""
        if self.estimate is None or self.by_unit is None:
            return None
        both = (self.estimate, self.by_unit)
        return both[int(np.argmax([_p(found) for found in both]))]

    def describe(self) -> dict[str, object]:
        """One row of a table: the estimate with the larger of its standard errors."""
        row: dict[str, object] = {
            "hypothesis": self.hypothesis,
            "readings": self.label,
            "months": self.months,
            "status": "no estimate",
            "note": self.failure,
        }
        found = self.wider
        if found is None:
            return row
        low, high = interval(found, level=thresholds.NEGLIGIBLE_COVERAGE)
        line = found.tidy().iloc[0]
        return row | {
            **{name: line[name] for name in MEASURES},
            "conf_low_90": low,
            "conf_high_90": high,
            "cluster": found.specification.inference.cluster,
            "rows": found.rows,
            "events": found.events,
            "status": "identified" if self.gate_passes else "gate not passed",
            "note": found.note,
        }


MEASURES: Final = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")


def list_readings(
    alternatives: Sequence[Alternative] | None = None,
) -> tuple[tuple[Combination, ...], tuple[Combination, ...]]:
    """List what is estimated: each alternative alone, and all combinations, as coded first.

    Parameters
    ----------
    alternatives : sequence of Alternative, optional
        By default those of the committed table.
    """
    listed = list_alternatives(read_contestable()) if alternatives is None else alternatives
    return tuple((alternative,) for alternative in listed), combine(listed)


def estimate_codings(
    hypotheses: Sequence[Hypothesis],
    family: Family,
    *,
    readings: Sequence[Combination],
    panels: Mapping[str, Panel] | None = None,
) -> Iterator[CodedEstimate]:
    """Estimate primary models under other readings of the mandates, one at a time.

    Parameters
    ----------
    hypotheses : sequence of Hypothesis
        On missions by month, each with a primary model.
    family : Family
        Theirs: its preparation and its designs count.
    readings : sequence of tuple of Alternative
        As `list_readings` gives them; the order of the answers is theirs, hypotheses within.
    panels : mapping of str to Panel, optional
        By name; those that it lacks are loaded as pkstats ships them.

    Raises
    ------
    HypothesisError
        A hypothesis is not about missions by month.
    SourceError
        A reading does not fit the coded mandates.
    """
    other = [h.name for h in hypotheses if h.panel != MONTHS]
    if other:
        raise HypothesisError(
            f"{', '.join(other)}: readings of mandates move the panel {MONTHS} alone. Remedy: "
            "leave these hypotheses out"
        )
    given = {name: (panels or {}).get(name) or load_panel(name) for name in (MONTHS, TEXTS)}
    whole = {**(panels or {}), **given}
    plain = family.make_ready(recode_panel(given[MONTHS], given[TEXTS], ()), whole)
    before = {h.name: _draw(h.primary, plain) for h in hypotheses}
    for taken in readings:
        moved = recode_panel(given[MONTHS], given[TEXTS], taken)
        ready = family.make_ready(moved, {**whole, MONTHS: moved})
        for hypothesis in hypotheses:
            sample = _draw(hypothesis.primary, ready)
            treatment = hypothesis.primary.specification.treatment
            months = _count_changes(before[hypothesis.name], sample, treatment)
            yield _fit(
                hypothesis,
                family.find_design(hypothesis),
                sample,
                readings=tuple(a.name for a in taken),
                months=months,
            )


def pair_codings(
    hypothesis: Hypothesis,
    family: Family,
    *,
    panels: Mapping[str, Panel] | None = None,
    alternatives: Sequence[Alternative] | None = None,
) -> list[tuple[str, Estimate | None]]:
    """List (label, estimate) of a hypothesis: as coded, every single alternative, combinations.

    The estimate is the one by the cluster with the larger p-value; None where there is none.
    Parameters are those of `estimate_codings` and `list_readings`.
    """
    singles, combined = list_readings(alternatives)
    asked = dict.fromkeys((*combined[:1], *singles, *combined[1:]))
    found = estimate_codings([hypothesis], family, readings=tuple(asked), panels=panels)
    return [(coded.label, coded.wider) for coded in found]


def tabulate_codings(
    codings: Sequence[CodedEstimate], *, smallest: Mapping[str, float]
) -> pd.DataFrame:
    """Describe codings with the quick ruling of each, one row a coding and hypothesis.

    Parameters
    ----------
    codings : sequence of CodedEstimate
        As `estimate_codings` gives them.
    smallest : mapping of str to float
        Smallest effect of interest by hypothesis, on the scale of the coefficient.

    Returns
    -------
    pandas.DataFrame
        hypothesis, readings, main (whether nothing is read otherwise), months, `MEASURES`,
        conf_low_90, conf_high_90, cluster, rows, events, status, quick_ruling, note.
    """
    table = pd.DataFrame([coded.describe() for coded in codings]).reindex(columns=list(_COLUMNS))
    quick = [
        weigh_quickly(row, smallest[str(row["hypothesis"])]) for row in table.to_dict("records")
    ]
    return table.assign(main=table["readings"].eq(AS_CODED), quick_ruling=quick)


_COLUMNS: Final = (
    *("hypothesis", "readings", "main", "months", *MEASURES, "conf_low_90", "conf_high_90"),
    *("cluster", "rows", "events", "status", "quick_ruling", "note"),
)


def weigh_quickly(row: Mapping[object, object], smallest: float) -> Quick:
    """Say what the ordered rule would read first of one estimate, without draws and bars.

    In its order: no estimate; the gate; the cluster-jackknife p at most
    ``thresholds.JACKKNIFE_LEVEL`` (away from zero: the sign then says supported or contradicted);
    the 90% interval inside the smallest effect; else neither.
    """
    if row["status"] != "identified":
        return "gate not passed" if row["status"] == "gate not passed" else "no estimate"
    p, low, high = (float(str(row[name])) for name in ("p_value", "conf_low_90", "conf_high_90"))
    if not math.isfinite(p):
        return "neither"
    if p < thresholds.JACKKNIFE_LEVEL:
        return "away from zero"
    return "inside the smallest effect" if -smallest < low and high < smallest else "neither"


def find_turns(table: pd.DataFrame) -> pd.DataFrame:
    """Find the codings of a table whose quick ruling, or decided sign, is not that as coded.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tabulate_codings` gives it, with the row as coded of every hypothesis.

    Returns
    -------
    pandas.DataFrame
        The rows that turn; none where the ruling is stable.
    """
    parts = [_turn(rows) for _, rows in table.groupby("hypothesis", sort=False)]
    return pd.concat(parts) if parts else table


def could_decide(strength: Strength, smallest: float) -> bool:
    """Whether the rule could decide on an estimate of this strength, whatever its checks say."""
    away = strength.p_value < thresholds.JACKKNIFE_LEVEL
    return strength.gate_passes and (away or strength.lies_inside(smallest))


def list_turning(
    hypothesis: Hypothesis, family: Family, panel: Panel, *, smallest: float
) -> tuple[str, ...]:
    """Readings, alone or together, under which the quick ruling of a hypothesis turns.

    Readings of missions that are no unit of the panel are no readings of its mandates.

    Parameters
    ----------
    hypothesis, family : Hypothesis, Family
        On mission-months.
    panel : Panel
        Prepared by the family, whole; the columns that it shares with the shipped panel are
        prepared again.
    smallest : float
        Smallest effect of interest, on the scale of the coefficient.
    """
    missions = set(panel.frame[panel.unit])
    alternatives = [
        alternative
        for alternative in list_alternatives(read_contestable())
        if {recoding.mission for recoding in alternative.recodings} <= missions
    ]
    if not alternatives:
        return ()
    shipped = load_panel(MONTHS).frame.columns
    observed = replace(panel, frame=panel.frame[[c for c in panel.frame if c in shipped]])
    singles, combined = list_readings(alternatives)
    asked = tuple(dict.fromkeys((*combined[:1], *singles, *combined[1:])))
    found = tuple(estimate_codings([hypothesis], family, readings=asked, panels={MONTHS: observed}))
    turned = find_turns(tabulate_codings(found, smallest={hypothesis.name: smallest}))
    return tuple(turned["readings"].astype(str))


def _turn(rows: pd.DataFrame) -> pd.DataFrame:
    main = rows.loc[rows["main"].astype(bool)].iloc[0]
    turned = rows["quick_ruling"].ne(main["quick_ruling"])
    away = rows["quick_ruling"].eq("away from zero")
    return rows.loc[turned | (away & (rows["estimate"] * main["estimate"] < 0))]


def convert_smallest(
    hypotheses: Sequence[Hypothesis], family: Family, panel: Panel
) -> dict[str, float]:
    """Smallest effects of interest as the rule converts them, by hypothesis.

    Parameters
    ----------
    hypotheses, family : sequence of Hypothesis, Family
        The declarations.
    panel : Panel
        Prepared, whole.
    """
    return {
        h.name: convert_smallest_effect(
            h.smallest_effect, h.primary, panel, scale=family.find_design(h).scale
        )
        for h in hypotheses
    }


def _draw(model: Model, ready: Panel) -> Panel:
    """Rows of the model's sample, with the columns that it names and no others."""
    chosen, asked = ready.where(model.sample), model.specification
    named = (
        *(chosen.unit, chosen.time, asked.outcome, asked.treatment, *asked.controls),
        *(*asked.effects, *asked.instruments, asked.inference.cluster, asked.exposure, asked.spell),
    )
    kept = [column for column in dict.fromkeys(named) if column in chosen.frame.columns]
    return replace(chosen, frame=chosen.frame[kept], codebook=())


def _count_changes(before: Panel, after: Panel, treatment: str) -> int:
    first, second = (p.frame[treatment].astype(float).fillna(math.inf) for p in (before, after))
    return int(first.ne(second).sum())


def _fit(
    hypothesis: Hypothesis,
    design: Design,
    sample: Panel,
    *,
    readings: tuple[str, ...],
    months: int,
) -> CodedEstimate:
    specification = hypothesis.primary.specification
    by_unit = replace(specification.inference, cluster=sample.unit)
    empty = CodedEstimate(
        hypothesis=hypothesis.name,
        readings=readings,
        estimate=None,
        by_unit=None,
        months=months,
        gate_passes=False,
    )
    try:
        found = estimate(specification, sample)
        units = estimate(replace(specification, inference=by_unit), sample)
    except EstimationError as error:
        return replace(empty, failure=str(error))
    asked = design.gate
    gate, _ = check_gate(found, window=asked.window, fewest=asked.fewest, largest=asked.largest)
    return replace(empty, estimate=found, by_unit=units, gate_passes=gate)


def _p(found: Estimate) -> float:
    value = float(found.tidy()["p_value"].iloc[0])
    return math.inf if math.isnan(value) else value
