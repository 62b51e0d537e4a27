"""``pkstats calibrate``: agreement, difference, acceptance, tuning."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.command import calibration, main
from pkstats.simulation.calibration.design import NULLS
from pkstats.simulation.calibration.study import declare_blocks
from tests.simulation.calibration.test_blocks import make_row


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "analyses").mkdir()
    (tmp_path / "analyses" / "steps.py").touch()

    def run(folder: Path, *_: object, worlds: int | None, **__: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for block in declare_blocks():
            (folder / block.file).unlink(missing_ok=True)
            named = {
                "kind": block.kind.name,
                "hypothesis": block.hypothesis,
                "design": block.design,
            }
            block.append([make_row(n, **named) for n in range(worlds or 3)], folder)

    monkeypatch.setattr(calibration, "run_study", run)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_accepted_then_equal_then_different(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = declare_blocks()
    assert main(["calibrate", "--worlds", "2", "--accept"]) == 0
    assert len(list((checkout / "analyses" / "calibration").glob("*.csv"))) == len(blocks)
    assert main(["calibrate", "--worlds", "5", "--jobs", "1"]) == 0
    assert f"{2 * len(blocks)} worlds stand in both; 0" in capsys.readouterr().out
    path = checkout / "analyses" / "calibration" / blocks[0].file
    path.write_text(path.read_text().replace("inconclusive", "supported", 1))
    assert main(["calibrate"]) == 1
    said = capsys.readouterr().out
    assert "1 of their values differ" in said
    assert f"{NULLS[0].name} {blocks[0].hypothesis} 0: ruling expected supported, found" in said


def test_seconds_are_not_compared_and_numbers_within_rounding() -> None:
    first = pd.DataFrame([make_row(0)])
    near = first.assign(seconds=99.0, estimate=first["estimate"] * (1 + 1e-9))
    assert calibration.compare_rows(first, near) == (1, [])
    assert len(calibration.compare_rows(first, first.assign(estimate=0.11))[1]) == 1
    assert calibration.compare_rows(first, first.assign(number=1)) == (0, [])


def test_jobs_are_a_number_or_dask(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibration.read_jobs("dask") == "dask"
    assert calibration.read_jobs("3") == 3
    for wrong in ("0", "-1", "two"):
        assert main(["calibrate", f"--jobs={wrong}"]) == 1
        assert f"jobs '{wrong}'" in capsys.readouterr().err


def test_a_damaged_committed_file_is_one_error(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", "--accept"]) == 0
    path = checkout / "analyses" / "calibration" / declare_blocks()[0].file
    path.write_text(path.read_text()[:-4])
    assert main(["calibrate"]) == 1
    said = capsys.readouterr().err
    assert "left unfinished" in said and "Traceback" not in said
