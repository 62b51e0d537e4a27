"""event_study(): the outcome before and after the first rise of a treatment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import f as fisher
from scipy.stats import t as student

from pkstats.arguments import COUNT, FROM_ZERO, check_arguments, is_whole, note_argument
from pkstats.comparisons.joint_test import JointTest
from pkstats.data.panels import Panel
from pkstats.display.markup import write_frame, write_items
from pkstats.display.terms import draw_event_times, format_terms, wrap, write_terms
from pkstats.errors import Breaches, EmptySampleError, NoVariationError, name_some
from pkstats.estimation.engines import Loss
from pkstats.estimation.estimate import Estimate, engines, estimate
from pkstats.estimation.specification import Specification
from pkstats.estimation.validation import validate

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class EventStudy:
    """Coefficients by time from the first rise of the treatment.

    Parameters
    ----------
    estimate : Estimate
        Of the model with an indicator for each event time.
    treatment : str
        Column whose first rise is time zero.
    times : tuple of int
        Event times in order, the reference among them; the first and last hold all that is
        further away.
    reference : int
        Time against which the others are measured.
    width : int
        Periods that each time holds from its own on.
    support : pandas.DataFrame
        event_time units rows: what stands behind each time.
    notes : tuple of str
        What a reader must know of the sample.
    """

    estimate: Estimate
    treatment: str
    times: tuple[int, ...]
    reference: int
    width: int
    support: pd.DataFrame
    notes: tuple[str, ...]

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Event times as a table.

        Returns
        -------
        pandas.DataFrame
            RangeIndex; event_time term estimate std_error statistic df p_value conf_low conf_high
            units rows. The reference is zero without error; a time that is not estimable is
            missing.
        """
        terms = [name_time(self.treatment, k) for k in self.times]
        table = self.estimate.tidy(level).set_index("term").reindex(terms).reset_index()
        numbers = ["estimate", "conf_low", "conf_high"]
        table.loc[[k == self.reference for k in self.times], numbers] = 0.0
        table.insert(0, "event_time", list(self.times))
        return table.merge(self.support, on="event_time", how="left", validate="1:1")

    def test_leads(self) -> JointTest:
        """Test that the coefficients before the rise are all zero, other than the reference."""
        leads = [name_time(self.treatment, k) for k in self.times if k < 0 and k != self.reference]
        place = {term: j for j, term in enumerate(self.estimate.fit.cells.terms)}
        error = self.estimate.inferred.std_error
        used = [place[t] for t in leads if t in place and np.isfinite(error[place[t]])]
        lost = [t for t in leads if t not in place or not np.isfinite(error[place[t]])]
        note = f"without {name_some(lost)}" if lost else ""
        q, df = len(used), self.estimate.clusters_scoring - 1
        if not q or q > df:
            why = f"{q} leads and {df + 1} clusters" if q else "no lead has a standard error"
            return JointTest(np.nan, q, df, np.nan, why)
        b = self.estimate.fit.coefficients[used]
        V = self.estimate.inferred.covariance[np.ix_(used, used)]
        statistic = float(b @ np.linalg.solve(V, b)) / q
        return JointTest(statistic, q, df, float(fisher.sf(statistic, q, df)), note)

    def average(self, level: float = 0.95) -> pd.DataFrame:
        """Mean of the coefficients from time zero on, the last (binned) time left out.

        Returns
        -------
        pandas.DataFrame
            One row, as :meth:`Estimate.tidy`; missing where a time is not estimable.
        """
        late = [k for k in self.times if k >= 0]
        return self._average(late[:-1] or late, level)

    def average_leads(self, level: float = 0.95) -> pd.DataFrame:
        """Mean of the coefficients before time zero other than the reference, the ends with them.

        They are measured against the reference, by default the last period before the rise. A
        negative mean therefore says that the outcome stood lower earlier than just before the rise,
        so that it rose towards it; a positive one that it fell.

        Returns
        -------
        pandas.DataFrame
            One row, as :meth:`average`; missing where a time is not estimable, or where the
            reference is the only lead.
        """
        return self._average([k for k in self.times if k < 0 and k != self.reference], level)

    def _average(self, times: list[int], level: float) -> pd.DataFrame:
        check_arguments("event study", level=level)
        place = {term: j for j, term in enumerate(self.estimate.fit.cells.terms)}
        used = [place[t] for t in (name_time(self.treatment, k) for k in times) if t in place]
        value, error = np.nan, np.nan
        if times and len(used) == len(times):
            value = float(self.estimate.fit.coefficients[used].mean())
            error = float(np.sqrt(self.estimate.inferred.covariance[np.ix_(used, used)].mean()))
        df = self.estimate.clusters_scoring - 1
        reach = student.ppf((1 + level) / 2, df) * error
        return pd.DataFrame(
            {
                "term": [f"mean of {times[0]} to {times[-1]}" if times else "mean of no time"],
                "estimate": value,
                "std_error": error,
                "statistic": value / error,
                "df": df,
                "p_value": 2 * student.sf(abs(value / error), df),
                "conf_low": value - reach,
                "conf_high": value + reach,
            }
        )

    def summary(self) -> str:
        """Text for the terminal: model and sample, times, joint test, notes, rows lost."""
        found = self.estimate
        _, ratio = engines.name_scale(found.specification)
        table = self.tidy().assign(term=[f"{k:+d}" for k in self.times])
        table = table[table["event_time"] != self.reference]
        shown = pd.concat([table, self.average()], ignore_index=True)
        model = (
            f"event study, {found.specification.family}: {found.specification.outcome} by time "
            f"from the first rise of {self.treatment}, against time {self.reference}"
            + (f", in steps of {self.width}" if self.width > 1 else "")
        )
        sample = (
            f"{found.rows:,} rows, {found.units} {found.panel.unit}s; {found.inferred.method} by "
            f"{found.specification.inference.cluster}: {found.clusters} clusters"
        )
        notes = [str(self.test_leads()), *self.notes, *found.inferred.notes]
        notes += [f"lost {x.rows} rows, {x.reason}: {name_some(x.names)}" for x in found.losses]
        told = [line for note in dict.fromkeys(filter(None, notes)) for line in wrap(note)]
        head = [*wrap(model), *wrap(sample), ""]
        return "\n".join([*head, *write_terms(shown, ratio=ratio), "", *told])

    def plot(self, ax: Axes | None = None, *, level: float = 0.95) -> Axes:
        """Coefficients by event time with their intervals; as ratios on a log axis for poisson."""
        scale, ratio = engines.name_scale(self.estimate.specification)
        panel = self.estimate.panel
        dated = pd.api.types.is_datetime64_any_dtype(panel.frame[panel.time])
        return draw_event_times(
            self.tidy(level), ax, reference=self.reference, scale=scale, ratio=ratio, level=level,
            outcome=self.estimate.specification.outcome,
            time=f"{'Months' if dated else panel.time} from the first rise of {self.treatment}"
            + (f", in steps of {self.width}" if self.width > 1 else ""),
        )  # fmt: skip

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        _, ratio = engines.name_scale(self.estimate.specification)
        notes = write_items([str(self.test_leads()), *self.notes])
        return f"{write_frame(format_terms(self.tidy(), ratio=ratio))}{notes}"


