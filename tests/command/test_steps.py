import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pkstats.command.steps import Step, read_record, run_step
from pkstats.errors import PkstatsError


def double(root: Path, folder: Path) -> None:
    (folder / "results").mkdir()
    text = (root / "input.txt").read_text()
    (folder / "results" / "a.txt").write_text(text * 2)


def make_step(action: Callable[[Path, Path], None] = double, **changes: object) -> Step:
    settings = {"name": "twice", "title": "twice", "patterns": ("input.txt",), "action": action}
    return Step(**{**settings, **changes})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "input.txt").write_text("one ")
    return tmp_path


def test_an_unchanged_step_is_not_run_again(checkout: Path) -> None:
    assert run_step(make_step(), checkout)
    stamp = (checkout / "build/results/a.txt").stat().st_mtime_ns
    assert not run_step(make_step(), checkout)
    assert (checkout / "build/results/a.txt").stat().st_mtime_ns == stamp


def test_a_changed_input_runs_the_step(checkout: Path) -> None:
    run_step(make_step(), checkout)
    (checkout / "input.txt").write_text("two ")
    said: list[str] = []
    assert run_step(make_step(), checkout, say=said.append)
    assert (checkout / "build/results/a.txt").read_text() == "two two "
    assert "changed: input.txt" in said[0]


def test_only_what_depends_on_a_changed_input_runs(checkout: Path) -> None:
    (checkout / "other.txt").write_text("other")

    def count(root: Path, folder: Path) -> None:
        length = len((root / "build/results/a.txt").read_text())
        (folder / f"{folder.name}.txt").write_text(str(length))

    after = make_step(count, name="after", patterns=("build/results/a.txt",))
    beside = make_step(count, name="beside", patterns=("other.txt",))
    for step in (make_step(), after, beside):
        assert run_step(step, checkout)
    (checkout / "input.txt").write_text("three ")
    assert [run_step(s, checkout) for s in (make_step(), after, beside)] == [True, True, False]


def test_an_altered_or_missing_output_is_made_again(checkout: Path) -> None:
    output = checkout / "build/results/a.txt"
    run_step(make_step(), checkout)
    output.write_text("edited by hand")
    assert run_step(make_step(), checkout)
    output.unlink()
    assert run_step(make_step(), checkout)
    assert output.read_text() == "one one "


def test_a_changed_raw_hash_runs_the_step(checkout: Path) -> None:
    run_step(make_step(given={"raw/a.csv": "0" * 64}), checkout)
    assert not run_step(make_step(given={"raw/a.csv": "0" * 64}), checkout)
    assert run_step(make_step(given={"raw/a.csv": "1" * 64}), checkout)


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_step_leaves_the_build_as_it_was(
    checkout: Path, interruption: type[BaseException]
) -> None:
    run_step(make_step(), checkout)
    record = read_record("twice", checkout / "build")

    def fail(_root: Path, folder: Path) -> None:
        (folder / "results").mkdir()
        (folder / "results" / "a.txt").write_text("half")
        raise interruption

    (checkout / "input.txt").write_text("two ")
    with pytest.raises(interruption):
        run_step(make_step(fail), checkout)
    assert (checkout / "build/results/a.txt").read_text() == "one one "
    assert read_record("twice", checkout / "build") == record
    assert not any((checkout / "build/.partial").iterdir())
    assert run_step(make_step(), checkout), "the next run takes it up again"


def test_an_interruption_while_files_are_moved_is_taken_up_again(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_two(root: Path, folder: Path) -> None:
        for name in ("a", "b"):
            (folder / name).write_text((root / "input.txt").read_text())

    run_step(make_step(write_two), checkout)
    (checkout / "input.txt").write_text("two ")
    import os

    move, moved = os.replace, []

    def stop_at_the_second(source: Path, target: Path) -> None:
        if moved and ".partial" in str(source):
            raise KeyboardInterrupt
        moved.append(target)
        move(source, target)

    monkeypatch.setattr(os, "replace", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        run_step(make_step(write_two), checkout)
    monkeypatch.undo()
    assert read_record("twice", checkout / "build") is None
    assert run_step(make_step(write_two), checkout)
    assert (checkout / "build/b").read_text() == "two "


def test_files_no_longer_made_are_removed(checkout: Path) -> None:
    run_step(make_step(), checkout)

    def rename(_root: Path, folder: Path) -> None:
        (folder / "b.txt").write_text("b")

    (checkout / "input.txt").write_text("two ")
    run_step(make_step(rename), checkout)
    assert not (checkout / "build/results/a.txt").exists()
    assert json.loads((checkout / "build/steps/twice.json").read_text())["outputs"].keys() == {
        "b.txt"
    }


def test_a_pattern_that_meets_nothing_is_an_error(checkout: Path) -> None:
    with pytest.raises(PkstatsError, match=r"no file meets absent/\*"):
        run_step(make_step(patterns=("input.txt", "absent/*")), checkout)


def test_a_step_that_writes_nothing_is_an_error(checkout: Path) -> None:
    with pytest.raises(PkstatsError, match="wrote nothing"):
        run_step(make_step(lambda *_: None), checkout)
