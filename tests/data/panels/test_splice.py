import pandas as pd
import pytest

from pkstats.data.panels import splice
from pkstats.data.sources import contributors_missions, contributors_un, missions, personnel


@pytest.fixture(scope="module")
def spliced(raw) -> pd.DataFrame:
    return splice.splice_personnel(raw)


def arrange(table: pd.DataFrame) -> pd.DataFrame:
    return table[splice.COLUMNS].sort_values(splice.KEY).reset_index(drop=True)


def test_the_splice_is_the_compiled_one_but_for_the_months_without_missions(raw, spliced):
    strength = personnel.read_strength(raw)
    month_end = strength["month"] + pd.offsets.MonthEnd(0)
    assigned = missions.assign(strength["label"], month_end, "strength")
    compiled = strength.assign(mission=assigned["mission"])[assigned["inside"]]
    assert len(compiled) == 5999
    expected = arrange(compiled[compiled["source"] != "reconstructed"])
    found = arrange(spliced[spliced["source"] != "un_mission_contributor"])
    pd.testing.assert_frame_equal(found, expected, atol=1e-9, check_dtype=False)
    estimated = compiled.loc[compiled["source"] == "reconstructed", splice.KEY]
    true = spliced.loc[spliced["source"] == "un_mission_contributor", splice.KEY]
    keys = [set(table.itertuples(index=False, name=None)) for table in (estimated, true)]
    assert keys[1] < keys[0] and len(keys[1]) == 252
    assert {mission for mission, _ in keys[0] - keys[1]} == {"UNMIL"}  # nobody left in 2018-03


def test_the_months_without_missions_hold_every_person_the_un_printed(raw, spliced):
    """Nobody is lost or made up: with the political missions they add up to the UN's totals."""
    printed = contributors_un.read_without_missions(raw).groupby("month")["total"].sum()
    table = contributors_missions.read(raw)
    outside = missions.assign(
        table["label"], table["month"] + pd.offsets.MonthEnd(0), "ipi", "strength"
    )
    others = table[~outside["inside"]].groupby("month")["total"].sum()
    true = spliced[spliced["source"] == "un_mission_contributor"].groupby("month")["total"].sum()
    assert len(true) == len(printed) == 18
    assert (true + others.reindex(true.index) == printed).all()


def test_a_mission_month_has_one_figure(spliced):
    assert not spliced.duplicated(splice.KEY).any()
    assert spliced["source"].value_counts().to_dict() == {
        "ipi": 4347,
        "un_monthly": 1362,
        "un_mission_contributor": 252,
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
