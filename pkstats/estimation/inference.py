r"""The one convention for standard errors, degrees of freedom, p-values and intervals.

Clusters. G is the number of clusters in the sample; :math:`G^*` those that keep a score after
rows without information are dropped (the treatment is not wholly absorbed in them).

CRV1. :math:`V = c\,B\left(\sum_g s_g s_g'\right)B` with the bread B, the inverse of the profiled
information, and cluster scores :math:`s_g = \sum_{i \in g} \tilde x_i (y_i - \mu_i)`, where
:math:`\tilde x` is the regressor less its projection on all absorbed effects, weighted by the
variance of the family (poisson: the mean; logit: mean (1 - mean); linear: one). First differences
take differences for x and y and absorb nothing; random effects take quasi-demeaned x and y and
absorb the intercept; instrumental variables take for :math:`\tilde x` its projection on the
instruments. Mixed linear models take rows multiplied by the inverse root of their unit's
covariance, its variances as known. Cox models take score residuals and the observed information of
the partial likelihood. The negative binomial's scores are profiled over effects and dispersion
together, and those of mixed poisson models over effects and variances; V is then the block of the
full sandwich. The factor c is

- ``house``: :math:`\frac{G^*}{G^*-1}\frac{N-1}{N-k}`, k the regressors, the rank of all
  absorbed effects, also of those nested in clusters, and an estimated dispersion. Where effects
  are connected this equals pyfixest's ``ssc(k_fixef="full")`` and linearmodels' ``debiased=True,
  group_debias=True`` (with ``auto_df=False, count_effects=True``); where they are
  nested or disconnected, pyfixest subtracts one level a further effect and so counts more
  parameters than are estimated.
- ``stata_ml``: :math:`G^*/(G^*-1)` alone, as Stata's maximum likelihood commands.
- ``none``: one.

CRV2. :math:`V = \sum_g b_g b_g'` with
:math:`b_g = B\tilde x_g' W_g^{1/2} (I - H_{gg})^{+1/2} W_g^{-1/2}(y_g - \mu_g)`: bias-reduced
linearization (Bell and McCaffrey 2002). H is the hat matrix of the whole design, regressors and
every absorbed effect, in rows scaled by the root of the weights W; the root is the symmetric one,
inverted on the range of :math:`I - H_{gg}` alone, so that effects nested in a cluster, which make
it singular, need no special case (Pustejovsky and Tipton 2018). It serves linear models (pooled,
within, first differences; working errors independent and of one variance) and poisson (the
weighted least squares of the last step; working variance the mean). For linear models this is
clubSandwich's CR2 with indicators. For counts the criterion of CR2, to be unbiased under the
working variance, leaves the root open: in rows scaled by the root of the weights it does not
depend on whether the model is written for the response or for its logarithm, where clubSandwich's
method for ``glm`` does. A term that the other clusters cannot estimate has no adjustment: its
standard error is undefined, and the estimate names the cluster. For poisson that speaks of the
design alone; a cluster without which the term would be separated is found by CRV3. What no hat
matrix is at hand for (random effects, instruments, mixed, negative binomial, logit, duration) is
refused by name.

CRV3. :math:`V = \frac{G^*-1}{G^*}\sum_g (b_g - b)(b_g - b)'` with :math:`b_g` the exact refit
without cluster g, offset kept. A term's standard error is undefined, and the estimate names the
cluster, if a refit loses the term or separates it. ``small_sample`` is a factor of CRV1; beside
CRV2 or CRV3 any other choice than the default is refused.

Reference. Statistic and interval refer to Student's t, with :math:`G^*-1` degrees of freedom under
CRV1 and CRV3. Under CRV2 each term has Satterthwaite's own, which match the first two moments of
its variance to a scaled chi square under the working model (Bell and McCaffrey 2002; Imbens and
Kolesar 2016): with one cluster that carries a term, or unequal clusters, they fall far below
:math:`G^*-1`. :func:`identify` shows them beside any method. So it is for
every engine, mixed, hazard and Cox models among them: no model's own standard error and no normal
reference is used. A wild bootstrap and a randomization test refer their statistic, studentized by
CRV1, to their own draws instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from pkstats.arguments import check_arguments
from pkstats.errors import (
    EstimationError,
    SaturatedError,
    SpecificationError,
    TooFewClustersError,
    name_some,
)
from pkstats.estimation import engines
from pkstats.estimation.engines import Cells, Fit
from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.estimation.kernels.bias_reduced import BiasReduced, reduce_bias
from pkstats.estimation.kernels.clusters import find_scoring, sandwich, sum_by_cluster
from pkstats.estimation.kernels.jackknife import Problem, leave_out_each
from pkstats.estimation.specification import Inference, Specification


@dataclass(frozen=True)
class Inferred:
    """Uncertainty of the k coefficients of a fit.

    Parameters
    ----------
    method : str
        Of the covariance.
    covariance : ndarray, shape (k, k)
        Not a number where undefined.
    clusters, clusters_scoring : int
        G and G*.
    notes : tuple of str, length k
        Why a term's standard error is undefined; empty where it is defined.
    left_out : tuple of str
        Clusters of the jackknife; empty under other methods.
    left_out_coefficients : ndarray, shape (clusters, k)
        Refits without each.
    degrees_of_freedom : ndarray, shape (k,)
        Of Student's t, by term.
    """

    method: str
    covariance: Floats
    clusters: int
    clusters_scoring: int
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    left_out_coefficients: Floats
    degrees_of_freedom: Floats | Integers

    @property
    def std_error(self) -> Floats:
        """Square roots of the diagonal, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))