def event_study(
    specification: Specification,
    panel: Panel,
    *,
    leads: int,
    lags: int,
    reference: int = -1,
    width: int = 1,
) -> EventStudy:
    r"""Estimate the outcome by time from the first rise of the treatment.

    For unit i whose treatment first rises at :math:`r_i`, the treatment of the specification gives
    way to indicators of :math:`k = t - r_i`, one for each k from minus ``leads`` to ``lags`` other
    than the reference; the two ends hold all that is further away. A unit without a rise has no
    indicator: it is the comparison. Where effects differ between units that rise early and late,
    the coefficients mix them (Sun and Abraham 2021): :func:`staggered` does not.

    Parameters
    ----------
    specification : Specification
        Linear or poisson, within effects.
    panel : Panel
        Left as it is. Rises are read within it, so it should begin before the treatment does.
    leads, lags : int
        At least one and zero, in steps of ``width`` periods.
    reference : int
        Step from minus ``leads`` to -1.
    width : int
        Periods of a step (calendar months where time is a date). Where events are rare, single
        periods may hold none; a step of w periods is named by its first, 0, w, 2w, ...

    Returns
    -------
    EventStudy

    Raises
    ------
    SpecificationError
        Family, estimator, leads, lags or reference that are not served; or a column that is not
        what it is taken for: every breach in one message.
    NoVariationError
        No unit rises.
    EmptySampleError
        An event time without a row.
    EstimationError
        As :func:`pkstats.estimate`.
    """
    _check(specification, panel, leads=leads, lags=lags, reference=reference, width=width)
    values = panel.frame[specification.treatment].astype(float)
    raised, always = find_first_rises(values, panel)
    period = panel.periods.to_numpy()
    reference, last = reference * width, lags * width
    times = np.clip(np.floor((period - raised) / width), -leads, lags) * width
    wanted = range(-leads * width, last + 1, width)
    _check_support(times[~always & values.notna().to_numpy()], panel, wanted)
    names = {k: name_time(specification.treatment, k) for k in wanted}
    frame = panel.frame.assign(
        **{
            name: np.where(values.isna(), np.nan, (times == k).astype(float))
            for k, name in names.items()
            if k != reference
        }
    )
    others = [name for k, name in names.items() if k not in (last, reference)]
    model = replace(
        specification, treatment=names[last], controls=(*others, *specification.controls)
    )
    kept = replace(panel, frame=frame[~always].reset_index(drop=True))
    found = estimate(model, kept)
    lost = _lose(panel, always, specification.outcome)
    found = replace(found, losses=lost + found.losses)
    return EventStudy(
        estimate=found,
        treatment=specification.treatment,
        times=tuple(names),
        reference=reference,
        width=width,
        support=_count_support(found, times[~always]),
        notes=_describe(found, names, times[~always], values[~always]),
    )


