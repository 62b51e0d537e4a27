"""New text of preambles: what is repeated, what is a name, what is counted."""

import pandas as pd
import pytest

from pkstats.data.mandates.mission_names import missions
from pkstats.data.mandates.preambles import (
    OTHER,
    SEQUENCE,
    Memory,
    code_preambles,
    codes,
    count_codes,
    mark_names,
    split_words,
)


def find(acronym):
    return next(m for m in missions() if m.acronym == acronym)


def test_six_words_in_a_row_are_repeated_and_five_are_not():
    memory = Memory()
    memory.learn(["alpha beta gamma delta epsilon zeta eta"])
    six = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    assert len(six) == SEQUENCE
    assert memory.find_new(six) == [False] * 6
    assert memory.find_new([*six[:5], "other"]) == [True] * 6
    assert memory.find_new(["new", *six]) == [True, *[False] * 6]


def test_a_repeated_phrase_is_counted_in_the_whole_text_alone():
    sentence = "Condemning every attempt to obstruct the freedom of those who serve"
    memory = Memory()
    first = count_codes(sentence, memory)
    memory.learn([sentence])
    second = count_codes(sentence, memory)
    assert (first["preamble_obstruction"], first["new_obstruction"]) == (1, 1)
    assert (second["preamble_obstruction"], second["new_obstruction"]) == (1, 0)
    assert second["new_words"] == 0
    assert first["new_words"] == first["preamble_words"] == len(sentence.split())


def test_a_phrase_with_one_new_word_is_new():
    memory = Memory()
    memory.learn(["Noting that the parties may hinder the work of observers there"])
    counted = count_codes("Noting that the parties openly obstruct the work of observers", memory)
    assert counted["new_obstruction"] == 1


@pytest.mark.parametrize("acronym", ["MONUSCO", "MINUSTAH", "MINUSMA", "MINUSCA"])
def test_stabilization_in_the_name_of_a_mission_is_no_word(acronym):
    named = {
        "MONUSCO": "United Nations Organization Stabilization Mission in the Democratic Republic "
        "of the Congo",
        "MINUSTAH": "United Nations Stabilization Mission in Haiti",
        "MINUSMA": "United Nations Multidimensional Integrated Stabilization Mission in Mali",
        "MINUSCA": "United Nations Multidimensional Integrated Stabilization Mission in the "
        "Central African Republic",
    }[acronym]
    for mission in (acronym, "UNMIL"):
        text = mark_names(f"Commending the {named} ({acronym}) for its work", find(mission))
        assert count_codes(text, Memory())["preamble_stabilization"] == 0, text
        words = [word for word, _, _ in split_words(text)]
        assert words == ["Commending", "the", "for", "its", "work"]
    kept = mark_names(f"Welcoming the stabilization of the country by {acronym}", find(acronym))
    assert count_codes(kept, Memory())["preamble_stabilization"] == 1


def test_any_acronym_of_a_mission_is_a_name():
    assert mark_names("UNMIS and MONUC and NATO", find("UNMIL")) == f"{OTHER} and {OTHER} and NATO"


def test_numbers_are_no_words():
    text = "Recalling its resolutions 1925 (2010) and 2098 (2013)"
    assert [w for w, _, _ in split_words(text)] == ["Recalling", "its", "resolutions", "and"]


def test_a_text_without_words_counts_nothing():
    counted = count_codes("", Memory())
    assert set(counted.values()) == {0}
    assert {f"new_{code}" for code in codes()} < set(counted)


def test_what_an_operative_paragraph_said_is_repeated_in_a_later_preamble(monkeypatch):
    from pkstats.data.mandates.coding import read_missions

    said = "Urges all parties never to obstruct the convoys of humanitarian agencies"
    rows = [
        (1509, "2003-09-19", "preamble", "", "Gravely concerned at the fate of civilians"),
        (1509, "2003-09-19", "operative", "1", "Decides to establish UNMIL for twelve months"),
        (1509, "2003-09-19", "operative", "2", said),
        (1626, "2005-09-19", "preamble", "", said),
        (1626, "2005-09-19", "preamble", "", "Regretting that some obstruct the police at night"),
        (1626, "2005-09-19", "operative", "1", "Decides to extend the mandate of UNMIL"),
    ]
    paragraphs = pd.DataFrame(
        rows, columns=["resolution", "date", "kind", "paragraph", "text"]
    ).assign(date=lambda t: pd.to_datetime(t["date"]))
    coded = code_preambles(paragraphs, list(read_missions(paragraphs)))
    later = coded[coded["resolution"] == 1626].iloc[0]
    assert (later["preamble_obstruction"], later["new_obstruction"]) == (2, 1)
