"""The gate seen before the treatment is estimated: the same where it can be, blind everywhere."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

import pkstats as pk
from pkstats.checks.identification import check_gate
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import AbsorbedError, NoVariationError, SeparationError, SpecificationError
from pkstats.estimation.engines import catalogue

POISSON = pk.Specification(
    outcome="deaths",
    treatment="robustness",
    controls=("control",),
    effects=("mission", "year"),
    exposure="personnel",
    family="poisson",
    inference=pk.Inference(cluster="host"),
)
LINEAR = replace(POISSON, family="linear", exposure=None)
#: Engines that weigh rows, on an outcome each can take.
SERVED = {e.name: e for e in catalogue.ENGINES if e.restrict is not None}
EVENTS = ["events", "events_around_switch"]


@pytest.fixture(scope="module")
def panel() -> pk.Panel:
    frame = simulate_panel(seed=3, exposed=True).frame
    rng = np.random.default_rng(3)
    frame["deaths"] = rng.poisson(frame["deaths"] * rng.gamma(1, 1, len(frame)))
    frame["any"] = frame["deaths"].clip(upper=1).astype(float)
    frame["spell"] = frame.groupby("mission")["any"].cumsum() - frame["any"]
    return build(frame)


def build(frame: pd.DataFrame) -> pk.Panel:
    return pk.Panel.from_frame(frame, unit="mission", time="month")


def specify(name: str) -> pk.Specification:
    engine = SERVED[name]
    return replace(
        POISSON,
        outcome="any" if engine.is_indicator else "deaths",
        family=engine.family,
        estimator=engine.estimator,
        effects=("mission", "year") if engine.effects else (),
        exposure="personnel" if engine.offset else None,
        spell="spell" if engine.spells else None,
        inference=pk.Inference(cluster="host", method="CRV1"),
    )


@pytest.mark.parametrize("estimator", ["within", "pooled", "first_difference"])
@pytest.mark.parametrize("controls", [(), ("control", "personnel")])
def test_a_linear_gate_is_that_of_the_estimate(
    panel: pk.Panel, estimator: str, controls: tuple[str, ...]
) -> None:
    effects = ("mission", "year") if estimator == "within" else ()
    asked = replace(LINEAR, estimator=estimator, controls=controls, effects=effects)
    seen, found = pk.preview_gate(asked, panel), pk.identify(pk.estimate(asked, panel))
    pd.testing.assert_frame_equal(seen.table, found.table, rtol=1e-12)
    assert (seen.passes, seen.reasons, seen.switching) == (
        found.passes, found.reasons, found.switching,
    )  # fmt: skip
    assert seen.effective_clusters == pytest.approx(found.effective_clusters, rel=1e-12)


@pytest.mark.parametrize("name", SERVED)
def test_leverage_is_that_of_an_estimate_whose_coefficient_is_zero(
    panel: pk.Panel, name: str
) -> None:
    """A treatment with an effect moves the means, and so the weights; one without does not."""
    asked = specify(name)
    engine = SERVED[name]
    seen = pk.preview_gate(asked, panel).table.set_index("host")["leverage"]
    fitted = pk.identify(pk.estimate(asked, panel)).table.set_index("host")["leverage"]
    assert seen.sum() == pytest.approx(1)
    if engine.is_linear:
        np.testing.assert_allclose(seen, fitted.loc[seen.index], rtol=1e-10)
        return
    far = np.abs(seen - fitted.loc[seen.index]).max()
    assert 1e-6 < far < 0.05
    frame = panel.frame.assign(still=nullify(asked, panel))
    null = replace(asked, treatment="still")
    estimate = pk.estimate(null, build(frame))
    assert abs(estimate.coefficient) < 1e-6
    near = pk.identify(estimate).table.set_index("host")["leverage"]
    blind = pk.preview_gate(null, build(frame)).table.set_index("host")["leverage"]
    np.testing.assert_allclose(blind, near.loc[blind.index], atol=1e-6)


def nullify(asked: pk.Specification, panel: pk.Panel) -> np.ndarray:
    """A treatment with coefficient zero: with as much noise of one sign as takes it away."""
    x = panel.frame["robustness"].to_numpy(dtype=float)
    noise = np.random.default_rng(2).normal(size=len(x))

    def estimate(share: float) -> float:
        own = build(panel.frame.assign(still=x + share * noise))
        return pk.estimate(replace(asked, treatment="still"), own).coefficient

    return x + brentq(estimate, -50.0, 50.0) * noise


@pytest.mark.parametrize("name", [n for n, e in SERVED.items() if e.effects])
def test_permuting_the_outcome_within_clusters_moves_events_and_weights_alone(
    panel: pk.Panel, name: str
) -> None:
    asked = specify(name)
    rng = np.random.default_rng(8)
    frame = panel.frame.copy()
    frame[asked.outcome] = frame.groupby("host")[asked.outcome].transform(rng.permutation)
    if SERVED[name].spells:
        frame["spell"] = frame.groupby("mission")["any"].cumsum() - frame["any"]
    one, other = pk.preview_gate(asked, panel).table, pk.preview_gate(asked, build(frame)).table
    one, other = (t.sort_values("host", ignore_index=True) for t in (one, other))
    rest = ["host", "missions", "switches", "events"]
    pd.testing.assert_frame_equal(one[rest], other[rest], check_dtype=False)
    assert (one["events_around_switch"] != other["events_around_switch"]).any()
    if SERVED[name].is_linear:
        np.testing.assert_allclose(one["leverage"], other["leverage"], rtol=1e-12)
    else:
        assert np.abs(one["leverage"] - other["leverage"]).max() < 0.1


def test_a_linear_outcome_may_be_anything_and_the_gate_says_the_same(panel: pk.Panel) -> None:
    rng = np.random.default_rng(1)
    other = build(panel.frame.assign(deaths=rng.permutation(panel.frame["deaths"])))
    one, two = pk.preview_gate(LINEAR, panel), pk.preview_gate(LINEAR, other)
    pd.testing.assert_frame_equal(one.table.drop(columns=EVENTS), two.table.drop(columns=EVENTS))


def walk(value: object) -> Iterator[object]:
    """All that can be reached from a result."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from walk(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from walk(part)


