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
    """The researcher asked for something wrong, so that nothing was found out.

    An unknown column, an option that does not exist or is not served, a column of the wrong type,
    a missing value under ``missing="raise"``, a negative count, a draw of the wrong shape. It is
    never caught to become a row of a table.
    """


class EstimationError(PkstatsError):
    """A declared statistical failure: the request is sound and the data cannot answer it.

    Always one of the classes below. Code that turns a failure into a row of a table ("no
    estimate", "undefined") catches this class and no wider one: neither a misspelt column nor a
    bug is among its members.
    """


class EmptySampleError(EstimationError):
    """Nothing to answer from is left: no row, no event, no unit observed throughout."""


class NoVariationError(EstimationError):
    """The treatment or the outcome never varies in the sample."""


class AbsorbedError(EstimationError):
    """Effects or controls determine the treatment, or all of its instruments."""


class SeparationError(EstimationError):
    """The treatment predicts the outcome of some rows perfectly: it has no finite estimate."""


class TooFewClustersError(EstimationError):
    """Fewer than two clusters, or than two that keep a score."""


class NoComparisonError(EstimationError):
    """Too few units, cohorts or donors to compare with."""


class SaturatedError(EstimationError):
    """As many parameters as rows, or a fit without residual: nothing is left to infer from."""


class BoundaryError(EstimationError):
    """A variance or a dispersion is estimated at the edge of what it can be."""


class SingularFitError(EstimationError):
    """What units have of their own is estimated without spread, or as copies of one another."""


class ConvergenceError(EstimationError):
    """The solver finds no optimum, though no row is separated."""


class UndefinedError(EstimationError):
    """A quantity that the answer rests on, such as the standard error, is undefined."""


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
    failures: list[type[EstimationError] | None] = field(default_factory=list)

    def add(
        self, breach: str, *, remedy: str = "", failure: type[EstimationError] | None = None
    ) -> None:
        """Note one breach, its remedy, and the class of a failure that the data alone explain."""
        self.found.append(f"{breach}. Remedy: {remedy}" if remedy else breach)
        self.failures.append(failure)

    def adopt(self, other: Breaches) -> None:
        """Take over what another collector found and this one did not."""
        for breach, failure in zip(other.found, other.failures, strict=True):
            if breach not in self.found:
                self.found.append(breach)
                self.failures.append(failure)

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.found)

    def raise_as(self, error: type[PkstatsError]) -> None:
        """Raise one error that lists every breach, or return when there is none.

        Where every breach is a statistical failure it is the first one's class; with a single
        breach that the researcher can mend, it is ``error``.
        """
        if self.found:
            count = len(self.found)
            heading = f"{self.subject}: {count} breach{'es' if count > 1 else ''}"
            declared = [failure for failure in self.failures if failure]
            kind = declared[0] if len(declared) == count else error
            raise kind("\n".join([heading, *(f"  {i}. {b}" for i, b in enumerate(self.found, 1))]))


def name_some(names: Iterable[object], *, most: int = 5) -> str:
    """List names for a message: the first few, then how many more there are."""
    listed = [str(name) for name in names]
    shown = ", ".join(listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown
