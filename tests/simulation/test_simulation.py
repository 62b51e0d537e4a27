"""The simulation: its design, its worlds, and a slice of it run again."""

import importlib
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.errors import SourceError
from pkstats.simulation import GRID, METHODS, World, run_study, simulate_world, summarise
from pkstats.simulation.design import PERIODS, STEPS
from pkstats.simulation.trial import Answer, answer
from pkstats.simulation.worlds import NEVER, deal_steps, draw_shocks

SLICE = Path(__file__).with_name("slice.csv")
WORLDS = (
    World("linear", 7, 3, 0.7, 0.5),
    World("linear", 14, 6, 0.7, 0.0),
    World("poisson", 14, 6, 0.7, 0.0),
    World("poisson", 30, 3, 0.7, math.log(2)),
)


def answer_slice() -> pd.DataFrame:
    """Every answer of every method, one row each: p-values show what shares of rejections hide."""
    return pd.DataFrame(
        [
            {**asdict(world), "replication": number, **asdict(found)}
            for world in WORLDS
            for number in range(6)
            for group in METHODS
            for found in answer(world, number, group=group)
        ]
    )


def test_a_slice_of_the_design_gives_the_committed_numbers() -> None:
    found, expected = answer_slice(), pd.read_csv(SLICE)
    assert set(WORLDS) <= set(GRID)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-6, atol=1e-8, check_dtype=False)


def test_committed_results_are_those_of_the_design(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(root)
    simulation = importlib.import_module("analyses.simulation")
    (tmp_path / "results").mkdir()
    simulation.main(panels=tmp_path, results=tmp_path / "results")
    copied = pd.read_csv(tmp_path / "results" / "simulation.csv")
    assert len(copied) == len(simulation.declare_rows())
    other = copied.assign(replications=copied["replications"] + 1).iloc[1:]
    other.to_csv(tmp_path / "simulation.csv", index=False)
    monkeypatch.setattr(simulation, "REFERENCE", tmp_path / "simulation.csv")
    with pytest.raises(SourceError, match=f"differ in {len(copied)} rows"):
        simulation.main(panels=tmp_path, results=tmp_path / "results")


def test_parts_that_are_done_are_not_run_again(tmp_path: Path) -> None:
    said: list[str] = []
    options = {"worlds": WORLDS[:1], "groups": ("sandwich",), "jobs": 1, "say": said.append}
    first = run_study(tmp_path, replications=lambda *_: 2, **options)
    again = run_study(tmp_path, replications=lambda *_: 2, **options)
    pd.testing.assert_frame_equal(first, again)
    assert len(said) == 1


def test_the_design_covers_few_clusters_and_few_treated() -> None:
    clusters, treated = ({getattr(w, n) for w in GRID} for n in ("clusters", "treated"))
    assert min(clusters) == 7 and max(clusters) == 60
    assert min(treated) == 3 and max(treated) == 30
    assert len(GRID) == len(set(GRID)) == len({world.key for world in GRID})
    assert {world.family for world in GRID} == {"linear", "poisson"}


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_is_what_it_declares(world: World) -> None:
    frame = simulate_world(world, np.random.default_rng(1)).frame
    again = simulate_world(world, np.random.default_rng(1)).frame
    pd.testing.assert_frame_equal(frame, again)
    assert frame["cluster"].nunique() == world.clusters
    steps = frame.groupby("cluster")["step"].first()
    assert (steps < NEVER).sum() == world.treated
    assert steps[steps < NEVER].between(*STEPS).all()
    assert frame.groupby("cluster")["treated"].max().sum() == world.treated
    assert frame.groupby("cluster").size().nunique() > 1
    if world.family == "poisson":
        assert (frame["outcome"] % 1 == 0).all()
        assert (frame["outcome"] > 0).mean() < 0.25


@pytest.mark.parametrize("correlation", [0.0, 0.7, 0.9])
def test_shocks_are_stationary_with_the_declared_correlation(correlation: float) -> None:
    shocks = draw_shocks(4000, correlation, np.random.default_rng(2))
    assert shocks.shape == (4000, PERIODS)
    np.testing.assert_allclose(shocks[:, [0, -1]].std(axis=0), 1, atol=0.05)
    found = np.corrcoef(shocks[:, 10], shocks[:, 11])[0, 1]
    assert found == pytest.approx(correlation, abs=0.04)


def test_dealing_keeps_the_steps_and_counts_the_dealings() -> None:
    panel = simulate_world(WORLDS[0], np.random.default_rng(3))
    dealing = deal_steps(panel)
    drawn = dealing.function(np.random.default_rng(4))
    ever = panel.frame.assign(drawn=drawn).groupby("cluster")["drawn"].max()
    assert ever.sum() == 3
    steps = panel.frame.groupby("cluster")["step"].first()
    alike = steps[steps < NEVER].value_counts()
    assert dealing.distinct == math.factorial(7) // (
        math.factorial(4) * math.prod(math.factorial(int(n)) for n in alike)
    )


def test_a_refit_that_overflowed_has_an_answer_or_none() -> None:
    """The jackknife of these panels once stopped with infinities in a Poisson refit."""
    world = World("poisson", 7, 3, 0.7, 0.0)
    for replication in (29, 47):
        answers = answer(world, replication, group="sandwich")
        assert [a.method for a in answers] == list(METHODS["sandwich"])
        assert np.isfinite(answers[1].p_value)


def test_summary_of_known_answers() -> None:
    world = World("linear", 7, 3, 0.7, 0.5)
    answers = [
        Answer("CRV1, t", 0.4, 0.1, 0.01, 0.2, 0.6),
        Answer("CRV1, t", 0.8, 0.1, 0.20, 0.6, 1.0),
        Answer("CRV1, t"),
    ]
    row = summarise(world, answers).iloc[0]
    assert (row["replications"], row["answered"]) == (3, 2)
    assert (row["rejected"], row["coverage"]) == (0.5, 0.5)
    assert row["bias"] == pytest.approx(0.1)
    assert row["rejected_error"] == pytest.approx(np.sqrt(0.25 / 6))
