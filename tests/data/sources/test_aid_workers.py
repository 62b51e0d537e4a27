import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import aid_workers
from pkstats.errors import SourceError

HEADER = (
    "Incident ID,Year,Month,Country Code,Country,Total killed,Total wounded,"
    "Total kidnapped,Total affected\n"
)
SAMPLE = HEADER + (
    "1,1997,1,NA,Namibia,1,0,0,1\n"
    "2,2001,5,XK,Kosovo,0,1,0,1\n"
    "3,2007,5,XK,Kosovo,0,1,0,1\n"
    "4,2010,5,XK,Kosovo,0,1,0,1\n"
    "5,2010,,,Chechnya,0,1,2,3\n"
)


@pytest.fixture(scope="module")
def incidents(raw):
    return aid_workers.read(raw)


def test_acceptance_values(incidents):
    assert len(incidents) == 4337
    unstated = incidents["code"].isna() | (incidents["code"] == "NA")
    assert unstated.sum() == 33
    assert incidents.loc[unstated, "label"].value_counts().to_dict() == {
        "Chechnya": 26,
        "Kashmir": 1,
        "Namibia": 1,
    }
    assert incidents["month"].isna().sum() == 48
    year = incidents[incidents["year"] == 2024]
    assert year["killed"].sum() == 380
    assert year["affected"].sum() == 715


def test_namibia_is_a_country(incidents):
    namibia = incidents[incidents["label"] == "Namibia"]
    assert namibia["code"].tolist() == ["NA"]
    assert namibia["country"].tolist() == [565]


def test_counts_and_unplaced_make_the_whole(raw, incidents):
    counts = aid_workers.aid_worker_attacks(raw)
    lost = aid_workers.list_unplaced(raw)
    for name in ("killed", "wounded", "kidnapped", "affected"):
        assert counts[name].sum() + lost[name].sum() == incidents[name].sum()
    assert counts["incidents"].sum() + lost["incidents"].sum() == len(incidents)
    assert not counts.duplicated(["country", "month"]).any()
    assert str(counts["month"].max().date()) == "2025-01-01"
    assert set(counts.columns) == {"country", "month", *aid_workers.COUNTS}


def test_known_month(raw):
    counts = aid_workers.aid_worker_attacks(raw).set_index(["country", "month"])
    # Canal Hotel, Baghdad
    assert counts.loc[(645, "2003-08-01"), "killed"] >= 20


def test_kosovo_follows_the_list_of_states(write):
    path = write(SAMPLE, "incidents.csv")
    table = aid_workers.parse(path)
    assert table["country"].tolist() == [565, 345, 340, 347, 365]
    assert table["month"].isna().tolist() == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("NA,Namibia", "NA,Atlantis", "aid_worker_countries.csv"),
        ("1,1997,1", "1,1997,13", "'Month' is above 12"),
        ("1,1997", "2,1997", "repeats in 2 rows"),
        ("0,1,2,3", "0,1,2,4", "'Total affected' is not"),
        ("Total killed", "Killed", "column Total killed is missing"),
        ("2,2001,5,XK,Kosovo,0,1,0,1", "2,2001,5,XK", "truncated"),
    ],
)
def test_bad_input(write, before, after, part):
    path = write(SAMPLE.replace(before, after, 1), "incidents.csv")
    with pytest.raises(SourceError, match=part) as caught:
        aid_workers.parse(path)
    assert "incidents.csv" in str(caught.value)


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(at=st.integers(0, len(SAMPLE) - 1), text=st.text(max_size=4))
def test_any_damage_is_named_or_harmless(tmp_path, at, text):
    path = tmp_path / "incidents.csv"
    path.write_text(SAMPLE[:at] + text + SAMPLE[at + 1 :], encoding="utf-8")
    try:
        table = aid_workers.parse(path)
    except SourceError:
        return
    assert (table["affected"] >= 0).all()
    assert table["incident"].is_unique