def name_time(treatment: str, k: int) -> str:
    """Name of the indicator of event time k."""
    return f"{treatment} at {k:+d}"


def find_first_rises(values: pd.Series, panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Period of the first rise of each row's unit, and rows of units treated throughout.

    Parameters
    ----------
    values : pandas.Series
        Treatment, row by row; a missing value is passed over.
    panel : Panel
        Sorted by unit and time.

    Returns
    -------
    raised : ndarray of float, shape (rows,)
        Missing where the unit's treatment never rises; after a gap in the rows, the first row of
        the higher treatment.
    always : ndarray of bool, shape (rows,)
        Units that a treatment of two values finds at the higher one in their first row and that
        never rise: when it began is unknown. With more values the first level is a level like
        any other and such a unit is a comparison.
    """
    unit = panel.frame[panel.unit]
    observed = values.dropna()
    before = observed.groupby(unit[observed.index]).shift()
    risen = observed.index[observed > before]
    period = panel.periods
    first = period[risen].groupby(unit[risen]).min()
    raised = unit.map(first).to_numpy(dtype=float, na_value=np.nan)
    start = unit.map(observed.groupby(unit[observed.index]).first())
    binary = observed.nunique() <= 2
    always = (start == observed.max()).to_numpy() & np.isnan(raised) & binary
    return raised, always


def _check(
    specification: Specification,
    panel: Panel,
    *,
    leads: int,
    lags: int,
    reference: int,
    width: int,
) -> None:
    breaches = Breaches("event study")
    engine = engines.look_up(specification.family, specification.estimator)
    if engine is not None:
        engines.demand(engine, "event study", breaches)
    for name, value, range_ in (
        ("leads", leads, COUNT),
        ("lags", lags, FROM_ZERO),
        ("width", width, COUNT),
    ):
        note_argument(breaches, name, value, range_)
    if not breaches and not (is_whole(reference) and -leads <= reference <= -1):
        breaches.add(f"reference={reference} is no lead", remedy=f"one of {-leads} to -1")
    validate([(specification, panel)], subject=breaches)


def _check_support(times: np.ndarray, panel: Panel, wanted: range) -> None:
    if np.isnan(times).all():
        raise NoVariationError(
            f"no {panel.unit} has a first rise of the treatment. Remedy: a panel that begins "
            "before the treatment does, or another treatment"
        )
    empty = [k for k in wanted if not (times == k).any()]
    if empty:
        raise EmptySampleError(
            f"no row stands at event times {name_some(empty)}. Remedy: fewer leads or lags"
        )


def _lose(panel: Panel, always: np.ndarray, outcome: str) -> tuple[Loss, ...]:
    if not always.any():
        return ()
    rows = panel.frame[always]
    names = tuple(map(str, rows[panel.unit].unique()))
    return (Loss("treated throughout", len(rows), names, float(rows[outcome].sum())),)


def _count_support(found: Estimate, times: np.ndarray) -> pd.DataFrame:
    """Units and rows used at each event time."""
    cells = found.fit.cells
    used = pd.DataFrame({"event_time": times[cells.position], "unit": cells.unit}).dropna()
    counted = used.groupby("event_time")["unit"].agg(["nunique", "size"]).reset_index()
    counted["event_time"] = counted["event_time"].astype(int)
    return counted.rename(columns={"nunique": "units", "size": "rows"})


def _describe(
    found: Estimate, names: dict[int, str], times: np.ndarray, values: pd.Series
) -> tuple[str, ...]:
    cells = found.fit.cells
    unit = pd.Series(cells.unit)
    rising = int(unit[~np.isnan(times[cells.position])].nunique())
    notes = [f"{rising} units rise, {unit.nunique() - rising} are the comparison"]
    if unit.nunique() == rising:
        notes.append("no unit without a rise: times are told apart by their binned ends alone")
    fallen = values.groupby(found.panel.frame[found.panel.unit].to_numpy()).diff() < 0
    if fallen.any():
        count = found.panel.frame.loc[fallen.to_numpy(), found.panel.unit].nunique()
        notes.append(f"the treatment falls again in {count} units; times go on from the first rise")
    dropped = [n for n in names.values() if n in found.fit.dropped_terms]
    if dropped:
        notes.append(f"not estimable, separated or collinear: {name_some(dropped)}")
    return tuple(notes)
