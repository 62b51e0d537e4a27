"""Identification: which clusters' changes of the treatment carry an estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pkstats.arguments import note_arguments
from pkstats.checks.switching import count_switching
from pkstats.display.markup import write_frame, write_paragraph
from pkstats.display.number import name_extreme
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines import Cells, find_engine
from pkstats.estimation.engines.cells import Floats, Integers, Labels
from pkstats.estimation.estimate import Estimate
from pkstats.estimation.inference import reduce_bias_of
from pkstats.estimation.kernels.clusters import sum_by_cluster

#: Periods on each side of a switch: of a monthly panel, two years.
WINDOW = 24
#: Gate: fewest switching clusters with events, largest share of leverage in one cluster.
FEWEST_SWITCHING = 5
LARGEST_LEVERAGE = 0.5
#: Share of the treatment's variation below which clusters hold none between them.
NO_VARIATION = 1e-12
#: Decimal places of leverage, as a share of the largest, within which clusters are tied.
TIED = 9


@dataclass(frozen=True, repr=False)
class Identification:
    r"""Where the variation comes from.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a cluster, largest leverage first: ``<cluster> <unit>s switches events
        events_around_switch leverage``.

        - A switch is a row whose treatment differs from the unit's row before, among the rows
          used (with first differences, a row whose change is not zero).
        - Events are the sum of a count or an indicator; of any other outcome, the rows in which
          it is not zero.
        - Events around switches are those within ``window`` periods of a switch of their own
          unit: from ``window`` periods before it to ``window - 1`` after, each event once.
        - Leverage is the partial leverage of the treatment (MacKinnon, Nielsen and Webb 2023): the
          cluster's share of :math:`\sum_i w_i \ddot x_i^2`, with :math:`\ddot x` the treatment
          less its projection on effects and controls, weighted by w (the mean for poisson).
    passes : bool
        Enough clusters with events around their own switches, none above the largest share of
        leverage.
    reasons : tuple of str
        What the gate found, passed or failed.
    switching : int
        Clusters with an event around a switch of their own.
    effective_clusters : float
        Effective number of clusters (Carter, Schnepel and Steigerwald 2017),
        :math:`G / (1 + \Gamma)` with :math:`\Gamma` the squared coefficient of variation of each
        cluster's part :math:`\gamma_g` in the variance of the coefficient, under independent
        errors: one over the sum of squared leverages.
    effective_clusters_dependent : float
        The same under errors that are perfectly correlated within clusters,
        :math:`\gamma_g = (\sum_{i \in g} \sqrt{w_i} \ddot x_i)^2`; missing where effects leave no
        variation between clusters.
    degrees_of_freedom : float
        Satterthwaite's of the treatment under CRV2, whatever the estimate's own method; missing
        where CRV2 is not defined, and ``note`` says why.
    note : str
        Why the degrees of freedom are missing.
    """

    table: pd.DataFrame
    passes: bool
    reasons: tuple[str, ...]
    switching: int
    effective_clusters: float
    effective_clusters_dependent: float
    degrees_of_freedom: float
    note: str

    def __repr__(self) -> str:
        return (
            f"{self._describe()}\n{self.table.to_string(index=False, float_format='{:.3f}'.format)}"
        )

    def _repr_html_(self) -> str:
        table = write_frame(self.table, float_format="{:.3f}".format)
        return f"{write_paragraph(self._describe())}{table}"

    def _describe(self) -> str:
        verdict = "passes" if self.passes else "fails"
        freedom = f"{self.degrees_of_freedom:.1f}" if not self.note else f"missing ({self.note})"
        return (
            f"Identification gate {verdict}: {'; '.join(self.reasons)}. "
            f"Effective clusters {self.effective_clusters:.1f} of {len(self.table)}; "
            f"Satterthwaite degrees of freedom {freedom}."
        )


@dataclass(frozen=True)
class GateRule:
    """Thresholds of the gate.

    Parameters
    ----------
    window : int
        Periods on each side of a switch (months where time is a date), at least 1.
    fewest : int
        Clusters with events around their own switches that are needed, at least 1.
    largest : float
        Largest share of leverage in one cluster, in (0, 1].
    """

    window: int = WINDOW
    fewest: int = FEWEST_SWITCHING
    largest: float = LARGEST_LEVERAGE

    def __post_init__(self) -> None:
        breaches = Breaches("identification gate")
        note_arguments(breaches, window=self.window, fewest=self.fewest, largest=self.largest)
        breaches.raise_as(SpecificationError)

    def judge(self, table: pd.DataFrame, cluster: str) -> tuple[bool, tuple[str, ...], int]:
        """Whether a table of clusters passes, what was found, and the switching clusters."""
        switching = int((table["events_around_switch"] > 0).sum())
        heavy = table[table["leverage"] > self.largest]
        shares = table.set_index(cluster)["leverage"]
        reasons = (
            f"{switching} clusters with events within {self.window} periods of their own switch "
            f"(at least {self.fewest} needed)",
            f"largest share of leverage {shares.max():.0%} in {name_extreme(shares)} "
            f"(at most {self.largest:.0%})",
        )
        return switching >= self.fewest and heavy.empty, reasons, switching


def identify(
    estimate: Estimate,
    *,
    window: int = WINDOW,
    fewest: int = FEWEST_SWITCHING,
    largest: float = LARGEST_LEVERAGE,
) -> Identification:
    """Tabulate switches, events and leverage by cluster, and judge the gate.

    Parameters
    ----------
    estimate : Estimate
        Of any specification.
    window : int
        Periods on each side of a switch (months where time is a date), at least 1.
    fewest : int
        Clusters with events around their own switches that the gate asks for.
    largest : float
        Largest share of leverage in one cluster that it passes.

    Returns
    -------
    Identification

    Raises
    ------
    SpecificationError
        The window is shorter than one period, or a threshold is out of range.
    """
    gate = GateRule(window, fewest, largest)
    table, scaled = _read(estimate, gate)
    passes, reasons, switching = gate.judge(table, estimate.specification.inference.cluster)
    cells = estimate.fit.cells
    freedom, note = _approximate_freedom(estimate)
    sums_of_rows = sum_by_cluster(scaled[:, None], cells.cluster, count=len(cells.cluster_labels))[
        :, 0
    ]
    between = sums_of_rows[np.unique(cells.cluster)] ** 2
    degenerate = between.sum() < NO_VARIATION * (scaled @ scaled)
    return Identification(
        table=table,
        passes=passes,
        reasons=reasons,
        switching=switching,
        effective_clusters=count_effective(table["leverage"].to_numpy()),
        effective_clusters_dependent=np.nan if degenerate else count_effective(between),
        degrees_of_freedom=freedom,
        note=note,
    )


def check_gate(
    estimate: Estimate,
    *,
    window: int = WINDOW,
    fewest: int = FEWEST_SWITCHING,
    largest: float = LARGEST_LEVERAGE,
) -> tuple[bool, tuple[str, ...]]:
    """Judge the gate alone: as :func:`identify`, without its degrees of freedom.

    Returns
    -------
    passes : bool
        Whether the gate is passed.
    reasons : tuple of str
        What it found.
    """
    gate = GateRule(window, fewest, largest)
    table, _ = _read(estimate, gate)
    passes, reasons, _ = gate.judge(table, estimate.specification.inference.cluster)
    return passes, reasons


def _read(estimate: Estimate, gate: GateRule) -> tuple[pd.DataFrame, Floats]:
    fit, specification = estimate.fit, estimate.specification
    return tabulate_clusters(
        fit.cells,
        fit.residualised,
        fit.weights,
        cluster=specification.inference.cluster,
        units=f"{estimate.panel.unit}s",
        differenced=find_engine(specification).differenced,
        window=gate.window,
    )


def tabulate_clusters(
    cells: Cells,
    residualised: Floats,
    weights: Floats,
    *,
    cluster: str,
    units: str,
    differenced: bool,
    window: int,
) -> tuple[pd.DataFrame, Floats]:
    """Tabulate clusters by leverage.

    Parameters
    ----------
    cells : Cells
        n rows, the treatment first among k regressors.
    residualised : ndarray, shape (n, k)
        Regressors less their weighted projection on the effects.
    weights : ndarray, shape (n,)
        Of that projection.
    cluster, units : str
        Names of the cluster and of the column that counts units.
    differenced : bool
        Whether the treatment is a change already.
    window : int
        Periods on each side of a switch.

    Returns
    -------
    table : pandas.DataFrame
        As :attr:`Identification.table`.
    scaled : ndarray, shape (n,)
        The treatment's partial residual times the root of the weights.
    """
    switching = count_switching(cells, window=window, differenced=differenced)
    scaled = _partial_treatment(np.sqrt(weights)[:, None] * residualised)
    sums = np.bincount(cells.cluster, scaled**2)[switching.clusters]
    table = pd.DataFrame(
        {
            cluster: cells.cluster_labels[switching.clusters],
            units: switching.units,
            "switches": switching.switches,
            "events": switching.events,
            "events_around_switch": switching.around,
            "leverage": sums / (scaled @ scaled),
        }
    )
    order = rank_leverage(table["leverage"].to_numpy(), table[cluster].to_numpy())
    return table.iloc[order].reset_index(drop=True), scaled


def rank_leverage(leverage: Floats, labels: Labels) -> Integers:
    """Places of clusters, the largest leverage first; what rounding alone tells apart, by label."""
    return np.lexsort((labels.astype(str), -np.round(leverage / leverage.max(), TIED)))


def count_effective(parts: Floats) -> float:
    r"""Effective number of clusters, :math:`(\sum_g \gamma_g)^2 / \sum_g \gamma_g^2`.

    Equals :math:`G / (1 + \Gamma)` with :math:`\Gamma` the mean squared relative deviation of the
    parts from their mean (Carter, Schnepel and Steigerwald 2017).

    Parameters
    ----------
    parts : ndarray, shape (G,)
        Part of each cluster in the variance, on any scale.
    """
    return float(parts.sum() ** 2 / (parts**2).sum())


def _partial_treatment(scaled: Floats) -> Floats:
    """First column less its least squares projection on the others, shape (n,)."""
    treatment, controls = scaled[:, 0], scaled[:, 1:]
    if not controls.shape[1]:
        return treatment
    basis = np.linalg.qr(controls / np.linalg.norm(controls, axis=0))[0]
    for _ in range(2):
        treatment = treatment - basis @ (basis.T @ treatment)
    return treatment


def _approximate_freedom(estimate: Estimate) -> tuple[float, str]:
    engine = find_engine(estimate.specification)
    if engine.working_weights is None:
        return np.nan, f"CRV2 is not served for {engine.family}, {engine.estimator}"
    reduced = reduce_bias_of(estimate.specification, estimate.fit)
    lost = np.flatnonzero(reduced.lost[:, 0])
    if len(lost):
        labels = estimate.fit.cells.cluster_labels[np.unique(estimate.fit.cells.cluster)]
        return np.nan, f"the treatment cannot be estimated without {', '.join(labels[lost])}"
    return float(reduced.degrees_of_freedom[0]), ""
