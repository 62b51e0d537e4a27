import hashlib
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pkstats.data import registry
from pkstats.data.registry import Source, SourceFile
from pkstats.errors import SourceError

KINDS = {"file": 46, "bundle": 4, "made": 3, "compiled": 18}


def test_every_source_states_where_it_comes_from_and_its_terms():
    for source in registry.sources():
        assert source.title and source.provider and source.licence and source.citation, source.id
        assert source.page or all(f.kind == "compiled" for f in source.files), source.id
    ids = [source.id for source in registry.sources()]
    assert len(set(ids)) == len(ids) == 26


def test_every_file_has_an_identity_and_a_mirror_or_is_our_own():
    found = dict.fromkeys(KINDS, 0)
    for name, file in registry.files().items():
        found[file.kind] += 1
        assert re.fullmatch("[0-9a-f]{64}", file.sha256), name
        assert file.bytes > 0, name
        if file.kind == "compiled":
            continue
        assert re.fullmatch(r"[^/@:]+/[^/@:]+@[0-9a-f]{40}:.+", file.mirror), name
    assert found == KINDS


def test_what_panels_are_built_from_can_be_fetched_or_is_our_own():
    needed = [registry.files()[name] for name in registry.needed_files()]
    assert len(needed) >= 9
    for file in needed:
        assert file.mirror or (file.kind == "compiled" and file.redistribute), file.name
    assert set(registry.needed_files("mission_month")) <= set(registry.needed_files())


def test_bibtex_has_one_entry_a_work_and_names_the_unknown():
    assert registry.bibtex(["tamm", "ucdp"]).count("@misc{") == 2
    assert registry.bibtex(["unsc_resolutions", "unsc_resolutions_1946_2015"]).count("@misc{") == 1
    with pytest.raises(SourceError, match="no source wikipedia"):
        registry.bibtex(["tamm", "wikipedia"])


def test_every_raw_file_is_the_registered_one(raw):
    assert len(registry.verify(raw)) == len(registry.files())


def test_all_missing_and_altered_files_are_in_one_message(tmp_path):
    states, tamm = "ucdp/registry/states.yaml", "tamm/tamm.csv"
    (tmp_path / "tamm").mkdir()
    (tmp_path / tamm).write_text("mission,yearmon\n")
    found = hashlib.sha256(b"mission,yearmon\n").hexdigest()
    with pytest.raises(SourceError) as raised:
        registry.verify(tmp_path, [states, tamm, "nowhere.csv"])
    message = str(raised.value)
    assert "3 breaches" in message
    assert f"{states} is missing: expected sha256 {registry.files()[states].sha256}" in message
    assert f"expected sha256 {registry.files()[tamm].sha256}" in message
    assert f"found {found}" in message
    assert "Make_Data/TAMM/TAMM.csv of github.com/treywood10/Risk_Movement at commit" in message
    assert "nowhere.csv is not in the registry" in message


def test_a_file_altered_within_a_process_is_seen(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"one")
    file = SourceFile(
        name="a.csv",
        kind="compiled",
        redistribute=True,
        bytes=3,
        sha256=hashlib.sha256(b"one").hexdigest(),
    )
    _register(monkeypatch, file)
    registry.verify(tmp_path)
    path.write_bytes(b"other")
    with pytest.raises(SourceError, match=r"a\.csv is altered"):
        registry.locate(tmp_path, "a.csv")


@pytest.fixture
def bundle(tmp_path, monkeypatch) -> SourceFile:
    texts = {"1999/a.txt": b"alpha", "b.txt": b"beta"}
    folder = tmp_path / "texts"
    folder.mkdir()
    rows = [f"{m},{m},{hashlib.sha256(t).hexdigest()}" for m, t in texts.items()]
    listing = "\n".join(["member,mirror_path,sha256", *rows]) + "\n"
    (folder / "members.csv").write_text(listing)
    for member, text in texts.items():
        (folder / member).parent.mkdir(exist_ok=True)
        (folder / member).write_bytes(text)
    file = SourceFile(
        name="texts/texts.zip",
        kind="bundle",
        redistribute=False,
        bytes=1,
        sha256="0" * 64,
        members="texts/members.csv",
        members_sha256=hashlib.sha256(listing.encode()).hexdigest(),
    )
    _register(monkeypatch, file)
    return file


def test_a_bundle_may_be_a_folder_of_its_members(tmp_path, bundle):
    assert registry.verify(tmp_path) == {bundle.name: bundle.sha256}
    (tmp_path / "texts/b.txt").write_bytes(b"changed")
    (tmp_path / "texts/1999/a.txt").unlink()
    with pytest.raises(SourceError, match=r"(?s)1 members missing: 1999/a\.txt.*altered: b\.txt"):
        registry.verify(tmp_path)


def test_a_bundle_is_known_by_its_members_however_it_was_packed(tmp_path, bundle):
    for content, right in ((b"beta", True), (b"changed", False)):
        with zipfile.ZipFile(tmp_path / bundle.name, "w") as archive:
            archive.writestr("b.txt", content)
            archive.writestr("1999/a.txt", b"alpha")
        if right:
            registry.verify(tmp_path)
        else:
            with pytest.raises(SourceError, match="is altered"):
                registry.verify(tmp_path)


def test_an_altered_list_of_members_is_an_altered_bundle(tmp_path, monkeypatch, bundle):
    _register(monkeypatch, replace(bundle, members_sha256="1" * 64))
    with pytest.raises(SourceError, match=r"members\.csv is altered: expected sha256 1111"):
        registry.verify(tmp_path)


@pytest.mark.parametrize("value", [None, ""])
def test_raw_is_looked_for_in_the_checkout_unless_named(monkeypatch, root, value):
    monkeypatch.delenv("PKSTATS_RAW", raising=False)
    if value is not None:
        monkeypatch.setenv("PKSTATS_RAW", value)
    assert registry.raw_folder() == root / "data" / "raw"
    monkeypatch.setenv("PKSTATS_RAW", "elsewhere")
    assert registry.raw_folder() == Path("elsewhere")


def _register(monkeypatch: pytest.MonkeyPatch, file: SourceFile) -> None:
    source = Source(
        id="own",
        title="t",
        provider="p",
        version="1",
        licence="l",
        citation="c",
        bibtex="b",
        page="",
        notes="",
        files=(file,),
    )
    monkeypatch.setattr(registry, "sources", lambda: (source,))
