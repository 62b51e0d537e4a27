"""staggered(): difference-in-differences where units are treated at different times."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
from scipy.stats import t as student

from pkstats.arguments import check_arguments, is_real
from pkstats.comparisons.event_study import find_first_rises, name_time
from pkstats.comparisons.group_time import (
    Method,
    fit_groups,
    is_declared,
    read_effects,
    read_group_times,
)
from pkstats.data.panels import Panel
from pkstats.display.markup import write_frame, write_paragraph
from pkstats.display.terms import draw_event_times, format_terms, wrap, write_terms
from pkstats.errors import (
    Breaches,
    NoComparisonError,
    SpecificationError,
    UndefinedError,
    name_some,
)
from pkstats.estimation import engines
from pkstats.estimation.engines import Cells, Loss
from pkstats.estimation.engines.numerical import FAILURES
from pkstats.estimation.engines.rows import check_nested
from pkstats.estimation.engines.sample import draw_sample
from pkstats.estimation.specification import Specification
from pkstats.estimation.validation import validate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SENTENCES = {
    "callaway_santanna": (
        "group-time effects by outcome regression against units never treated, base the period "
        "before treatment (Callaway and Sant'Anna 2021); errors of the clustered influence "
        "functions, by diff-diff"
    ),
    "sun_abraham": (
        "cohort by event-time interactions in a two-way model, weighted by cohort shares (Sun and "
        "Abraham 2021); errors of the clustered two-way model, by diff-diff"
    ),
}


@dataclass(frozen=True, repr=False)
class Staggered:
    """Effects of a treatment that units enter at different times and keep.

    Parameters
    ----------
    specification : Specification
        What was asked.
    method : {"callaway_santanna", "sun_abraham"}
        Of estimation.
    effects : pandas.DataFrame
        event_time estimate std_error; the reference, -1, is zero.
    group_times : pandas.DataFrame
        cohort period estimate std_error treated comparison: one row a cohort and period; empty
        for ``sun_abraham``.
    overall : (float, float)
        Mean effect after treatment, over all treated unit-periods, and its standard error.
    cohorts : pandas.DataFrame
        cohort units: first period of treatment (months since year 0 where time is a date).
    never, clusters : int
        Units never treated; clusters.
    losses : tuple of Loss
        Rows lost, by reason.
    time : str
        Unit of event time.
    found : object
        The result of diff-diff.
    """

    specification: Specification
    method: Method
    effects: pd.DataFrame
    group_times: pd.DataFrame
    overall: tuple[float, float]
    cohorts: pd.DataFrame
    never: int
    clusters: int
    losses: tuple[Loss, ...]
    time: str
    found: Any

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Mean effects by event time, with Student's t on G - 1 degrees of freedom.

        Returns
        -------
        pandas.DataFrame
            RangeIndex; event_time term estimate std_error statistic df p_value conf_low conf_high.
        """
        terms = [name_time(self.specification.treatment, k) for k in self.effects["event_time"]]
        table = _infer(self.effects.assign(term=terms), df=self.clusters - 1, level=level)
        own = table["event_time"] == -1
        table.loc[own, ["conf_low", "conf_high"]] = 0.0
        return table

    def average(self, level: float = 0.95) -> pd.DataFrame:
        """Mean effect after treatment in one row, as :meth:`tidy`."""
        estimate, error = self.overall
        row = pd.DataFrame(
            {"term": ["mean after treatment"], "estimate": estimate, "std_error": error}
        )
        return _infer(row, df=self.clusters - 1, level=level)

    def bound(self, ratios: tuple[float, ...] = (0.0, 0.5, 1.0, 1.5, 2.0)) -> pd.DataFrame:
        """Bounds on the mean effect when trends differ (Rambachan and Roth 2023).

        Parameters
        ----------
        ratios : tuple of float
            Largest change of the violation of parallel trends from one period to the next after
            treatment, as a multiple of the largest before it.

        Returns
        -------
        pandas.DataFrame
            ratio low high conf_low conf_high: identified set and 95% interval of the unweighted
            mean over the event times after treatment.

        Raises
        ------
        SpecificationError
            The method is not ``callaway_santanna``, or a ratio is negative.
        UndefinedError
            Too few event times before treatment, or no more clusters than event times.
        """
        if self.method != "callaway_santanna":
            raise SpecificationError(
                f"method {self.method!r} has no bounds. Remedy: method='callaway_santanna'"
            )
        if not all(is_real(ratio) and ratio >= 0 for ratio in ratios):
            raise SpecificationError(f"ratios={ratios}. Remedy: numbers, none below zero")
        from diff_diff import HonestDiD

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                events = self.found.aggregate("event_study")
                honest = HonestDiD(method="relative_magnitude")
                table = honest.sensitivity_analysis(events, M_grid=list(ratios)).to_dataframe()
        except FAILURES as error:
            if not is_declared(error):
                raise
            raise UndefinedError(
                f"no bounds from {len(self.effects)} event times and {self.clusters} clusters "
                f"({error}). Remedy: more clusters than event times, and two periods at least "
                "before treatment"
            ) from error
        names = {"M": "ratio", "lb": "low", "ub": "high", "ci_lb": "conf_low", "ci_ub": "conf_high"}
        return table.rename(columns=names)[list(names.values())].reset_index(drop=True)

    def summary(self) -> str:
        """Text for the terminal."""
        asked = self.specification
        shown = self.tidy()
        shown = shown[shown["event_time"] != -1]
        shown = pd.concat([shown.assign(term=[f"{k:+d}" for k in shown["event_time"]]),
                           self.average()], ignore_index=True)  # fmt: skip
        treated = int(self.cohorts["units"].sum())
        head = (
            f"staggered difference-in-differences: {asked.outcome} by {self.time} from "
            f"{asked.treatment}"
        )
        sample = (
            f"{treated} units treated in {len(self.cohorts)} cohorts, {self.never} never; "
            f"clustered by {asked.inference.cluster}: {self.clusters} clusters"
        )
        notes = [SENTENCES[self.method]]
        notes += [f"lost {x.rows} rows, {x.reason}: {name_some(x.names)}" for x in self.losses]
        told = [line for note in notes for line in wrap(note)]
        return "\n".join([*wrap(head), *wrap(sample), "", *write_terms(shown), "", *told])

    def plot(self, ax: Axes | None = None, *, level: float = 0.95) -> Axes:
        """Mean effects by event time with their intervals."""
        return draw_event_times(
            self.tidy(level), ax, reference=-1, outcome=self.specification.outcome,
            time=f"{self.time.capitalize()} from the start of {self.specification.treatment}",
            scale="Change of the outcome", level=level, binned=False,
        )  # fmt: skip

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return f"{write_frame(format_terms(self.tidy()))}{write_paragraph(SENTENCES[self.method])}"


