"""The gate before anything is frozen: identification seen without the outcome's answer."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pkstats.checks.identification import (
    FEWEST_SWITCHING,
    LARGEST_LEVERAGE,
    WINDOW,
    GateRule,
    count_effective,
    tabulate_clusters,
)
from pkstats.data.panels import Panel
from pkstats.display.markup import write_frame, write_paragraph
from pkstats.errors import AbsorbedError, Breaches, SpecificationError
from pkstats.estimation.engines import Loss, find_engine
from pkstats.estimation.engines.catalogue import ENGINES, choose_settings
from pkstats.estimation.engines.restricted import Restricted
from pkstats.estimation.engines.sample import draw_sample
from pkstats.estimation.kernels.collinearity import find_collinear
from pkstats.estimation.kernels.effects import Effects, partial_out
from pkstats.estimation.specification import Specification


@dataclass(frozen=True, repr=False)
class BlindGate:
    """Where the variation would come from, before the treatment is estimated.

    It holds no coefficient, mean or residual. Of the outcome it tells the events of a cluster and
    those around its switches, and, through weights of the model without the treatment, nothing
    else.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a cluster, largest leverage first: ``<cluster> <unit>s switches events
        events_around_switch leverage``, as of
        :class:`~pkstats.checks.identification.Identification`.
    passes : bool
        The gate's answer.
    reasons : tuple of str
        What it found.
    switching : int
        Clusters with an event around a switch of their own.
    effective_clusters : float
        Effective number of clusters: one over the sum of squared leverages.
    rows : int
        Rows of the model without the treatment.
    lost : pandas.DataFrame
        Rows lost: reason rows names events.
    """

    table: pd.DataFrame
    passes: bool
    reasons: tuple[str, ...]
    switching: int
    effective_clusters: float
    rows: int
    lost: pd.DataFrame

    def __repr__(self) -> str:
        table = self.table.to_string(index=False, float_format="{:.3f}".format)
        return f"{self._describe()}\n{table}"

    def _repr_html_(self) -> str:
        table = write_frame(self.table, float_format="{:.3f}".format)
        return f"{write_paragraph(self._describe())}{table}"

    def _describe(self) -> str:
        verdict = "passes" if self.passes else "fails"
        return (
            f"Identification gate {verdict} before the treatment is estimated: "
            f"{'; '.join(self.reasons)}. Effective clusters {self.effective_clusters:.1f} of "
            f"{len(self.table)}; {self.rows:,} rows."
        )


def preview_gate(
    specification: Specification,
    panel: Panel,
    *,
    window: int = WINDOW,
    fewest: int = FEWEST_SWITCHING,
    largest: float = LARGEST_LEVERAGE,
) -> BlindGate:
    r"""Judge the gate without estimating the treatment: to be looked at before a freeze.

    Leverage is that of :func:`~pkstats.checks.identification.identify`,
    :math:`w_i \ddot x_i^2` by cluster, with the weights w of the model without the treatment
    (controls, effects and exposure). For a linear model the weights are one and leverage is the
    same. With another family it differs as far as the treatment moves the mean; rows that the
    treatment alone separates stay, so that the gate is defined where the estimate is not.

    Parameters
    ----------
    specification : Specification
        Linear (pooled, within or first differences), poisson, negative binomial, logit or a hazard
        in discrete time; its method of inference plays no part.
    panel : Panel
        Left as it is.
    window : int
        Periods on each side of a switch (months where time is a date), at least 1.
    fewest : int
        Clusters with events around their own switches that the gate asks for.
    largest : float
        Largest share of leverage in one cluster that it passes.

    Returns
    -------
    BlindGate

    Raises
    ------
    SpecificationError
        An engine whose weights without the treatment are not defined here; a threshold out of
        range; or as :func:`~pkstats.estimation.estimate.estimate`.
    EstimationError
        The sample is empty, the treatment never varies or is absorbed, or the model without the
        treatment has no fit.
    """
    gate = GateRule(window, fewest, largest)
    engine = find_engine(specification)
    breaches = Breaches("gate without the treatment")
    if engine.restrict is None:
        served = ", ".join(e.name for e in ENGINES if e.restrict)
        breaches.add(
            f"no weights without the treatment for family {engine.family!r}, estimator "
            f"{engine.estimator!r}",
            remedy=f"one of {served}",
        )
        breaches.raise_as(SpecificationError)
        raise AssertionError
    cells, losses = draw_sample(specification, panel)
    kept = engine.restrict(cells, **choose_settings(specification, engine))
    effects = engine.encode_effects(kept.cells)
    _check_treatment(kept, effects)
    residualised = kept.cells.regressors
    if effects is not None:
        residualised = partial_out(effects, kept.weights, residualised)
    table, _ = tabulate_clusters(
        kept.cells,
        residualised,
        kept.weights,
        cluster=specification.inference.cluster,
        units=f"{panel.unit}s",
        differenced=engine.differenced,
        window=gate.window,
    )
    passes, reasons, switching = gate.judge(table, specification.inference.cluster)
    return BlindGate(
        table=table,
        passes=passes,
        reasons=reasons,
        switching=switching,
        effective_clusters=count_effective(table["leverage"].to_numpy()),
        rows=len(kept.cells),
        lost=Loss.tabulate(losses + kept.losses),
    )


def _check_treatment(kept: Restricted, effects: Effects | None) -> None:
    if 0 in find_collinear(kept.cells.regressors, effects):
        raise AbsorbedError(
            f"treatment {kept.cells.terms[0]!r} is absorbed by the effects or collinear with the "
            "controls in the rows that the model without it keeps. Remedy: drop the effect or "
            "control that determines it"
        )
