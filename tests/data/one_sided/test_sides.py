"""Sides of the dyads: elimination on made-up lists, matching, and every dyad of the release."""

import pandas as pd
import pytest

from pkstats.data.one_sided.sides import eliminate_names, match_years, name_dyads
from pkstats.data.sources import conflict_deaths, dyads, one_sided_actors, organized_violence
from pkstats.errors import SourceError


def list_years(*rows):
    return pd.DataFrame(rows, columns=["country", "year", "dyads", "actors"])


def test_elimination_needs_every_place_where_a_number_is_listed():
    years = list_years(
        (1, 2000, (10, 11), ("A", "B")), (2, 2000, (10, 12), ("B", "C")), (3, 2000, (), ())
    )
    assert eliminate_names(years) == {10: {"B"}, 11: {"A"}, 12: {"C"}}


def test_a_name_that_one_number_alone_can_bear_is_its_own():
    years = list_years((1, 2000, (10, 11), ("A", "B")), (1, 2001, (10, 11, 12), ("A", "B", "C")))
    found = eliminate_names(years)
    assert found[12] == {"C"} and found[10] == found[11] == {"A", "B"}


def make_deaths(*rows):
    frame = pd.DataFrame(rows, columns=["dyad", "month", "deaths"])
    return frame.assign(month=pd.to_datetime(frame["month"]))


def make_actors(*rows):
    columns = ["name", "government", "countries", "years"]
    return pd.DataFrame(rows, columns=columns).assign(actor=range(len(rows)))


ROOM = pd.DataFrame(
    {
        "country": [1, 2, 1],
        "month": pd.to_datetime(["2025-01-01", "2025-01-01", "2024-05-01"]),
        "one_sided_deaths": [30, 60, 4],
    }
)


def test_dyads_of_the_same_years_go_where_there_is_room():
    deaths = make_deaths((7, "2025-01-01", 30), (7, "2024-05-01", 4), (8, "2025-01-01", 55))
    actors = make_actors(("X", False, (2,), (2025,)), ("Government of Y", True, (1,), (2025,)))
    assert match_years(deaths, actors, ROOM) == [(7, "Government of Y", (1,)), (8, "X", (2,))]


def test_a_dyad_without_an_actor_is_named():
    deaths = make_deaths((7, "2025-01-01", 30))
    years = list_years((1, 2024, (5,), ("A",)))
    with pytest.raises(SourceError, match="no actor for dyad 7"):
        name_dyads(deaths, years, make_actors(("X", False, (2,), (2024,))), ROOM)


def test_names_of_both_sides_are_refused():
    deaths = make_deaths((5, "2024-05-01", 3), (6, "2024-05-01", 1))
    years = list_years((1, 2024, (5, 6), ("A", "Government of Y")))
    with pytest.raises(SourceError, match="governments and others among the names of dyad 5, 6"):
        name_dyads(deaths, years, make_actors(("A", False, (1,), (2024,))), ROOM)


@pytest.fixture(scope="module")
def sides(raw):
    deaths = dyads.read(raw)
    return name_dyads(
        deaths[deaths["type"] == "one_sided"],
        organized_violence.read(raw),
        one_sided_actors.read(raw),
        conflict_deaths.read(raw),
    ).set_index("dyad")


def test_every_dyad_has_a_side(sides):
    assert len(sides) == 378 and sides.index.is_unique
    assert (sides["basis"] == "years_of_activity").sum() == 19
    assert sides["actors"].map(len).max() == 5


def test_sides_agree_with_the_registry_of_actors(raw, sides):
    registered = one_sided_actors.read(raw).groupby("name")["government"].agg(set)
    for names, government in zip(sides["actors"], sides["government"], strict=True):
        known = set().union(*(registered[name] for name in names if name in registered))
        assert known <= {government}


def test_actors_of_one_name_are_told_apart(sides):
    """UPC: of Ituri and of the Central African Republic; FPR: of Rwanda and of the latter."""
    assert sides.loc[1094, "countries"] == (490,) and 482 in sides.loc[14329, "countries"]
    rpf = sides[sides["actors"].map(lambda names: names == ("FPR",))]["countries"]
    assert sorted(482 in places for places in rpf) == [False, True]


@pytest.mark.parametrize(
    ("dyad", "name"),
    [
        (939, "Government of Rwanda"),
        (950, "Government of Israel"),
        (973, "IS"),
        (1026, "LRA"),
        (1177, "Government of Turkey"),
        (1197, "Government of Pakistan"),
        (17375, "Government of Burundi, Government of Rwanda"),
        (18152, "Government of Mali, Government of Russia (Soviet Union)"),
    ],
)
def test_known_actors(sides, dyad, name):
    assert sides.loc[dyad, "actors"] == (name,)
    assert sides.loc[dyad, "government"] == name.startswith("Government")
