import pandas as pd
import pytest

from pkstats.data.panels import splice
from pkstats.data.sources import missions, personnel


@pytest.fixture(scope="module")
def spliced(raw) -> pd.DataFrame:
    return splice.splice_personnel(raw)


def test_the_splice_is_the_compiled_one(raw, spliced):
    strength = personnel.read_strength(raw)
    month_end = strength["month"] + pd.offsets.MonthEnd(0)
    assigned = missions.assign(strength["label"], month_end, "strength")
    expected = strength.assign(mission=assigned["mission"])[assigned["inside"]]
    expected = expected[splice.COLUMNS].sort_values(splice.KEY).reset_index(drop=True)
    assert len(expected) == 5999
    pd.testing.assert_frame_equal(spliced, expected, atol=1e-9, check_dtype=False)


def test_a_mission_month_has_one_figure(spliced):
    assert not spliced.duplicated(splice.KEY).any()
    assert spliced["source"].value_counts().to_dict() == {
        "ipi": 4347,
        "un_monthly": 1362,
        "reconstructed": 253,
        "interpolated": 37,
    }


def test_no_figure_after_a_mission_ended(spliced):
    last = spliced.groupby("mission")["month"].max()
    assert str(last["MINUSMA"].date()) == "2023-12-01"
    assert str(last["UNAMID"].date()) == "2020-12-01"


def test_successions_take_the_figures_of_their_time(spliced):
    first = spliced.groupby("mission")["month"].min().dt.strftime("%Y-%m")
    last = spliced.groupby("mission")["month"].max().dt.strftime("%Y-%m")
    assert (last["UNOSOM I"], first["UNOSOM II"]) == ("1993-02", "1993-03")
    assert (last["UNAVEM II"], first["UNAVEM III"]) == ("1995-01", "1995-02")
    unoci = spliced[spliced["mission"] == "UNOCI"]
    assert len(unoci) == 156  # without a gap where IPI writes ONUCI
    assert (unoci["month"].diff().dropna() <= pd.Timedelta(days=31)).all()


def test_lost_months_are_the_mean_of_the_months_around():
    known = pd.DataFrame(
        {
            "mission": ["UNX", "UNX", "UNY"],
            "month": pd.to_datetime(["2020-05-01", "2020-07-01", "2020-05-01"]),
            "troops": [10.0, 13.0, 1.0],
            "police": [0.0, 2.0, 1.0],
            "observers": [1.0, 1.0, 1.0],
            "total": [11.0, 16.0, 3.0],
            "source": "un_monthly",
        }
    )
    filled = splice.interpolate(known)
    assert filled["mission"].tolist() == ["UNX"]
    assert filled.iloc[0][["troops", "police", "total"]].tolist() == [11.5, 1.0, 13.5]
    assert str(filled.iloc[0]["month"].date()) == "2020-06-01"
