"""The family, the panel and what the worlds are drawn from, fitted once."""

import pytest

from pkstats.data.panels import Panel, load_panel
from pkstats.families import Family, find_family
from pkstats.simulation.calibration.design import FAMILY
from pkstats.simulation.calibration.ground import Ground, lay_ground


@pytest.fixture(scope="session")
def family() -> Family:
    return find_family(FAMILY)


@pytest.fixture(scope="session")
def panel() -> Panel:
    return load_panel("mission_month")


@pytest.fixture(scope="session")
def grounds(family: Family, panel: Panel) -> dict[str, Ground]:
    return {h.name: lay_ground(family, h, panel) for h in family.hypotheses}


@pytest.fixture(scope="session")
def ground(grounds: dict[str, Ground]) -> Ground:
    return grounds["H1-robustness-attacks"]