def infer(specification: Specification, fit: Fit) -> Inferred:
    """Covariance of a fit by the specification's inference.

    Raises
    ------
    SpecificationError
        CRV2 of a model for which it is not defined here.
    TooFewClustersError
        Fewer than two clusters keep a score.
    SaturatedError
        As many parameters as rows.
    """
    codes, labels, scoring = _cluster(fit)
    if len(scoring) < 2:
        raise TooFewClustersError(
            f"clusters {specification.inference.cluster!r}: only {len(scoring)} keeps a score "
            f"({name_some(labels[scoring])}) after rows without information are dropped. "
            "Remedy: cluster by a finer column"
        )
    method = specification.inference.method
    terms = len(fit.cells.terms)
    notes: tuple[str, ...] = ("",) * terms
    left_out: tuple[str, ...] = ()
    refits = np.empty((0, terms))
    freedom: Floats | Integers = np.full(terms, len(scoring) - 1)
    if method == "CRV1":
        covariance = cluster_covariance(fit, specification.inference)
    elif method == "CRV2":
        reduced = reduce_bias_of(specification, fit)
        lost = reduced.lost.any(axis=0)
        covariance = reduced.influence.T @ reduced.influence
        covariance[lost] = covariance[:, lost] = np.nan
        freedom = np.where(lost, np.nan, reduced.degrees_of_freedom)
        notes = tuple(_note("CRV2", gone, labels, [""] * len(labels)) for gone in reduced.lost.T)
    else:
        refits, reasons = _refit_without_each(specification, fit, codes, labels)
        gap = refits - fit.coefficients
        covariance = (len(scoring) - 1) / len(scoring) * gap.T @ gap
        notes = tuple(_note("CRV3", gone, labels, reasons) for gone in np.isnan(refits).T)
        left_out = tuple(labels)
    return Inferred(
        method, covariance, len(labels), len(scoring), notes, left_out, refits, freedom
    )  # fmt: skip


def reduce_bias_of(specification: Specification, fit: Fit) -> BiasReduced:
    """Bias-reduced scores of a fit and Satterthwaite's degrees of freedom, by cluster label.

    Raises
    ------
    SpecificationError
        The engine does not serve CRV2.
    """
    engine = engines.find_engine(specification)
    if engine.working_weights is None:
        raise SpecificationError(
            f"CRV2 and its degrees of freedom are not served for family {engine.family!r}, "
            f"estimator {engine.estimator!r}. Remedy: one of {', '.join(engine.covariances)}"
        )
    codes, labels, _ = _cluster(fit)
    return reduce_bias(
        fit.cells.outcome - fit.mean,
        fit.residualised,
        engine.encode_effects(fit.cells),
        weights=fit.mean if engine.working_weights == "mean" else np.ones(len(fit.cells)),
        cluster=codes,
        count=len(labels),
    )


