import numpy as np
import pandas as pd
import pytest

from pkstats.checks.detectable import interval
from pkstats.checks.negative_control import contrast_control, stack_types
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification

SPECIFICATION = Specification(
    outcome="deaths",
    treatment="robustness",
    controls=("control",),
    effects=("mission", "year"),
    exposure="personnel",
    family="poisson",
    inference=Inference(cluster="host"),
)


def simulate_types(*, hostile: float, accident: float, base: float = -0.5) -> Panel:
    """Hostile and accident deaths of the same missions, each with its own effect."""
    options = {"units": 30, "periods": 96, "seed": 5, "exposed": True, "base": base}
    first = simulate_panel(effect=hostile, **options)
    rng = np.random.default_rng(8)
    frame = first.frame
    rate = np.exp(base + accident * frame["robustness"]) * frame["personnel"] / 1000
    return Panel.from_frame(
        frame.assign(accident_deaths=rng.poisson(rate)), unit="mission", time="month"
    )


def test_contrast_recovers_the_difference_of_effects() -> None:
    panel = simulate_types(hostile=0.6, accident=0.2)
    found = contrast_control(SPECIFICATION, panel, control="accident_deaths", smallest_effect=0.1)
    assert found.contrast.coefficient == pytest.approx(0.4, abs=3 * found.contrast.std_error)
    assert found.response.coefficient == pytest.approx(0.2, abs=3 * found.response.std_error)
    assert found.contrast.inferred.method == "CRV3"
    table = found.table
    assert list(table) == [
        "control", "term", "estimate", "std_error", "conf_low_90", "conf_high_90", "rows",
        "events", "ruling",
    ]  # fmt: skip
    assert list(table["term"]) == ["robustness x hostile", "robustness"]
    wide = found.contrast.tidy(0.9).iloc[0]
    assert table.at[0, "conf_low_90"] == pytest.approx(wide["conf_low"])


def test_contrast_equals_the_binomial_model_it_implies() -> None:
    """Two counts a mission-month: the Poisson contrast is a logit of the hostile share."""
    sm = pytest.importorskip("statsmodels.api")
    panel = simulate_types(hostile=0.6, accident=0.2, base=-1.0)
    found = contrast_control(SPECIFICATION, panel, control="accident_deaths", smallest_effect=0.1)
    frame = panel.frame[panel.frame[["deaths", "accident_deaths"]].sum(axis=1) > 0]
    dummies = [pd.get_dummies(frame[e].astype(str), dtype=float) for e in ("mission", "year")]
    X = np.column_stack(
        [frame[["robustness", "control"]], dummies[0], dummies[1].iloc[:, 1:]]
    ).astype(float)
    oracle = sm.GLM(
        frame[["deaths", "accident_deaths"]].to_numpy(float), X, family=sm.families.Binomial()
    ).fit(tol=1e-12)
    np.testing.assert_allclose(found.contrast.fit.coefficients, oracle.params[:2], atol=1e-7)


def test_rulings() -> None:
    passes = contrast_control(
        SPECIFICATION, simulate_types(hostile=0.6, accident=0.0), control="accident_deaths",
        smallest_effect=0.3,
    )  # fmt: skip
    assert passes.ruling == "passes"
    narrow = contrast_control(
        SPECIFICATION, simulate_types(hostile=0.6, accident=0.0), control="accident_deaths",
        smallest_effect=0.001,
    )  # fmt: skip
    assert narrow.ruling == "uninformative"
    explains = contrast_control(
        SPECIFICATION, simulate_types(hostile=0.5, accident=0.5), control="accident_deaths",
        smallest_effect=0.1, widest=1.0,
    )  # fmt: skip
    assert explains.ruling == "explains"
    apart = contrast_control(
        SPECIFICATION, simulate_types(hostile=0.9, accident=0.3), control="accident_deaths",
        smallest_effect=0.1, widest=1.0,
    )  # fmt: skip
    assert apart.ruling == "uninformative"
    assert "contrast with hostile deaths" in apart.reason


def test_a_contrast_wider_than_the_estimate_explains_nothing() -> None:
    panel = simulate_types(hostile=0.5, accident=0.5)
    asked = {"control": "accident_deaths", "smallest_effect": 0.1}
    whole = contrast_control(SPECIFICATION, panel, widest=1.0, **asked)
    low, high = whole.table.loc[0, ["conf_low_90", "conf_high_90"]]
    half = (high - low) / 2
    assert contrast_control(SPECIFICATION, panel, widest=half + 1e-9, **asked).ruling == "explains"
    narrow = contrast_control(SPECIFICATION, panel, widest=half - 1e-9, **asked)
    assert narrow.ruling == "uninformative"
    assert "the contrast is wider than the estimate" in narrow.reason
    own = interval(estimate(SPECIFICATION, panel), level=0.9)
    by_default = contrast_control(SPECIFICATION, panel, **asked)
    expected = "explains" if half <= (own.high - own.low) / 2 else "uninformative"
    assert by_default.ruling == expected


def test_stacked_frame_holds_every_row_twice() -> None:
    panel = simulate_types(hostile=0.5, accident=0.5)
    specification, stacked = stack_types(SPECIFICATION, panel, control="accident_deaths")
    assert len(stacked.frame) == 2 * len(panel.frame)
    total = panel.frame[["deaths", "accident_deaths"]].to_numpy().sum()
    assert stacked.frame["deaths"].sum() == total
    assert specification.effects == ("unit x period", "mission x type", "year x type")
    assert specification.exposure is None
    assert estimate(specification, stacked).events <= total


def test_control_that_cannot_be_estimated_is_uninformative() -> None:
    panel = simulate_types(hostile=0.5, accident=0.5)
    frame = panel.frame.assign(accident_deaths=0)
    own = Panel.from_frame(frame, unit="mission", time="month")
    found = contrast_control(SPECIFICATION, own, control="accident_deaths", smallest_effect=0.1)
    assert found.ruling == "uninformative"
    assert found.response is None
    assert "accident_deaths: the sample holds no event" in found.reason
    assert found.table["estimate"].isna().all()


def test_cluster_may_be_the_unit() -> None:
    panel = simulate_types(hostile=0.5, accident=0.5)
    spec = Specification(
        outcome="deaths", treatment="robustness", effects=("mission", "year"), family="poisson",
        inference=Inference(cluster="mission"),
    )  # fmt: skip
    found = contrast_control(spec, panel, control="accident_deaths", smallest_effect=0.1)
    assert found.contrast.clusters == 30


def test_bad_arguments() -> None:
    panel = simulate_types(hostile=0.5, accident=0.5)
    with pytest.raises(SpecificationError, match="'accidents' is not in the panel"):
        contrast_control(SPECIFICATION, panel, control="accidents", smallest_effect=0.1)
    with pytest.raises(SpecificationError, match="positive"):
        contrast_control(SPECIFICATION, panel, control="accident_deaths", smallest_effect=0.0)
    with pytest.raises(SpecificationError, match="one column"):
        contrast_control(SPECIFICATION, panel, control="deaths", smallest_effect=0.1)
    negative = Panel.from_frame(
        panel.frame.assign(accident_deaths=-1), unit="mission", time="month"
    )
    with pytest.raises(SpecificationError, match="negative"):
        contrast_control(SPECIFICATION, negative, control="accident_deaths", smallest_effect=0.1)
