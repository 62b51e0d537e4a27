import pandas as pd
import pytest

from pkstats.data.panels import host_speech
from pkstats.data.speeches import coding, validity
from pkstats.data.speeches.dictionary import categories
from pkstats.errors import SourceError


@pytest.fixture(scope="module")
def coded(raw):
    return coding.code_speeches(host_speech.cut_speeches(raw))


def test_reading_is_large_twice_and_held_out():
    reading = validity.read_reading()
    sentences = reading.groupby(validity.KEY).size()
    assert len(sentences) == 258
    assert (sentences == 2).all()
    assert all(validity.is_held_out(*key) for key in sentences.index)


def test_reading_holds_every_held_out_sentence_of_host_years(coded):
    held = {
        (row.speaker, row.year, row.sentence)
        for row in coded[coded["hosting"]].itertuples()
        if validity.is_held_out(row.speaker, row.year, row.sentence)
    }
    assert held == set(validity.read_reading().groupby(validity.KEY).groups)


def test_reading_holds_codes_only():
    assert list(validity.read_reading()) == [*validity.KEY, "reading", *categories()]


def test_which_categories_pass_the_bar(coded):
    measured = validity.measure_validity(validity.read_reading(), coded).set_index("category")
    assert measured["usable"].to_dict() == {
        "exit": 1,
        "consent": 0,
        "praise": 1,
        "more_robust": 0,
        "impartiality": 0,
    }
    assert measured.loc["impartiality", "positives"] == 0
    assert measured["precision"].isna().tolist() == [False] * 4 + [True]


def made_up(first, second, hit):
    number = range(1, len(hit) + 1)
    frame = pd.DataFrame({"speaker": "MLI", "year": 2020, "sentence": number})
    read = [
        frame.assign(reading=k, **dict.fromkeys(categories(), v))
        for k, v in ((1, first), (2, second))
    ]
    coded = frame.assign(**dict.fromkeys(categories(), hit))
    return pd.concat(read, ignore_index=True), coded


def test_the_worse_reading_counts():
    reading, coded = made_up([1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0])
    row = validity.measure_validity(reading, coded).iloc[0]
    assert (row["hits"], row["positives"]) == (2, 1)
    assert row["precision"] == 0.5
    assert row["recall"] == 1
    assert row["kappa_readings"] == pytest.approx(0.5)
    assert row["usable"] == 0  # too few positives


@pytest.mark.parametrize(
    ("first", "second", "kappa"),
    [([1, 1, 0, 0], [1, 0, 0, 0], 0.5), ([1, 0], [1, 0], 1.0), ([1, 0], [0, 1], -1.0)],
)
def test_kappa(first, second, kappa):
    assert validity.cohen_kappa(pd.Series(first), pd.Series(second)) == pytest.approx(kappa)


def test_kappa_of_constants_is_undefined():
    assert pd.isna(validity.cohen_kappa(pd.Series([0, 0]), pd.Series([0, 0])))
    assert validity.cohen_kappa(pd.Series([0, 0]), pd.Series([0, 1])) == 0


def test_a_perfect_dictionary_passes():
    codes = [1, 0] * 25
    reading, coded = made_up(codes, codes, codes)
    assert validity.measure_validity(reading, coded)["usable"].tolist() == [1] * 5


def test_sentences_that_moved_are_named():
    reading, coded = made_up([1, 0], [1, 0], [1, 0])
    with pytest.raises(SourceError, match="1 sentences read name no mission now"):
        validity.measure_validity(reading, coded.iloc[:1])
    with pytest.raises(SourceError, match="not read twice: MLI 2020 2"):
        validity.measure_validity(reading.iloc[:3], coded)
