"""Tables of the data page: sources with their files, columns with their codebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from pkstats.display.number import name_extreme

if TYPE_CHECKING:
    from pkstats.data.registry import Source

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


def say_identity(resource: dict[str, Any], *, unit: str, time: str) -> str:
    """Say rows, keys, terms and the hash that identifies a panel.

    Parameters
    ----------
    resource : dict
        One resource of ``data/datapackage.json``.
    unit, time : str
        Key columns.
    """
    digest = str(resource["canonical_sha256"])[:HASH_DIGITS]
    terms = "".join(f" Licence: {term['name']}." for term in resource.get("licenses", ()))
    return (
        f"{resource['rows']:,} rows, {len(resource['schema']['fields'])} columns; one row a "
        f"`{unit}` and `{time}`.{terms} The sha256 of its canonical csv begins `{digest}` "
        "(`datapackage.json` has all of it)."
    )


def say_missing(codebook: pd.DataFrame) -> str:
    """Say how many columns have gaps, inside and outside their windows.

    Parameters
    ----------
    codebook : DataFrame
        ``tabulate_codebook`` of one panel, as text.
    """
    missing = codebook["missing_rows"].astype(int)
    inside = codebook["missing_rows_in_window"].astype(int)
    beyond = int(((missing > 0) & (inside == 0)).sum())
    if not missing.any():
        return "No value is missing."
    text = (
        f"{int((missing > 0).sum())} of {len(codebook)} columns have missing values: "
        f"{int((inside > 0).sum())} inside the window in which they are observed, for the reason "
        f"that the codebook gives, {beyond} only outside it. Nothing missing is filled with zero."
    )
    if not inside.any():
        return text
    worst = name_extreme(pd.Series(inside.to_numpy(), index=codebook["name"]), mark="`")
    share = inside.max() / int(codebook["rows"].iloc[0])
    said = f"{share:.0%}" if share >= 0.01 else "under 1%"
    return f"{text} Most inside its window: {worst}, {said} of the rows."


def tabulate_missing(codebook: pd.DataFrame) -> pd.DataFrame:
    """Lay out missing values by reason: columns, rows inside and outside the window.

    Parameters
    ----------
    codebook : DataFrame
        ``tabulate_codebook`` of one panel, as text.

    Returns
    -------
    DataFrame
        Text, one line a reason and window.
    """
    rows = codebook[codebook["missing_rows"] != "0"]
    rows = rows.assign(
        reason=rows["missing"].where(rows["missing_rows_in_window"] != "0", "outside its window"),
        window=_join(rows["first_month"], rows["last_month"]),
    )
    lines = []
    for (reason, window), group in rows.groupby(["reason", "window"], sort=False):
        inside = group["missing_rows_in_window"].astype(int)
        outside = group["missing_rows"].astype(int) - inside
        lines.append(
            {
                "Reason": reason,
                "Columns": ", ".join(f"`{name}`" for name in group["name"]),
                "Window": window or "all",
                "Rows missing inside": _write_range(inside),
                "Rows outside": _write_range(outside),
            }
        )
    return pd.DataFrame(lines)


def _write_range(counts: pd.Series) -> str:
    low, high = f"{counts.min():,}", f"{counts.max():,}"
    return low if low == high else f"{low} to {high}"


def tabulate_groups(groups: Iterable[list[str]], frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out the columns of each band of the coverage figure.

    Parameters
    ----------
    groups : iterable of list of str
        As ``coverage.group_columns`` gives them.
    frame : DataFrame
        The panel's.

    Returns
    -------
    DataFrame
        Text.
    """
    present = frame.notna().mean()
    return pd.DataFrame(
        [
            {
                "Columns": ", ".join(f"`{name}`" for name in columns),
                "Rows observed": f"{present[columns].min():.0%}"
                if round(present[columns].min(), 2) == round(present[columns].max(), 2)
                else f"{present[columns].min():.0%} to {present[columns].max():.0%}",
            }
            for columns in groups
        ]
    )


def say_sources(sources: Iterable[Source]) -> str:
    """Say how many sources there are and under which licences."""
    listed = list(sources)
    licences = list(dict.fromkeys(source.licence for source in listed))
    return f"{len(listed)} sources; terms: {'; '.join(licences)}."


def tabulate_panels(resources: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Lay out one line a panel: what it holds, keys, size, share of values that are missing.

    Parameters
    ----------
    resources : iterable of dict
        Resources of ``data/datapackage.json``; tables that are no panels are left out.

    Returns
    -------
    DataFrame
        Text; the first column links the page of the panel.
    """
    lines = []
    for resource in resources:
        if "canonical_sha256" not in resource:
            continue
        fields = resource["schema"]["fields"]
        missing = sum(field["missing_rows"] for field in fields)
        cells = max(resource["rows"] * len(fields), 1)
        lines.append(
            {
                "Panel": f"[`{resource['name']}`](panels/{resource['name']}.md)",
                "What": resource["title"],
                "Rows": f"{resource['rows']:,}",
                "Columns": str(len(fields)),
                "Values missing": f"{missing / cells:.0%}",
            }
        )
    return pd.DataFrame(lines)


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
