"""The panel of mandates: known texts, paragraph numbers, votes, the Council's words, identity."""

import re

import pandas as pd
import pytest

from pkstats.data.mandates import elements
from pkstats.data.mandates.council_words import codes
from pkstats.data.panels import load_panel, mandate
from pkstats.data.panels.canonical import canonical_hash

PLACE = r"preamble|(?:pre-)?\d+(?:\(\w{1,5}\))*"


@pytest.fixture(scope="module")
def panel():
    return load_panel("mandate")


@pytest.fixture(scope="module")
def frame(panel) -> pd.DataFrame:
    return panel.frame


def cell(frame: pd.DataFrame, mission: str, resolution: int) -> pd.Series:
    row = frame[(frame["mission"] == mission) & (frame["resolution"] == resolution)]
    assert len(row) == 1, f"{mission} {resolution}"
    return row.iloc[0]


def test_a_rebuild_from_raw_is_the_committed_panel(raw, panel):
    assert canonical_hash(mandate.build(raw)) == canonical_hash(panel)


def test_texts_that_must_come_out(frame):
    monusco = cell(frame, "MONUSCO", 1925)
    given = ["chapter_vii", "use_of_force", "poc"]
    assert monusco[[f"text_{element}" for element in given]].eq(1).all()
    assert monusco["authorised_military"] == 19815
    assert str(monusco["expiry"].date()) == "2011-06-30"
    offensive = frame[(frame["mission"] == "MONUSCO") & (frame["text_offensive"] == 1)]
    assert offensive["resolution"].min() == 2098
    assert cell(frame, "MINUSTAH", 1542)["authorised_military"] == 6700
    assert cell(frame, "MINUSMA", 2100)["authorised_military"] == 11200
    assert cell(frame, "MINUSCA", 2149)["authorised_military"] == 10000
    unifil = cell(frame, "UNIFIL", 1701)
    assert unifil["authorised_military"] == 15000
    assert (unifil["text_use_of_force"], unifil["text_chapter_vii"]) == (1, 0)


def test_every_element_has_its_paragraphs_and_nothing_else_has(frame):
    for name in elements():
        given = frame[f"text_{name}"] == 1
        places = frame[f"paragraphs_{name}"]
        assert (places.notna() == given).all(), name
        for text in places.dropna():
            assert all(re.fullmatch(PLACE, place) for place in re.split("[;,] ?", text)), text


def test_known_paragraphs(frame):
    assert "11" in cell(frame, "MONUSCO", 1925)["paragraphs_use_of_force"].split(";")
    assert cell(frame, "MONUSCO", 1925)["paragraphs_chapter_vii"] == "preamble"
    assert "12(b)" in cell(frame, "MONUSCO", 2098)["paragraphs_offensive"].split(";")
    assert "12" in cell(frame, "UNIFIL", 1701)["paragraphs_use_of_force"].split(";")


def test_roles(frame):
    founded = frame[frame["establishment"] == 1]
    assert set(founded["role"]) == {"founding"}
    ceiling = cell(frame, "MINUSCA", 2566)
    assert (ceiling["role"], ceiling["renewal"], ceiling["full_restatement"]) == (
        "ceiling_only",
        0,
        0,
    )
    mention = frame["role"] == "mention"
    assert (frame.loc[mention, [f"text_{name}" for name in elements()]] == 0).all().all()
    assert (frame.loc[frame["full_restatement"] == 1, "renewal"] == 1).all()


def test_votes(frame):
    cast = frame[["votes_for", "votes_against", "votes_abstaining"]]
    assert (cast.sum(axis=1) <= 15).all()
    known = frame["votes_for"].notna()
    assert (frame.loc[known, "resolution"] >= 1285).all()
    assert frame.loc[frame["text_source"] == "plain", "votes_for"].isna().all()
    assert cell(frame, "MONUSCO", 1925)["votes_for"] == 15
    sudan = cell(frame, "UNMISS", 2155)
    assert sudan["votes_for"] == 15
    western_sahara = cell(frame, "MINURSO", 2285)
    assert [western_sahara[c] for c in cast.columns] == [10, 2, 3]


def test_one_text_has_one_date_vote_and_source(frame):
    for column in ("date", "votes_for", "text_source"):
        assert (frame.groupby("resolution")[column].nunique(dropna=False) == 1).all(), column


def test_the_councils_words_where_they_are_known(frame):
    years = frame.assign(year=frame["date"].dt.year)
    unmiss = years[years["mission"] == "UNMISS"].groupby("year")["council_sofa_violation"].sum()
    assert unmiss[[2011, 2012]].sum() == 0
    assert unmiss[2015] > 3
    first = frame[frame["council_disinformation"] > 0].groupby("mission")["resolution"].min()
    assert first["MONUSCO"] in (2439, 2502)
    assert first["MINUSMA"] == 2640
    before = frame[frame["date"] < "2018-01-01"]
    assert (before["council_disinformation"] > 0).sum() <= 2


def test_counts_of_words_agree_with_the_earlier_pass(raw, frame):
    earlier = pd.read_csv(raw / "council_text" / "flags_document_mission.csv")
    earlier = earlier[earlier["kind"] == "resolution"]
    earlier["resolution"] = earlier["document"].str.extract(r"S/RES/(\d+)")[0].astype(int)
    both = frame.merge(earlier, on=["mission", "resolution"])
    assert len(both) > 600
    assert both["council_words"].corr(both["n_words"]) > 0.97
    columns = {"attack_on_mission": "attack", "sofa_violation": "sofa_violation"}
    names = {**columns, **{c: c for c in ("obstruction", "consent", "impartiality")}}
    names["disinformation"] = "disinformation"
    least = {"obstruction": 0.75, "attack": 0.75}
    for theirs, ours in names.items():
        assert both[f"council_{ours}"].corr(both[theirs]) > least.get(ours, 0.88), ours


def test_the_preamble_is_part_of_the_text(frame):
    for code in ("words", *codes()):
        column = f"council_{code}"
        inside = "council_preamble_words" if code == "words" else f"council_preamble_{code}"
        assert (frame[inside] <= frame[column]).all(), code


def test_words_say_that_they_describe_the_language_of_the_council(panel):
    for variable in panel.codebook:
        if variable.name.startswith("council_") and not variable.name.endswith("words"):
            assert "describes the language of the Council" in variable.label
