import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkstats.data.sources import missions, shortfall
from pkstats.errors import SourceError


def write(path, **changes):
    frame = pd.DataFrame(
        {
            "mission": ["UNMIL", "UNMIL", "UNOSOM"],
            "year": [2004, 2004, 1993],
            "month": [1, 2, 5],
            "totalauth": [16000.0, 16000.0, 28000.0],
            "total": [8000.0, 16500.0, None],
            "shortfalltotal": [8000.0, 0.0, None],
            "propshortfall": [0.5, 0.0, None],
        }
    ).assign(**changes)
    frame.to_stata(path, write_index=False)
    return path


@pytest.fixture(scope="module")
def table(raw):
    return shortfall.read(raw)


def test_rows_and_window(table):
    assert len(table) == 4833
    assert table["share"].isna().sum() == 541
    assert table["month"].min() == shortfall.FIRST_MONTH
    assert table["month"].max() == shortfall.LAST_MONTH


def test_share_is_rounded_and_inside_windows(raw):
    shares = shortfall.shortfall(raw)
    share = shares[shortfall.SHARE]
    assert share.between(0, 1).all()
    assert (share == share.round(2)).all()
    assert not shares.duplicated(["mission", "month"]).any()
    window = missions.crosswalk().set_index("mission")
    assert set(window.loc[shares["mission"].unique(), "universe"]) == {"peacekeeping"}


def test_known_shortfalls(raw):
    shares = shortfall.shortfall(raw).set_index(["mission", "month"])[shortfall.SHARE]
    assert shares["UNAMID"].loc["2008-09-01"] == 0.6  # 15,526 of 25,987 missing
    assert shares["UNAMIR"].loc["1993-10-01"] == 0.98  # first month
    assert shares["MONUSCO"].loc["2014-01-01":"2014-12-01"].max() < 0.1
    assert {"UNOSOM I", "UNOSOM II"} <= set(shares.index.get_level_values("mission"))
    assert {"UNAVEM I", "UNAVEM II", "UNAVEM III"} <= set(shares.index.get_level_values("mission"))


def test_made_up_rows(tmp_path):
    table = shortfall.parse(write(tmp_path / "shortfall.dta"))
    assert table["share"].tolist()[:2] == [0.5, 0.0]
    assert table["share"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"mission": ["UNMIL", "UNMIL", "UNXYZ"]}, "UNXYZ"),
        ({"month": [1, 1, 5]}, "repeats in 2 rows"),
        ({"month": [1, 2, 15]}, "'month' is above 12"),
        ({"propshortfall": [0.4, 0.0, None]}, "'propshortfall' is not"),
        ({"year": ["x", "y", "z"]}, "'year' is no integer"),
    ],
)
def test_bad_input(tmp_path, changes, part):
    with pytest.raises(SourceError, match=part):
        shortfall.parse(write(tmp_path / "shortfall.dta", **changes))


def test_missing_column_and_damage(tmp_path):
    path = tmp_path / "shortfall.dta"
    pd.read_stata(write(path)).drop(columns="total").to_stata(path, write_index=False)
    with pytest.raises(SourceError, match="column total is missing"):
        shortfall.parse(path)
    path.write_bytes(write(path).read_bytes()[:500])
    with pytest.raises(SourceError, match="no whole Stata file"):
        shortfall.parse(path)


@settings(max_examples=150, deadline=None)
@given(
    start=st.integers(0, 4000),
    length=st.integers(0, 20),
    new=st.binary(max_size=12),
)
def test_any_edit_gives_a_valid_frame_or_one_error(tmp_path_factory, start, length, new):
    path = tmp_path_factory.getbasetemp() / "fuzzed_shortfall.dta"
    content = write(path).read_bytes()
    path.write_bytes(content[:start] + new + content[start + length :])
    try:
        table = shortfall.parse(path)
    except SourceError:
        return
    assert table["share"].dropna().between(0, 1).all()
    assert table["month"].dt.year.between(1990, 2015).all()
