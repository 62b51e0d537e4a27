"""Estimate and estimate(): from a specification and a panel to a result that shows itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats.arguments import check_arguments
from pkstats.data.panels import Panel
from pkstats.display.markup import write_frame, write_items, write_paragraph
from pkstats.display.terms import draw_terms, format_terms, wrap, write_terms
from pkstats.errors import SpecificationError, name_some
from pkstats.estimation import engines
from pkstats.estimation.engines import Fit, Loss
from pkstats.estimation.engines.sample import draw_sample
from pkstats.estimation.engines.unit_effects import tabulate_units
from pkstats.estimation.inference import Inferred, infer, tabulate
from pkstats.estimation.specification import Inference, Specification

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class Estimate:
    """A specification estimated on a panel.

    Parameters
    ----------
    specification : Specification
        What was asked.
    panel : Panel
        On what.
    fit : Fit
        Coefficients, means and scores on the rows used.
    inferred : Inferred
        Covariance, clusters, notes.
    losses : tuple of Loss
        Rows lost, by reason.
    """

    specification: Specification
    panel: Panel
    fit: Fit
    inferred: Inferred
    losses: tuple[Loss, ...]

    @property
    def coefficient(self) -> float:
        """Estimate of the treatment, per unit of it, on the scale that the engine names."""
        return float(self.fit.coefficients[0])

    @property
    def std_error(self) -> float:
        """Standard error of the treatment; missing where undefined."""
        return float(self.inferred.std_error[0])

    @property
    def statistic(self) -> float:
        """Estimate over standard error."""
        return self.coefficient / self.std_error

    @property
    def degrees_of_freedom(self) -> float:
        """Of Student's t of the treatment: G* - 1, or Satterthwaite's under CRV2."""
        return float(self.inferred.degrees_of_freedom[0])

    @property
    def rows(self) -> int:
        """Rows used."""
        return len(self.fit.cells)

    @property
    def events(self) -> float:
        """Sum of the outcome over the rows used."""
        return float(self.fit.cells.outcome.sum())

    @property
    def units(self) -> int:
        """Units with a row used."""
        return len(np.unique(self.fit.cells.unit))

    @property
    def clusters(self) -> int:
        """Clusters with a row used, G."""
        return self.inferred.clusters

    @property
    def clusters_scoring(self) -> int:
        """Clusters that keep a score, G*."""
        return self.inferred.clusters_scoring

    @property
    def note(self) -> str:
        """Why the treatment's standard error is undefined; empty where it is defined."""
        return self.inferred.notes[0]

    @property
    def lost(self) -> pd.DataFrame:
        """Rows lost: reason, rows, names (of units or levels), events (sum of the outcome)."""
        return Loss.tabulate(self.losses)

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Terms as a table.

        Parameters
        ----------
        level : float
            Coverage of the interval, in (0, 1).

        Returns
        -------
        pandas.DataFrame
            RangeIndex; term estimate std_error statistic df p_value conf_low conf_high.

        Raises
        ------
        SpecificationError
            Level outside (0, 1).
        """
        return tabulate(self.fit.cells.terms, self.fit.coefficients, self.inferred, level=level)

    def with_inference(self, inference: Inference) -> Estimate:
        """Return the same fit under another method or factor; the cluster column stays.

        Raises
        ------
        SpecificationError
            The cluster differs.
        """
        if inference.cluster != self.specification.inference.cluster:
            raise SpecificationError(
                f"cluster {inference.cluster!r} differs from "
                f"{self.specification.inference.cluster!r}. Remedy: call estimate() again"
            )
        specification = replace(self.specification, inference=inference)
        engines.find_engine(specification)
        return replace(self, specification=specification, inferred=infer(specification, self.fit))

    def unit_effects(self, level: float = 0.95) -> pd.DataFrame:
        """What each unit has of its own in a mixed model, shrunken towards the common value.

        A slope is the common coefficient plus the unit's deviation; an intercept is the deviation
        alone. The interval is normal and conditional: it takes the common coefficients and the
        variances as known.

        Returns
        -------
        pandas.DataFrame
            RangeIndex; unit term estimate std_error conf_low conf_high.

        Raises
        ------
        SpecificationError
            The model is not mixed, or level lies outside (0, 1).
        """
        if self.fit.unit_effects is None:
            raise SpecificationError(
                f"estimator {self.specification.estimator!r} draws nothing by unit. "
                "Remedy: estimator='mixed'"
            )
        check_arguments("unit effects", level=level)
        common = dict(zip(self.fit.cells.terms, self.fit.coefficients, strict=True))
        return tabulate_units(self.fit.unit_effects, common, level=level)

    def summary(self) -> str:
        """Text for the terminal: the model, the terms, the clusters and what was lost."""
        _, ratio = engines.name_scale(self.specification)
        terms = write_terms(self.tidy(), ratio=ratio)
        head = [line for text in _describe(self) for line in wrap(text)]
        notes = [line for note in _list_notes(self) for line in wrap(note)]
        return "\n".join([*head, "", *terms, "", *notes]).rstrip()

    def plot(self, ax: Axes | None = None, *, level: float = 0.95) -> Axes:
        """Terms with their intervals; as ratios on a log axis where the model has a log scale."""
        scale, ratio = engines.name_scale(self.specification)
        outcome = self.specification.outcome
        return draw_terms(
            self.tidy(level), ax, outcome=outcome, scale=scale, ratio=ratio, level=level
        )

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        _, ratio = engines.name_scale(self.specification)
        model, sample = _describe(self)
        table = write_frame(format_terms(self.tidy(), ratio=ratio))
        return f"{write_paragraph(sample, head=model)}{table}{write_items(_list_notes(self))}"


def estimate(specification: Specification, panel: Panel) -> Estimate:
    """Estimate a specification on a panel.

    Parameters
    ----------
    specification : Specification
        What to estimate.
    panel : Panel
        Any panel; only the model columns are checked, and the frame is left as it is.

    Returns
    -------
    Estimate

    Raises
    ------
    SpecificationError
        No engine can honour the family, the estimator, its effects or its exposure; or the
        columns are not what the specification says: every breach in one message.
    EstimationError
        The data cannot answer, each failure by its own class: an empty sample, a treatment that
        never varies, is absorbed or separated, too few clusters, no convergence.
    """
    engines.find_engine(specification)
    cells, losses = draw_sample(specification, panel)
    fit = engines.fit(specification, cells)
    inferred = infer(specification, fit)
    return Estimate(specification, panel, fit, inferred, losses + fit.losses)


def _describe(result: Estimate) -> tuple[str, str]:
    """Model and sample."""
    specification, fit = result.specification, result.fit
    engine = engines.find_engine(specification)
    none = "0" if engine.differenced else "1"
    effects = " + ".join(specification.effects) or none
    formula = f"{specification.outcome} ~ {' + '.join(fit.cells.terms)} | {effects}"
    if fit.cells.instrument_names:
        formula += f" | {specification.treatment} ~ {' + '.join(fit.cells.instrument_names)}"
    if specification.exposure:
        formula += f", {specification.exposure_as} {specification.exposure}"
    family = specification.family.replace("_", " ")
    estimator = specification.estimator.replace("_", " ")
    events = "" if engine.outcome == "number" else f", {result.events:,g} events"
    sample = (
        f"{result.rows:,} rows, {result.units} {result.panel.unit}s{events}; "
        f"{result.inferred.method} by {specification.inference.cluster}: {result.clusters} "
        f"clusters, {result.clusters_scoring} with a score"
    )
    return f"{family}, {estimator}: {formula}", sample


def _list_notes(result: Estimate) -> list[str]:
    """What a reader must know, and every row that was lost, one sentence each."""
    fit = result.fit
    notes: list[str] = []
    if np.isfinite(fit.dispersion):
        notes.append(
            f"ln alpha {np.log(fit.dispersion):.4f}, log likelihood {fit.log_likelihood:.4f}"
        )
    elif np.isfinite(fit.log_likelihood):
        likelihood = engines.find_engine(result.specification).likelihood
        notes.append(f"{likelihood} {fit.log_likelihood:.4f}")
    notes += dict.fromkeys(filter(None, (*result.inferred.notes, *fit.notes)))
    if fit.dropped_terms:
        notes.append(f"dropped as collinear: {', '.join(fit.dropped_terms)}")
    for loss in result.losses:
        plural = "" if loss.rows == 1 else "s"
        notes.append(f"lost {loss.rows} row{plural}, {loss.reason}: {name_some(loss.names)}")
    return notes
