"""Arguments: what a number of a call may be, by the name under which every call takes it.

``level``, ``draws`` or ``seed`` mean the same everywhere, so their range is stated once and a call
that takes one of them hands it over by its name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Final, TypeGuard

from pkstats.errors import Breaches, PkstatsError, SpecificationError


@dataclass(frozen=True)
class Range:
    """Numbers that an argument may be.

    Parameters
    ----------
    holds : callable
        From a value to whether it lies inside.
    words : str
        The range in words, as the remedy gives it.
    """

    holds: Callable[[object], bool]
    words: str


def is_real(value: Any) -> TypeGuard[float]:
    """Whether a value is a finite real number; a truth value or a text is none."""
    return type(value) is not bool and isinstance(value, Real) and math.isfinite(value)


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether a value is a whole number; a truth value or a float is none."""
    return type(value) is not bool and isinstance(value, Integral)


def _between(low: float, high: float, *, high_too: bool = False) -> Callable[[object], bool]:
    def holds(value: object) -> bool:
        return is_real(value) and (low < float(value) < high or (high_too and value == high))

    return holds


def _from(least: int) -> Callable[[object], bool]:
    def holds(value: object) -> bool:
        return is_whole(value) and int(value) >= least

    return holds


SHARE: Final = Range(_between(0, 1), "a share between 0 and 1, such as 0.95")
SMALL_SHARE: Final = Range(_between(0, 1), "a share between 0 and 1, such as 0.05")
#: One tail of an interval that needs two.
TAIL: Final = Range(_between(0, 0.5), "a share between 0 and 1/2, such as 0.05")
LARGEST_SHARE: Final = Range(
    _between(0, 1, high_too=True), "a share above 0 and at most 1, such as 0.5"
)
POSITIVE: Final = Range(_between(0, math.inf), "a positive number")
COUNT: Final = Range(_from(1), "a whole number of at least 1")
TWO: Final = Range(_from(2), "a whole number of at least 2")
DIRECTION: Final = Range(lambda value: is_real(value) and value in (-1, 1), "1 or -1")
FROM_ZERO: Final = Range(_from(0), "a whole number of at least 0")

#: Range of every argument of this name, whatever the call.
RANGES: Final[dict[str, Range]] = {
    "level": SHARE,
    "power": SHARE,
    "alpha": SMALL_SHARE,
    "largest": LARGEST_SHARE,
    "df": POSITIVE,
    "smallest_effect": POSITIVE,
    "margin": POSITIVE,
    "draws": COUNT,
    "jobs": COUNT,
    "window": COUNT,
    "fewest": COUNT,
    "seed": FROM_ZERO,
}


def note_arguments(breaches: Breaches, **given: object) -> None:
    """Note every argument that lies outside the range of its name.

    Parameters
    ----------
    breaches : Breaches
        Receives one breach an argument.
    **given : object
        Arguments by a name of :data:`RANGES`.

    Raises
    ------
    KeyError
        A name without a range: a mistake of the calling code.
    """
    for name, value in given.items():
        note_argument(breaches, name, value, RANGES[name])


def check_fields(
    subject: str, declared: object, error: type[PkstatsError], **ranges: Range
) -> None:
    """Refuse a declaration of which a field lies outside its range, by an error of this class."""
    breaches = Breaches(subject)
    for name, range_ in ranges.items():
        note_argument(breaches, name, getattr(declared, name), range_)
    breaches.raise_as(error)


def note_argument(breaches: Breaches, name: str, value: object, range_: Range) -> None:
    """Note an argument that lies outside a range of its own."""
    if not range_.holds(value):
        breaches.add(f"{name}={value!r} is out of range", remedy=f"{name}= {range_.words}")


def check_arguments(subject: str, **given: object) -> None:
    """Refuse arguments outside the range of their names.

    Parameters
    ----------
    subject : str
        What was called, for the first line of the message.
    **given : object
        As :func:`note_arguments`.

    Raises
    ------
    SpecificationError
        Lists every argument out of range.
    """
    breaches = Breaches(subject)
    note_arguments(breaches, **given)
    breaches.raise_as(SpecificationError)


def check_jobs(jobs: object) -> None:
    """Refuse a number of processes out of range where Dask may do the work as well."""
    if jobs != "dask" and not COUNT.holds(jobs):
        raise SpecificationError(
            f"jobs={jobs!r} is out of range. Remedy: jobs= {COUNT.words}, or 'dask'"
        )


def note_given(breaches: Breaches, **given: object) -> None:
    """Note arguments out of range among those that are not left at None."""
    note_arguments(breaches, **{name: v for name, v in given.items() if v is not None})


def check_given(subject: str, **given: object) -> None:
    """Refuse arguments out of range among those that are not left at None."""
    check_arguments(subject, **{name: v for name, v in given.items() if v is not None})
