"""What an engine can is declared beside its fit: nothing follows from something else."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.comparisons.event_study import event_study
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation import engines, inference
from pkstats.estimation.engines import catalogue
from pkstats.estimation.engines.engine import Engine

LOGIT = pk.Specification(
    outcome="any",
    treatment="robustness",
    controls=("control",),
    effects=("year",),
    family="logit",
    inference=pk.Inference(cluster="host", method="CRV3"),
)


@pytest.fixture(scope="module")
def panel() -> pk.Panel:
    frame = simulate_panel(seed=11, base=-1.5).frame
    rng = np.random.default_rng(7)
    frame = frame.assign(
        any=(frame["deaths"] > 0).astype(float),
        z=frame["robustness"] + rng.normal(size=len(frame)),
        counted=rng.negative_binomial(1, 0.5, len(frame)),
    )
    spell = frame.groupby("mission")["any"].cumsum() - frame["any"]
    return pk.Panel.from_frame(frame.assign(spell=spell), unit="mission", time="month")


def specify(engine: Engine) -> pk.Specification:
    return pk.Specification(
        outcome={"number": "deaths", "count": "counted", "indicator": "any"}[engine.outcome],
        treatment="robustness",
        effects=("year",) if engine.effects in ("absorbed", "indicators") else (),
        family=engine.family,
        estimator=engine.estimator,
        instruments=("z",) if "instruments" in engine.options else (),
        spell="spell" if engine.spells else None,
        inference=pk.Inference(cluster="host", method="CRV1"),
    )


@pytest.fixture(scope="module")
def estimates(panel: pk.Panel) -> dict[str, pk.Estimate]:
    return {e.name: pk.estimate(specify(e), panel) for e in catalogue.ENGINES}


def declare(monkeypatch: pytest.MonkeyPatch, name: str, **changes: object) -> Engine:
    """Put an engine that declares something else in the catalogue."""
    changed = {e.name: replace(e, **changes) if e.name == name else e for e in catalogue.ENGINES}
    monkeypatch.setattr(catalogue, "ENGINES", tuple(changed.values()))
    return changed[name]


def test_serving_crv2_does_not_move_crv3(panel: pk.Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A logit marked CRV2-capable was once refitted by least squares, in silence."""
    before = pk.estimate(LOGIT, panel)
    declare(
        monkeypatch, "logit within", covariances=("CRV1", "CRV2", "CRV3"), working_weights="one"
    )
    assert catalogue.find_engine(LOGIT).covariances[1] == "CRV2"
    after = pk.estimate(LOGIT, panel)
    np.testing.assert_array_equal(after.inferred.covariance, before.inferred.covariance)
    declare(monkeypatch, "logit within", jackknife="least squares")
    wrong = pk.estimate(LOGIT, panel)
    assert wrong.std_error != pytest.approx(before.std_error, rel=0.2)


