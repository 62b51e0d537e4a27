import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Simulated panel with a continuous outcome ``y`` and a second control."""
    frame = simulate_panel(seed=4).frame
    rng = np.random.default_rng(11)
    frame["second"] = 0.3 * frame["robustness"] + rng.normal(size=len(frame))
    frame["y"] = 0.5 * frame["robustness"] + 0.4 * frame["control"] + 0.3 * frame["second"]
    frame["y"] += rng.normal(size=len(frame)) + frame["mission"].str[1:].astype(int) / 9
    frame["robustness"] += 0.2 * frame["control"]
    return Panel.from_frame(pd.DataFrame(frame), unit="mission", time="month")
