r"""Case studies: one unit, one date, and placebo cases in place of standard errors.

Two designs. *Synthetic control* (Abadie, Diamond and Hainmueller 2010, by diff-diff): the rate of
the treated unit beside a weighted average of donors that matches it before; its rank among donors
treated as if is the p-value. *Interrupted series*: the rate after over the rate before,

.. math:: \log \frac{y_1 / e_1}{y_0 / e_0},

with events y and exposure e, and the exact interval of Clopper and Pearson for the share
:math:`y_1 / (y_0 + y_1)`; its rank is among donors at the same date and among the unit's own
earlier and later dates. Neither p-value can be smaller than one over the number of cases ranked.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta

from pkstats.arguments import COUNT, POSITIVE, check_arguments, check_fields
from pkstats.data.panels import Panel
from pkstats.errors import (
    Breaches,
    EmptySampleError,
    NoComparisonError,
    SpecificationError,
    name_some,
)
from pkstats.estimation.engines.columns import check_names

MONTHS_PER_YEAR = 12
PER_PERSONS = 1000


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is compared.

    Parameters
    ----------
    unit : str
        Treated unit.
    month : str
        First month after the change, as a date.
    outcome, exposure : str
        Columns of events and of persons.
    steps : str
        Column whose changes disqualify a donor.
    before, after : int
        Months on each side of the date.
    period : int
        Months of a period of the synthetic control.
    fewest_persons : float
        A donor holds at least so many in every month of the window.
    """

    unit: str
    month: str
    outcome: str
    exposure: str
    steps: str
    before: int = 30
    after: int = 24
    period: int = 3
    fewest_persons: float = 1000.0

    def __post_init__(self) -> None:
        ranges = dict.fromkeys(("before", "after", "period"), COUNT) | {"fewest_persons": POSITIVE}
        check_fields(f"case {self.unit} {self.month}", self, SpecificationError, **ranges)

    @property
    def start(self) -> pd.Timestamp:
        """First month after the change."""
        return pd.Timestamp(self.month)


@dataclass(frozen=True)
class Synthetic:
    """Result of a synthetic control.

    Parameters
    ----------
    path : pandas.DataFrame
        A row a period: period, phase ("before", "after"), treated, synthetic, gap; events per
        1,000 persons and year.
    weights : pandas.DataFrame
        unit, weight: donors with a weight.
    placebos : pandas.DataFrame
        unit, rmspe_before, rmspe_after (root mean squared gaps), ratio: the treated unit first.
    gap : float
        Mean gap after the date.
    misfit : float
        Root mean squared gap before over the treated unit's mean rate before: near or above one,
        no mix of donors resembles the unit and the design says little.
    p_value, smallest_p : float
        Rank of the treated unit's ratio of root mean squared gaps after to before, over the
        number of units ranked; the smallest that their number allows.
    gap_backdated : float
        Mean gap over the last third of the periods before, the date moved to their start.
    """

    path: pd.DataFrame
    weights: pd.DataFrame
    placebos: pd.DataFrame
    gap: float
    misfit: float
    p_value: float
    smallest_p: float
    gap_backdated: float


@dataclass(frozen=True)
class Interrupted:
    """Result of an interrupted series.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a case: kind ("treated", "other unit", "other date"), unit, month, events_before,
        events_after, rate_before, rate_after, log_ratio, conf_low, conf_high (exact, 95%), score
        (the log ratio with half an event added on each side: finite, and what is ranked).
    p_units, smallest_p_units : float
        Share of cases at the same date whose score is at least as large, the treated
        included; the smallest attainable.
    p_dates, smallest_p_dates : float
        The same among the dates of the treated unit; their windows overlap, so that they are
        fewer independent cases than their number says.
    """

    table: pd.DataFrame
    p_units: float
    smallest_p_units: float
    p_dates: float
    smallest_p_dates: float


def find_donors(case: Case, panel: Panel) -> tuple[str, ...]:
    """Units observed in the whole window, large enough throughout, without a step in it.

    Raises
    ------
    SpecificationError
        A column or the unit of the case is not in the panel, or its month is no date.
    """
    _check_names(case, panel)
    frame = _cut(case, panel)
    donors = []
    for unit, rows in frame.groupby(panel.unit):
        whole = len(rows) == case.before + case.after
        known = rows[[case.outcome, case.steps]].notna().all(axis=None)
        large = (rows[case.exposure].astype(float) >= case.fewest_persons).all()
        still = rows[case.steps].nunique() == 1
        if unit != case.unit and whole and known and large and still:
            donors.append(str(unit))
    return tuple(donors)


