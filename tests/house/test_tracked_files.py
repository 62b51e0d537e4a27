"""What may not be in the repository: raw data, registry hosts, paths of a machine, unread code."""

import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

# Written with gaps so that this file does not meet its own patterns.
HOSTS = "|".join(
    [
        r"https?://[^\s\"']*/" + "simple",
        "files." + "pythonhosted",
        "index-" + r"url[ =]+http",
        r'"resolved": ' + '"http',
        "^deb " + "http",
    ]
)
PATHS = r"(?<![\w.~$}/-])/(?:" + "|".join(["work", "tmp", "root", "home", "opt", "Users"]) + r")/\w"


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    if not (root / ".git").exists():
        pytest.skip("NO GIT HERE: tracked files cannot be listed")
    names = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True, check=True
    ).stdout.split("\0")
    files = [root / name for name in names if name and (root / name).is_file()]
    assert len(files) > 20
    return files


def find_lines(files: list[Path], pattern: str) -> list[str]:
    found = []
    for file in files:
        content = file.read_bytes()
        if b"\0" not in content:
            text = content.decode("utf-8", errors="replace")
            lines = enumerate(text.splitlines(), 1)
            found += [
                f"{file.name}:{i}: {line[:120]}" for i, line in lines if re.search(pattern, line)
            ]
    return found


def test_the_patterns_find_what_they_are_for(tmp_path: Path) -> None:
    planted = tmp_path / "planted.txt"
    planted.write_text(
        "\n".join(["see /" + "work/main", "https://host.example/" + "simple", "a/tmp/b is fine"])
    )
    assert len(find_lines([planted], PATHS)) == 1
    assert len(find_lines([planted], HOSTS)) == 1


def test_no_registry_host(tracked: list[Path]) -> None:
    assert not find_lines(tracked, HOSTS)


def test_no_path_of_a_machine(tracked: list[Path]) -> None:
    assert not find_lines(tracked, PATHS)


def test_no_raw_file(root: Path, tracked: list[Path]) -> None:
    sources = tomllib.loads((root / "data" / "sources.toml").read_text())["source"]
    closed = {f["sha256"] for s in sources for f in s["files"] if not f.get("redistribute")}
    assert len(closed) > 10
    found = [f for f in tracked if hashlib.sha256(f.read_bytes()).hexdigest() in closed]
    assert not found


def test_nothing_is_tracked_below_build(root: Path, tracked: list[Path]) -> None:
    below = {f.relative_to(root).parts[0] for f in tracked}
    assert not below & {"build", ".venv", "dist"}


def test_ruff_reads_every_python_file(root: Path, tracked: list[Path]) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.exists():
        pytest.skip("RUFF ABSENT: install the extra develop")
    shown = subprocess.run(
        [ruff, "check", "--show-files", "."], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    read = {Path(line) for line in shown}
    assert [file for file in tracked if file.suffix == ".py" and file not in read] == []
