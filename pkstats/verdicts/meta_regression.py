"""Meta-regression of survey percentages: slopes within hosts, averaged with random effects."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial, prod
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import t as student

from pkstats.arguments import check_arguments
from pkstats.verdicts import thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Slopes:
    """Slope of the log odds on the treatment, host by host.

    Parameters
    ----------
    hosts : tuple of str, length k
        Names.
    effect, variance : ndarray, shape (k,)
        Slopes and their sampling variances.
    """

    hosts: tuple[str, ...]
    effect: Floats
    variance: Floats


@dataclass(frozen=True)
class Pooled:
    """Average slope over hosts.

    Parameters
    ----------
    estimate, std_error : float
        Random effects (Paule and Mandel 1982), standard error of Hartung and Knapp 2001 as
        adjusted by Röver, Knapp and Friede 2015: never below the one that takes the between-host
        variance as known.
    df : int
        Hosts less one.
    between : float
        Variance of the slopes between hosts.
    """

    estimate: float
    std_error: float
    df: int
    between: float

    @property
    def statistic(self) -> float:
        """Estimate over standard error."""
        return self.estimate / self.std_error

    @property
    def p_value(self) -> float:
        """Two-sided, against Student's t."""
        return float(2 * student.sf(abs(self.statistic), self.df))

    def interval(self, level: float) -> tuple[float, float]:
        """Interval of a coverage."""
        check_arguments("average slope over hosts", level=level)
        reach = float(student.ppf((1 + level) / 2, self.df)) * self.std_error
        return self.estimate - reach, self.estimate + reach

    def detect(self, *, power: float = 0.8, alpha: float = 0.05) -> float:
        """Minimum detectable effect; as :func:`minimum_detectable_effect`."""
        check_arguments("average slope over hosts", power=power, alpha=alpha)
        quantiles = student.ppf(1 - alpha / 2, self.df) + student.ppf(power, self.df)
        return float(quantiles * self.std_error)


def count_both_sides(rows: pd.DataFrame, *, treatment: str) -> pd.DataFrame:
    """Count the values of the treatment by item and host, within a series.

    Parameters
    ----------
    rows : pandas.DataFrame
        host, item, series, month and the treatment.

    Returns
    -------
    pandas.DataFrame
        item host waves values: values is the largest number of distinct treatments in one series,
        2 or more where the item stands on both sides of a change.
    """
    groups = rows.groupby(["item", "host", "series"])
    each = groups.agg(waves=("month", "nunique"), values=(treatment, "nunique")).reset_index()
    return each.groupby(["item", "host"], as_index=False)[["waves", "values"]].max()


