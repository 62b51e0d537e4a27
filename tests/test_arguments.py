"""Ranges of arguments, stated once."""

import numpy as np
import pytest

from pkstats.arguments import (
    DIRECTION,
    RANGES,
    TAIL,
    check_arguments,
    check_fields,
    check_given,
    check_jobs,
    note_argument,
)
from pkstats.errors import Breaches, HypothesisError, SpecificationError

GOOD = {
    "level": [0.01, 0.95, np.float32(0.9), np.float64(0.5)],
    "power": [0.8],
    "alpha": [0.05, 0.5],
    "largest": [0.5, 1, 1.0],
    "df": [0.5, 3],
    "smallest_effect": [1e-9, 2],
    "margin": [0.05],
    "draws": [1, 99, np.int64(3)],
    "jobs": [1, 2],
    "window": [1, 24],
    "fewest": [1],
    "seed": [0, 20000101, np.uint32(5)],
}
BAD = {
    "level": [0, 1, 0.0, 1.0, 95],
    "power": [0, 1, 80],
    "alpha": [0, 1, 5],
    "largest": [0, 1.0000001, 50],
    "df": [0],
    "smallest_effect": [0],
    "margin": [0],
    "draws": [0, 99.0, 1.5],
    "jobs": [0, 2.0, "dask"],
    "window": [0, 24.0],
    "fewest": [0, 5.0],
    "seed": [1.0],
}
#: Out of range whatever the name.
NEVER = [-1, -0.5, np.nan, np.inf, -np.inf, True, False, np.True_, "0.9", None, [0.9], 1j]


@pytest.mark.parametrize("name", list(RANGES))
def test_every_name_has_its_range(name: str) -> None:
    for value in GOOD[name]:
        check_arguments("call", **{name: value})
    for value in [*BAD[name], *NEVER]:
        with pytest.raises(SpecificationError, match=r"is out of range\. Remedy: ") as caught:
            check_arguments("call", **{name: value})
        assert f"{name}={value!r}" in str(caught.value)
        assert RANGES[name].words in str(caught.value)


@pytest.mark.parametrize("value", [0, 0.5, 0.6, -0.1, np.nan])
def test_one_tail_is_below_a_half(value: float) -> None:
    breaches = Breaches("call")
    note_argument(breaches, "alpha", value, TAIL)
    assert breaches
    note_argument(clean := Breaches("call"), "alpha", 0.499, TAIL)
    assert not clean


@pytest.mark.parametrize(("value", "holds"), [(1, True), (-1, True), (0, False), (True, False)])
def test_a_direction_is_one_of_two(value: object, holds: bool) -> None:
    assert DIRECTION.holds(value) is holds


def test_every_argument_out_of_range_is_named_at_once() -> None:
    with pytest.raises(SpecificationError, match="2 breaches") as caught:
        check_arguments("call", level=95, draws=0, seed=1)
    assert "level=95" in str(caught.value) and "draws=0" in str(caught.value)


def test_what_is_left_out_is_not_asked() -> None:
    check_given("call", draws=None, seed=None, jobs=1)
    with pytest.raises(SpecificationError, match="draws=0"):
        check_given("call", draws=0, seed=None)


def test_dask_is_a_number_of_processes_where_it_is_served() -> None:
    check_jobs("dask")
    check_jobs(2)
    for wrong in (0, "2", True, None, 1.0):
        with pytest.raises(SpecificationError, match="or 'dask'"):
            check_jobs(wrong)


def test_a_declaration_is_refused_by_its_own_error() -> None:
    class Declared:
        sign = 0

    with pytest.raises(HypothesisError, match=r"thing: 1 breach\n.*sign=0"):
        check_fields("thing", Declared(), HypothesisError, sign=DIRECTION)


def test_a_name_without_a_range_is_a_mistake_of_the_code() -> None:
    with pytest.raises(KeyError):
        check_arguments("call", lvel=0.9)
