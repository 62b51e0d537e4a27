import json
import subprocess
from pathlib import Path

import pytest

from pkstats.command.manifest import (
    describe_build,
    describe_commit,
    find_seeds,
    hash_file,
    write_atomically,
    write_manifest,
)


def test_hash_of_a_known_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_file(tmp_path / "a") == known


def test_an_interrupted_write_leaves_the_old_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.json"
    write_atomically(target, "old")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_commit_and_dirty_flag(tmp_path: Path) -> None:
    assert describe_commit(tmp_path) == {"commit": None, "dirty": None}

    def git(*words: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        command = ["git", "-C", str(tmp_path), *identity, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    (tmp_path / "a").write_text("a")
    git("add", "a")
    git("commit", "-q", "-m", "a")
    assert describe_commit(tmp_path) == {"commit": git("rev-parse", "HEAD"), "dirty": False}
    (tmp_path / "b").write_text("b")
    assert describe_commit(tmp_path)["dirty"] is True


def test_seeds_are_found_in_the_code(tmp_path: Path) -> None:
    (tmp_path / "h1.py").write_text("SEED = 7\nJACKKNIFE_SEED: int = 8\nSEEDLING = 9\nseed = 10\n")
    assert find_seeds([tmp_path / "h1.py"], tmp_path) == {
        "h1.py:SEED": 7,
        "h1.py:JACKKNIFE_SEED": 8,
    }


def test_the_manifest_tells_code_environment_and_steps_and_repeats_to_the_byte(
    root: Path, tmp_path: Path
) -> None:
    steps = {"panels": {"inputs": {"a": "0" * 64}, "outputs": {"b": "1" * 64}}}
    digests = [write_manifest(tmp_path / name, describe_build(root, steps=steps)) for name in "ab"]
    assert digests[0] == digests[1] == hash_file(tmp_path / "a")
    manifest = json.loads((tmp_path / "a").read_text())
    assert manifest["steps"] == steps
    assert manifest["environment"]["lock_sha256"] == hash_file(root / "requirements.lock")
    assert {"version", "commit", "dirty"} == set(manifest["code"])
    assert "pandas" in manifest["environment"]["versions"]