def synthesize(case: Case, panel: Panel) -> Synthetic:
    """Compare the treated unit with a weighted average of donors.

    Parameters
    ----------
    case : Case
        What is compared.
    panel : Panel
        Monthly.

    Returns
    -------
    Synthetic

    Raises
    ------
    SpecificationError
        As :func:`find_donors`, or periods do not divide the window; lists every breach.
    EmptySampleError, NoComparisonError
        The treated unit is not observed in the whole window, or there are fewer than two donors.
    """
    from diff_diff import SyntheticControl

    donors = find_donors(case, panel)
    _check(case, panel, donors)
    series = _sum_periods(case, panel, (case.unit, *donors))
    series["treated"] = ((series["unit"] == case.unit) & (series["period"] >= 0)).astype(int)
    after = sorted(p for p in series["period"].unique() if p >= 0)
    with warnings.catch_warnings(action="ignore"):
        found = SyntheticControl(v_method="inverse_variance", standardize="none").fit(
            series, "rate", "treated", "unit", "period", post_periods=after,
            treated_unit=case.unit,
        )  # fmt: skip
        placebos = _read_placebos(found.in_space_placebo())
        backdated = _backdate(found, series)
    gaps = found.get_gap_df()
    treated = series[series["unit"] == case.unit].set_index("period")["rate"]
    path = pd.DataFrame(
        {
            "period": gaps["period"],
            "phase": np.where(gaps["period"] < 0, "before", "after"),
            "treated": gaps["period"].map(treated),
            "synthetic": gaps["period"].map(treated) - gaps["gap"],
            "gap": gaps["gap"],
        }
    )
    ratios = placebos["ratio"].dropna()
    usual = path.loc[path["phase"] == "before", "treated"].mean()
    return Synthetic(
        path=path,
        weights=found.get_weights_df().reset_index(drop=True),
        placebos=placebos,
        gap=float(path.loc[path["phase"] == "after", "gap"].mean()),
        misfit=float(placebos["rmspe_before"].iloc[0] / usual) if usual else np.inf,
        p_value=float((ratios >= placebos["ratio"].iloc[0]).mean()),
        smallest_p=1 / len(ratios),
        gap_backdated=backdated,
    )


def interrupt(case: Case, panel: Panel, *, window: int = 24) -> Interrupted:
    """Compare the rate after a date with the rate before, and with placebo units and dates.

    Parameters
    ----------
    case : Case
        What is compared; donors are those of :func:`find_donors` with an event in the window.
    panel : Panel
        Monthly.
    window : int
        Months on each side.

    Returns
    -------
    Interrupted

    Raises
    ------
    SpecificationError
        As :func:`find_donors`.
    EmptySampleError
        The treated unit has no event in the window, or is not observed in all of it.
    """
    check_arguments(f"case {case.unit} {case.month}", window=window)
    _check_names(case, panel)
    treated = _compare(case, panel, case.unit, case.start, window)
    if treated is None:
        raise EmptySampleError(
            f"case {case.unit} {case.month}: not observed for {window} months on each side, or no "
            "event there. Remedy: a shorter window"
        )
    rows = [{"kind": "treated", **treated}]
    others = [_compare(case, panel, u, case.start, window) for u in find_donors(case, panel)]
    rows += [{"kind": "other unit", **r} for r in others if r is not None]
    months = panel.frame.loc[panel.frame[panel.unit] == case.unit, panel.time]
    dates = [
        _compare(case, panel, case.unit, month, window) for month in months if month != case.start
    ]
    rows += [{"kind": "other date", **r} for r in dates if r is not None]
    table = pd.DataFrame(rows)
    at_least = table["score"] >= table["score"].iloc[0]
    kinds = {k: table["kind"].isin(["treated", k]) for k in ("other unit", "other date")}
    return Interrupted(
        table=table,
        p_units=float(at_least[kinds["other unit"]].mean()),
        smallest_p_units=1 / int(kinds["other unit"].sum()),
        p_dates=float(at_least[kinds["other date"]].mean()),
        smallest_p_dates=1 / int(kinds["other date"].sum()),
    )


def compare_rates(
    events_before: float, events_after: float, exposure_before: float, exposure_after: float
) -> tuple[float, float, float]:
    r"""Log ratio of two Poisson rates with its exact 95% interval.

    Given the sum of the events, the later ones are binomial with share
    :math:`e_1 r / (e_0 + e_1 r)`, r the ratio of the rates; its Clopper-Pearson bounds turn into
    bounds of r (Przyborowski and Wilenski 1940).

    Returns
    -------
    tuple of float
        Log ratio, lower and upper bound; infinite where one side has no event.
    """
    total = events_before + events_after
    low = beta.ppf(0.025, events_after, events_before + 1) if events_after else 0.0
    high = beta.ppf(0.975, events_after + 1, events_before) if events_before else 1.0
    size = np.log(exposure_before / exposure_after)
    with np.errstate(divide="ignore"):
        shares = np.array([events_after / total, low, high])
        logs = np.log(shares) - np.log1p(-shares) + size
    return float(logs[0]), float(logs[1]), float(logs[2])


