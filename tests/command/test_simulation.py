"""``pkstats simulate``: agreement, difference, acceptance."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.command import main, simulation

FIRST = pd.read_csv(Path(__file__).parents[2] / "analyses" / "results" / "simulation.csv", nrows=1)
TABLE = FIRST.assign(rejected=0.04, rejected_error=0.01)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "analyses" / "results").mkdir(parents=True)
    (tmp_path / "analyses" / "steps.py").touch()

    def run(folder: Path, **_: object) -> pd.DataFrame:
        folder.mkdir(parents=True)
        return TABLE

    monkeypatch.setattr(simulation, "run_study", run)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_accepted_then_equal_then_different(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = checkout / "analyses" / "results" / "simulation.csv"
    assert main(["simulate", "--accept"]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(reference), TABLE)
    assert main(["simulate"]) == 0
    assert "16 of 16 values agree" in capsys.readouterr().out
    TABLE.assign(rejected=0.06).to_csv(reference, index=False)
    assert main(["simulate"]) == 1
    said = capsys.readouterr().out
    assert "expected 0.06, found 0.04 (Monte Carlo standard error 0.01)" in said
    assert not (checkout / "build" / "simulation").exists()
