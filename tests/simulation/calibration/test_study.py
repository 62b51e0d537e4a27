"""The study: resumed where it was, the same by any number of jobs, equal to the committed rows."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from pkstats.command.calibration import compare_rows
from pkstats.errors import SourceError, SpecificationError
from pkstats.simulation.calibration import study
from pkstats.simulation.calibration.blocks import Block
from pkstats.simulation.calibration.design import KINDS, NULLS, REPORT, SEEDS
from pkstats.simulation.calibration.study import declare_blocks, list_missing, run_study
from pkstats.simulation.calibration.trial import hash_design, try_world
from pkstats.simulation.calibration.tuning import read_violence
from pkstats.simulation.calibration.world import Violence
from tests.simulation.calibration.test_blocks import make_row

COMMITTED = Path(__file__).parents[3] / "analyses" / "calibration"
#: Worlds that are judged again and held to the committed rows.
AGAIN = 20


def pretend(family, ground, kind, violence, number):
    """A row without the work behind it."""
    return make_row(
        number,
        kind=kind.name,
        hypothesis=ground.hypothesis.name,
        design=hash_design(family, ground.hypothesis, kind, violence),
    )


@pytest.fixture
def quick(monkeypatch, grounds):
    monkeypatch.setattr(study, "try_world", pretend)
    monkeypatch.setattr(study, "lay_ground", lambda family, h, panel: grounds[h.name])
    return {"kinds": NULLS[:1], "say": lambda _: None}


def read_all(folder: Path) -> pd.DataFrame:
    return pd.concat([b.read(folder) for b in declare_blocks(kinds=NULLS[:1])], ignore_index=True)


def test_an_interrupted_run_goes_on_where_it_was(tmp_path, panel, quick, monkeypatch) -> None:
    done: list[int] = []

    def fail(*given):
        if given[-1] == 9:
            raise KeyboardInterrupt
        done.append(given[-1])
        return pretend(*given)

    monkeypatch.setattr(study, "try_world", fail)
    with pytest.raises(KeyboardInterrupt):
        run_study(tmp_path, panel, worlds=12, jobs=1, **quick)
    block = declare_blocks(kinds=NULLS[:1])[0]
    assert list_missing(block, tmp_path, worlds=12) == (8, 9, 10, 11)
    path = tmp_path / block.file
    path.write_bytes(path.read_bytes()[:-3])
    said: list[str] = []
    monkeypatch.setattr(study, "try_world", pretend)
    run_study(tmp_path, panel, worlds=12, jobs=1, **(quick | {"say": said.append}))
    assert "unfinished line was cut off" in said[0] and "17 worlds to judge" in said[1]
    assert "24" not in said[1] and "of 17 worlds, about 0 minutes left" in said[-1]
    run_study(tmp_path / "whole", panel, worlds=12, jobs=1, **quick)
    pd.testing.assert_frame_equal(read_all(tmp_path), read_all(tmp_path / "whole"))


def test_more_worlds_add_to_fewer_and_no_more_than_declared(tmp_path, panel, quick) -> None:
    run_study(tmp_path, panel, worlds=3, jobs=1, **quick)
    run_study(tmp_path, panel, worlds=5, jobs=1, **quick)
    assert len(read_all(tmp_path)) == 10
    block = declare_blocks(kinds=NULLS[:1])[0]
    assert len(list_missing(block, tmp_path, worlds=10**6)) == NULLS[0].worlds - 5


@pytest.mark.slow
def test_processes_and_their_order_change_nothing(tmp_path, panel, monkeypatch) -> None:
    monkeypatch.setattr(study, "LOT", 1)
    options = {"kinds": NULLS[1:2], "worlds": 2, "say": lambda _: None}
    run_study(tmp_path / "one", panel, jobs=1, **options)
    run_study(tmp_path / "two", panel, jobs=2, **options)
    for block in declare_blocks(kinds=NULLS[1:2]):
        same, different = compare_rows(block.read(tmp_path / "one"), block.read(tmp_path / "two"))
        assert (same, different) == (2, [])


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="DISTRIBUTED ABSENT: extra 'scale'"
)
def test_workers_of_dask_change_nothing(tmp_path, panel, quick) -> None:
    from distributed import Client

    with pytest.raises(SpecificationError, match="no client"):
        run_study(tmp_path, panel, worlds=6, jobs="dask", **quick)
    with Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None):
        run_study(tmp_path / "dask", panel, worlds=6, jobs="dask", **quick)
    run_study(tmp_path / "one", panel, worlds=6, jobs=1, **quick)
    pd.testing.assert_frame_equal(read_all(tmp_path / "dask"), read_all(tmp_path / "one"))


def test_misuse_is_refused_before_anything_is_judged(tmp_path, panel, quick) -> None:
    for given in ({"worlds": 0}, {"jobs": 0}, {"jobs": "many"}):
        with pytest.raises(SpecificationError, match="Remedy"):
            run_study(tmp_path / "none", panel, **(quick | given))
    assert not (tmp_path / "none").exists()


def test_a_foreign_file_stops_the_run(tmp_path, panel, quick) -> None:
    block = declare_blocks(kinds=NULLS[:1])[0]
    block.append([make_row(0)], tmp_path)  # of another design
    with pytest.raises(SourceError, match="design is 0123456789ab"):
        run_study(tmp_path, panel, worlds=2, jobs=1, **quick)


def test_whatever_is_declared_moves_the_hash_of_a_block(family, monkeypatch) -> None:
    kind, (first, second) = NULLS[0], family.hypotheses
    violence = read_violence(first.name, kind)
    own = hash_design(family, first, kind, violence)
    others = {
        hash_design(family, second, kind, violence),
        hash_design(family, first, NULLS[1], violence),
        hash_design(family, first, kind, Violence(9.0, 0.5, 0.0)),
    }
    monkeypatch.setitem(SEEDS, REPORT, 1)
    others.add(hash_design(family, first, kind, violence))
    assert len(others | {own}) == 5


def list_again() -> list[tuple[Block, int]]:
    """First committed worlds of every block, as many as are judged again."""
    blocks = [b for b in declare_blocks() if (COMMITTED / b.file).is_file()]
    chosen = [(b, n) for n in range(AGAIN) for b in blocks]
    return chosen[:AGAIN]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("block", "number"), list_again(), ids=lambda v: v.file[:-4] if isinstance(v, Block) else str(v)
)
def test_committed_worlds_are_judged_as_they_were(family, grounds, block: Block, number) -> None:
    kept = block.read(COMMITTED)
    ground, violence = grounds[block.hypothesis], read_violence(block.hypothesis, block.kind)
    row = try_world(family, ground, block.kind, violence, number)
    both, different = compare_rows(kept[kept["number"] == number], pd.DataFrame([row]))
    assert (both, different) == (1, [])


def test_no_committed_file_is_of_no_block() -> None:
    declared = {block.file for block in declare_blocks()}
    assert len(declared) == 2 * len(KINDS)
    assert {path.name for path in COMMITTED.glob("*")} <= declared
