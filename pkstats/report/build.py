"""Where the build is: the folder that pages read."""

from __future__ import annotations

import os
from pathlib import Path


def find_build() -> Path:
    """Folder of the build: ``PKSTATS_BUILD``, else ``build`` beside the current folder.

    Returns
    -------
    Path
    """
    named = os.environ.get("PKSTATS_BUILD", "")
    return Path(named) if named else Path.cwd().parent / "build"
