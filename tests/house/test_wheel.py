"""A wheel carries the panels, and works away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def unpacked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_a_panel_loads_from_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import pkstats as pk; panel = pk.load_panel('mission_month'); "
        "print(pk.__file__); print(len(panel.frame)); print(panel.cite().count('@misc'))"
    )
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    file, rows, sources = answer.stdout.splitlines()
    assert Path(file).is_relative_to(unpacked)
    assert int(rows) > 4000
    assert int(sources) >= 4


def test_no_raw_file_and_no_build_is_in_the_wheel(unpacked: Path) -> None:
    tops = {path.relative_to(unpacked).parts[0] for path in unpacked.rglob("*")}
    assert {t.split("-")[0] for t in tops} == {"pkstats"}
    assert not (unpacked / "pkstats" / "_data" / "raw").exists()
