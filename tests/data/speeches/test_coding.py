import pandas as pd

from pkstats.data.speeches import coding


def code(speaker, year, text):
    speeches = pd.DataFrame({"speaker": [speaker], "year": [year], "session": [0], "text": [text]})
    return coding.code_speeches(coding.cut_speeches(speeches, coding.list_host_years()))


def test_a_sentence_counts_once_and_has_its_number():
    coded = code("MLI", 2023, "Good day. We thank MINUSMA, and MINUSMA thanks us. Goodbye.")
    assert coded["sentence"].tolist() == [2]
    assert coded["named"].tolist() == ["MINUSMA"]
    assert coded["praise"].tolist() == [1]
    assert coded[["by_acronym", "by_name"]].to_numpy().tolist() == [[1, 0]]


def test_acronym_and_name_are_kept_apart():
    coded = code(
        "LBN",
        2005,
        "The United Nations Interim Force in Lebanon stays. UNIFIL stays. "
        "The United Nations Interim Force in Lebanon (UNIFIL) stays.",
    )
    assert coded["by_acronym"].tolist() == [0, 1, 1]
    assert coded["by_name"].tolist() == [1, 0, 1]


def test_only_the_own_mission_counts():
    assert code("CIV", 2015, "We send troops to MINUSMA and to MINUSCA.").empty


def test_where_a_name_fits_two_missions_the_active_one_has_it():
    text = "The United Nations Organization Mission in the Democratic Republic of the Congo helps."
    assert code("COD", 2009, text)["named"].tolist() == ["MONUC"]
    assert code("COD", 2012, text)["named"].tolist() == ["MONUSCO"]


def test_host_years():
    years = coding.list_host_years().set_index(["country", "year"])
    assert years.loc[(432, 2012), "hosting"] == False  # noqa: E712
    assert years.loc[(432, 2012), "own"] == ("MINUSMA",)
    assert years.loc[(432, 2013), "missions"] == "MINUSMA"
    assert years.loc[(490, 2010), "missions"] == "MONUC;MONUSCO"
    assert (432, 2009) not in years.index
    assert (432, 2010) in years.index
    assert not {2, 200, 600} & set(years.index.get_level_values("country"))
    seatless = years.index[years["speaker"].isna()].get_level_values("country")
    assert 347 in set(seatless)
    assert years.loc[(345, 2005), "speaker"] == "YUG"
    assert years.loc[(340, 2006), "speaker"] == "SRB"
