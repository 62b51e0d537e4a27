"""Missions merged to hosts: own calendars, drawn jointly."""

import numpy as np
import pandas as pd
import pytest

from pkstats.checks.randomization import merged_assignment, randomize, renewal_assignment
from pkstats.data.panels import Panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification

MONTHS = 60
SPECIFICATION = Specification(
    outcome="y",
    treatment="x_lag1",
    effects=("host", "month"),
    family="poisson",
    missing="drop",
    inference=Inference(cluster="host", method="CRV1"),
)


def build_missions(*, seed: int = 0, hosts: int = 8, shared: bool = True) -> Panel:
    """Hosts with one mission, every second with another one that begins later."""
    rng = np.random.default_rng(seed)
    lines = []
    for host in range(hosts):
        for mission, (start, every) in enumerate(((0, 6), (20, 4))):
            if mission and not (shared and host % 2):
                continue
            months = np.arange(start, MONTHS)
            renewals = (months - start) % every == 0
            steps = rng.choice(np.flatnonzero(renewals)[1:], size=2, replace=False)
            path = 1 + mission + np.isin(np.arange(len(months)), steps).cumsum()
            lines += [
                {
                    "mission": f"M{host}{mission}",
                    "host": f"H{host}",
                    "month": pd.Timestamp("2001-01-01") + pd.DateOffset(months=int(m)),
                    "x": float(x),
                    "renewal": int(r),
                }
                for m, x, r in zip(months, path, renewals, strict=True)
            ]
    return Panel.from_frame(pd.DataFrame(lines), unit="mission", time="month")


def merge_hosts(missions: Panel, how: str = "max", *, seed: int = 1) -> Panel:
    frame = missions.frame.groupby(["host", "month"], as_index=False)["x"].agg(how)
    frame["y"] = np.random.default_rng(seed).poisson(2.0, len(frame))
    return Panel.from_frame(frame, unit="host", time="month").lag("x", months=1)


@pytest.mark.parametrize(("merge", "how"), [("largest", "max"), ("sum", "sum")])
def test_each_draw_is_what_the_missions_own_draws_merge_to(merge: str, how: str) -> None:
    missions = build_missions()
    hosts = merge_hosts(missions, how)
    found = merged_assignment(hosts, missions, treatment="x", renewal="renewal", merge=merge, lag=1)
    own = renewal_assignment(missions, treatment="x", renewal="renewal", lag=0)
    for seed in range(5):
        frame = missions.frame.assign(x=own.draw(np.random.default_rng(seed)))
        merged = frame.groupby(["host", "month"])["x"].agg(how)
        keys = pd.MultiIndex.from_frame(
            hosts.frame[["host", "month"]].assign(
                month=lambda f: f["month"] - pd.DateOffset(months=1)
            )
        )
        np.testing.assert_array_equal(
            found.draw(np.random.default_rng(seed)), merged.reindex(keys).to_numpy()
        )


def test_draws_of_a_block_equal_single_draws() -> None:
    missions = build_missions(seed=3)
    hosts = merge_hosts(missions)
    found = merged_assignment(hosts, missions, treatment="x", renewal="renewal", lag=1)
    rows = np.arange(5, len(hosts.frame), 3)
    out = np.empty((len(rows), 6))
    found.sampler(rows)([np.random.default_rng(s) for s in range(6)], out)
    for seed in range(6):
        np.testing.assert_array_equal(out[:, seed], found.draw(np.random.default_rng(seed))[rows])


def test_steps_of_a_mission_never_move_to_the_renewal_of_another() -> None:
    missions = build_missions()
    hosts = merge_hosts(missions, "sum")
    found = merged_assignment(hosts, missions, treatment="x", renewal="renewal", merge="sum", lag=0)
    frame = hosts.frame.assign(x=found.draw(np.random.default_rng(9)))
    for host, part in frame[frame["host"].isin(["H0", "H2"])].groupby("host"):
        own = missions.frame[missions.frame["host"].eq(host) & missions.frame["renewal"].eq(1)]
        moved = part.loc[part["x"].diff().fillna(0).ne(0), "month"]
        assert len(moved) == 2
        assert set(moved) <= set(own["month"])


def test_one_mission_a_host_gives_the_test_of_the_missions() -> None:
    missions = build_missions(shared=False)
    hosts = merge_hosts(missions)
    merged = merged_assignment(hosts, missions, treatment="x", renewal="renewal", lag=1)
    plain = renewal_assignment(
        Panel.from_frame(missions.frame.drop(columns="mission"), unit="host", time="month"),
        treatment="x",
        renewal="renewal",
        lag=1,
    )
    rows = np.arange(len(hosts.frame))
    assert merged.counts["shared_cells"] == 0
    assert merged.count_distinct(rows) == plain.count_distinct(rows)
    found = estimate(SPECIFICATION, hosts)
    one, other = (randomize(found, a, draws=99, seed=2).p_value for a in (merged, plain))
    assert one == other


def test_shared_cells_are_counted_and_only_draws_tell_what_is_distinct() -> None:
    missions = build_missions()
    hosts = merge_hosts(missions)
    found = merged_assignment(hosts, missions, treatment="x", renewal="renewal", lag=1)
    assert found.counts["shared_cells"] == 4 * (MONTHS - 20)
    assert found.count_distinct(np.arange(len(hosts.frame))) is None
    fitted = estimate(SPECIFICATION, hosts)
    assert 0 < randomize(fitted, found, draws=299, seed=2).p_value <= 1


def test_a_treatment_that_is_not_the_missions_own_is_refused_with_every_breach() -> None:
    missions = build_missions()
    hosts = merge_hosts(missions, "sum")
    with pytest.raises(SpecificationError, match=r"not the largest .* H1.*Remedy"):
        merged_assignment(hosts, missions, treatment="x", renewal="renewal")
    with pytest.raises(SpecificationError, match=r"(?s)'z'.*merge='mean'"):
        merged_assignment(hosts, missions, treatment="z", renewal="renewal", merge="mean")
    far = Panel.from_frame(
        missions.frame.assign(host="elsewhere", month=lambda f: f["month"]),
        unit="mission",
        time="month",
    )
    with pytest.raises(SpecificationError, match="same notation"):
        merged_assignment(hosts, far, treatment="x", renewal="renewal", merge="sum")
