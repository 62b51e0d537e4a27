"""Data package: what is shipped, described for readers and machines from the codebook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pkstats.data.panels import codebook as definitions
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.panel import Panel
from pkstats.data.panels.store import find_window, hash_bytes, read, replace_file, write_table
from pkstats.data.panels.variable import Variable
from pkstats.data.registry import CHECKOUT, sources

TYPES = {
    "date": "date",
    "count": "integer",
    "binary": "integer",
    "continuous": "number",
    "share": "number",
    "category": "string",
}


def tabulate_codebook(panel: Panel) -> pd.DataFrame:
    """Codebook of a panel with what is observed, one row a column of the panel.

    Returns
    -------
    pandas.DataFrame
        ``panel name label unit kind sources decimals minimum maximum categories first_month
        last_month missing observed_minimum observed_maximum rows missing_rows
        missing_rows_in_window tolerance``.
    """
    return pd.DataFrame([_describe(panel, variable) for variable in panel.codebook])


def _describe(panel: Panel, variable: Variable) -> dict[str, Any]:
    values = panel.frame[variable.name]
    first, last = variable.window or ("", "")
    inside = find_window(panel, variable)
    present = values.dropna()
    return {
        "panel": panel.name,
        "name": variable.name,
        "label": variable.label,
        "unit": variable.unit,
        "kind": variable.kind,
        "sources": ";".join(variable.sources),
        "decimals": variable.decimals,
        "minimum": _write(variable.minimum),
        "maximum": _write(variable.maximum),
        "categories": ";".join(variable.categories),
        "first_month": first[:7],
        "last_month": last[:7],
        "missing": variable.missing,
        "observed_minimum": _write(present.min()) if len(present) else "",
        "observed_maximum": _write(present.max()) if len(present) else "",
        "rows": len(values),
        "missing_rows": int(values.isna().sum()),
        "missing_rows_in_window": int((values.isna() & inside).sum()),
        "tolerance": variable.tolerance,
    }


def _write(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return f"{value:g}" if isinstance(value, float) else str(value)


def describe_package(panels: Sequence[Panel], tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Frictionless data package of panels and of the tables beside them."""
    used = {source for p in panels for variable in p.codebook for source in variable.sources}
    resources = [_describe_panel(panel) for panel in panels]
    for panel in panels:
        titles = definitions.companions(panel.name)
        resources += [_describe_table(name, title, tables[name]) for name, title in titles.items()]
    return {
        "name": "pkstats",
        "title": "Panels of UN peacekeeping",
        "licenses": [{"name": "CC-BY-4.0", "title": "our own part; sources keep their terms"}],
        "sources": [
            {"name": s.id, "title": s.title, "path": s.page, "version": s.version}
            for s in sources()
            if s.id in used
        ],
        "resources": resources,
    }


def _describe_panel(panel: Panel) -> dict[str, Any]:
    about = definitions.describe(panel.name)
    terms = [{"name": about["licence"], "title": about["terms"]}] if "licence" in about else []
    return {
        "name": panel.name,
        "path": f"panels/{panel.name}.parquet",
        "format": "parquet",
        "title": about["title"],
        "description": about["description"],
        **({"licenses": terms} if terms else {}),
        "rows": len(panel.frame),
        "canonical_sha256": canonical_hash(panel),
        "schema": {
            "primaryKey": [panel.unit, panel.time],
            "missingValues": [""],
            "fields": [_describe_field(panel, variable) for variable in panel.codebook],
        },
    }


def _describe_table(name: str, title: str, table: pd.DataFrame) -> dict[str, Any]:
    whole = pd.api.types.is_integer_dtype
    return {
        "name": name,
        "path": f"panels/{name}.csv",
        "format": "csv",
        "title": title,
        "rows": len(table),
        "schema": {
            "fields": [
                {"name": column, "type": "integer" if whole(table[column]) else "string"}
                for column in table
            ]
        },
    }


def _describe_field(panel: Panel, variable: Variable) -> dict[str, Any]:
    row = _describe(panel, variable)
    whole = pd.api.types.is_integer_dtype(panel.frame[variable.name])
    constraints: dict[str, Any] = {"required": row["missing_rows"] == 0}
    if variable.kind == "binary":
        constraints["enum"] = [0, 1]
    if variable.minimum is not None:
        constraints["minimum"] = variable.minimum
    if variable.maximum is not None:
        constraints["maximum"] = variable.maximum
    if variable.categories:
        constraints["enum"] = list(variable.categories)
    return {
        "name": variable.name,
        "title": variable.label,
        "type": TYPES.get(variable.kind, "integer" if whole else "string"),
        "unit": variable.unit,
        "kind": variable.kind,
        "decimals": variable.decimals,
        "sources": list(variable.sources),
        "window": list(variable.window or ()),
        "missing": variable.missing,
        "observed": [row["observed_minimum"], row["observed_maximum"]],
        "missing_rows": row["missing_rows"],
        "missing_rows_in_window": row["missing_rows_in_window"],
        "tolerance": variable.tolerance,
        "constraints": constraints,
    }


def write_package(folder: Path) -> None:
    """Describe the panels stored in ``folder/panels``.

    Parameters
    ----------
    folder : Path
        The folder ``data``: ``codebook.csv`` and ``datapackage.json`` are written into it.

    Raises
    ------
    PanelError
        A stored panel breaks its codebook.
    """
    stored = [n for n in definitions.names() if (folder / "panels" / f"{n}.parquet").exists()]
    panels = [read(folder / "panels", name) for name in stored]
    tables = {
        table: pd.read_csv(folder / "panels" / f"{table}.csv")
        for name in stored
        for table in definitions.companions(name)
    }
    codebook = pd.concat([tabulate_codebook(panel) for panel in panels], ignore_index=True)
    write_table(codebook, folder / "codebook.csv")
    package = describe_package(panels, tables)
    for resource in package["resources"]:
        resource["hash"] = hash_bytes(folder / resource["path"])
    text = json.dumps(package, indent=1, ensure_ascii=False) + "\n"
    replace_file(folder / "datapackage.json", lambda partial: partial.write_text(text, "utf-8"))


if __name__ == "__main__":
    write_package(CHECKOUT / "data")
