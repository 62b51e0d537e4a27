from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import fatalities
from pkstats.errors import SourceError

HEADER = (
    "id,incident_date,casualty_id,mission_acronym,type_of_casualty,gender,casualty_nationality,"
    "casualty_personnel_type,type_of_incident,m49_code,isocode3,last_update"
)
ROWS = (
    "1,2017-12-07,MONUSCO-2017-12-00001,MONUSCO,Fatality,M,Tanzania,Military,Malicious Act,"
    "834.0,TZA,2025-04-04",
    "2,2017-12-07,MONUSCO-2017-12-00002,MONUSCO,Fatality,,Tanzania,Local ,Illness,,,2025-04-04",
    "3,2013-06-01,MINUSMA-2013-06-00001,MINUSMA,Fatality,F,Chad,Police,To Be Determined,"
    "148.0,TCD,2025-04-04",
)
SAMPLE = "\n".join([HEADER, *ROWS]) + "\n"


@pytest.fixture(scope="module")
def every(raw) -> pd.DataFrame:
    return fatalities.parse(raw / fatalities.NAME)


@pytest.fixture(scope="module")
def deaths(raw) -> pd.DataFrame:
    return fatalities.read(raw)


def count(frame: pd.DataFrame, column: str) -> dict[str, int]:
    return frame[column].value_counts().to_dict()


def test_the_vintage_of_april_2025(every):
    assert len(every) == 4429
    assert every["label"].nunique() == 81
    assert [str(d.date()) for d in (every["date"].min(), every["date"].max())] == [
        "1948-07-06",
        "2025-02-18",
    ]
    assert count(every, "type") == {
        "Illness": 1643,
        "Accident": 1412,
        "Malicious Act": 1134,
        "Self-Inflicted": 148,
        "To Be Determined": 60,
        "Unknown": 32,
    }
    assert count(every, "personnel") == {
        "Military": 3036,
        "Local": 557,
        "International Civilian": 351,
        "Police": 314,
        "Military Observer": 97,
        "Other": 74,
    }


def test_six_casualties_of_unmik_are_listed_twice(every, deaths):
    twice = every[every["casualty_id"].duplicated(keep=False)]
    assert len(twice) == 12
    assert set(twice["label"]) == {"UNMIK"}
    assert set(twice["nationality"]) == {"Montenegro", "Serbia and Montenegro"}
    assert len(deaths) == deaths["casualty_id"].nunique() == 4423


def test_hostile_deaths_by_mission_and_year(deaths):
    hostile = deaths[deaths["type"] == "Malicious Act"]
    assert (len(hostile), int(hostile["uniformed"].sum())) == (1134, 1020)
    minusma = hostile[hostile["label"] == "MINUSMA"]
    by_year = minusma.groupby(minusma["date"].dt.year).size()
    assert by_year.index.tolist() == list(range(2013, 2024))
    assert by_year.tolist() == [4, 28, 12, 27, 24, 11, 22, 6, 20, 15, 5]
    totals = {m: ((deaths["label"] == m).sum(), (hostile["label"] == m).sum()) for m in MISSIONS}
    assert totals == MISSIONS
    recent = hostile[hostile["date"] >= "1999-01-01"]
    assert (len(recent), int(recent["uniformed"].sum())) == (567, 485)


MISSIONS = {"MINUSMA": (311, 174), "UNIFIL": (339, 94)}


def test_known_days(deaths):
    semuliki = deaths[(deaths["date"] == "2017-12-07") & (deaths["type"] == "Malicious Act")]
    assert count(semuliki, "label") == {"MONUSCO": 16}
    assert set(semuliki["personnel"]) == {"Military"}
    canal = deaths[(deaths["date"] == "2003-08-19") & (deaths["label"] == "UNOHCI")]
    assert (len(canal), int(canal["uniformed"].sum())) == (22, 0)
    batch = deaths[deaths["date"] == "1961-05-22"]
    assert (batch["label"] == "ONUC").sum() == 40
    haiti = deaths[(deaths["label"] == "MINUSTAH") & (deaths["type"] == "Accident")]
    assert (len(haiti), int((haiti["date"].dt.strftime("%Y-%m") == "2010-01").sum())) == (129, 96)


def test_malicious_deaths_of_all_staff_by_year(deaths):
    years = deaths.loc[deaths["type"] == "Malicious Act", "date"].dt.year.value_counts()
    expected = {2012: 22, 2013: 36, 2014: 39, 2015: 35, 2016: 35, 2017: 62, 2018: 27, 2022: 33}
    assert {year: years[year] for year in expected} == expected


def test_identifiers_disagree_with_dates_and_missions(every):
    parts = every["casualty_id"].str.extract(r"^(?P<label>.+)-(?P<year>\d{4})-\d\d-\d+$")
    assert (parts["year"].astype(int) != every["date"].dt.year).sum() == 31
    assert (parts["label"] != every["label"]).sum() == 13
    assert set(fatalities.EXCEPTIONS) <= set(every["casualty_id"])


