import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkstats.data.sources import votes
from pkstats.errors import SourceError


def record(symbol: str, *counts: str) -> str:
    return json.dumps({"symbol": symbol, **dict(zip(votes.COUNTS, counts, strict=True))})


SAMPLE = "\n".join(
    [record("S/RES/2285 (2016)", "10", "2", "3"), record("S/RES/1 (2)", "015", "", "")]
)


@pytest.fixture(scope="module")
def cast(raw):
    return votes.read(raw).set_index("resolution")


def test_known_votes(cast):
    assert len(cast) == 1538
    assert cast.loc[2285].tolist() == [10, 2, 3]
    assert cast.loc[1973].tolist() == [10, 0, 5]
    assert cast.loc[2521].tolist() == [12, 0, 3]
    assert cast.loc[2820].tolist() == [13, 0, 2]
    assert cast.loc[1358].isna().all()


def test_blank_parts_of_a_vote_are_zero_and_no_vote_is_missing():
    table = votes.parse(
        {"a.json": (SAMPLE + "\n" + record("S/RES/3 (2)", "0", "", "")).encode()}
    ).set_index("resolution")
    assert table.loc[1].tolist() == [15, 0, 0]
    assert table.loc[3].isna().all()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", "a.json line 1: no record of a vote"),
        ("[]", "a.json line 1: no record of a vote"),
        (record("S/RES/1 (2)", "many", "", ""), "'many' is no number of votes"),
        (record("S/RES/1 (2)", "14", "1", "3"), "more than 15 votes on resolution 1"),
        (SAMPLE + "\n" + record("S/RES/2285 (2016)", "11", "1", "3"), "two different votes"),
    ],
)
def test_bad_records_are_named(text, match):
    with pytest.raises(SourceError, match=match):
        votes.parse({"a.json": text.encode()})


@settings(max_examples=200, deadline=None)
@given(start=st.integers(0, len(SAMPLE)), length=st.integers(0, 30), new=st.binary(max_size=10))
def test_any_edit_gives_a_valid_frame_or_one_error(start, length, new):
    content = SAMPLE.encode()
    try:
        table = votes.parse({"a.json": content[:start] + new + content[start + length :]})
    except SourceError:
        return
    assert not table["resolution"].duplicated().any()
    assert (table.drop(columns="resolution").sum(axis=1) <= votes.MEMBERS).all()
