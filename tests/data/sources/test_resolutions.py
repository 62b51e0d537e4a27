import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import resolutions
from pkstats.data.sources.numbering import label_blocks
from pkstats.errors import SourceError


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


XML = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><statement><meta>
<FRBRuri value="/akn/un/statement/deliberation/unsc/2000-05-30/1300-2000"/>
<FRBRdate date="2000-05-30" name="adoption"/></meta><preamble><p>The Council,</p></preamble>
<mainBody><p><num>1.</num>Decides so;</p></mainBody></statement></akomaNtoso>"""
TEXT = "Adopted on 30 May 2000\nThe Security Council,\n1. Decides so;\n(a) one;\n"


def pack(folder: Path, xml: bytes, text: bytes) -> Path:
    for name, member, content in (
        (resolutions.XML_FOLDER, "2000/S_RES_1300.xml", xml),
        (resolutions.PLAIN_FOLDER, "S-RES-1299(2000).txt", text),
    ):
        (folder / name).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(folder / name / f"{name}.zip", "w") as archive:
            archive.writestr(member, content)
    return folder


def test_made_up_texts_read(tmp_path: Path) -> None:
    found = resolutions.read(pack(tmp_path, XML.encode(), TEXT.encode()))
    assert set(found["resolution"]) == {1299, 1300}
    assert (found["date"] == "2000-05-30").all()


@pytest.mark.parametrize(
    ("before", "after"),
    [("</mainBody>", ""), ("mainBody", "body"), ("FRBRuri", "uri"), ("1300-2000", "x")],
)
def test_a_member_of_another_schema_is_named(tmp_path: Path, before: str, after: str) -> None:
    folder = pack(tmp_path, XML.replace(before, after).encode(), TEXT.encode())
    with pytest.raises(SourceError, match=r"(?s)unsc_resolutions.*S_RES_1300\.xml is no resol"):
        resolutions.read(folder)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    part=st.sampled_from(["xml", "text", "archive"]),
    start=st.integers(0, 500),
    length=st.integers(0, 40),
    new=st.one_of(st.binary(max_size=8), st.sampled_from([b"<p>", b"9. ", b"2000-13-45"])),
)
def test_any_edit_gives_a_valid_frame_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, part: str, start: int, length: int, new: bytes
) -> None:
    def edit(content: bytes) -> bytes:
        return content[:start] + new + content[start + length :]

    xml, text = XML.encode(), TEXT.encode()
    folder = tmp_path_factory.getbasetemp() / "fuzzed_resolutions"
    pack(folder, edit(xml) if part == "xml" else xml, edit(text) if part == "text" else text)
    if part == "archive":
        path = folder / resolutions.XML_FOLDER / f"{resolutions.XML_FOLDER}.zip"
        path.write_bytes(edit(path.read_bytes()))
    try:
        found = resolutions.read(folder)
    except SourceError as error:
        assert "unsc_resolutions" in str(error)
        return
    assert list(found.columns) == resolutions.COLUMNS
    assert found["kind"].isin(["preamble", "operative", "heading"]).all()
    assert found["date"].notna().all()
