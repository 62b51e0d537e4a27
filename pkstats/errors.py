"""The one tree of errors, and the collector that lets a single message list every breach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


class PkstatsError(Exception):
    """Any error that pkstats raises on purpose."""


class SourceError(PkstatsError):
    """A raw file is missing, altered, truncated or not of the declared schema."""


class PanelError(PkstatsError):
    """A panel breaks its keys, its types or its codebook."""


class SpecificationError(PkstatsError):
    """A specification names an option that does not exist or is not served."""


class EstimationError(PkstatsError):
    """The data cannot answer the specification."""


class SeparationError(EstimationError):
    """The treatment predicts zero counts perfectly, so its coefficient has no finite estimate."""


class HypothesisError(PkstatsError):
    """A hypothesis or a claim is unknown, unfrozen or inconsistent."""


class ResultsError(PkstatsError):
    """A results table is absent, declared by nobody or not as its declaration says."""


@dataclass
class Breaches:
    """Collects breaches; raises them all at once.

    Parameters
    ----------
    subject : str
        What was checked; the first line of the message.

    Examples
    --------
    >>> breaches = Breaches("panel 'own'")
    >>> breaches.add("column 'year' is missing", remedy="name it in time=")
    >>> bool(breaches)
    True
    """

    subject: str
    found: list[str] = field(default_factory=list)

    def add(self, breach: str, *, remedy: str = "") -> None:
        """Note one breach and, where there is one, its remedy."""
        self.found.append(f"{breach}. Remedy: {remedy}" if remedy else breach)

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.found)

    def raise_as(self, error: type[PkstatsError]) -> None:
        """Raise one error that lists every breach, or return when there is none."""
        if self.found:
            count = len(self.found)
            heading = f"{self.subject}: {count} breach{'es' if count > 1 else ''}"
            raise error("\n".join([heading, *(f"  {i}. {b}" for i, b in enumerate(self.found, 1))]))


def name_some(names: Iterable[object], *, most: int = 5) -> str:
    """List names for a message: the first few, then how many more there are."""
    listed = [str(name) for name in names]
    shown = ", ".join(listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown
