"""HKS 2013: the conflict-months of Hultman, Kathman and Shannon, as their chapter uses them."""

from __future__ import annotations

from pathlib import Path

from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import hks

NAME = "hks2013"


def build(raw: Path) -> Panel:
    """Build the panel from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a conflict and month, 1991-2008; the variables of the published models, the
        original name of each in the codebook's label. The values are those of the authors.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return assemble_panel(hks.read(raw), NAME)
