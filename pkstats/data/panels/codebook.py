"""Codebook: the definition of every column of every panel, from ``codebooks/<panel>.toml``."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from pkstats.data.declarations import read_declaration
from pkstats.data.panels.variable import Variable
from pkstats.errors import PanelError

TEMPLATES = ("text_", "paragraphs_")  # one column an element of the dictionary of mandates
#: Codebooks remembered: those of the package, which are fourteen, all fit.
KEPT = 32


@cache
def names() -> tuple[str, ...]:
    """Names of the panels that have a codebook."""
    entries = files("pkstats.data.panels").joinpath("codebooks").iterdir()
    return tuple(sorted(e.name.removesuffix(".toml") for e in entries if e.name.endswith(".toml")))


@lru_cache(maxsize=KEPT)
def _read(panel: str) -> dict[str, Any]:
    if panel not in names():
        raise PanelError(f"no panel {panel!r}. Remedy: one of {', '.join(names())}")
    return read_declaration("pkstats.data.panels", "codebooks", f"{panel}.toml")


def describe(panel: str) -> dict[str, str]:
    """Title, description, unit and time of a panel.

    Raises
    ------
    PanelError
        There is no panel of that name.
    """
    return dict(_read(panel)["panel"])


def companions(panel: str) -> dict[str, str]:
    """Titles by name of the tables that are stored beside a panel."""
    return dict(_read(panel).get("companions", {}))


def limits(panel: str) -> tuple[str, ...]:
    """Known limits of a panel, one sentence each."""
    return tuple(_read(panel).get("limits", ()))


@lru_cache(maxsize=KEPT)
def codebook(panel: str) -> tuple[Variable, ...]:
    """Variables of a panel in the order of its columns.

    Raises
    ------
    PanelError
        There is no panel of that name.
    """
    variables: list[Variable] = []
    for table in _read(panel)["variable"]:
        entry: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
        }
        variable = Variable(**entry)
        variables += _expand(variable) if variable.name in TEMPLATES else [variable]
    return tuple(variables)


def _expand(template: Variable) -> list[Variable]:
    """One variable for each element of the dictionary of mandates."""
    elements = import_module("pkstats.data.mandates.dictionary").elements()
    return [
        replace(
            template,
            name=f"{template.name}{name}",
            label=template.label.format(label=element.label),
        )
        for name, element in elements.items()
    ]
