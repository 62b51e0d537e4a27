"""Two-stage least squares against linearmodels on dummies, and its diagnostics by hand."""

import warnings

import numpy as np
import pandas as pd
import pytest
from linearmodels.iv import IV2SLS

from pkstats.data.panels import Panel
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

EFFECTS = {"within": ("unit", "year"), "pooled": ()}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """The error moves treatment and outcome alike; the instruments move the treatment alone."""
    rng = np.random.default_rng(1)
    n = 600
    found = pd.DataFrame({"unit": np.repeat(np.arange(30), 20), "year": np.tile(np.arange(20), 30)})
    found["host"] = found["unit"] % 12
    own, error = rng.normal(size=30)[found["unit"]], rng.normal(size=n)
    for name in ("z", "v", "w"):
        found[name] = rng.normal(size=n) + 0.3 * own
    found["x"] = 0.8 * found["z"] + 0.3 * found["v"] + 0.4 * found["w"] + own + error
    found["x"] += rng.normal(size=n)
    found["y"] = 0.7 * found["x"] - 0.2 * found["w"] + own + error + rng.normal(size=n)
    return found.iloc[rng.permutation(n)[:560]].reset_index(drop=True)


def run(frame: pd.DataFrame, effects: tuple[str, ...], **options: object) -> Estimate:
    settings: dict = {
        "outcome": "y", "treatment": "x", "controls": ("w",), "effects": effects,
        "instruments": ("z", "v"), "family": "linear", "estimator": "iv",
        "inference": Inference(cluster="host", method="CRV1"),
    }  # fmt: skip
    panel = Panel.from_frame(frame, unit="unit", time="year")
    return estimate(Specification(**settings | options), panel)


def fit_linearmodels(frame: pd.DataFrame, effects: tuple[str, ...]):
    dummies = [pd.get_dummies(frame[e], prefix=e, dtype=float) for e in effects]
    dummies = [d if i == 0 else d.iloc[:, 1:] for i, d in enumerate(dummies)]
    constant = [] if effects else [pd.Series(1.0, index=frame.index, name="one")]
    exogenous = pd.concat([frame[["w"]], *dummies, *constant], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return IV2SLS(frame["y"], exogenous, frame[["x"]], frame[["z", "v"]]).fit(
            cov_type="clustered", clusters=frame["host"].to_numpy(), debiased=True
        )


@pytest.mark.parametrize("name", EFFECTS)
def test_equals_linearmodels_with_dummies(frame: pd.DataFrame, name: str) -> None:
    found, oracle = run(frame, EFFECTS[name]), fit_linearmodels(frame, EFFECTS[name])
    np.testing.assert_allclose(found.fit.coefficients, oracle.params[["x", "w"]], atol=1e-10)
    np.testing.assert_allclose(found.inferred.std_error, oracle.std_errors[["x", "w"]], rtol=1e-9)
    stage = oracle.first_stage.diagnostics.loc["x"]
    assert f"partial R2 {stage['partial.rsquared']:.3f}" in found.fit.notes[0]
    assert f"Kleibergen-Paap F {stage['f.stat'] / 2:.1f}" in found.fit.notes[0]


def test_jackknife_equals_a_loop_of_linearmodels(frame: pd.DataFrame) -> None:
    found = run(frame, EFFECTS["within"], inference=Inference(cluster="host"))
    refits = np.array(
        [
            fit_linearmodels(frame[frame["host"] != int(h)], EFFECTS["within"]).params[["x", "w"]]
            for h in found.inferred.left_out[:3]
        ]
    )
    np.testing.assert_allclose(found.inferred.left_out_coefficients[:3], refits, atol=1e-9)


def test_one_instrument_is_the_ratio_of_reduced_form_to_first_stage(frame: pd.DataFrame) -> None:
    found = run(frame, EFFECTS["within"], instruments=("z",))
    plain = {"instruments": (), "estimator": "within", "treatment": "z"}
    reduced = run(frame, EFFECTS["within"], **plain)
    first = run(frame, EFFECTS["within"], outcome="x", **plain)
    assert found.coefficient == pytest.approx(reduced.coefficient / first.coefficient, rel=1e-10)
    strength = f"effective F {first.statistic**2:.1f}, Kleibergen-Paap F {first.statistic**2:.1f}"
    assert strength in found.fit.notes[0]
    p = reduced.tidy().at[0, "p_value"]
    assert any("Anderson-Rubin test of no effect" in n and f"p {p:.4f}" in n
               for n in found.fit.notes)  # fmt: skip


def test_the_treatment_as_its_own_instrument_is_least_squares(frame: pd.DataFrame) -> None:
    frame = frame.assign(z=frame["x"])
    found = run(frame, EFFECTS["within"], instruments=("z",))
    plain = run(frame, EFFECTS["within"], instruments=(), estimator="within")
    np.testing.assert_allclose(found.fit.coefficients, plain.fit.coefficients, rtol=1e-9)
    np.testing.assert_allclose(found.inferred.std_error, plain.inferred.std_error, rtol=1e-9)


def test_instruments_remove_the_bias_of_least_squares(frame: pd.DataFrame) -> None:
    found = run(frame, EFFECTS["within"])
    plain = run(frame, EFFECTS["within"], instruments=(), estimator="within")
    assert abs(found.coefficient - 0.7) < 3 * found.std_error
    assert plain.coefficient - 0.7 > 5 * plain.std_error


def test_weak_instruments_are_called_weak(frame: pd.DataFrame) -> None:
    idle = frame.assign(z=np.random.default_rng(2).normal(size=len(frame)))
    assert "weak instruments: an" in run(idle, EFFECTS["within"], instruments=("z",)).summary()
    assert "weak instruments: an" not in run(frame, EFFECTS["within"]).summary()


def test_the_model_is_written_with_its_instruments(frame: pd.DataFrame) -> None:
    found = Specification.from_formula(
        "y ~ x + w | unit + year | x ~ z + v", family="linear", inference=Inference(cluster="host")
    )
    assert (found.estimator, found.instruments) == ("iv", ("z", "v"))
    assert "| x ~ z + v" in " ".join(run(frame, ("unit", "year")).summary().split())
