import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkstats.data.sources import regional_missions
from pkstats.errors import SourceError


def write(path, **changes):
    frame = pd.DataFrame(
        {
            "ccode": [432, 432, 850],
            "date": pd.to_datetime(["2013-07-01", "2013-07-01", "1999-10-01"]),
            "mission": ["MINUSMA", "EUTM", "INTERFET"],
            "missionid": [432054.0, 432035.0, 850041.0],
            "conflictid": [1, 1, 2],
            "org": [1.0, 3.0, 3.0],
            "onlypolice": [0.0, 0.0, 0.0],
        }
    ).assign(**changes)
    frame.to_stata(path, write_index=False)
    return path


@pytest.fixture(scope="module")
def by_mission(raw):
    counts = regional_missions.parallel_missions_by_mission(raw)
    return counts.set_index(["mission", "month"])["parallel_missions"]


def test_rows_and_window(raw):
    table = regional_missions.read(raw)
    assert len(table) == 8100
    assert table["month"].min() == regional_missions.FIRST_MONTH
    assert table["month"].max() == regional_missions.LAST_MONTH
    assert table["conflict_id"].nunique() == 52


def test_grid_is_whole(raw):
    counts = regional_missions.parallel_missions(raw)
    assert len(counts) == counts["country"].nunique() * 24 * 12
    assert (counts["parallel_missions_military"] <= counts["parallel_missions"]).all()
    # a mission with a mandate for three conflicts counts once
    bosnia = counts[(counts["country"] == 346) & (counts["month"] == "1997-06-01")]
    assert bosnia["parallel_missions"].tolist() == [1]


def test_known_history(by_mission):
    assert by_mission["UNMIK"].loc["1999-07-01"] == 1  # KFOR
    assert by_mission["UNMIK"].loc["2010-01-01"] == 2  # KFOR and EULEX
    assert by_mission["MINUSCA"].loc["2014-06-01"] == 3  # MISCA, Sangaris, EUFOR RCA
    assert by_mission["UNOCI"].loc["2016-06-01"] == 0  # Licorne ended in 2015
    assert by_mission["MONUC"].loc["2003-07-01"] == 1  # Artemis
    assert by_mission["UNTAET"].loc["1999-11-01"] == 1  # INTERFET
    assert by_mission["UNMIT"].loc["2007-01-01"] == 1  # ISF


def test_missions_outside_the_source_have_no_rows(by_mission):
    found = set(by_mission.index.get_level_values("mission"))
    outside = {"UNTSO", "UNFICYP", "UNDOF", "UNIFIL", "UNMOGIP", "UNIKOM", "UNMEE", "UNPREDEP"}
    assert not found & outside


def test_east_timor_is_a_territory_of_its_own(tmp_path):
    table = regional_missions.parse(write(tmp_path / "missions.dta"))
    assert table["country"].tolist() == [432, 432, 860]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"org": [1.0, 4.0, 3.0]}, "'org' is above 3"),
        ({"missionid": [1.0, 1.0, 2.0]}, "repeats in 2 rows"),
        ({"onlypolice": [0.0, 2.0, 0.0]}, "'onlypolice' is above 1"),
        ({"date": pd.to_datetime(["2013-07-02", "2013-07-01", "1999-10-01"])}, "no first"),
        ({"date": pd.to_datetime(["2017-07-01", "2013-07-01", "1999-10-01"])}, "above 2016"),
        ({"mission": ["MINUSMA", "", "INTERFET"]}, "'mission' is missing"),
    ],
)
def test_bad_input(tmp_path, changes, part):
    with pytest.raises(SourceError, match=part):
        regional_missions.parse(write(tmp_path / "missions.dta", **changes))


@settings(max_examples=150, deadline=None)
@given(
    start=st.integers(0, 4000),
    length=st.integers(0, 20),
    new=st.binary(max_size=12),
)
def test_any_edit_gives_a_valid_frame_or_one_error(tmp_path_factory, start, length, new):
    path = tmp_path_factory.getbasetemp() / "fuzzed_missions.dta"
    content = write(path).read_bytes()
    path.write_bytes(content[:start] + new + content[start + length :])
    try:
        table = regional_missions.parse(path)
    except SourceError:
        return
    assert table["month"].dt.year.between(1993, 2016).all()
    assert table["organisation"].isin(regional_missions.ORGANISATIONS.values()).all()