def open_gate(
    rows: pd.DataFrame, *, treatment: str, fewest: int
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Keep the items that enough hosts carry on both sides of a change.

    Parameters
    ----------
    rows : pandas.DataFrame
        As :func:`count_both_sides` takes them.
    treatment : str
        Column.
    fewest : int
        Hosts that an item needs.

    Returns
    -------
    pandas.DataFrame
        Rows of those items, in the hosts and series that carry both sides; empty where the gate
        is shut.
    tuple of str
        What the gate found.
    """
    both = count_both_sides(rows, treatment=treatment).query("values >= 2")
    hosts = both.groupby("item")["host"].nunique()
    best = int(hosts.max()) if len(hosts) else 0
    found = (
        f"{best} hosts carry the same item on both sides of a change of mandate "
        f"(at least {fewest} needed)",
    )
    passing = hosts[hosts >= fewest].index
    kept = rows[rows["item"].isin(passing)]
    sides = kept.groupby(["host", "series"])[treatment].transform("nunique")
    return kept[sides >= 2].reset_index(drop=True), found


def fit_slopes(rows: pd.DataFrame, *, treatment: str) -> Slopes:
    r"""Slopes within hosts by weighted least squares with the sampling variances as known.

    .. math:: \operatorname{logit} p_{st} = \alpha_s + \beta_h S_t + e_{st},\quad
              \operatorname{Var} e_{st} = d / (n_{st}\, p_{st} (1 - p_{st}))

    with a constant for each series :math:`s` of the host and the design effect :math:`d`.

    Parameters
    ----------
    rows : pandas.DataFrame
        host, series, log_odds_partial, sampling_variance and the treatment.
    """
    hosts = sorted(rows["host"].unique())
    fits = [_fit_host(rows[rows["host"] == host], treatment) for host in hosts]
    return Slopes(tuple(hosts), np.array([f[0] for f in fits]), np.array([f[1] for f in fits]))


def pool(slopes: Slopes) -> Pooled:
    """Average slopes over hosts with random effects (`statsmodels` combine_effects)."""
    from statsmodels.stats.meta_analysis import combine_effects

    found = combine_effects(slopes.effect, slopes.variance, method_re="iterated", use_t=True)
    error = max(float(found.sd_eff_w_re_hksj), float(found.sd_eff_w_re))
    return Pooled(float(found.mean_effect_re), error, len(slopes.hosts) - 1, float(found.tau2))


def drop_host(slopes: Slopes, host: str) -> Slopes:
    """Slopes without one host."""
    kept = np.array([name != host for name in slopes.hosts])
    names = tuple(name for name in slopes.hosts if name != host)
    return Slopes(names, slopes.effect[kept], slopes.variance[kept])


def permute_waves(
    rows: pd.DataFrame, *, treatment: str, draws: int, seed: int
) -> tuple[float, int, int]:
    """Randomization p-value: which waves of a host carry which of its mandates is drawn anew.

    All series of a host share the mandate of a month. Under the sharp null no answer would have
    differed. A draw in which a host's series hold no change leaves that host out of the average,
    and one with fewer than two hosts counts as extreme.

    Returns
    -------
    float
        p = (1 + #) / (1 + draws); missing under 200 distinct assignments.
    int
        Draws made.
    int
        Distinct assignments.
    """
    waves = rows.groupby(["host", "month"])[treatment].first()
    hosts = {str(h): w.droplevel("host") for h, w in waves.groupby(level="host")}
    distinct = prod(count_arrangements(w.to_numpy()) for w in hosts.values())
    if distinct < thresholds.FEWEST_ARRANGEMENTS:
        return float("nan"), 0, distinct
    observed = abs(pool(fit_slopes(rows, treatment=treatment)).statistic)
    parts = {host: rows[rows["host"] == host] for host in hosts}
    known: dict[tuple[str, bytes], tuple[float, float]] = {}
    rng = np.random.default_rng(seed)
    extreme = 0
    for _ in range(draws):
        found = {}
        for host, wave in hosts.items():
            drawn = rng.permutation(wave.to_numpy(dtype=float))
            key = (host, drawn.tobytes())
            if key not in known:
                moved = parts[host]["month"].map(dict(zip(wave.index, drawn, strict=True)))
                known[key] = _fit_host(parts[host].assign(**{treatment: moved}), treatment)
            found[host] = known[key]
        extreme += _statistic(found) >= observed * (1 - 1e-9)
    return (1 + extreme) / (1 + draws), draws, distinct


def count_arrangements(values: Floats) -> int:
    """Number of distinct orders of values, repeats counted once."""
    _, counts = np.unique(values, return_counts=True)
    return factorial(len(values)) // prod(factorial(int(c)) for c in counts)


def _statistic(found: dict[str, tuple[float, float]]) -> float:
    kept = {host: f for host, f in found.items() if np.isfinite(f[1])}
    if len(kept) < 2:
        return np.inf
    effect, variance = (np.array([f[i] for f in kept.values()]) for i in (0, 1))
    return abs(pool(Slopes(tuple(kept), effect, variance)).statistic)


def _fit_host(rows: pd.DataFrame, treatment: str) -> tuple[float, float]:
    """Slope and variance of one host; missing and infinite where no series holds a change."""
    from statsmodels.regression.linear_model import WLS

    if rows.groupby("series")[treatment].nunique().max() < 2:
        return float("nan"), float("inf")
    series = pd.get_dummies(rows["series"], dtype=float).to_numpy()
    design = np.column_stack([rows[treatment].to_numpy(dtype=float), series])
    outcome = rows["log_odds_partial"].to_numpy(dtype=float)
    weights = 1 / rows["sampling_variance"].to_numpy(dtype=float)
    found = WLS(outcome, design, weights=weights).fit(cov_type="fixed scale")
    return float(found.params[0]), float(found.cov_params()[0, 0])