def staggered(
    specification: Specification, panel: Panel, *, method: Method = "callaway_santanna"
) -> Staggered:
    r"""Estimate group-time effects of a treatment that is entered once and kept, by diff-diff.

    The effect on cohort g at time t is
    :math:`E[Y_t - Y_{g-1} \mid g] - E[Y_t - Y_{g-1} \mid \text{never}]`, on the units observed at
    both times; means over cohorts weigh by units. Standard errors are those of the clustered
    influence functions (``callaway_santanna``) or of the clustered two-way model
    (``sun_abraham``), as the library makes them; statistic and interval refer to Student's t with
    G - 1 degrees of freedom.

    Parameters
    ----------
    specification : Specification
        Linear, within the panel's unit and time, ``CRV1``, a treatment of zero and one; controls
        enter the outcome regression.
    panel : Panel
        Left as it is.
    method : {"callaway_santanna", "sun_abraham"}
        Of estimation.

    Returns
    -------
    Staggered

    Raises
    ------
    SpecificationError
        A family, estimator, covariance, exposure, effects or method that are not served; a
        treatment of more than two values or that ends; a unit in several clusters; or as
        :func:`pkstats.estimate`.
    NoComparisonError
        Fewer than two cohorts, or no unit never treated.
    ConvergenceError
        No effect can be estimated.
    EstimationError
        As :func:`pkstats.estimate`.
    """
    _check(specification, panel, method)
    cells, losses = draw_sample(specification, panel)
    cohort, always = _read_cohorts(specification, panel, cells)
    if always.any():
        names = tuple(map(str, cells.unit_labels[np.unique(cells.unit[always])]))
        events = float(cells.outcome[always].sum())
        losses += (Loss("treated throughout", int(always.sum()), names, events),)
        cells, cohort = cells.take(~always), cohort[~always]
    _check_sample(cells, cohort)
    found = fit_groups(cells, cohort, method)
    units = pd.DataFrame({"unit": cells.unit, "cohort": cohort}).drop_duplicates()
    counted = units[units["cohort"] > 0].groupby("cohort").size()
    dated = pd.api.types.is_datetime64_any_dtype(panel.frame[panel.time])
    return Staggered(
        specification=specification,
        method=method,
        effects=read_effects(found, method),
        group_times=read_group_times(found),
        overall=(float(found.overall_att), float(found.overall_se)),
        cohorts=counted.rename("units").reset_index(),
        never=int((units["cohort"] == 0).sum()),
        clusters=len(np.unique(cells.cluster)),
        losses=losses,
        time="months" if dated else f"{panel.time}s",
        found=found,
    )


