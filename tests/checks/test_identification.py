from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pkstats.checks.identification import GateRule, check_gate, count_effective, identify
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification

SPECIFICATION = Specification(
    outcome="deaths",
    treatment="robustness",
    effects=("mission", "year"),
    family="poisson",
    inference=Inference(cluster="host", method="CRV1"),
)


def build(frame: pd.DataFrame) -> Panel:
    return Panel.from_frame(frame, unit="mission", time="month")


def test_counts_by_hand() -> None:
    panel = simulate_panel(seed=1)
    found = identify(estimate(SPECIFICATION, panel))
    table = found.table.set_index("host")
    frame = panel.frame[panel.frame["host"] == "H05"]
    assert table.at["H05", "missions"] == frame["mission"].nunique() == 2
    assert table.at["H05", "events"] == frame["deaths"].sum()
    switches, near = 0, 0
    for _, life in frame.groupby("mission"):
        month = life["month"].dt.year * 12 + life["month"].dt.month
        steps = month[life["robustness"].diff().fillna(0) != 0]
        switches += len(steps)
        close = np.zeros(len(life), dtype=bool)
        for step in steps:
            close |= month.between(step - 24, step + 23).to_numpy()
        near += life["deaths"][close].sum()
    assert table.at["H05", "switches"] == switches
    assert table.at["H05", "events_around_switch"] == near
    assert table["leverage"].sum() == pytest.approx(1)
    assert found.passes
    assert found.switching == 12
    assert list(found.table) == [
        "host", "missions", "switches", "events", "events_around_switch", "leverage",
    ]  # fmt: skip


@pytest.mark.parametrize("controls", [(), ("control", "personnel")])
def test_leverage_is_the_share_of_weighted_residual_variation(controls: tuple[str, ...]) -> None:
    """Of the treatment, less everything else in the model."""
    panel = simulate_panel(seed=1)
    result = estimate(replace(SPECIFICATION, controls=controls), panel)
    frame = panel.frame
    dummies = [pd.get_dummies(frame[e].astype(str), dtype=float) for e in ("mission", "year")]
    D = np.column_stack([*dummies, *(frame[c] for c in controls)])
    root = np.sqrt(result.fit.mean)
    x = frame["robustness"].to_numpy()
    rest = root * (x - D @ np.linalg.lstsq(root[:, None] * D, root * x, rcond=None)[0])
    share = pd.Series(rest**2).groupby(frame["host"]).sum() / (rest**2).sum()
    found = identify(result)
    table = found.table.set_index("host")["leverage"]
    np.testing.assert_allclose(table.loc[share.index], share, rtol=1e-7)
    deviation = share / share.mean() - 1
    assert found.effective_clusters == pytest.approx(12 / (1 + (deviation**2).mean()))
    between = pd.Series(rest).groupby(frame["host"]).sum() ** 2
    deviation = between / between.mean() - 1
    expected = 12 / (1 + (deviation**2).mean())
    assert found.effective_clusters_dependent == pytest.approx(expected)


def test_equal_clusters_are_all_effective_and_one_dominant_cluster_is_one() -> None:
    assert count_effective(np.full(9, 3.0)) == pytest.approx(9)
    assert count_effective(np.array([1.0, 0.0, 0.0])) == pytest.approx(1)
    assert 1 < count_effective(np.array([10.0, 1.0, 1.0])) < 2


def test_dependent_errors_cancel_where_the_cluster_is_an_effect() -> None:
    linear = replace(SPECIFICATION, family="linear")
    found = identify(estimate(linear, simulate_panel(seed=1)))
    assert np.isnan(found.effective_clusters_dependent)
    assert 1 < found.effective_clusters <= 12


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_degrees_of_freedom_are_those_of_crv2_beside_any_method(family: str) -> None:
    panel = simulate_panel(seed=1)
    by_crv2 = Inference(cluster="host", method="CRV2")
    for method in ("CRV1", "CRV3"):
        inference = Inference(cluster="host", method=method)
        found = estimate(replace(SPECIFICATION, family=family, inference=inference), panel)
        gate = identify(found)
        assert gate.degrees_of_freedom == found.with_inference(by_crv2).degrees_of_freedom
        assert 1 < gate.degrees_of_freedom < 11
        assert gate.note == ""
        assert f"{gate.degrees_of_freedom:.1f}" in repr(gate)


def test_missing_degrees_of_freedom_say_why() -> None:
    panel = simulate_panel(seed=1)
    random = replace(SPECIFICATION, family="linear", estimator="random", effects=())
    other = identify(estimate(random, panel))
    assert np.isnan(other.degrees_of_freedom)
    assert "not served for linear, random" in other.note
    frame = panel.frame
    frame = frame.assign(robustness=frame["robustness"].where(frame["host"] == "H03", 0.0))
    lone = identify(estimate(SPECIFICATION, build(frame)))
    assert np.isnan(lone.degrees_of_freedom)
    assert "without H03" in lone.note
    assert lone.effective_clusters == pytest.approx(1, abs=0.2)
    assert not lone.passes


