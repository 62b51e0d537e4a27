"""Declarations: the TOML files that lie beside the code, and the patterns they declare."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any


def read_declaration(package: str, *names: str) -> dict[str, Any]:
    """Content of a TOML file of a package; ``names`` are its folders and its own name."""
    return tomllib.loads(files(package).joinpath(*names).read_text(encoding="utf-8"))


def match_any(patterns: Iterable[str]) -> re.Pattern[str]:
    """One regular expression that matches where any of the patterns does, whatever the case."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