def _check_names(case: Case, panel: Panel) -> None:
    breaches = Breaches(f"case {case.unit} {case.month}")
    check_names((case.outcome, case.exposure, case.steps), panel.frame, breaches)
    if case.unit not in set(panel.frame[panel.unit]):
        breaches.add(f"{panel.unit} {case.unit!r} is not in the panel", remedy="another name")
    if pd.isna(pd.to_datetime(case.month, errors="coerce")):
        breaches.add(f"month={case.month!r} is no date", remedy="month='2006-04-01'")
    breaches.raise_as(SpecificationError)


def _cut(case: Case, panel: Panel) -> pd.DataFrame:
    first = case.start - pd.DateOffset(months=case.before)
    last = case.start + pd.DateOffset(months=case.after)
    frame = panel.frame
    return frame[(frame[panel.time] >= first) & (frame[panel.time] < last)]


def _check(case: Case, panel: Panel, donors: tuple[str, ...]) -> None:
    breaches = Breaches(f"case {case.unit} {case.month}")
    frame = _cut(case, panel)
    own = frame[frame[panel.unit] == case.unit]
    months = case.before + case.after
    if len(own) != months or own[[case.outcome, case.exposure]].isna().any(axis=None):
        breaches.add(
            f"{case.unit} is not observed in all {months} months",
            remedy="a shorter window",
            failure=EmptySampleError,
        )
    if case.before % case.period or case.after % case.period:
        breaches.add(
            f"periods of {case.period} months do not divide {case.before} and {case.after}",
            remedy="other months",
        )
    if len(donors) < 2:
        breaches.add(
            f"{len(donors)} donors ({name_some(donors)}): at least 2 are needed",
            remedy="a smaller size or a shorter window",
            failure=NoComparisonError,
        )
    breaches.raise_as(SpecificationError)


def _sum_periods(case: Case, panel: Panel, units: tuple[str, ...]) -> pd.DataFrame:
    frame = _cut(case, panel)
    frame = frame[frame[panel.unit].isin(units)]
    time = frame[panel.time]
    month = (time.dt.year - case.start.year) * MONTHS_PER_YEAR + time.dt.month - case.start.month
    sums = (
        frame.assign(unit=frame[panel.unit].astype(str), period=month // case.period)
        .groupby(["unit", "period"], as_index=False)[[case.outcome, case.exposure]]
        .sum()
    )
    years = sums[case.exposure].astype(float) / MONTHS_PER_YEAR
    return sums.assign(rate=sums[case.outcome].astype(float) / years * PER_PERSONS)


def _backdate(found: Any, series: pd.DataFrame) -> float:
    """Mean gap between the backdated and the true start."""
    before = sorted(p for p in series["period"].unique() if p < 0)
    table = found.in_time_placebo(placebo_periods=[before[-max(1, len(before) // 3)]])
    return float(table["placebo_att"].iloc[0])


def _read_placebos(table: pd.DataFrame) -> pd.DataFrame:
    ordered = table.sort_values("is_treated", ascending=False, kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "unit": ordered["unit"].astype(str),
            "rmspe_before": np.sqrt(ordered["pre_mspe"]),
            "rmspe_after": np.sqrt(ordered["post_mspe"]),
            "ratio": ordered["rmspe_ratio"],
        }
    )


def _compare(
    case: Case, panel: Panel, unit: str, start: pd.Timestamp, window: int
) -> dict[str, object] | None:
    frame = panel.frame[panel.frame[panel.unit] == unit]
    time = frame[panel.time]
    sums = {}
    for side, first in (("before", start - pd.DateOffset(months=window)), ("after", start)):
        kept = frame[(time >= first) & (time < first + pd.DateOffset(months=window))]
        kept = kept[kept[case.outcome].notna() & kept[case.exposure].notna()]
        if len(kept) < window:
            return None
        sums[side] = float(kept[case.outcome].sum()), float(kept[case.exposure].sum())
    (y0, e0), (y1, e1) = sums["before"], sums["after"]
    if y0 + y1 == 0:
        return None
    ratio, low, high = compare_rates(y0, y1, e0, e1)
    scale = PER_PERSONS * MONTHS_PER_YEAR
    return {
        "unit": unit,
        "month": start,
        "events_before": y0,
        "events_after": y1,
        "rate_before": y0 / e0 * scale,
        "rate_after": y1 / e1 * scale,
        "log_ratio": ratio,
        "conf_low": low,
        "conf_high": high,
        "score": float(np.log((y1 + 0.5) / e1) - np.log((y0 + 0.5) / e0)),
    }
