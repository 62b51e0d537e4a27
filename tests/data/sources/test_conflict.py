from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import conflict_deaths
from pkstats.errors import SourceError

SAMPLE = (
    "gwno,year,month,sb_events,sb_deaths,ns_events,ns_deaths,os_events,os_deaths,provisional\n"
    "517,1994,4,12,345,0,0,99,739977,0\n"
    "625,2025,10,1,2,3,4,5,6,0\n"
    "625,2026,1,1,2,3,4,5,6,1\n"
)


@pytest.fixture(scope="module")
def deaths(raw):
    return conflict_deaths.read(raw)


def test_world_totals(deaths):
    columns = ["state_based_deaths", "non_state_deaths", "one_sided_deaths"]
    sums = deaths[columns].sum(axis=1).groupby(deaths["month"].dt.year).sum()
    expected = {1994: 824, 2021: 235, 2022: 318, 2024: 188}
    assert {year: round(sums[year] / 1000) for year in expected} == expected
    assert deaths["one_sided_deaths"].sum() == 1_273_539
    assert str(deaths["month"].max().date()) == "2025-12-01"


def test_extreme_months(deaths):
    one_sided = deaths.set_index(["country", "month"])["one_sided_deaths"]
    rwanda = deaths[(deaths["country"] == 517) & (deaths["month"].dt.year == 1994)]
    assert rwanda["one_sided_deaths"].sum() == 770_581
    assert one_sided.loc[(517, "1994-04-01")] == 739_977
    assert one_sided.loc[(625, "2025-10-01")] == 59_961


def test_states(raw):
    states = conflict_deaths.read_states(raw).set_index("country")
    assert states.loc[626, "first_year"] == 2011
    assert states.loc[860, "first_year"] == 2002
    assert states.loc[347, "first_year"] == 2008
    assert states.loc[345, "last_year"] == 2006


def test_months_of_2026_are_left_out(write):
    path = write(SAMPLE, "months.csv")
    assert len(conflict_deaths.parse(path)) == 2


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("99,739977", "99,-1", "'os_deaths' is below 0"),
        ("1994,4", "1994,14", "'month' is above 12"),
        ("625,2025,10", "517,1994,4", "repeats in 2 rows"),
        ("gwno", "ccode", "column gwno is missing"),
        (",6,1\n", ",6", "truncated"),
        ("5,6,0", "5,6,1", "provisional rows before 2026"),
    ],
)
def test_bad_input_is_named(write, before, after, part):
    path = write(SAMPLE.replace(before, after, 1), "months.csv")
    with pytest.raises(SourceError, match=rf"(?s)months\.csv.*{part}"):
        conflict_deaths.parse(path)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("- gwno: 2\n  name: X\n", "entry 1 has no gwno, name, region or system"),
        ("- gwno: two\n  name: X\n  system: [{from: 1, to: null}]\n", "entry 1"),
        ("{}", "no state in the file"),
        ("- [", "cannot be read"),
    ],
)
def test_bad_lists_of_states_are_refused(write, text, part):
    path = write(text, "states.yaml")
    with pytest.raises(SourceError, match=rf"states\.yaml.*(\n.*)?{part}"):
        conflict_deaths.parse_states(path)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.integers(0, len(SAMPLE)),
    length=st.integers(0, 25),
    new=st.one_of(st.binary(max_size=10), st.sampled_from([b",", b"\n", b"1e9", b"nan", b"-1"])),
)
def test_any_edit_gives_a_valid_frame_or_one_error(tmp_path_factory, start, length, new):
    path: Path = tmp_path_factory.getbasetemp() / "fuzzed_months.csv"
    content = SAMPLE.encode()
    path.write_bytes(content[:start] + new + content[start + length :])
    try:
        frame = conflict_deaths.parse(path)
    except SourceError:
        return
    counts = frame[list(conflict_deaths.COUNTS.values())]
    assert (counts >= 0).all().all()
    assert frame["month"].dt.year.between(1989, 2025).all()


STATES = (
    "- gwno: 2\n  name: Us\n  region: Asia\n  system:\n  - from: 1990\n    to: null\n"
    "- gwno: 3\n  name: Them\n  region: Europe\n  system:\n  - from: 1991\n    to: 1999\n"
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    start=st.integers(0, len(STATES)),
    length=st.integers(0, 25),
    new=st.one_of(
        st.binary(max_size=8),
        st.sampled_from([b"2015-02-30", b"[]", b": ", b".inf", b"'", b"{}", b"abc"]),
    ),
)
def test_any_edit_of_the_states_gives_a_valid_frame_or_one_error(
    tmp_path_factory, start, length, new
):
    path: Path = tmp_path_factory.getbasetemp() / "fuzzed_states.yaml"
    content = STATES.encode()
    path.write_bytes(content[:start] + new + content[start + length :])
    try:
        frame = conflict_deaths.parse_states(path)
    except SourceError as error:
        assert path.name in str(error)
        return
    assert frame["region"].isin(conflict_deaths.REGIONS).all()
    assert frame["country"].dtype == "int64"