@pytest.mark.parametrize("name", SERVED)
def test_nothing_of_the_fit_can_be_reached_from_the_result(panel: pk.Panel, name: str) -> None:
    asked = specify(name)
    seen, found = pk.preview_gate(asked, panel), pk.estimate(asked, panel)
    assert {f.name for f in fields(seen)} == {
        "table", "passes", "reasons", "switching", "effective_clusters", "rows", "lost",
    }  # fmt: skip
    assert set(vars(seen)) == {f.name for f in fields(seen)}
    parts = list(walk(seen))
    kinds = {type(p) for p in parts}
    assert not [k for k in kinds if k.__module__.startswith("pkstats.estimation")]
    assert not [p for p in parts if isinstance(p, np.ndarray)]
    columns = ["host", "missions", "switches", *EVENTS, "leverage"]
    assert list(seen.table) == columns
    assert len(seen.table) == 12  # a row a cluster, none a row of the panel
    numbers = seen.table.select_dtypes("number").to_numpy().ravel()
    for told in (*found.fit.coefficients, found.std_error, found.statistic):
        assert not np.isclose(numbers, told, rtol=1e-9).any()
    assert f"{found.coefficient:.3f}" not in repr(seen).split("host")[0]


def test_a_separated_treatment_still_has_a_gate(panel: pk.Panel) -> None:
    frame = panel.frame.copy()
    chosen = frame["mission"].isin(["U05", "U06"]) & (frame["month"].dt.month == 2)
    frame["early"] = chosen.astype(float)
    frame.loc[chosen, "deaths"] = 0
    asked = replace(POISSON, treatment="early")
    with pytest.raises(SeparationError):
        pk.estimate(asked, build(frame))
    seen = pk.preview_gate(asked, build(frame))
    assert not seen.passes
    assert seen.switching == frame.loc[chosen, "host"].nunique() == 2
    held = seen.table.set_index("host")["leverage"]
    assert held.loc[sorted(set(frame.loc[chosen, "host"]))].sum() > 0.9


def test_rows_lost_without_the_treatment_are_told(panel: pk.Panel) -> None:
    frame = panel.frame.astype({"control": float})
    frame.loc[frame["mission"] == "U03", "deaths"] = 0
    frame.loc[7, "control"] = np.nan
    seen = pk.preview_gate(replace(POISSON, missing="drop"), build(frame))
    lost = seen.lost.set_index("reason")
    assert lost.at["all-zero mission", "names"] == "U03"
    assert lost.at["missing control", "rows"] == 1
    assert seen.rows + lost["rows"].sum() == len(frame)


def test_what_cannot_be_looked_at_is_refused_or_fails_by_its_class(panel: pk.Panel) -> None:
    for engine in catalogue.ENGINES:
        if engine.restrict is None:
            asked = replace(
                LINEAR, family=engine.family, estimator=engine.estimator, effects=(),
                instruments=("personnel",) if "instruments" in engine.options else (),
            )  # fmt: skip
            with pytest.raises(SpecificationError, match=f"estimator '{engine.estimator}'"):
                pk.preview_gate(asked, panel)
    still = build(panel.frame.assign(still=1.0, size=panel.frame["host"].str[1:].astype(float)))
    with pytest.raises(NoVariationError):
        pk.preview_gate(replace(POISSON, treatment="still"), still)
    with pytest.raises(AbsorbedError):
        pk.preview_gate(replace(POISSON, treatment="size"), still)
    silent = still.frame["host"].isin(["H01", "H02"])
    frame = still.frame.assign(only=still.frame["robustness"].where(silent, 0.0))
    frame.loc[silent, "deaths"] = 0
    with pytest.raises(AbsorbedError, match="rows that the model without it keeps"):
        pk.preview_gate(replace(POISSON, treatment="only"), build(frame))


def test_thresholds_are_arguments_and_today_s_are_the_defaults(panel: pk.Panel) -> None:
    found = pk.estimate(POISSON, panel)
    assert pk.identify(found).passes and check_gate(found)[0]
    for change, words in (
        ({"fewest": 13}, "at least 13 needed"),
        ({"largest": 0.05}, "at most 5%"),
    ):
        passes, reasons = check_gate(found, **change)
        told = pk.identify(found, **change)
        seen = pk.preview_gate(POISSON, panel, **change)
        assert not passes and not told.passes and not seen.passes
        assert reasons == told.reasons
        assert words in "; ".join(reasons) and words in "; ".join(seen.reasons)
    wide = pk.preview_gate(POISSON, panel, window=24).table.set_index("host")
    narrow = pk.preview_gate(POISSON, panel, window=3).table.set_index("host")
    assert (wide["events_around_switch"] >= narrow.loc[wide.index, "events_around_switch"]).all()
    assert wide["events_around_switch"].sum() > narrow["events_around_switch"].sum()
    assert "fails before the treatment is estimated" in repr(
        pk.preview_gate(POISSON, panel, fewest=13)
    )