def test_undetermined_causes_grow(deaths):
    late = deaths[deaths["date"] >= "2020-01-01"]
    share = late["type"].isin(["To Be Determined", "Unknown"]).mean()
    assert round(share, 3) == 0.049


def test_blank_country_codes(every):
    blank = every[every["iso3"].isna()]
    assert len(blank) == every["m49"].isna().sum() == 52
    assert (blank["nationality"] == "Côte dIvoire").sum() == 29


def test_against_the_earlier_vintage(raw, deaths):
    earlier = fatalities.drop_repeated(fatalities.parse(raw / fatalities.EARLIER))
    both = earlier.merge(deaths, on="casualty_id", suffixes=("_before", ""))
    assert len(earlier) == len(both) == 4344
    changed = both[both["type"] != both["type_before"]]
    assert len(changed) == 115
    assert set(changed["type_before"]) == {"To Be Determined", "Unknown"}
    assert (changed["type"] == "Malicious Act").sum() == 7


def test_against_henke(raw, deaths):
    henke = pd.read_stata(raw / "henke_fatalities/henke.dta")
    ours = deaths[deaths["date"] < "2015-07-01"]
    hostile = ours["type"] == "Malicious Act"
    assert (int(henke["Total"].sum()), len(ours)) == (3370, 3380)
    assert (int(henke["Malicious"].sum()), int(hostile.sum())) == (864, 867)
    key = ["label", "year", "month"]
    label = henke["Mission"].replace({"UN Secretariat": "UNSecretariat"})
    theirs = henke.assign(label=label, year=henke["Year"], month=henke["Month"])
    here = ours.assign(year=ours["date"].dt.year, month=ours["date"].dt.month, hostile=hostile)
    joined = pd.concat(
        [theirs.groupby(key)["Malicious"].sum(), here.groupby(key)["hostile"].sum()], axis=1
    ).fillna(0)
    assert (joined["Malicious"] == joined["hostile"]).mean() > 0.997


def test_a_changed_file_is_refused_before_it_is_read(raw, tmp_path):
    path = tmp_path / fatalities.NAME
    path.parent.mkdir(parents=True)
    path.write_bytes((raw / fatalities.NAME).read_bytes()[:-2000])
    with pytest.raises(SourceError, match=r"fatalities_2025-04\.csv is altered.*469168 bytes"):
        fatalities.read(tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("MONUSCO,Fatality", "MONUX,Fatality", r"'MONUX' .*data/compiled/missions\.csv"),
        ("Malicious Act", "Drone", "'type_of_incident' has unknown values.*'Drone'"),
        ("Police", "Robot", "'casualty_personnel_type' has unknown values.*'Robot'"),
        ("2013-06-01", "2013-06-31", "'incident_date' is no date.*2013-06-31"),
        ("2013-06-01", "1913-06-01", "'incident_date' is below 1948-05-29"),
        ("2013-06-01", "2033-06-01", "'incident_date' is above 2025-04-04"),
        ("type_of_incident", "incident_type", "column type_of_incident is missing"),
        ("\n2,", "\n1,", "id repeats in 2 rows"),
        (",TCD,2025-04-04\n", ",T", "truncated"),
    ],
)
def test_bad_input_is_named(write, before, after, part):
    assert before in SAMPLE
    path = write(SAMPLE.replace(before, after), "deaths.csv")
    with pytest.raises(SourceError, match=rf"(?s)deaths\.csv.*{part}"):
        fatalities.parse(path)


@st.composite
def edits(draw: st.DrawFn) -> bytes:
    """The sample with a few slices deleted, repeated or overwritten."""
    content = SAMPLE.encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = min(len(content), start + draw(st.integers(0, 40)))
        new = draw(st.one_of(st.binary(max_size=12), st.sampled_from(TOKENS)))
        content = content[:start] + new + content[stop:]
    return content


TOKENS = [
    b",",
    b"\n",
    b'"',
    b"-1",
    b"nan",
    b"2020-01-01",
    b"MINUSMA",
    b"\x00",
    b"1e400",
    b"\r",
    b" ",
]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=edits())
def test_any_edit_gives_a_valid_frame_or_one_error(tmp_path_factory, content):
    path: Path = tmp_path_factory.getbasetemp() / "fuzzed_deaths.csv"
    path.write_bytes(content)
    try:
        frame = fatalities.parse(path)
    except SourceError:
        return
    assert frame["type"].isin(fatalities.TYPES).all()
    assert frame["personnel"].isin(fatalities.PERSONNEL).all()
    assert frame["date"].between("1948-05-29", "2025-04-04").all()
    assert len(frame) > 0
