"""Variable: what one column of a panel means, where it comes from and what it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["key", "count", "binary", "share", "continuous", "category", "date"]


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One column of a panel.

    Parameters
    ----------
    name : str
        Column name: a standard term of the field, in full words.
    label : str
        What the column measures, in one sentence.
    unit : str
        Unit of measurement ("persons", "deaths per month", "0/1").
    kind : {"key", "count", "binary", "share", "continuous", "category", "date"}
        Type of measurement; decides the checks and the decimals written.
    sources : tuple of str
        Identifiers in the registry of sources.
    decimals : int, default 0
        Decimals in the canonical text form.
    minimum, maximum : float or None
        Admitted range.
    categories : tuple of str
        Admitted values of a category; empty admits any.
    window : tuple of str or None
        First and last month observed, ISO dates; outside it the column is missing.
    missing : str
        Why values inside the window may be missing; empty means that they may not.
    tolerance : float, default 0
        Absolute tolerance when a rebuild is compared (latent and solver-made columns).
    """

    name: str
    label: str
    unit: str
    kind: Kind
    sources: tuple[str, ...] = ()
    decimals: int = 0
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] = ()
    window: tuple[str, str] | None = None
    missing: str = ""
    tolerance: float = 0.0
