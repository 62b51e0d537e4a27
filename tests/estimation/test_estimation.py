import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.fixture(scope="module")
def panel() -> Panel:
    return simulate_panel(seed=21, exposed=True, base=-2.0)


def rebuild(frame: pd.DataFrame) -> Panel:
    return Panel.from_frame(frame, unit="mission", time="month")


def test_tidy_and_summary(panel: Panel) -> None:
    found = estimate(SPECIFICATION, panel)
    table = found.tidy()
    assert list(table) == [
        "term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high",
    ]  # fmt: skip
    assert isinstance(table.index, pd.RangeIndex)
    assert list(table["term"]) == ["robustness", "control"]
    assert found.events == panel.frame["deaths"].sum() - found.lost["events"].sum()
    assert found.clusters == found.clusters_scoring == 12
    wide = found.tidy(0.99)
    assert (wide["conf_high"] > table["conf_high"]).all()
    assert max(map(len, found.summary().splitlines())) <= 80
    for text in (found.summary(), found._repr_html_()):
        plain = " ".join(text.split())
        assert "robustness" in plain
        assert "offset personnel" in plain
        assert "rate ratio" in plain


def test_plot_draws_every_term(panel: Panel) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = estimate(SPECIFICATION, panel).plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["robustness", "control"]


def test_with_inference_equals_another_estimate(panel: Panel) -> None:
    other = replace(SPECIFICATION, inference=Inference(cluster="host", method="CRV1"))
    fast = estimate(SPECIFICATION, panel).with_inference(other.inference)
    pd.testing.assert_frame_equal(fast.tidy(), estimate(other, panel).tidy())
    with pytest.raises(SpecificationError, match="mission"):
        fast.with_inference(Inference(cluster="mission"))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_and_relabelling_change_nothing(panel: Panel, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = panel.frame.sample(frac=1, random_state=seed)
    names = {
        u: f"Z{n}" for u, n in zip(sorted(set(frame["mission"])), rng.permutation(99), strict=False)
    }
    hosts = {
        h: f"Y{n}" for h, n in zip(sorted(set(frame["host"])), rng.permutation(99), strict=False)
    }
    frame = frame.assign(
        mission=frame["mission"].map(names), host=frame["host"].map(hosts), year=frame["year"] - 7
    )
    columns = ["estimate", "std_error", "p_value"]
    plain, shuffled = (estimate(SPECIFICATION, p).tidy() for p in (panel, rebuild(frame)))
    np.testing.assert_allclose(shuffled[columns], plain[columns], rtol=1e-8)


def test_a_never_treated_unit_without_events_changes_nothing_but_the_losses(panel: Panel) -> None:
    silent = panel.frame[panel.frame["mission"] == "U00"].assign(
        mission="silent", deaths=0, robustness=0.0, host="elsewhere"
    )
    plain = estimate(SPECIFICATION, panel)
    more = estimate(SPECIFICATION, rebuild(pd.concat([panel.frame, silent])))
    np.testing.assert_allclose(more.fit.coefficients, plain.fit.coefficients, atol=1e-11)
    np.testing.assert_allclose(more.inferred.std_error, plain.inferred.std_error, rtol=1e-9)
    assert more.clusters == plain.clusters
    added = more.lost[more.lost["reason"] == "all-zero mission"].iloc[0]
    assert "silent" in added["names"]


def test_scale_of_treatment_and_exposure(panel: Panel) -> None:
    frame = panel.frame.assign(
        robustness=panel.frame["robustness"] * 1000, personnel=panel.frame["personnel"] / 1e6
    )
    plain, scaled = estimate(SPECIFICATION, panel), estimate(SPECIFICATION, rebuild(frame))
    np.testing.assert_allclose(scaled.coefficient * 1000, plain.coefficient, rtol=1e-9)
    np.testing.assert_allclose(scaled.statistic, plain.statistic, rtol=1e-8)


def test_the_true_effect_is_covered_at_the_nominal_rate() -> None:
    spec = replace(SPECIFICATION, exposure=None)
    covered = []
    for seed in range(60):
        row = estimate(spec, simulate_panel(seed=seed, effect=0.3, periods=48)).tidy().iloc[0]
        covered.append(row["conf_low"] <= 0.3 <= row["conf_high"])
    assert 0.86 <= np.mean(covered) <= 1.0


def test_two_way_fit_is_fast() -> None:
    panel = simulate_panel(units=60, periods=420, base=-2.0, seed=5, exposed=True)
    first = panel.frame.groupby("mission").head(70)
    panel = rebuild(first)
    spec = replace(SPECIFICATION, inference=Inference(cluster="host", method="CRV1"))
    estimate(spec, panel)
    durations = []
    for _ in range(5):
        start = time.perf_counter()
        found = estimate(spec, panel)
        durations.append(time.perf_counter() - start)
    assert len(panel.frame) > 4000
    assert found.fit.iterations < 15
    assert min(durations) < 0.05


def test_effects_may_be_none(panel: Panel) -> None:
    found = estimate(replace(SPECIFICATION, effects=()), panel)
    assert found.fit.parameters == 3
    assert found.rows == len(panel.frame)
