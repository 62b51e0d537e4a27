"""Estimate and estimate(): from a specification and a panel to a result that shows itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pkstats import engines
from pkstats.engines import Fit, Loss
from pkstats.engines.sample import draw_sample
from pkstats.errors import SpecificationError, name_some
from pkstats.inference import Inferred, infer, tabulate
from pkstats.panels import Panel
from pkstats.specification import Inference, Specification

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
        return pd.DataFrame(
            [(x.reason, x.rows, ", ".join(x.names), x.events) for x in self.losses],
            columns=["reason", "rows", "names", "events"],
        ).astype({"reason": str, "rows": int, "names": str, "events": float})

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Terms as a table.

        Parameters
        ----------
        level : float
            Coverage of the interval.

        Returns
        -------
        pandas.DataFrame
            RangeIndex; term estimate std_error statistic df p_value conf_low conf_high.
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
        return replace(self, specification=specification, inferred=infer(specification, self.fit))

    def summary(self) -> str:
        """Text for the terminal: the model, the terms, the clusters and what was lost."""
        return "\n".join(_describe(self))

    def plot(self, ax: Axes | None = None, *, level: float = 0.95) -> Axes:
        """Coefficients with their intervals."""
        import matplotlib.pyplot as plt

        table = self.tidy(level)
        if ax is None:
            _, ax = plt.subplots(figsize=(6, 1 + 0.4 * len(table)))
        place = np.arange(len(table))[::-1]
        ax.axvline(0, color="0.6", linewidth=0.8)
        ax.hlines(place, table["conf_low"], table["conf_high"], color="0.25")
        ax.plot(table["estimate"], place, "o", color="0.1")
        ax.set_yticks(place, table["term"])
        scale, _ = engines.name_scale(self.specification)
        ax.set_xlabel(f"{scale}, {level:.0%} interval")
        return ax

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        lines = "<br>".join(_describe(self, table=False))
        return f"<p>{lines}</p>{self.tidy().to_html(index=False, float_format='{:.4f}'.format)}"


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
        No engine can honour the family, the estimator, its effects or its exposure.
    EstimationError
        The data cannot answer: every breach in one message.
    SeparationError
        The treatment has no finite estimate.
    """
    engines.find_engine(specification)
    cells, losses = draw_sample(specification, panel)
    fit = engines.fit(specification, cells)
    inferred = infer(specification, fit)
    return Estimate(specification, panel, fit, inferred, losses + fit.losses)


def _describe(result: Estimate, *, table: bool = True) -> list[str]:
    specification, fit = result.specification, result.fit
    intercept = "0" if specification.estimator == "first_difference" else "1"
    effects = " + ".join(specification.effects) or intercept
    exposure = ""
    if specification.exposure:
        exposure = f", {specification.exposure_as} {specification.exposure}"
    formula = f"{specification.outcome} ~ {' + '.join(fit.cells.terms)} | {effects}{exposure}"
    family = specification.family
    model = f"linear, {specification.estimator}" if family == "linear" else family
    events = "" if family == "linear" else f", {result.events:g} events"
    lines = [
        f"{model}: {formula}",
        f"{result.rows:,} rows, {result.units} {result.panel.unit}s{events}; "
        f"{result.inferred.method} by {specification.inference.cluster}: {result.clusters} "
        f"clusters, {result.clusters_scoring} with a score",
    ]
    if table:
        lines += ["", result.tidy().to_string(index=False, float_format="{:.4f}".format), ""]
    if np.isfinite(fit.dispersion):
        lines.append(
            f"ln alpha {np.log(fit.dispersion):.4f}, log likelihood {fit.log_likelihood:.4f}"
        )
    for note in dict.fromkeys(filter(None, (*result.inferred.notes, *fit.notes))):
        lines.append(note)
    if fit.dropped_terms:
        lines.append(f"dropped as collinear: {', '.join(fit.dropped_terms)}")
    for loss in result.losses:
        lines.append(f"lost {loss.rows} rows, {loss.reason}: {name_some(loss.names)}")
    return lines
