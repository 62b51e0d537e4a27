"""Tables: frames of text as the pages print them."""

from __future__ import annotations

import pandas as pd

from pkstats.display.markup import disarm


def write_markdown(table: pd.DataFrame) -> str:
    """Write a frame of text as a pipe table; no cell breaks out of its place.

    Parameters
    ----------
    table : DataFrame
        Text; the index is not written.

    Returns
    -------
    str
    """
    if table.empty:
        return "*No rows.*"

    def write_line(cells: list[str]) -> str:
        safe = [disarm(" ".join(cell.split()).replace("|", r"\|")) for cell in cells]
        return "| " + " | ".join(safe) + " |"

    text = table.fillna("").astype(str)
    lines = [write_line(list(text.columns)), "|" + " --- |" * len(text.columns)]
    lines += [write_line(list(row)) for row in text.itertuples(index=False)]
    return "\n".join(lines)
