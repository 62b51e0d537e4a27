from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.mandates import mandate_frame, read_overrides, state_by_month
from pkstats.data.sources import resolutions


@pytest.fixture(scope="session")
def paragraphs(raw: Path) -> pd.DataFrame:
    return resolutions.read(raw)


@pytest.fixture(scope="session")
def mandates(compiled: Path, paragraphs: pd.DataFrame) -> pd.DataFrame:
    overrides = read_overrides(compiled / "mandate_overrides.toml")
    return mandate_frame(paragraphs, overrides=overrides)


@pytest.fixture(scope="session")
def state(mandates: pd.DataFrame) -> pd.DataFrame:
    return state_by_month(mandates, reset="restatement")