def test_first_differences_switch_where_the_change_is_not_zero() -> None:
    panel = simulate_panel(seed=1, balanced=True)
    spec = replace(SPECIFICATION, family="linear", estimator="first_difference", effects=())
    table = identify(estimate(spec, panel)).table
    assert table["switches"].sum() == 2 * 24
    levels = identify(estimate(SPECIFICATION, panel)).table
    assert levels["switches"].sum() == 2 * 24


def test_events_of_an_outcome_that_does_not_count_are_its_rows_that_are_not_zero() -> None:
    frame = simulate_panel(seed=1).frame
    frame["deaths"] = -0.5 * frame["deaths"]
    table = identify(estimate(replace(SPECIFICATION, family="linear"), build(frame))).table
    events = (frame["deaths"] != 0).groupby(frame["host"]).sum()
    assert table.set_index("host")["events"].to_dict() == events.to_dict()


def test_window_has_at_least_one_period() -> None:
    found = estimate(SPECIFICATION, simulate_panel(seed=1))
    with pytest.raises(SpecificationError, match="window=0"):
        identify(found, window=0)
    wide, narrow = identify(found, window=24).table, identify(found, window=1).table
    assert wide["events_around_switch"].sum() > narrow["events_around_switch"].sum() > 0


def test_gate_fails_with_four_switching_clusters() -> None:
    frame = simulate_panel(seed=1).frame
    hosts = ["H00", "H01", "H02", "H03"]
    frame["robustness"] = frame["robustness"].where(frame["host"].isin(hosts), 1.0)
    found = identify(estimate(SPECIFICATION, build(frame)))
    assert not found.passes
    assert found.switching == 4
    assert found.reasons[0] == (
        "4 clusters with events within 24 periods of their own switch (at least 5 needed)"
    )


@pytest.mark.parametrize(("distance", "counted"), [(23, True), (24, False), (-24, True)])
def test_events_count_within_two_years_of_the_own_switch_alone(distance, counted) -> None:
    """One event in each host, so many months after the switch of its mission, and none nearer."""
    months = pd.date_range("2000-01-01", periods=120, freq="MS")
    switch = 60
    parts = [
        pd.DataFrame(
            {
                "mission": f"M{number}",
                "host": f"H{number}",
                "month": months,
                "robustness": (np.arange(120) >= switch).astype(float),
                "deaths": (np.arange(120) == switch + distance).astype(float),
            }
        )
        for number in range(6)
    ]
    frame = pd.concat(parts, ignore_index=True)
    specification = replace(
        SPECIFICATION, treatment="robustness", controls=(), effects=("mission",), exposure=None,
        family="linear",
    )  # fmt: skip
    found = identify(estimate(specification, build(frame)))
    assert found.passes is counted
    assert found.switching == (6 if counted else 0)


def test_gate_fails_where_one_cluster_holds_the_leverage() -> None:
    frame = simulate_panel(seed=1).frame
    frame["robustness"] *= np.where(frame["host"] == "H02", 20.0, 1.0)
    found = identify(estimate(SPECIFICATION, build(frame)))
    assert found.switching == 12
    assert not found.passes
    assert "in H02" in found.reasons[1]
    assert "fails" in repr(found)


def test_switch_in_a_cluster_without_events_does_not_count() -> None:
    """Without mission effects a silent host stays in the sample."""
    frame = simulate_panel(seed=1).frame
    frame.loc[frame["host"] == "H04", "deaths"] = 0
    spec = Specification(
        outcome="deaths", treatment="robustness", effects=("year",), family="poisson",
        inference=Inference(cluster="host", method="CRV1"),
    )  # fmt: skip
    found = identify(estimate(spec, build(frame)))
    assert "H04" in set(found.table["host"])
    assert found.switching == 11


def test_the_gate_alone_is_the_gate_of_the_whole():
    panel = simulate_panel(units=8, periods=36, clusters=4, seed=3)
    spec = Specification(
        outcome="deaths",
        treatment="robustness",
        effects=("mission", "year"),
        family="poisson",
        inference=Inference(cluster="host", method="CRV1"),
    )
    found = estimate(spec, panel)
    whole = identify(found)
    assert check_gate(found) == (whole.passes, whole.reasons)
    assert not whole.passes


def test_clusters_that_share_the_largest_leverage_are_all_named() -> None:
    table = pd.DataFrame(
        {"host": ["A", "B", "C"], "events_around_switch": [1, 1, 1], "leverage": [0.4, 0.4, 0.2]}
    )
    _, reasons, _ = GateRule().judge(table, "host")
    assert "leverage 40% in A and B (at most 50%)" in reasons[1]
