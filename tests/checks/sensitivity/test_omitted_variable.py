"""Certified on the Darfur example of Cinelli and Hazlett (2020), and by building the confounder."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from pkstats.checks.sensitivity import robustness_value
from pkstats.checks.sensitivity.omitted_variable import (
    bound_confounder,
    measure_bias,
    solve_robustness,
)
from pkstats.data.panels import Panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification

SPECIFICATION = Specification(
    outcome="y", treatment="robustness", controls=("control", "second"),
    effects=("mission", "year"), family="linear", inference=Inference(cluster="host"),
)  # fmt: skip
#: Effect of direct harm on peace attitudes, with village effects: estimate, classical t, df.
DARFUR = (0.09731582, 4.18445, 783)


def test_published_robustness_values() -> None:
    _, statistic, df = DARFUR
    partial_f = statistic / np.sqrt(df)
    assert solve_robustness(partial_f) == pytest.approx(0.138776, abs=1e-5)
    assert partial_f**2 / (1 + partial_f**2) == pytest.approx(0.02187309, abs=1e-6)
    critical = student.ppf(0.975, df - 1) / np.sqrt(df - 1)
    assert solve_robustness(partial_f - critical) == pytest.approx(0.07625797, abs=1e-5)


def test_published_bounds_by_a_benchmark() -> None:
    """The benchmark's own partial R2 are read back from the published bound at multiple one."""
    estimate_, statistic, df = DARFUR
    published = {
        1: (0.00916428667504862, 0.12464092303637, 0.0752202712144491),
        2: (0.0183285733500972, 0.249324064199975, 0.0529151723844518),
        3: (0.0274928600251459, 0.374050471038094, 0.0303960234641548),
    }
    treatment = published[1][0] / (1 + published[1][0])
    shared = treatment**2 / (1 - treatment) ** 2
    ratio = published[1][1] * (1 - shared) / (1 + np.sqrt(shared)) ** 2
    outcome = ratio / (1 + ratio)
    for multiple, (with_treatment, with_outcome, adjusted) in published.items():
        bound = bound_confounder(treatment, outcome, multiple=multiple)
        assert bound == pytest.approx((with_treatment, with_outcome), rel=1e-9)
        left = 1 - measure_bias(*bound, statistic / np.sqrt(df))
        assert left * estimate_ == pytest.approx(adjusted, rel=1e-5)


@pytest.mark.parametrize("options", [
    {},
    {"effects": (), "estimator": "pooled"},
    {"effects": ("host",), "controls": ()},
])  # fmt: skip
@pytest.mark.parametrize("sign", [1, -1])
def test_a_confounder_of_that_strength_brings_the_estimate_to_zero(
    panel: Panel, options: dict, sign: int
) -> None:
    frame = panel.frame.assign(robustness=sign * panel.frame["robustness"])
    own = Panel.from_frame(frame, unit="mission", time="month")
    spec = replace(SPECIFICATION, **options)
    found = estimate(spec, own)
    value = robustness_value(found).value
    assert 0 < value < 1
    fit = found.fit
    columns = fit.residualised
    basis = np.linalg.qr(columns[:, 1:])[0] if columns.shape[1] > 1 else columns[:, :0]
    treatment = columns[:, 0] - basis @ (basis.T @ columns[:, 0])
    residual = fit.cells.outcome - fit.mean
    one, two = (v / np.linalg.norm(v) for v in (treatment, residual))
    free = np.random.default_rng(1).normal(size=len(one))
    space = np.column_stack(
        [np.ones(len(one)), *(pd.get_dummies(e, dtype=float) for e in fit.cells.effects.T),
         columns, residual]
    )  # fmt: skip
    free = free - space @ np.linalg.lstsq(space, free, rcond=None)[0]
    free = free / np.linalg.norm(free)
    inner = np.sign(found.coefficient) * np.sqrt(value) * two + np.sqrt(1 - value) * free
    frame = frame.assign(confounder=np.nan)
    frame.loc[fit.cells.position, "confounder"] = np.sqrt(value) * one + np.sqrt(1 - value) * inner
    spec = replace(spec, controls=(*spec.controls, "confounder"), missing="drop")
    again = estimate(spec, Panel.from_frame(frame, unit="mission", time="month"))
    assert again.coefficient == pytest.approx(0, abs=1e-8 * abs(found.coefficient))


def test_partial_r2_of_benchmarks_are_those_of_the_dummy_regressions(panel: Panel) -> None:
    found = robustness_value(estimate(SPECIFICATION, panel), benchmarks=["second"], multiples=[1])
    frame = panel.frame
    mission, year = (
        pd.get_dummies(frame[e].astype(str), dtype=float) for e in SPECIFICATION.effects
    )
    D = mission.join(year.iloc[:, 1:])
    controls = frame[["control", "second"]].join(D)
    of_treatment = sm.OLS(frame["robustness"], controls).fit()
    of_outcome = sm.OLS(frame["y"], frame[["robustness"]].join(controls)).fit()
    r2 = [
        m.tvalues["second"] ** 2 / (m.tvalues["second"] ** 2 + m.df_resid)
        for m in (of_treatment, of_outcome)
    ]
    expected = bound_confounder(*r2, multiple=1)
    row = found.bounds.iloc[0]
    assert (row["r2_treatment"], row["r2_outcome"]) == pytest.approx(expected, rel=1e-7)
    t, df = of_outcome.tvalues["robustness"], of_outcome.df_resid
    assert found.partial_r2 == pytest.approx(t**2 / (t**2 + df), rel=1e-8)
    assert found.value == pytest.approx(solve_robustness(abs(t) / np.sqrt(df)), rel=1e-8)


def test_the_interval_is_the_estimates_own(panel: Panel) -> None:
    result = estimate(SPECIFICATION, panel)
    found = robustness_value(result)
    assert 0 < found.value_interval < found.value
    assert robustness_value(result, level=0.9).value_interval > found.value_interval
    weak = estimate(replace(SPECIFICATION, outcome="deaths", treatment="second",
                            controls=("robustness",)), panel)  # fmt: skip
    assert weak.tidy()["p_value"].iloc[0] > 0.05
    assert robustness_value(weak).value_interval == 0
    assert f"{found.value:.1%}" in repr(found)


def test_impossible_strength_is_said(panel: Panel) -> None:
    strong = robustness_value(estimate(SPECIFICATION, panel), benchmarks=["second"],
                              multiples=[1, 1e6])  # fmt: skip
    assert strong.bounds["note"].tolist() == ["", "no confounder can be so strong"]
    assert np.isnan(strong.bounds["adjusted_estimate"].iloc[1])
    assert bound_confounder(0.01, 0.6, multiple=1)[1] == 1


def test_refusals_name_what_is_served(panel: Panel) -> None:
    counts = replace(SPECIFICATION, outcome="deaths", family="poisson")
    with pytest.raises(SpecificationError, match=r"'poisson'.*e_value"):
        robustness_value(estimate(counts, panel))
    random = replace(SPECIFICATION, estimator="random", effects=())
    with pytest.raises(SpecificationError, match="'random'"):
        robustness_value(estimate(random, panel))
    with pytest.raises(SpecificationError) as caught:
        robustness_value(
            estimate(SPECIFICATION, panel), benchmarks=["second", "third"], multiples=[0]
        )
    for word in ("2 breaches", "third", "control, second", "not positive: 0"):
        assert word in str(caught.value)
