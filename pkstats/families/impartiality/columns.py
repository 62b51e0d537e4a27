"""Columns of the H2 models: the mandate's support of the host beside each unit of observation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pkstats.data.panels.store import load_panel
from pkstats.families.robustness.attacks import prepare as prepare_attacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkstats.data.panels import Panel

INDEX: Final = "host_support_index"
INDICES: Final = (INDEX, f"{INDEX}_never_reset", f"{INDEX}_always_reset")
ELEMENTS: Final = ("text_state_authority", "text_host_security_support", "text_joint_operations")
#: The General Debate opens in September: the mandate in force in that month, or in the mission's
#: last month of the year before it.
DEBATE_MONTH: Final = 9
HOST_YEAR: Final = ["country", "year"]
#: Constructs of survey items that ask whether a mission takes sides.
PARTIALITY: Final = ("impartiality", "complicity")
#: Whom a comparison item names; ``mission`` still holds the mission beside which it is asked.
OTHER_FORCE: Final = "another force"


def prepare(panel: Panel, given: Mapping[str, Panel] | None = None) -> Panel:
    """Add the columns of the H2 models to a panel of any of the four designs.

    Parameters
    ----------
    panel : Panel
        ``council_record``, ``host_speech``, ``survey`` or ``mission_month``, whole; or one of the
        same columns. A panel that holds ``host_support_index`` and its reset variants keeps them.
    given : mapping of str to Panel, optional
        Panels to take mandates and agreements from; as :func:`attach_mandates`.

    Returns
    -------
    Panel
        With lags of the treatments, controls in logarithms of one plus the value, and the steps of
        the index.
    """
    if "new_words" in panel.frame:
        return prepare_record(panel)
    if "mission_sentences" in panel.frame:
        return prepare_speech(attach_mandates(panel, given))
    if "percent_negative" in panel.frame:
        return prepare_survey(attach_mandates(panel, given))
    return prepare_missions(attach_mandates(panel, given))


def attach_mandates(panel: Panel, given: Mapping[str, Panel] | None = None) -> Panel:
    """Add the mandate's support of the host, and agreements, to host-years, surveys, or months.

    Parameters
    ----------
    panel : Panel
        As :func:`prepare` takes it; one that holds the index stays as it is.
    given : mapping of str to Panel, optional
        Panels to take them from: ``host_support``, ``mission``, ``country_month``; by default as
        pkstats ships them.
    """
    if INDEX in panel.frame:
        return panel
    known = dict(given or {})
    support = _take(known, "host_support")
    if "mission_sentences" in panel.frame:
        return _join_debate(panel, support, _take(known, "mission"))
    columns = support[["mission", "month", *INDICES]]
    frame = panel.frame.merge(columns, on=["mission", "month"], how="left", validate="m:1")
    if "percent_negative" not in frame:
        signed = _take(known, "country_month")[["country", "month", "peace_agreements"]]
        frame = frame.merge(signed, on=["country", "month"], how="left", validate="m:1")
    return replace(panel, frame=frame)


def _take(given: dict[str, Panel], name: str) -> pd.DataFrame:
    panel = given[name] if name in given else load_panel(name)
    return panel.frame


def prepare_record(panel: Panel) -> Panel:
    """Columns of the Council's record: mandate of the renewal before, spacing, generation."""
    elements = [name for name in ELEMENTS if name in panel.frame]
    lagged = (
        panel.lag([*INDICES, *elements], months=1)
        .lag(INDEX, months=[0, 2])
        .lag(["new_obstruction"], months=1)
    )
    frame = lagged.frame
    rise = frame[INDEX] - frame[f"{INDEX}_lag1"]
    generation = frame["mission"] + " " + frame["drafting_generation"].astype(str)
    return replace(
        lagged,
        frame=frame.assign(
            mission_generation=generation,
            log_renewal=np.log1p(frame["renewal"].astype(float)),
            log_months_since_renewal=np.log1p(frame["months_since_renewal"].astype(float)),
            past_obstruction=(frame["new_obstruction_lag1"] > 0)
            .astype(float)
            .where(frame["new_obstruction_lag1"].notna()),
            support_step=(rise > 0).astype(float).where(rise.notna()),
        ),
    )


