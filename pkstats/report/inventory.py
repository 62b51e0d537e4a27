"""Tables of the data page: sources with their files, columns with their codebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pkstats.registry import Source

HASH_DIGITS = 12


def tabulate_sources(sources: Iterable[Source]) -> pd.DataFrame:
    """Lay out one line a source: what it is, who provides it, under which terms.

    Parameters
    ----------
    sources : iterable of Source

    Returns
    -------
    DataFrame
        Text.
    """
    return pd.DataFrame(
        [
            {
                "Source": f"`{source.id}`",
                "What": f"{source.title}. {source.provider}, {source.version}",
                "Licence": source.licence,
                "Cite": source.citation,
                "Page": source.page,
            }
            for source in sources
        ]
    )


def tabulate_files(sources: Iterable[Source]) -> pd.DataFrame:
    """Lay out one line a raw file: mirror at its commit, size, first digits of its sha256.

    Parameters
    ----------
    sources : iterable of Source

    Returns
    -------
    DataFrame
        Text.
    """
    return pd.DataFrame(
        [
            {
                "File": f"`{file.name}`",
                "Source": f"`{source.id}`",
                "Kind": file.kind,
                "Bytes": f"{file.bytes:,}",
                "sha256 begins": f"`{file.sha256[:HASH_DIGITS]}`",
                "Mirror, commit, path": write_mirror(file.repository, file.commit, file.path),
            }
            for source in sources
            for file in source.files
        ]
    )


def write_mirror(repository: str, commit: str, path: str) -> str:
    """Write where a file is mirrored; our own compilation has no mirror."""
    if not repository:
        return "compiled here"
    return f"{repository} @ `{commit[:HASH_DIGITS]}`: {path}"
