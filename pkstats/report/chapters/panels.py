"""Pages of the panels: one a panel, written from the panel, its codebook and the registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pkstats.data import registry
from pkstats.data.panels import codebook as definitions
from pkstats.data.panels import load_panel, panels
from pkstats.data.panels.datapackage import tabulate_codebook
from pkstats.data.registry import find_shipped
from pkstats.display.markup import disarm
from pkstats.display.number import write_count
from pkstats.report.chapters import inventory
from pkstats.report.chapters.coverage import (
    caption_coverage,
    draw_coverage,
    group_columns,
    share_observed,
)
from pkstats.report.page import write_figure, write_folded
from pkstats.report.tables import write_markdown

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.data.registry import Source

MOST_ROWS = 40


def write_panel_pages(folder: Path) -> tuple[Path, ...]:
    """Write the page of every panel that pkstats holds.

    Parameters
    ----------
    folder : Path
        Receives ``<panel>.md``; made if absent.

    Returns
    -------
    tuple of Path

    Raises
    ------
    PanelError
        A stored panel breaks its codebook or is not the one the data package identifies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    resources = read_resources()
    pages = []
    for name in panels():
        page = folder / f"{name}.md"
        page.write_text(write_panel_page(load_panel(name), resources=resources), "utf-8")
        pages.append(page)
    return tuple(pages)


def read_resources() -> dict[str, dict[str, Any]]:
    """Resources of the shipped data package by name."""
    package = json.loads(find_shipped("datapackage.json").read_text("utf-8"))
    return {resource["name"]: resource for resource in package["resources"]}


def write_panel_page(panel: Panel, *, resources: dict[str, dict[str, Any]]) -> str:
    """Write the page of one panel: coverage, missingness, limits, columns, sources, tables.

    Parameters
    ----------
    panel : Panel
        With its codebook.
    resources : dict
        Resources of the data package by name.

    Returns
    -------
    str
        MyST markdown.
    """
    about = definitions.describe(panel.name)
    columns = tabulate_codebook(panel).astype(str)
    parts = [
        f"# `{panel.name}`",
        f"**{about['title']}.** {about['description']}",
        inventory.say_identity(resources[panel.name], unit=panel.unit, time=panel.time),
        "## Coverage",
        _write_coverage(panel),
        "## Missing values",
        inventory.say_missing(columns),
        _fold("Missing values by reason", inventory.tabulate_missing(columns), wide=True),
        "## Known limits",
        "\n".join(f"- {sentence}" for sentence in definitions.limits(panel.name)),
        "## Columns",
        f"{len(columns)} columns; what each is, its unit, range, window and source:",
        _fold("Every column", inventory.tabulate_codebook(columns), wide=True),
        "## Sources",
        _write_sources(panel),
        _write_companions(panel, resources),
    ]
    return disarm("\n\n".join(part for part in parts if part)) + "\n"


def _fold(title: str, table: pd.DataFrame, *, wide: bool = False) -> str:
    return "" if table.empty else write_folded(title, write_markdown(table), wide=wide)


def _write_coverage(panel: Panel) -> str:
    text = caption_coverage(panel)
    drawing = write_figure(
        lambda width: draw_coverage(panel, width=width),
        name=f"coverage-{panel.name}",
        alternative=f"Units of {panel.name} by year, and columns observed by year. {text}",
    )
    groups = inventory.tabulate_groups(group_columns(share_observed(panel)), panel.frame)
    figure = f"```{{raw}} html\n{drawing}\n```"
    return f"{figure}\n\n{text}\n\n{_fold('Columns of each band', groups)}"


def find_sources(panel: Panel) -> list[Source]:
    """Sources of the columns of a panel, in the order of the registry."""
    used = {name for variable in panel.codebook for name in variable.sources}
    return [source for source in registry.sources() if source.id in used]


def _write_sources(panel: Panel) -> str:
    sources = find_sources(panel)
    files = [file for source in sources for file in source.files if panel.name in file.panels]
    call = f'`pk.load_panel("{panel.name}").cite()` prints the BibTeX of exactly these sources.'
    table = write_folded(
        "Sources, licences and citations",
        write_markdown(inventory.tabulate_sources(sources)),
        wide=True,
    )
    made = f" The panel is built from {len(files)} raw files." if files else ""
    return f"{inventory.say_sources(sources)}{made} {call}\n\n{table}"


def _write_companions(panel: Panel, resources: dict[str, dict[str, Any]]) -> str:
    titles = definitions.companions(panel.name)
    parts = ["## Tables beside the panel"] if titles else []
    for name, title in titles.items():
        table = pd.read_csv(find_shipped(f"panels/{name}.csv"), dtype=str, keep_default_na=False)
        shown = table.head(MOST_ROWS)
        cut = f" The first {len(shown)} rows:" if len(shown) < len(table) else ""
        rows = write_count(len(table))
        body = f"{title}. {rows} rows, `data/{resources[name]['path']}`.{cut}"
        text = f"{body}\n\n{write_markdown(shown)}"
        parts.append(write_folded(f"`{name}`", text, wide=len(table.columns) > 4))
    return "\n\n".join(parts)
