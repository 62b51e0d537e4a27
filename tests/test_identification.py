import numpy as np
import pandas as pd
import pytest

from pkstats.estimation import estimate
from pkstats.identification import identify
from pkstats.panels import Panel
from pkstats.panels.simulated import simulate_panel
from pkstats.specification import Inference, Specification

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
            close |= month.between(step - 12, step + 11).to_numpy()
        near += life["deaths"][close].sum()
    assert table.at["H05", "switches"] == switches
    assert table.at["H05", "events_around_switch"] == near
    assert table["leverage"].sum() == pytest.approx(1)
    assert found.passes
    assert found.switching == 12
    assert list(found.table) == [
        "host", "missions", "switches", "events", "events_around_switch", "leverage",
    ]  # fmt: skip


def test_leverage_is_the_share_of_weighted_residual_variation() -> None:
    panel = simulate_panel(seed=1)
    result = estimate(SPECIFICATION, panel)
    frame = panel.frame
    dummies = [pd.get_dummies(frame[e].astype(str), dtype=float) for e in ("mission", "year")]
    D, root = np.column_stack(dummies), np.sqrt(result.fit.mean)
    x = frame["robustness"].to_numpy()
    rest = root * (x - D @ np.linalg.lstsq(root[:, None] * D, root * x, rcond=None)[0])
    share = pd.Series(rest**2).groupby(frame["host"]).sum() / (rest**2).sum()
    table = identify(result).table.set_index("host")["leverage"]
    np.testing.assert_allclose(table.loc[share.index], share, rtol=1e-7)


def test_gate_fails_with_four_switching_clusters() -> None:
    frame = simulate_panel(seed=1).frame
    hosts = ["H00", "H01", "H02", "H03"]
    frame["robustness"] = frame["robustness"].where(frame["host"].isin(hosts), 1.0)
    found = identify(estimate(SPECIFICATION, build(frame)))
    assert not found.passes
    assert found.switching == 4
    assert "4 switching clusters with events (at least 5 needed)" in found.reasons[0]


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
