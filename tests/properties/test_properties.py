"""What no estimate may depend on: order of rows, labels, scales, units without information."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pkstats as pk
from pkstats.data.panels.simulated import simulate_panel

#: Outcome, family, estimator and effects of the models that are held to every property.
MODELS = {
    "poisson": ("deaths", "poisson", "within", ("mission", "year")),
    "negative binomial": ("wild", "negative_binomial", "within", ("year",)),
    "logit": ("attacked", "logit", "within", ("year",)),
    "linear within": ("level", "linear", "within", ("mission", "year")),
    "pooled": ("level", "linear", "pooled", ()),
    "random effects": ("level", "linear", "random", ()),
    "first difference": ("level", "linear", "first_difference", ()),
}
WITH_OFFSET = ("poisson", "negative binomial")
METHODS = ("CRV1", "CRV3")
few = settings(max_examples=4, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
factors = st.sampled_from([1e-4, 0.3, 7.0, 1e5])


@cache
def simulate() -> pd.DataFrame:
    frame = simulate_panel(units=12, periods=30, clusters=6, exposed=True, seed=31).frame
    rng = np.random.default_rng(31)
    return frame.assign(
        wild=rng.poisson(frame["deaths"] * rng.gamma(1, 1, len(frame))),
        attacked=(frame["deaths"] > 0).astype(int),
        level=0.4 * frame["robustness"] + 0.2 * frame["control"] + rng.normal(size=len(frame)),
    )


def run(frame: pd.DataFrame, model: str, method: str = "CRV1", **options: object) -> pk.Estimate:
    outcome, family, estimator, effects = MODELS[model]
    settings_: dict = {
        "outcome": outcome,
        "treatment": "robustness",
        "controls": ("control",),
        "effects": effects,
        "exposure": "personnel" if model in WITH_OFFSET else None,
        "family": family,
        "estimator": estimator,
        "inference": pk.Inference(cluster="host", method=method),
    }
    panel = pk.Panel.from_frame(frame, unit="mission", time="month")
    return pk.estimate(pk.Specification(**settings_ | options), panel)


@cache
def find_plain(model: str, method: str = "CRV1") -> pk.Estimate:
    return run(simulate(), model, method)


def agree(
    found: pk.Estimate, plain: pk.Estimate, *, scale: float | np.ndarray = 1.0, rtol: float = 1e-6
) -> None:
    """Coefficients and standard errors agree once the found ones are multiplied by the scale."""
    a, b = found.tidy(), plain.tidy()
    assert found.rows == plain.rows
    np.testing.assert_allclose(a["estimate"] * scale, b["estimate"], rtol=rtol, atol=1e-9)
    np.testing.assert_allclose(a["std_error"] * scale, b["std_error"], rtol=10 * rtol)
    np.testing.assert_allclose(a["df"], b["df"], rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", MODELS)
def test_the_order_of_rows_does_not_matter(model: str, method: str) -> None:
    shuffled = simulate().sample(frac=1, random_state=5).reset_index(drop=True)
    agree(run(shuffled, model, method), find_plain(model, method), rtol=1e-12)


@pytest.mark.parametrize("model", MODELS)
@few
@given(seed=seeds)
def test_labels_do_not_matter(model: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = simulate()
    renamed = frame.assign(
        mission=frame["mission"].map(rename(frame["mission"], rng)),
        host=frame["host"].map(rename(frame["host"], rng)),
        year=frame["year"].map(rename(frame["year"], rng)),
    )
    agree(run(renamed, model, "CRV3"), find_plain(model, "CRV3"))


def rename(labels: pd.Series, rng: np.random.Generator) -> dict:
    old = labels.unique()
    return dict(zip(old, [f"L{n:03d}" for n in rng.permutation(len(old))], strict=True))


@pytest.mark.parametrize("model", MODELS)
@few
@given(factor=factors)
def test_a_rescaled_treatment_rescales_its_own_coefficient_alone(model: str, factor: float) -> None:
    frame = simulate()
    scaled = frame.assign(robustness=frame["robustness"] * factor)
    agree(run(scaled, model), find_plain(model), scale=np.array([factor, 1.0]), rtol=1e-5)


@pytest.mark.parametrize("model", [m for m, parts in MODELS.items() if parts[1] == "linear"])
@few
@given(factor=factors)
def test_a_rescaled_outcome_rescales_every_coefficient(model: str, factor: float) -> None:
    frame = simulate()
    scaled = frame.assign(level=frame["level"] * factor)
    agree(run(scaled, model), find_plain(model), scale=1 / factor, rtol=1e-7)


@pytest.mark.parametrize("model", WITH_OFFSET)
@few
@given(factor=factors)
def test_the_unit_of_exposure_does_not_matter(model: str, factor: float) -> None:
    frame = simulate()
    scaled = frame.assign(personnel=frame["personnel"] * factor)
    agree(run(scaled, model), find_plain(model))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", ["poisson", "negative binomial", "logit"])
def test_a_unit_that_is_never_treated_and_all_zero_changes_nothing(model: str, method: str) -> None:
    """With effects of the unit: it is dropped, counted and named."""
    effects = ("mission", "year") if model != "logit" else ("mission",)
    frame = simulate()
    silent = frame[frame["mission"] == "U00"].assign(
        mission="silent", host="silent", robustness=0.0, deaths=0, wild=0, attacked=0
    )
    plain = run(frame, model, method, effects=effects)
    found = run(pd.concat([frame, silent], ignore_index=True), model, method, effects=effects)
    agree(found, plain, rtol=1e-7)
    assert found.clusters == plain.clusters
    assert found.lost["rows"].sum() - plain.lost["rows"].sum() == len(silent)
    assert found.lost["names"].str.contains("silent").any()
    assert "silent" in found.summary()


@pytest.mark.parametrize("model", WITH_OFFSET)
def test_an_offset_is_a_free_exposure_held_at_its_coefficient(model: str) -> None:
    """At the free estimate, raising exposure to that power makes the offset free of loss."""
    frame = simulate()
    free = run(frame, model, exposure_as="regressor")
    power = float(free.fit.coefficients[-1])
    raised = frame.assign(personnel=frame["personnel"] ** power)
    held = run(raised, model)
    np.testing.assert_allclose(held.fit.coefficients, free.fit.coefficients[:-1], atol=1e-6)
    assert held.fit.log_likelihood == pytest.approx(free.fit.log_likelihood, rel=1e-9)
    again = run(raised, model, exposure_as="regressor")
    assert again.fit.coefficients[-1] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("model", WITH_OFFSET)
@few
@given(share=st.sampled_from([-1.0, 0.25, 2.0]))
def test_what_an_offset_takes_from_a_control_its_coefficient_gives_back(
    model: str, share: float
) -> None:
    frame = simulate()
    moved = frame.assign(personnel=frame["personnel"] * np.exp(share * frame["control"]))
    found, plain = run(moved, model), find_plain(model)
    gap = plain.fit.coefficients - found.fit.coefficients
    np.testing.assert_allclose(gap, [0.0, share], atol=1e-6)
    np.testing.assert_allclose(found.inferred.std_error, plain.inferred.std_error, rtol=1e-5)


@pytest.mark.parametrize("model", ["poisson", "linear within", "logit"])
@few
@given(seed=seeds)
def test_permuting_labels_and_back_is_the_identity(model: str, seed: int) -> None:
    """Treatments dealt to other units and then back to their own."""
    rng = np.random.default_rng(seed)
    whole = simulate_panel(units=10, periods=24, clusters=10, balanced=True, seed=32).frame
    whole = whole.assign(
        level=whole["robustness"] + rng.normal(size=len(whole)),
        attacked=(whole["deaths"] > 0).astype(int),
        personnel=1.0,
    )
    histories = whole.pivot(index="mission", columns="month", values="robustness").to_numpy()
    order = rng.permutation(len(histories))
    dealt = whole.assign(robustness=histories[order].ravel())
    back = dealt.assign(
        robustness=dealt.pivot(index="mission", columns="month", values="robustness")
        .to_numpy()[np.argsort(order)]
        .ravel()
    )
    plain = run(whole, model)
    agree(run(back, model), plain, rtol=1e-12)
    if (order != np.arange(len(order))).any():
        assert run(dealt, model).coefficient != pytest.approx(plain.coefficient, rel=1e-6)


@pytest.mark.parametrize("model", ["poisson", "linear within"])
def test_tests_by_draws_do_not_depend_on_scale_or_order(model: str) -> None:
    frame = simulate()
    other = frame.assign(robustness=50 * frame["robustness"]).sample(frac=1, random_state=6)
    found = [run(f, model) for f in (frame, other)]
    wild = [pk.bootstrap(f, draws=199, seed=3).p_value for f in found]
    assert wild[0] == wild[1]
    p = []
    for estimated, scale in zip(found, (1, 50), strict=True):
        steps = estimated.panel.frame["robustness"].to_numpy() / scale

        def assign(rng: np.random.Generator, steps=steps, scale=scale) -> np.ndarray:
            return scale * rng.permutation(steps)

        p.append(pk.randomize(estimated, assign, draws=39, seed=4).p_value)
    assert p[0] == p[1]
