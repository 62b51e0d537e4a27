"""stacked_renewals(): renewals at which a treatment steps, against those at which it does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pkstats.arguments import TWO, note_argument
from pkstats.comparisons.renewal_windows import RenewalWindows, draw_windows
from pkstats.data.panels import Panel
from pkstats.display.markup import write_frame
from pkstats.display.terms import draw_terms, format_terms, wrap, write_terms
from pkstats.errors import Breaches, name_some
from pkstats.estimation.estimate import Estimate, engines, estimate
from pkstats.estimation.specification import Inference, Specification
from pkstats.estimation.validation import validate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Columns of the stacked panel: a renewal with its window in a stack, and the stack's event time.
WINDOW, EVENT_TIME = "stacked_renewal", "stacked_event_time"
#: Regressors of the two models.
POST, PRE = "step after the renewal", "step late before the renewal"


@dataclass(frozen=True, repr=False)
class StackedRenewals:
    """Renewals with a step against renewals without one.

    Parameters
    ----------
    specification : Specification
        What was asked, before it was stacked.
    effect : Estimate
        Change of the outcome at a step, by unit of it: step size times after.
    pre_period : Estimate
        On rows before alone: step size times the late half. Positive where the outcome moves in the
        direction of the step before it happens: it rises before a step up.
    steps : pandas.DataFrame
        A row a stepping renewal: the unit, the time, step, comparisons_own and comparisons_other
        (renewals without a step, of the same unit and of units not yet stepped), periods_before,
        periods_after, events_before, events_after (complete rows of its own window).
    lost : pandas.DataFrame
        part reason renewals rows names events: what was left out and why; `part` is steps,
        comparisons (a renewal counts once for each stack that it was looked at for), effect or
        pre_period (rows that the fit could not use).
    window, lag : int
        Periods on each side, and from the renewal to time zero.
    """

    specification: Specification
    effect: Estimate
    pre_period: Estimate
    steps: pd.DataFrame
    lost: pd.DataFrame
    window: int
    lag: int

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Both coefficients: term (``post``, ``pre``) and the columns of :meth:`Estimate.tidy`."""
        lines = [
            found.tidy(level).head(1).assign(term=term)
            for term, found in (("post", self.effect), ("pre", self.pre_period))
        ]
        return pd.concat(lines, ignore_index=True)

    def summary(self) -> str:
        """Text for the terminal: design, both coefficients, steps, and what was left out."""
        asked, ratio = self.specification, engines.name_scale(self.specification)[1]
        design = (
            f"stacked renewals, {asked.family}: {asked.outcome} after a step of {asked.treatment}, "
            f"{self.window} periods on each side"
        )
        sample = (
            f"{len(self.steps)} renewals with a step, {self.steps[list(COMPARISONS)].sum().sum()} "
            f"comparisons; {self.effect.rows:,} rows, {self.effect.events:,g} events; "
            f"{self.effect.inferred.method} by {asked.inference.cluster}: "
            f"{self.effect.clusters} clusters"
        )
        notes = [f"{n}: {e.note}" for n, e in (("post", self.effect), ("pre", self.pre_period))]
        notes = [note for note in notes if not note.endswith(": ")]
        notes += [_say_lost(line) for _, line in self.lost.iterrows()]
        told = [line for note in notes for line in wrap(note)]
        head = [*wrap(design), *wrap(sample), ""]
        return "\n".join([*head, *write_terms(self.tidy(), ratio=ratio), "", *told]).rstrip()

    def plot(self, ax: Axes | None = None, *, level: float = 0.95) -> Axes:
        """Both coefficients with their intervals; as ratios on a log axis for counts."""
        scale, ratio = engines.name_scale(self.specification)
        names = {"post": "after the step", "pre": "late before the step"}
        table = self.tidy(level)
        return draw_terms(
            table.assign(term=table["term"].map(names)), ax, scale=scale, ratio=ratio, level=level,
            outcome=self.specification.outcome,
        )  # fmt: skip

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        _, ratio = engines.name_scale(self.specification)
        return f"{write_frame(format_terms(self.tidy(), ratio=ratio))}{write_frame(self.steps)}"


COMPARISONS = ("comparisons_own", "comparisons_other")