def _check(specification: Specification, panel: Panel, method: str) -> None:
    breaches = Breaches("staggered difference-in-differences")
    if method not in get_args(Method):
        remedy = f"one of {', '.join(get_args(Method))}"
        breaches.add(f"method={method!r} does not exist", remedy=remedy)
    engine = engines.look_up(specification.family, specification.estimator)
    if engine is not None:
        engines.demand(engine, "staggered effects", breaches)
    if set(specification.effects) != {panel.unit, panel.time}:
        breaches.add(
            f"effects {name_some(specification.effects) or 'none'}",
            remedy=f"effects=({panel.unit!r}, {panel.time!r}), which it differences away",
        )
    if specification.inference.method != "CRV1" or specification.inference.small_sample != "house":
        breaches.add(
            f"method {specification.inference.method!r} with small_sample "
            f"{specification.inference.small_sample!r} is not served",
            remedy="Inference(cluster=..., method='CRV1')",
        )
    if specification.exposure:
        breaches.add("exposure is not served", remedy="a rate as outcome")
    validate([(specification, panel)], subject=breaches)


def _read_cohorts(
    specification: Specification, panel: Panel, cells: Cells
) -> tuple[np.ndarray, np.ndarray]:
    """First period of treatment of each row's unit (0: never), and rows treated throughout."""
    values = panel.frame[specification.treatment].astype(float)
    used = values.iloc[cells.position].to_numpy()
    breaches = Breaches("staggered difference-in-differences")
    remedy = "an indicator that is one from the first rise on"
    if not np.isin(used, (0.0, 1.0)).all():
        breaches.add(f"treatment {specification.treatment!r} is not zero or one", remedy=remedy)
    observed = values.dropna()
    units = panel.frame[panel.unit]
    fallen = observed.groupby(units[observed.index]).diff() < 0
    if fallen.any():
        names = units[observed.index][fallen].unique()
        breaches.add(
            f"treatment {specification.treatment!r} ends in {len(names)} units: {name_some(names)}",
            remedy=remedy,
        )
    breaches.raise_as(SpecificationError)
    raised, always = find_first_rises(values, panel)
    return np.nan_to_num(raised[cells.position]).astype(np.int64), always[cells.position]


def _check_sample(cells: Cells, cohort: np.ndarray) -> None:
    breaches = Breaches("staggered difference-in-differences")
    cohorts = np.unique(cohort[cohort > 0])
    if len(cohorts) < 2:
        breaches.add(
            f"{len(cohorts)} cohort: at least 2 first periods of treatment are needed",
            remedy="event_study(), which serves one",
            failure=NoComparisonError,
        )
    if not (cohort == 0).any():
        breaches.add(
            "no unit is never treated: there is no comparison",
            remedy="a sample that holds such units, or one that ends before the last are treated",
            failure=NoComparisonError,
        )
    check_nested(cells, breaches)
    breaches.raise_as(SpecificationError)


def _infer(table: pd.DataFrame, *, df: int, level: float) -> pd.DataFrame:
    """Add what follows from estimate and standard error by Student's t."""
    check_arguments("staggered difference-in-differences", level=level)
    statistic = table["estimate"] / table["std_error"]
    reach = student.ppf((1 + level) / 2, df) * table["std_error"]
    added = {
        "statistic": statistic,
        "df": df,
        "p_value": 2 * student.sf(np.abs(statistic), df),
        "conf_low": table["estimate"] - reach,
        "conf_high": table["estimate"] + reach,
    }
    table = table.assign(**added)
    first = [c for c in ("event_time", "term") if c in table]
    return table[[*first, "estimate", "std_error", *added]]
