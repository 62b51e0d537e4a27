"""Building: every panel from raw sources, with its companions, codebook and data package."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from pkstats.data.panels import codebook, datapackage, store


def build_panels(raw: Path, folder: Path, names: Iterable[str] | None = None) -> None:
    """Build panels and describe them.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.
    folder : Path
        Receives ``panels/<panel>.parquet``, the tables beside the panels, ``codebook.csv`` and
        ``datapackage.json``.
    names : iterable of str, optional
        Panels to build; by default every one that has a codebook. Panels that stand in the folder
        already are described with them.

    Notes
    -----
    ``pkstats.data.panels.<panel>`` offers ``build(raw) -> Panel`` and one function
    ``<table>(raw) -> DataFrame`` for each companion that the codebook names.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    PanelError
        A panel breaks its codebook.
    """
    for name in codebook.names() if names is None else names:
        builder = import_module(f"pkstats.data.panels.{name}")
        store.write(builder.build(raw), folder / "panels")
        for table in codebook.companions(name):
            store.write_table(getattr(builder, table)(raw), folder / "panels" / f"{table}.csv")
    datapackage.write_package(folder)
