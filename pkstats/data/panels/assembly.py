"""Assembly: a built frame becomes the panel that its codebook declares."""

from __future__ import annotations

import pandas as pd

from pkstats.data.panels.codebook import codebook, describe
from pkstats.data.panels.panel import Panel


def assemble_panel(frame: pd.DataFrame, name: str) -> Panel:
    """Keep the columns of the codebook in its order, under its unit and time.

    Raises
    ------
    PanelError
        There is no such codebook, or the frame breaks the rules of its keys.
    """
    about, variables = describe(name), codebook(name)
    kept = frame[[variable.name for variable in variables]]
    return Panel.from_frame(
        kept, unit=about["unit"], time=about["time"], name=name, codebook=variables
    )
