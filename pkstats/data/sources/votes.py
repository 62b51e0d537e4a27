"""Votes: how the members of the Security Council voted on each resolution, 2000-2026."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd

from pkstats.data.registry import verify
from pkstats.data.sources.resolutions import XML_FOLDER, read_members
from pkstats.errors import Breaches, SourceError

NAME = f"{XML_FOLDER}/{XML_FOLDER}.zip"
COUNTS = {
    "MS_in_favour_count": "votes_for",
    "MS_against_count": "votes_against",
    "MS_abstaining_count": "votes_abstaining",
}
MEMBERS = 15

# The count in favour contradicts the members listed and the line "Adopted 12-0-3".
CORRECTED = {2521: (12, 0, 3)}


def read(raw: Path) -> pd.DataFrame:
    """Read the votes.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``resolution votes_for votes_against votes_abstaining``, one row a resolution; missing
        where there was no vote by count (admissions, appointments). Members that did not take
        part are in none of the three.

    Raises
    ------
    SourceError
        The source is missing, altered or not of its schema; more votes than members; two votes
        on one resolution that differ.

    Notes
    -----
    One record (2521) is corrected after its own list of members; of two records of 2820 one is
    empty.
    """
    verify(raw, [NAME])
    texts = dict(read_members(raw / XML_FOLDER, ".json"))
    return parse(texts)


def parse(texts: dict[str, bytes]) -> pd.DataFrame:
    """Read the votes from members, one JSON object a line; as :func:`read`."""
    breaches = Breaches(XML_FOLDER)
    rows = []
    for name, content in texts.items():
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), 1):
            if line.strip():
                rows += _read_line(f"{name} line {number}", line, breaches)
    breaches.raise_as(SourceError)
    columns = ["resolution", *COUNTS.values()]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "Int64"))
    for resolution, counts in CORRECTED.items():
        table.loc[table["resolution"] == resolution, columns[1:]] = counts
    stated = table.dropna(subset=columns[1:])
    silent = table[~table["resolution"].isin(stated["resolution"])]
    table = pd.concat([stated, silent]).drop_duplicates()
    cast = table[list(COUNTS.values())].sum(axis=1)
    for resolution in table.loc[cast > MEMBERS, "resolution"]:
        breaches.add(f"more than {MEMBERS} votes on resolution {resolution}")
    for resolution in table.loc[table["resolution"].duplicated(), "resolution"]:
        breaches.add(f"two different votes on resolution {resolution}")
    breaches.raise_as(SourceError)
    whole = table.astype({"resolution": "int64"})
    return whole.sort_values("resolution", ignore_index=True)


def _read_line(where: str, line: str, breaches: Breaches) -> list[tuple[int | None, ...]]:
    try:
        entry = json.loads(line)
        found = re.match(r"S/RES/(\d+)", entry["symbol"])
        counts = [str(entry[key]).strip() for key in COUNTS]
    except (ValueError, KeyError, TypeError) as error:
        breaches.add(f"{where}: no record of a vote ({error!r})", remedy="fetch it again")
        return []
    if found is None:
        return []
    wrong = [count for count in counts if count and not re.fullmatch(r"0*\d{1,2}", count)]
    if wrong:
        breaches.add(f"{where}: {wrong[0]!r} is no number of votes", remedy="fetch it again")
        return []
    if not any(int(count or 0) for count in counts):
        return [(int(found[1]), None, None, None)]
    return [(int(found[1]), *(int(count or 0) for count in counts))]