def stacked_renewals(
    specification: Specification, panel: Panel, *, renewal: str, window: int = 6
) -> StackedRenewals:
    r"""Compare the outcome around renewals with a step of the treatment and around others.

    Each renewal r at which the treatment, before its lag L, steps by :math:`d_r` makes a stack s:
    its own window and those of its comparisons (:func:`draw_windows` states which). Rows of a
    window run from ``window`` periods before time zero to ``window - 1`` after it; time zero is
    L periods after the renewal, when the treatment of the specification first holds the step. With
    w a window and :math:`k` the event time, for counts

    .. math:: E[y_{swk}] = E_{swk}\exp(\beta d_s 1[w = r, k \ge 0] + \gamma' z + \alpha_{sw}
              + \delta_{sk})

    and linear models alike (stacked differences in differences: Cengiz and others 2019; Wing,
    Freedman and Hollingsworth 2024). The unit of a stack is a renewal with its window, not the
    mission: with one effect for all windows of a mission, a step that is taken in a violent year
    would count as an effect of the step. The effects of the specification give way to
    :math:`\alpha` and :math:`\delta`; controls and exposure stay. The pre-period model holds the
    rows with :math:`k < 0` and the regressor :math:`d_s 1[w = r, k \ge -\lfloor K/2 \rfloor]`, K
    the window: in a window of an odd length the middle period belongs to the early half.

    A row may stand in several stacks. The clusters are the specification's, which hold all copies
    of a row together as long as units are nested in them; covariance is the cluster jackknife.

    Parameters
    ----------
    specification : Specification
        Linear or poisson, within effects. A treatment named ``<column>_lag<k>`` is read as that
        column k periods before.
    panel : Panel
        The sample, with the column before the lag in it. Left as it is.
    renewal : str
        Column that is 1 in periods of a renewal, else 0.
    window : int
        Periods on each side, at least 2.

    Returns
    -------
    StackedRenewals

    Raises
    ------
    SpecificationError
        Family, estimator, window or columns that are not served or not what they are taken for:
        every breach in one message.
    NoVariationError
        No renewal has a step.
    NoComparisonError
        No renewal with a step is left that has a comparison.
    EstimationError
        As :func:`pkstats.estimate`, of either model.
    """
    _check(specification, panel, window=window)
    drawn = draw_windows(specification, panel, renewal=renewal, window=window)
    cluster = specification.inference.cluster
    inference = Inference(cluster=cluster, method="CRV3")
    model = replace(specification, effects=(WINDOW, EVENT_TIME), inference=inference)
    frame = _stack(drawn, panel, specification.treatment, window=window)
    effect = _fit(replace(model, treatment=POST), frame, panel)
    before = frame[frame["event_time"] < 0].reset_index(drop=True)
    pre_period = _fit(replace(model, treatment=PRE), before, panel)
    parts = [drawn.lost]
    for part, found in (("effect", effect), ("pre_period", pre_period)):
        parts.append(found.lost.assign(part=part, renewals=0))
    lost = pd.concat(parts, ignore_index=True)[list(drawn.lost.columns)]
    return StackedRenewals(
        specification=specification,
        effect=effect,
        pre_period=pre_period,
        steps=drawn.steps,
        lost=lost.astype({"renewals": int, "rows": int}),
        window=window,
        lag=drawn.lag,
    )


def _check(specification: Specification, panel: Panel, *, window: int) -> None:
    breaches = Breaches("stacked renewals")
    engine = engines.look_up(specification.family, specification.estimator)
    if engine is not None:
        engines.demand(engine, "event study", breaches)
    note_argument(breaches, "window", window, TWO)
    taken = [c for c in (WINDOW, EVENT_TIME, "event_time", POST, PRE) if c in panel.frame]
    if taken:
        breaches.add(f"columns {name_some(taken)} are made here", remedy="rename them")
    validate([(specification, panel)], subject=breaches)


def _say_lost(line: pd.Series) -> str:
    count, what = (line["renewals"], "renewal") if line["renewals"] else (line["rows"], "row")
    return f"left out of {line['part']}: {count} {what}{'s' * (count != 1)}, {line['reason']}"


def _stack(drawn: RenewalWindows, panel: Panel, treatment: str, *, window: int) -> pd.DataFrame:
    """Rows of all stacks below one another, with both regressors."""
    rows = drawn.rows
    frame = panel.frame.iloc[rows["row"].to_numpy()].reset_index(drop=True)
    k = rows["event_time"].to_numpy()
    known = frame[treatment].notna().to_numpy()
    size = np.where(known, rows["step"].to_numpy(dtype=float), np.nan)
    added: dict[str, Any] = {
        WINDOW: rows["stack"] + " | " + rows["renewal"],
        EVENT_TIME: rows["stack"] + " | " + rows["event_time"].map("{:+d}".format),
        "event_time": k,
        POST: size * (k >= 0),
        PRE: size * (k >= -(window // 2)),
    }
    return frame.assign(**added)


def _fit(model: Specification, frame: pd.DataFrame, panel: Panel) -> Estimate:
    stacked = Panel.from_frame(
        frame, unit=WINDOW, time=panel.time, name=f"{panel.name}, stacked renewals"
    )
    return estimate(model, stacked)
