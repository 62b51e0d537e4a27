"""The verdicts of all families side by side, and no others."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analyses import project
from pkstats.errors import ResultsError


@pytest.fixture
def written(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "build" / "results"
    folder.mkdir(parents=True)
    for path in (root / "analyses" / "results").glob("*_verdict.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_the_committed_verdicts_come_out(root: Path, written: Path, tmp_path: Path) -> None:
    project.main(panels=written.parent / "panels", results=tmp_path)
    found, committed = (
        pd.read_csv(folder / "project_verdicts.csv")
        for folder in (tmp_path, root / "analyses" / "results")
    )
    pd.testing.assert_frame_equal(found, committed)


def test_verdicts_of_no_family_are_refused(written: Path, tmp_path: Path) -> None:
    (written / "h1_verdict.csv").rename(written / "zzz_verdict.csv")
    with pytest.raises(ResultsError, match="'zzz', which no family has"):
        project.main(panels=written.parent / "panels", results=tmp_path)
