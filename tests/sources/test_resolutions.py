import zipfile
from pathlib import Path

import pandas as pd
import pytest

from pkstats.errors import SourceError
from pkstats.sources import resolutions
from pkstats.sources.numbering import label_blocks


@pytest.fixture(scope="module")
def both(raw: Path) -> pd.DataFrame:
    return resolutions.read_sources(raw)


@pytest.fixture(scope="module")
def chosen(raw: Path) -> pd.DataFrame:
    return resolutions.read(raw)


def test_xml_has_every_resolution_but_the_three_missing(both: pd.DataFrame) -> None:
    found = set(both.loc[both["source"].eq("xml"), "resolution"])
    assert found == set(range(1285, 2826)) - resolutions.MISSING_XML
    assert len(found) == 1538


def test_plain_texts_reach_back_to_the_first_resolution(both: pd.DataFrame) -> None:
    assert both.loc[both["source"].eq("plain"), "resolution"].nunique() == 2259


def test_xml_wins_where_both_exist(chosen: pd.DataFrame) -> None:
    assert chosen.groupby("resolution")["source"].nunique().max() == 1
    assert set(chosen.loc[chosen["resolution"].eq(1925), "source"]) == {"xml"}
    assert set(chosen.loc[chosen["resolution"].eq(1272), "source"]) == {"plain"}


def test_no_presidential_statement_and_no_copy_is_read(chosen: pd.DataFrame) -> None:
    for number in resolutions.DUPLICATES:
        labels = chosen.loc[
            chosen["resolution"].eq(number) & chosen["kind"].eq("operative"), "paragraph"
        ]
        assert (labels == "1").sum() == 1, number


def test_dates_are_those_of_adoption_and_in_order(chosen: pd.DataFrame) -> None:
    dates = chosen.drop_duplicates("resolution").set_index("resolution")["date"]
    # 1287-1291 and 1402 have no date in the XML; 1609, 2423 and 2502 offer a wrong one beside it.
    known = {
        1291: "2000-02-24",
        1402: "2002-03-30",
        1609: "2005-06-24",
        1925: "2010-05-28",
        2423: "2018-06-28",
        2502: "2019-12-19",
        2770: "2025-01-24",
    }
    assert {n: str(dates[n].date()) for n in known} == known
    assert dates.loc[80:].sort_index().is_monotonic_increasing


def test_paragraphs_that_the_xml_files_in_the_preamble_are_operative(chosen: pd.DataFrame) -> None:
    labels = chosen.loc[chosen["resolution"].eq(1991) & chosen["kind"].eq("operative"), "paragraph"]
    assert labels.drop_duplicates().tolist()[:5] == ["1", "2", "3", "4", "4(a)"]


def test_no_special_hyphens_or_undecoded_bytes(chosen: pd.DataFrame) -> None:
    recent = chosen.loc[chosen["resolution"].ge(1285), "text"]
    assert not recent.str.contains("[\u2011\u00ad]").any()
    assert not chosen["text"].str.contains("\ufeff").any()


@pytest.mark.parametrize(
    ("blocks", "labels"),
    [
        ([("1.", "a:"), ("(a)", "b"), ("(i)", "c"), ("2.", "d")], ["1", "1(a)", "1(a)(i)", "2"]),
        ([("1.", "a:"), ("(h)", "b;"), ("(i)", "c;"), ("(j)", "d")], ["1", "1(h)", "1(i)", "1(j)"]),
        ([("1.", "a:"), ("(i)", "b;"), ("(ii)", "c")], ["1", "1(i)", "1(ii)"]),
        ([("1.", "a;"), ("", "Acting under Chapter VII,"), ("2.", "b")], ["1", "pre-2", "2"]),
        ([("1.", "a"), ("", "goes on;"), ("#", "Heading"), ("2.", "b")], ["1", "1", "2"]),
    ],
)
def test_labels(blocks: list[tuple[str, str]], labels: list[str]) -> None:
    assert [paragraph for _, paragraph, _ in label_blocks(blocks)] == labels


def test_missing_source_names_file_and_remedy(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"unsc_resolutions\.zip.*pkstats data fetch"):
        resolutions.read(tmp_path)


def test_folder_and_zip_read_alike(tmp_path: Path) -> None:
    text = (
        "Adopted by the Security Council on 30 May 2000\nThe Security Council,\n"
        "Acting under Chapter VII of the Charter,\n1. Decides so; 2. Requests that:\n(a) one;\n"
    )
    content = text.encode("cp1252")
    name = "S-RES-1300(2000).txt"
    folder = tmp_path / "a" / resolutions.PLAIN_FOLDER
    zipped = tmp_path / "b" / resolutions.PLAIN_FOLDER
    folder.mkdir(parents=True)
    zipped.mkdir(parents=True)
    (folder / name).write_bytes(content)
    with zipfile.ZipFile(zipped / f"{resolutions.PLAIN_FOLDER}.zip", "w") as archive:
        archive.writestr(name, content)
    first, second = (list(resolutions._plain_documents(f)) for f in (folder, zipped))
    assert first == second
    assert first[0].body == (("1.", "Decides so;"), ("2.", "Requests that:"), ("(a)", "one;"))
    assert first[0].dates == (pd.Timestamp("2000-05-30"),)
