import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def raw() -> Path:
    """The folder of raw sources; tests that need it are skipped, and say so, where it is absent."""
    folder = Path(os.environ.get("PKSTATS_RAW") or ROOT / "data" / "raw")
    if not folder.is_dir():
        pytest.skip(f"RAW SOURCES ABSENT: {folder} (set PKSTATS_RAW)")
    return folder
