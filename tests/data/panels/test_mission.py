"""The panel of missions: acceptance values, history, successions, identity."""

import pandas as pd
import pytest

from pkstats.data.panels import load_panel, mission
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.sources import missions
from pkstats.errors import SourceError


@pytest.fixture(scope="module")
def panel():
    return load_panel("mission")


@pytest.fixture(scope="module")
def frame(panel) -> pd.DataFrame:
    return panel.frame.set_index("mission")


def test_a_rebuild_from_raw_is_the_committed_panel(raw, panel):
    assert canonical_hash(mission.build(raw)) == canonical_hash(panel)


def test_every_casualty_counts_once(frame):
    assert frame["deaths"].sum() == 4423
    assert frame["deaths_hostile"].sum() == 1134
    assert frame["deaths_hostile_uniformed"].sum() == 1020
    assert (frame[list(mission.TYPES.values())].sum(axis=1) == frame["deaths"]).all()


def test_known_totals(frame):
    assert frame.loc["MINUSMA", ["deaths", "deaths_hostile"]].tolist() == [311, 174]
    assert frame.loc["UNIFIL", ["deaths", "deaths_hostile"]].tolist() == [339, 94]
    assert frame.loc["UNOHCI", "deaths"] == 27
    assert frame.loc["UNAMA", "universe"] == "excluded"


def test_the_universe_is_that_of_mission_month(frame):
    months = load_panel("mission_month").frame
    inside = frame.index[frame["universe"] == "peacekeeping"]
    assert set(inside) == set(months["mission"])
    assert frame.loc[inside, "reason"].isna().all()
    assert frame.loc[frame["universe"] == "excluded", "reason"].notna().all()


def test_stabilization_is_in_four_names(frame):
    named = frame.index[frame["stabilization"] == 1]
    assert sorted(named) == ["MINUSCA", "MINUSMA", "MINUSTAH", "MONUSCO"]


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        ("UNAMID", 23448),
        ("MONUC", 20819),
        ("UNTAC", 18907),
        ("UNPROFOR", 39893),
        ("UNOSOM II", 28559),
        ("MINUSTAH", 12552),
    ],
)
def test_peaks_that_ipi_prints(frame, name, peak):
    assert frame.loc[name, "peak_personnel"] == peak


@pytest.mark.parametrize(
    ("name", "successor"),
    [
        ("MONUC", "MONUSCO"),
        ("MINUSTAH", "MINUJUSTH"),
        ("UNMIS", "UNMISS;UNISFA"),
        ("UNAVEM II", "UNAVEM III"),
        ("UNTAET", "UNMISET"),
        ("UNPROFOR", "UNCRO;UNPREDEP;UNMIBH"),
    ],
)
def test_successions(frame, name, successor):
    assert frame.loc[name, "successor"] == successor


def test_a_succession_cites_the_resolution_that_founds_the_successor(frame):
    listed = mission.successions()
    founding = frame.loc[listed["successor"], "founding_resolution"]
    assert founding.tolist() == listed["resolution"].tolist()
    ends = frame.loc[listed["mission"], "end"].reset_index(drop=True)
    starts = frame.loc[listed["successor"], "start"].reset_index(drop=True)
    apart = (starts - ends).dt.days
    assert apart.between(-310, 120).all(), listed[~apart.between(-310, 120)]


def test_minusma_and_unoci_end_as_the_council_decided(frame):
    assert str(frame.loc["MINUSMA", "end"].date()) == "2023-12-31"
    assert str(frame.loc["UNOCI", "end"].date()) == "2017-06-30"


def test_an_unknown_successor_is_named(write):
    path = write("mission,successor,resolution,citation\nMONUC,MONUSKO,1925,S/RES/1925\n")
    with pytest.raises(SourceError, match="unknown mission MONUSKO"):
        mission.successions(path)


def test_deaths_are_those_of_the_crosswalk_whatever_the_date():
    casualties = pd.DataFrame(
        {
            "label": ["UNAVEM", "UNAVEM", "MINUSMA"],
            "date": pd.to_datetime(["1990-05-01", "1996-01-01", "2024-03-01"]),
            "type": ["Malicious Act", "Illness", "Malicious Act"],
            "uniformed": [True, True, False],
        }
    )
    counted = mission.count_deaths(casualties).set_index("mission")
    assert counted.loc["UNAVEM I", "deaths_hostile_uniformed"] == 1
    assert counted.loc["UNAVEM III", "deaths_illness"] == 1
    assert counted.loc["MINUSMA", ["deaths_hostile", "deaths_hostile_uniformed"]].tolist() == [1, 0]
    assert set(counted.index) <= set(missions.crosswalk()["mission"])
