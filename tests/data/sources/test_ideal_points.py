"""Ideal points: sessions become years, codes follow the list of states."""

import pytest

from pkstats.data.sources import ideal_points
from pkstats.errors import SourceError

HEADER = "Row,ccode,session,NVotes,IdealPoint,iso3c,Countryname\n"
SAMPLE = HEADER + "1,2,44,40,3.1,USA,United States\n2,437,60,70,-0.5,CIV,C\u00f4te d'Ivoire\n"


def test_the_file(raw):
    table = ideal_points.read(raw)
    assert table["year"].min() == 1989 and table["year"].max() == 2019
    assert not table.duplicated(["country", "year"]).any()
    states = table.set_index(["country", "year"])["ideal_point"]
    assert states.loc[(2, 2010)] == table.loc[table["year"] == 2010, "ideal_point"].max()
    assert (345, 2006) not in states.index and (340, 2006) in states.index  # Serbia alone
    assert (365, 1990) in states.index  # the Soviet Union
    assert (680, 1989) in states.index and (680, 1991) not in states.index  # South Yemen


def test_a_sample(write):
    table = ideal_points.parse(write(SAMPLE.encode("latin-1"), "points.csv"))
    assert table.to_dict("list") == {
        "country": [2, 437],
        "year": [1989, 2005],
        "ideal_point": [3.1, -0.5],
    }


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("IdealPoint", "Point", "column IdealPoint is missing"),
        (",3.1,", ",31,", "'IdealPoint' is above 10"),
        (",44,", ",x,", "'session' is no integer"),
        ("USA", "QQQ", "unknown country codes QQQ"),
        ("USA", "NA", "no country code in 1 rows"),
        ("2,437,60", "2,2,44", "ccode x session repeats in 2 rows"),
    ],
)
def test_bad_input_is_named(write, before, after, part):
    with pytest.raises(SourceError, match=rf"(?s)points\.csv.*{part}"):
        ideal_points.parse(write(SAMPLE.replace(before, after, 1).encode("latin-1"), "points.csv"))
