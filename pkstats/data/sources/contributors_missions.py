"""Contributors, missions: who sent whom to which mission, 1990-11 to 2020-02, in three types."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources import contributors
from pkstats.data.sources.missions import declare_label
from pkstats.data.sources.table import Column, check_unique, read_table
from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "contributor_mission_1990_2020/contributions_1990_2020.csv.gz"
MEMBER: Final = "PKOivc.csv"
AUTHORS_OWN: Final = "ivc"

#: Column of the frame by column of the file. Civilians are military observers and other experts.
PARTS: Final = {"Military": "troops", "Police": "police", "Civilians": "experts"}

#: From then on police and experts are counted twice in the file ...
DOUBLED_FROM: Final = pd.Timestamp("2009-11-01")
#: ... but for two months, which the file's author took from elsewhere.
COUNTED_ONCE: Final = tuple(pd.Timestamp(m) for m in ("2016-11-01", "2017-05-01"))
DOUBLED: Final = ["police", "experts"]


def read(raw: Path) -> pd.DataFrame:
    """Read uniformed personnel by contributor, mission and month.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (161998, 7)
        ``month label contributor troops police experts total``: persons at the end of the month,
        police and experts halved where the file counts them twice. Troops include staff
        officers, but for 2017-05, when the file counts them among experts.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; parts do not add up; an unknown
        mission or contributor; an odd number where every one should be twice another.
    """
    return parse(locate(raw, NAME))


def parse(path: Path) -> pd.DataFrame:
    """Read the table from a path without checking its hash; as :func:`read`."""
    columns = (
        Column(
            name="date", rename="month", kind="date", minimum="1990-11-01", maximum="2020-02-01"
        ),
        declare_label("Mission", "ipi", "strength"),
        Column(name="Contributor", rename="name"),
        *(Column(name=n, rename=r, kind="integer", minimum=0) for n, r in PARTS.items()),
        Column(name="Total", rename="total", kind="integer", minimum=0),
    )
    table = read_table(path, columns)
    breaches = Breaches(path.name)
    _check(table, breaches)
    table["contributor"] = contributors.assign(table["name"], what=path.name)
    check_unique(table, ["month", "label", "contributor"], breaches)
    breaches.raise_as(SourceError)
    halved = halve(table)
    kept = ["month", "label", "contributor", *PARTS.values(), "total"]
    return halved[kept].reset_index(drop=True)


def find_doubled(month: pd.Series) -> pd.Series:
    """Whether the file counts police and experts of a month twice."""
    return (month >= DOUBLED_FROM) & ~month.isin(COUNTED_ONCE)


def halve(table: pd.DataFrame) -> pd.DataFrame:
    """Police and experts as they were reported; the total follows from its parts.

    Parameters
    ----------
    table : pandas.DataFrame
        ``month troops police experts`` as the file has them: even where counted twice.
    """
    twice = find_doubled(table["month"])
    parts = table[DOUBLED]
    mended = table.assign(**parts.where(~twice, parts // 2))
    return mended.assign(total=mended[list(PARTS.values())].sum(axis=1))


def _check(table: pd.DataFrame, breaches: Breaches) -> None:
    again = "correct the file or fetch it again"
    later = table.index[table["month"].dt.day != 1]
    if len(later):
        breaches.add(f"'date' is no first of a month (line {name_some(later)})", remedy=again)
    wrong = table.index[table[list(PARTS.values())].sum(axis=1) != table["total"]]
    if len(wrong):
        what = "'Total' is not Military + Civilians + Police"
        breaches.add(f"{what} (line {name_some(wrong)})", remedy=again)
    twice = find_doubled(table["month"])
    odd = table.index[twice & (table[DOUBLED] % 2 != 0).any(axis=1)]
    if len(odd):
        breaches.add(
            "Police or Civilians is odd in a month in which the file counts them twice "
            f"(line {name_some(odd)})",
            remedy="compare the month with another source; where it is right as it stands, add it "
            "to COUNTED_ONCE of the reader",
        )


def make_table(archive: Path) -> bytes:
    """Bytes of the raw table, cut from the archive that the mirror holds.

    Every column but the author's own, as text; gzip without name and date.

    Parameters
    ----------
    archive : Path
        ``replication_files_II.zip`` of the mirror.

    Raises
    ------
    SourceError
        It is no archive, or without the member or the column.
    """
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(MEMBER) as member:
            table = pd.read_csv(member, dtype=str, keep_default_na=False)
        cut = table.drop(columns=AUTHORS_OWN)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SourceError(
            f"{archive.name} cannot be cut: {error}. Remedy: fetch it again"
        ) from error
    content = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=content, compresslevel=9, mtime=0) as file:
        file.write(cut.to_csv(index=False, lineterminator="\n").encode())
    return content.getvalue()
