import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkstats.data.sources import speeches
from pkstats.errors import SourceError


def bundle(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture(scope="module")
def corpus(raw):
    return speeches.read(raw)


def test_corpus(corpus):
    assert len(corpus) == 6522
    assert corpus["year"].between(1990, 2024).all()
    assert not corpus["text"].str.startswith("\ufeff").any()
    assert (corpus["speaker"] == "EU").sum() == 14


def test_byte_order_marks(raw):
    with zipfile.ZipFile(raw / speeches.NAME) as archive:
        marked = sum(archive.read(name).startswith(b"\xef\xbb\xbf") for name in archive.namelist())
    assert marked == 1425


def test_states_without_a_speech(corpus):
    found = set(zip(corpus["speaker"], corpus["year"], strict=True))
    for absent in (("SOM", 1993), ("MLI", 2020), ("LBR", 2005), ("SSD", 2020), ("YUG", 1999)):
        assert absent not in found


def test_speakers_are_in_the_corpus(corpus):
    assert set(speeches.speakers()["iso3"]) <= set(corpus["speaker"])


def test_folder_reads_as_the_archive_does(tmp_path):
    members = {"MLI_78_2023.txt": "\ufeffOne. Two.", "COD_78_2023.txt": "Three."}
    for name, text in members.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    folder = speeches.parse(tmp_path)
    archive = speeches.parse(bundle(tmp_path / "speeches.zip", members))
    assert folder.equals(archive)
    assert folder["text"].tolist() == ["Three.", "One. Two."]


@pytest.mark.parametrize(
    ("members", "part"),
    [
        ({"MLI_78_2022.txt": "a"}, "session 78 is not that of 2022"),
        ({"Mali 2023.txt": "a"}, "is not named"),
        ({"MLI_78_2023.txt": ""}, "is empty"),
        ({"MLI_78_2023.txt": b"\xff\xfe\x00"}, "no UTF-8"),
        ({"a/MLI_78_2023.txt": "a", "b/MLI_78_2023.txt": "b"}, "second speech of MLI 2023"),
        ({}, "no speech found"),
    ],
)
def test_bad_input(tmp_path, members, part):
    with pytest.raises(SourceError, match=part):
        speeches.parse(bundle(tmp_path / "speeches.zip", members))


@settings(max_examples=80, deadline=None)
@given(cut=st.integers(0, 400), noise=st.binary(max_size=6), at=st.integers(0, 400))
def test_any_damage_is_named_or_harmless(tmp_path_factory, cut, noise, at):
    folder = tmp_path_factory.mktemp("speeches")
    path = bundle(
        folder / "speeches.zip", {"MLI_78_2023.txt": "One. " * 30, "COD_78_2023.txt": "x"}
    )
    content = path.read_bytes()
    path.write_bytes((content[:at] + noise + content[at + len(noise) :])[: len(content) - cut])
    try:
        frame = speeches.parse(path)
    except SourceError:
        return
    assert frame["text"].str.len().gt(0).all()


def test_altered_bundle_is_named(raw, tmp_path):
    folder = tmp_path / "unga_speeches"
    folder.mkdir()
    bundle(folder / "ungdc_1990_2024.zip", {"MLI_78_2023.txt": "a"})
    with pytest.raises(SourceError, match=r"ungdc_1990_2024\.zip is altered"):
        speeches.read(tmp_path)