def prepare_speech(panel: Panel) -> Panel:
    """Columns of host-years: the largest index of a host's own missions at the General Debate."""
    present = [name for name in ELEMENTS if name in panel.frame]
    lagged = (
        panel.lag([*INDICES, *present, "stabilization_name"], months=0)
        .lag([INDEX, "exit_sentences"], months=1)
        .lag(INDEX, months=-1)
    )
    frame = lagged.frame
    rise = frame[INDEX] - frame[f"{INDEX}_lag1"]
    spoke = frame["words"].notna()
    return replace(
        lagged,
        frame=frame.assign(
            host=frame["speaker"],
            any_mention=(frame["mission_sentences"] > 0).astype(float).where(spoke),
            log_mission_age=np.log1p(frame["mission_age_years"].astype(float)),
            past_exit=(frame["exit_sentences_lag1"] > 0)
            .astype(float)
            .where(frame["exit_sentences_lag1"].notna()),
            support_step=(rise > 0).astype(float).where(rise.notna()),
        ),
    )


def prepare_survey(panel: Panel) -> Panel:
    """Columns of surveys: the mandate in force at the first month of fieldwork, and the series.

    A series is an item asked of the same population of one host; only whole samples count, and
    only items that ask whether the mission takes sides have an outcome.
    """
    frame = panel.frame
    whole = frame["construct"].isin(PARTIALITY) & frame["subgroup"].eq(0)
    other = frame["names"].eq(OTHER_FORCE)
    share = frame["percent_negative"].astype(float) / 100
    inside = whole & share.gt(0) & share.lt(1)
    odds = np.log((share / (1 - share)).where(inside))
    frame = frame.assign(
        asked_partiality=(whole & ~other).astype(float),
        asked_comparison=(whole & other).astype(float),
        log_odds_partial=odds,
        sampling_variance=1 / (frame["effective_n"] * share * (1 - share)).where(inside),
        series=frame["item"] + ": " + frame["region"] + ": " + frame["population"],
    )
    return replace(panel, frame=frame)


def prepare_missions(panel: Panel) -> Panel:
    """Columns of mission-months: those of H1, the index of host support, agreements of the host."""
    ready = prepare_attacks(panel)
    ready = (
        ready.lag(list(INDICES), months=1)
        .lag(INDEX, months=[3, 6, 12, -6])
        .lag(list(ELEMENTS), months=1)
    )
    rise = ready.frame[INDEX] - ready.frame[f"{INDEX}_lag1"]
    step = (rise > 0).astype(float).where(rise.notna())
    return replace(ready, frame=ready.frame.assign(support_step=step))


def _join_debate(panel: Panel, support: pd.DataFrame, listed: pd.DataFrame) -> Panel:
    """Add to host-years what holds of the own missions that are active at the debate."""
    kept = support[support["month"].dt.month <= DEBATE_MONTH]
    columns = [*INDICES, *ELEMENTS, "stabilization_name"]
    last = kept.sort_values("month").groupby(["mission", "year"], as_index=False).tail(1)
    decided = _find_decisions(support)
    known = listed.set_index("mission")
    each = panel.frame[["country", "year", "missions"]].dropna(subset="missions")
    each = each.assign(mission=each["missions"].str.split(";")).explode("mission")
    each["begun"] = each["mission"].map(known["start"]).dt.year
    each["ended"] = each["mission"].map(known["end"]).dt.year
    each = each.merge(last[["mission", "year", *columns]], on=["mission", "year"], how="left")
    each = each.merge(decided, on=["mission", "year"], how="left")
    each["closing"] = each["ended"].eq(each["year"]).astype(float)
    groups = each.groupby(["country", "year"])
    most = groups[[*columns, "mandate_renewal", "closing"]].max()
    joined = panel.join(most.assign(begun=groups["begun"].min()).reset_index(), on=HOST_YEAR)
    frame = joined.frame
    spell = (frame["hosting"].eq(0) | frame["country"].ne(frame["country"].shift())).cumsum()
    since = frame.groupby(spell)["begun"].cummin()
    return replace(
        joined,
        frame=frame.assign(
            mandate_renewal=frame["mandate_renewal"].fillna(0),
            mission_age_years=(frame["year"] - since).clip(lower=0),
        ),
    )


def _find_decisions(support: pd.DataFrame) -> pd.DataFrame:
    """Whether the Council decided on a mission's mandate in the twelve months to each debate."""
    shifted = support["month"] + pd.DateOffset(months=12 - DEBATE_MONTH)
    marked = support.assign(year=shifted.dt.year.astype("int64"))
    keys = [marked["mission"], marked["year"]]
    return marked["mandate_renewal"].groupby(keys).max().reset_index()
