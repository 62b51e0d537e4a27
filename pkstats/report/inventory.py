"""Tables of the data page: sources with their files, columns with their codebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

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
    """Lay out one line a raw file that a panel is built from: mirror, commit, size, sha256.

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
            if file.panels
        ]
    )


def write_mirror(repository: str, commit: str, path: str) -> str:
    """Write where a file is mirrored; our own compilation has no mirror."""
    if not repository:
        return "compiled here"
    return f"{repository} @ `{commit[:HASH_DIGITS]}`: {path}"


def tabulate_codebook(codebook: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a column: what it is, unit, range, window, gaps, sources.

    Parameters
    ----------
    codebook : DataFrame
        ``data/codebook.csv`` of one panel, read as text.

    Returns
    -------
    DataFrame
        Text.
    """
    rows = codebook.fillna("")
    gaps = rows["missing_rows"] + " rows, " + rows["missing_rows_in_window"] + " in the window"
    reasons = (": " + rows["missing"]).where(rows["missing"] != "", "")
    return pd.DataFrame(
        {
            "Column": "`" + rows["name"] + "`",
            "What it is": rows["label"],
            "Unit": rows["unit"],
            "Observed": _join(rows["observed_minimum"], rows["observed_maximum"]),
            "Window": _join(rows["first_month"], rows["last_month"]),
            "Missing": (gaps + reasons).where(rows["missing_rows"] != "0", "none"),
            "Source": rows["sources"].str.replace(";", ", "),
        }
    ).reset_index(drop=True)


def _join(first: pd.Series, last: pd.Series) -> pd.Series:
    joined = first + " to " + last
    return joined.where((first != "") & (last != ""), first + last)


def tabulate_missions(missions: pd.DataFrame) -> pd.DataFrame:
    """Lay out one line a mission of the universe: host, dates, founding resolution.

    Parameters
    ----------
    missions : DataFrame
        ``data/compiled/missions.csv``, read as text.

    Returns
    -------
    DataFrame
        Text; missions outside the universe are left out.
    """
    rows = missions[missions["universe"] == "peacekeeping"].fillna("")
    return pd.DataFrame(
        {
            "Mission": rows["mission"],
            "Host (cluster)": rows["host"],
            "Start": rows["start"],
            "End": rows["end"].where(rows["end"] != "", "active"),
            "Founded by": "S/RES/" + rows["founding_resolution"],
            "Note": rows["note"],
        }
    ).reset_index(drop=True)


def tabulate_excluded(excluded: pd.DataFrame) -> pd.DataFrame:
    """Lay out the deaths that no mission-month holds, by reason.

    Parameters
    ----------
    excluded : DataFrame
        ``excluded_deaths``: ``mission reason deaths hostile_deaths_all hostile_deaths_uniformed``.

    Returns
    -------
    DataFrame
        Text, most deaths first.
    """
    counts = ["deaths", "hostile_deaths_all", "hostile_deaths_uniformed"]
    sums = excluded.groupby("reason", as_index=False)[counts].sum()
    names = excluded.groupby("reason")["mission"].agg(lambda m: ", ".join(sorted(set(m))))
    sums = sums.sort_values("deaths", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "Reason": sums["reason"],
            "Deaths": sums["deaths"].map("{:,}".format),
            "of them hostile": sums["hostile_deaths_all"].map("{:,}".format),
            "of them uniformed": sums["hostile_deaths_uniformed"].map("{:,}".format),
            "Missions": sums["reason"].map(names),
        }
    ).reset_index(drop=True)


def say_panel(resource: dict[str, Any]) -> str:
    """Say what a resource of the data package holds and the hash that identifies it.

    Parameters
    ----------
    resource : dict
        One resource of ``data/datapackage.json``.
    """
    text = f"**`{resource['name']}`**: {resource['title']}."
    if resource.get("description"):
        text += f" {resource['description']}"
    if resource.get("rows"):
        text += f" {resource['rows']:,} rows."
    if resource.get("canonical_sha256"):
        digest = str(resource["canonical_sha256"])[:HASH_DIGITS]
        text += f" The sha256 of its canonical csv begins `{digest}` (`datapackage.json` has all)."
    return text


def say_reading(reading: pd.DataFrame) -> str:
    """Say how many codings of the mandate were right when read by hand, by round.

    Parameters
    ----------
    reading : DataFrame
        ``data/compiled/mandate_reading.csv``: ``round verdict``, one row a reading.
    """
    names = {"non-change": "places coded as no change"}
    parts = []
    for name in dict.fromkeys(reading["round"].astype(str)):
        rows = reading[reading["round"].astype(str) == name]
        right = int((rows["verdict"] == "ok").sum())
        share = f"{right} of {len(rows)} right ({right / len(rows):.0%})"
        parts.append(f"{names.get(name, f'{name} reading of changes')}: {share}")
    return (
        "Changes within a mission in an element of the robustness index, as coded, were held "
        f"against the text by hand: {'; '.join(parts)}. What a reading found wrong was mended in "
        "the coding before the next."
    )
