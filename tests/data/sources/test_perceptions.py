import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import perceptions
from pkstats.errors import SourceError

HEADER = (
    "country,mission,region,population_group,survey,fieldwork_start,fieldwork_end,question,"
    "response_category,percent,n,source_citation,source_url,quoted_text\n"
)
SAMPLE = HEADER + (
    "DRC,MONUSCO,Nord-Kivu,adults,CRG/BERCI national poll,2016-05,2016-09,future of MONUSCO,"
    "should simply leave,56.7,7545 national,Congo Research Group,,x\n"
    "Mali,MINUSMA,national,adults,Mali-Metre 14 (FES),2023,2023-05-03 (publication),"
    "satisfaction with the work of MINUSMA,satisfied,23,,netafrique.net,,x\n"
    "Mali,MINUSMA,national,adults 18+,Mali-Metre 11 (FES),2019-11-12,2019-11-26,"
    "satisfaction with the work of MINUSMA,dissatisfied,78,2186,maliactu.net,,x\n"
)


@pytest.fixture(scope="module")
def published(raw):
    return perceptions.read(raw)


def test_acceptance_values(published):
    assert len(published) == 112
    assert published["survey"].nunique() == 18
    assert published["question"].nunique() == 30
    assert (published["mission"] == "MINUSMA").sum() == 67
    assert published["n"].isna().sum() == 57
    key = ["mission", "region", "population", "survey", "start", "question", "response"]
    assert published.duplicated(key).sum() == 1


def test_no_sentence_is_carried_over(published):
    assert "quoted_text" not in published


def test_dates_and_sizes(write):
    path = write(SAMPLE, "published.csv")
    table = perceptions.parse(path)
    assert table["start_precision"].tolist() == ["month", "year", "day"]
    assert table["end"].isna().tolist() == [False, True, False]
    assert [str(day.date()) for day in table["latest"]] == [
        "2016-09-30",
        "2023-05-03",
        "2019-11-26",
    ]
    assert table["n"].tolist()[0] == 7545
    assert table["n_scope"].tolist()[0] == "national"
    assert table["n"].isna().tolist() == [False, True, False]


def test_every_coded_response_is_published(published):
    coded = perceptions.responses()
    found = set(zip(published["question"], published["response"], strict=True))
    assert set(zip(coded["question"], coded["response"], strict=True)) == found
    assert set(perceptions.surveys()["survey"]) == set(published["survey"])


def test_confidence_in_the_united_nations(raw):
    table = perceptions.read_confidence(raw)
    assert len(table) == 69
    serbia = table[table["label"] == "Serbia"].set_index("year")["country"]
    assert serbia.to_dict() == {2001: 345, 2006: 340}


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("7545 national", "about 7545", "'n' is no size"),
        ("2019-11-12", "2019-13-12", "'fieldwork_start' is no date"),
        ("2019-11-26", "2019-11-01", "ends before it starts"),
        ("should simply leave", "perhaps", "'perhaps'"),
        (",MONUSCO,", ",MONUSKO,", "MONUSKO"),
        (",78,", ",178,", "'percent' is above 100"),
        ("Mali-Metre 11 (FES)", "Mali-Metre 12 (FES)", "Mali-Metre 12"),
        ("source_url", "link", "column source_url is missing"),
    ],
)
def test_bad_input(write, before, after, part):
    path = write(SAMPLE.replace(before, after, 1), "published.csv")
    with pytest.raises(SourceError, match=part):
        perceptions.parse(path)


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(at=st.integers(0, len(SAMPLE) - 1), text=st.text(max_size=4))
def test_any_damage_is_named_or_harmless(tmp_path, at, text):
    path = tmp_path / "published.csv"
    path.write_text(SAMPLE[:at] + text + SAMPLE[at + 1 :], encoding="utf-8")
    try:
        table = perceptions.parse(path)
    except SourceError:
        return
    assert table["percent"].between(0, 100).all()
    assert table["role"].notna().all()