def test_a_kernel_is_used_where_it_is_declared_and_nowhere_else(
    panel: pk.Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisson = replace(LOGIT, outcome="counted", family="poisson")
    quick = pk.estimate(poisson, panel)
    declare(monkeypatch, "poisson within", jackknife=None)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("kernel of an engine that declares none")

    monkeypatch.setattr(inference, "leave_out_each", never)
    slow = pk.estimate(poisson, panel)
    np.testing.assert_allclose(slow.std_error, quick.std_error, rtol=1e-6)


def test_crv2_needs_a_working_model_and_draws_need_a_null() -> None:
    logit = catalogue.look_up("logit")
    with pytest.raises(SpecificationError, match="CRV2 needs a working model"):
        replace(logit, covariances=("CRV1", "CRV2"))
    with pytest.raises(SpecificationError, match="wild bootstrap needs the fit without"):
        replace(logit, serves=("wild bootstrap",))


CHECKS: dict[str, Callable[[pk.Estimate, pk.Panel], object]] = {
    "wild bootstrap": lambda e, p: pk.bootstrap(e, draws=19, seed=1),
    "randomization": lambda e, p: pk.randomize(
        e, lambda rng: rng.permutation(p.frame["robustness"].to_numpy()), draws=5, seed=1
    ),
    "partial R2": lambda e, p: pk.robustness_value(e),
    "event study": lambda e, p: event_study(e.specification, p, leads=1, lags=1, width=12),
    "staggered effects": lambda e, p: pk.staggered(e.specification, p),
}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("engine", catalogue.ENGINES, ids=lambda e: e.name)
def test_a_check_that_an_engine_does_not_declare_is_refused_by_name(
    panel: pk.Panel, estimates: dict[str, pk.Estimate], engine: Engine, check: str
) -> None:
    refusal = f"{check} is not served for family '{engine.family}', estimator '{engine.estimator}'"
    try:
        CHECKS[check](estimates[engine.name], panel)
        said = ""
    except SpecificationError as error:
        said = str(error)
    assert (refusal in said) is (check not in engine.serves)


@pytest.mark.parametrize("engine", catalogue.ENGINES, ids=lambda e: e.name)
def test_covariances_and_offsets_are_what_is_declared(
    panel: pk.Panel, estimates: dict[str, pk.Estimate], engine: Engine
) -> None:
    found = estimates[engine.name]
    for method in ("CRV1", "CRV2", "CRV3"):
        asked = pk.Inference(cluster="host", method=method)
        if method in engine.covariances:
            assert found.with_inference(asked).inferred.method == method
        else:
            with pytest.raises(SpecificationError, match=f"method '{method}' is not served"):
                found.with_inference(asked)
    exposed = replace(found.specification, exposure="personnel")
    if engine.offset:
        assert pk.estimate(exposed, panel).fit.cells.offset.any()
    else:
        with pytest.raises(SpecificationError, match="takes no exposure as offset"):
            pk.estimate(exposed, panel)


@pytest.mark.parametrize("engine", catalogue.ENGINES, ids=lambda e: e.name)
def test_scale_and_outcome_agree(engine: Engine) -> None:
    assert engine.is_linear is (engine.outcome == "number") is (engine.scale.ratio == "")
    assert engine.is_rate is engine.is_count
    assert engines.look_up(engine.family, engine.estimator) is engine


def test_working_weights_are_those_of_the_fit(estimates: dict[str, pk.Estimate]) -> None:
    """CRV2 weighs by what is declared; for the engines that serve it the fit weighs alike."""
    served = [e for e in catalogue.ENGINES if e.working_weights]
    assert len(served) == 4
    for engine in served:
        fit = estimates[engine.name].fit
        declared = fit.mean if engine.working_weights == "mean" else np.ones(len(fit.cells))
        np.testing.assert_array_equal(fit.weights, declared)


def test_no_room_compares_strings_of_family_or_estimator() -> None:
    """Outside the catalogue's own look-up."""
    root = Path(pk.__file__).parent
    found = []
    for room in ("estimation", "checks", "comparisons", "simulation"):
        for file in sorted((root / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if not isinstance(node, ast.Compare):
                    continue
                parts = list(ast.walk(node))
                named = any(
                    isinstance(p, ast.Attribute) and p.attr in ("family", "estimator")
                    for p in parts
                )
                texts = any(isinstance(p, ast.Constant) and isinstance(p.value, str) for p in parts)
                if named and texts:
                    found.append(f"{file.relative_to(root)}:{node.lineno}")
    assert not found


def test_losses_are_a_table_of_four_columns() -> None:
    table = engines.Loss.tabulate([engines.Loss("missing y", 2, ("A", "B"), 1.0)])
    expected = {"reason": ["missing y"], "rows": [2], "names": ["A, B"], "events": [1.0]}
    pd.testing.assert_frame_equal(table, pd.DataFrame(expected), check_dtype=False)
    assert list(engines.Loss.tabulate([])) == list(expected)