def cluster_covariance(fit: Fit, inference: Inference) -> Floats:
    """CRV1 of a fit, shape (k, k); the module states the factor."""
    codes, labels, scoring = _cluster(fit)
    scores = sum_by_cluster(fit.scores, codes, count=len(labels))
    factor = small_sample_factor(
        inference.small_sample,
        clusters=len(scoring),
        rows=len(fit.cells),
        parameters=fit.parameters,
    )
    return factor * sandwich(fit.bread, scores)


def small_sample_factor(rule: str, *, clusters: int, rows: int, parameters: int) -> float:
    """Factor c of the sandwich: ``house``, ``stata_ml`` or ``none``.

    Raises
    ------
    SaturatedError
        Under ``house``, as many parameters as rows.
    """
    if rule == "none":
        return 1.0
    if rule == "house" and rows <= parameters:
        raise SaturatedError(
            f"{rows} rows and {parameters} parameters leave no degree of freedom. "
            "Remedy: fewer effects, or CRV3"
        )
    factor = clusters / (clusters - 1)
    return factor * (rows - 1) / (rows - parameters) if rule == "house" else factor


def tabulate(
    terms: tuple[str, ...],
    coefficients: Floats,
    inferred: Inferred,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Tidy table of terms with Student's t on each term's degrees of freedom.

    Columns: term estimate std_error statistic df p_value conf_low conf_high.
    """
    check_arguments("table of terms", level=level)
    df = inferred.degrees_of_freedom
    error = inferred.std_error
    statistic = coefficients / error
    reach = student.ppf((1 + level) / 2, df) * error
    return pd.DataFrame(
        {
            "term": list(terms),
            "estimate": coefficients,
            "std_error": error,
            "statistic": statistic,
            "df": df,
            "p_value": 2 * student.sf(np.abs(statistic), df),
            "conf_low": coefficients - reach,
            "conf_high": coefficients + reach,
        }
    )


def _cluster(fit: Fit) -> tuple[Integers, np.ndarray, Integers]:
    """Codes in the sample 0..G-1, their labels, and the clusters that keep a score."""
    present, codes = np.unique(fit.cells.cluster, return_inverse=True)
    scoring = find_scoring(fit.residualised, codes, count=len(present))
    return codes, fit.cells.cluster_labels[present], scoring


def _refit_without_each(
    specification: Specification, fit: Fit, codes: Integers, labels: np.ndarray
) -> tuple[Floats, list[str]]:
    """Coefficients without each cluster (missing where lost) and why they are missing.

    Where the engine's model has a kernel that settles a refit, exactly, no engine is called.
    """
    refits = np.full((len(labels), len(fit.cells.terms)), np.nan)
    reasons = [""] * len(labels)
    engine = engines.find_engine(specification)
    if engine.jackknife is not None:
        design = Problem(
            outcome=fit.cells.outcome,
            columns=np.ascontiguousarray(fit.residualised.T),
            effects=engine.encode_effects(fit.cells),
            predictor=fit.linear_predictor,
            poisson=engine.jackknife == "poisson",
        )
        refits = leave_out_each(design, fit.coefficients, cluster=codes, count=len(labels))
    for g in np.flatnonzero(np.isnan(refits).any(axis=1)):
        kept = codes != g
        try:
            refit = refit_rows(specification, fit, kept)
        except EstimationError as error:
            reasons[g] = str(error)
            continue
        place = {term: j for j, term in enumerate(refit.cells.terms)}
        for j, term in enumerate(fit.cells.terms):
            if term in place:
                refits[g, j] = refit.coefficients[place[term]]
    return refits, reasons


def refit_rows(specification: Specification, fit: Fit, kept: np.ndarray) -> Fit:
    """Refit exactly on some rows of a fit, offset kept, started from its solution."""
    cells: Cells = fit.cells.take(kept)
    return engines.fit(specification, cells, start=fit.linear_predictor[kept])


def _note(method: str, gone: np.ndarray, labels: np.ndarray, reasons: list[str]) -> str:
    lost = np.flatnonzero(gone)
    if not len(lost):
        return ""
    named = "; ".join(f"without {labels[g]}: {reasons[g] or 'term is collinear'}" for g in lost)
    return f"{method} undefined: {named}"
