"""Fetching against a server of this machine: resumed, checked, never overwriting."""

import hashlib
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from pkstats.data import download, fetch, registry
from pkstats.data.registry import Source, SourceFile
from pkstats.errors import SourceError

CONTENT = bytes(range(256)) * 2000


@dataclass
class Mirror:
    """What a server gives, how it fails, and what it was asked: path and first byte."""

    content: dict[str, bytes] = field(default_factory=dict)
    breaks: list[int] = field(default_factory=list)
    busy: int = 0
    wait: int = 0
    ranges: bool = True
    asked: list[tuple[str, int]] = field(default_factory=list)
    template: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = unquote(handler.path).removeprefix("/own/mirror/c0ffee/")
        given = handler.headers.get("Range", "")
        first = int(given.removeprefix("bytes=").removesuffix("-")) if given else 0
        self.asked.append((path, first))
        if self.busy:
            self.busy -= 1
            handler.send_response(503)
            handler.send_header("Retry-After", str(self.wait))
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        content = self.content.get(path)
        if content is None:
            handler.send_error(404)
            return
        first = first if self.ranges else 0
        if first and first >= len(content):
            handler.send_error(416)
            return
        handler.send_response(206 if first else 200)
        if first:
            handler.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - first))
        handler.end_headers()
        most = self.breaks.pop(0) if self.breaks else len(content)
        handler.wfile.write(content[first : first + most])
        if most < len(content) - first:
            handler.close_connection = True


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    own = Mirror()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            own.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    own.template = f"http://127.0.0.1:{server.server_port}/{{repository}}/{{commit}}/{{path}}"
    yield own
    server.shutdown()
    thread.join()
    server.server_close()


def declare(name: str, content: bytes, **changes: object) -> SourceFile:
    known = {
        "kind": "file",
        "redistribute": False,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "repository": "own/mirror",
        "commit": "c0ffee",
        "path": f"Raw data/{name}",
    }
    return SourceFile(name=name, **{**known, **changes})  # type: ignore[arg-type]


def register(monkeypatch: pytest.MonkeyPatch, *files: SourceFile) -> list[str]:
    terms = dict.fromkeys(("title", "provider", "version", "licence", "citation", "bibtex"), "x")
    source = Source(id="own", page="", notes="", files=files, **terms)
    monkeypatch.setattr(registry, "sources", lambda: (source,))
    return [file.name for file in files]


@pytest.fixture
def one(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    mirror.content["Raw data/a.csv"] = CONTENT
    return register(monkeypatch, declare("a.csv", CONTENT))


def list_files(raw: Path) -> set[str]:
    return {f.relative_to(raw).as_posix() for f in raw.rglob("*") if f.is_file()}


def test_missing_files_come_and_whole_ones_are_not_asked_for_again(tmp_path, mirror, monkeypatch):
    names = register(monkeypatch, declare("a.csv", b"a"), declare("deep/b [1].csv", b"b"))
    mirror.content = {"Raw data/a.csv": b"a", "Raw data/deep/b [1].csv": b"b"}
    said: list[str] = []
    raw = tmp_path / "not" / "yet"
    assert fetch.fetch(raw, names, mirror=mirror.template, say=said.append) == tuple(names)
    assert (raw / "deep/b [1].csv").read_bytes() == b"b"
    assert list_files(raw) == set(names)
    assert "a.csv: fetched" in "\n".join(said)
    registry.verify(raw)
    mirror.asked.clear()
    assert fetch.fetch(raw, names, mirror=mirror.template) == ()
    assert mirror.asked == []


def test_a_broken_transfer_goes_on_where_it_stopped(tmp_path, mirror, one):
    mirror.breaks = [200_000, 100_000]
    fetch.fetch(tmp_path, one, mirror=mirror.template)
    assert (tmp_path / "a.csv").read_bytes() == CONTENT
    assert list_files(tmp_path) == {"a.csv"}
    firsts = [first for _, first in mirror.asked]
    assert firsts[0] == 0 and len(firsts) == 3
    assert 0 < firsts[1] <= 200_000 < firsts[2] <= 300_000


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(tmp_path, mirror, one):
    mirror.breaks = [100_000] * download.ATTEMPTS
    with pytest.raises(SourceError, match=r"a\.csv.*broke off after [\d,]+ bytes.*fetch again"):
        fetch.fetch(tmp_path, one, mirror=mirror.template)
    assert list_files(tmp_path) == {"a.csv.part"}
    there = (tmp_path / "a.csv.part").stat().st_size
    assert CONTENT.startswith((tmp_path / "a.csv.part").read_bytes())
    mirror.asked.clear()
    fetch.fetch(tmp_path, one, mirror=mirror.template)
    assert mirror.asked == [("Raw data/a.csv", there)]
    assert (tmp_path / "a.csv").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("part", "ranges", "firsts"),
    [
        pytest.param(CONTENT[:5000], False, [5000], id="a server without ranges"),
        pytest.param(b"x" * 5000, True, [5000, 0], id="a part of another file"),
        pytest.param(CONTENT, True, [len(CONTENT)], id="a part that is whole"),
        pytest.param(CONTENT + b"x", True, [len(CONTENT) + 1, 0], id="a part that is too long"),
    ],
)
def test_what_an_earlier_run_left_is_used_only_if_it_fits(
    tmp_path, mirror, one, part, ranges, firsts
):
    (tmp_path / "a.csv.part").write_bytes(part)
    mirror.ranges = ranges
    fetch.fetch(tmp_path, one, mirror=mirror.template)
    assert (tmp_path / "a.csv").read_bytes() == CONTENT
    assert [first for _, first in mirror.asked] == firsts
    assert list_files(tmp_path) == {"a.csv"}


def test_content_of_another_hash_never_gets_the_name(tmp_path, mirror, one):
    mirror.content["Raw data/a.csv"] = b"<html>moved</html>"
    with pytest.raises(SourceError) as raised:
        fetch.fetch(tmp_path, one, mirror=mirror.template)
    message = str(raised.value)
    assert f"expected sha256 {hashlib.sha256(CONTENT).hexdigest()}" in message
    assert f"found {hashlib.sha256(b'<html>moved</html>').hexdigest()}" in message
    assert "Remedy: " in message
    assert list_files(tmp_path) == set()
    assert len(mirror.asked) == 1


def test_an_altered_file_is_named_and_left_as_it_is(tmp_path, mirror, one):
    (tmp_path / "a.csv").write_bytes(b"my own edit")
    with pytest.raises(SourceError) as raised:
        fetch.fetch(tmp_path, one, mirror=mirror.template)
    message = str(raised.value)
    assert f"expected sha256 {hashlib.sha256(CONTENT).hexdigest()}" in message
    assert f"found {hashlib.sha256(b'my own edit').hexdigest()}" in message
    assert "Remedy: move it away, then" in message
    assert (tmp_path / "a.csv").read_bytes() == b"my own edit"
    assert list_files(tmp_path) == {"a.csv"} and mirror.asked == []


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path, monkeypatch, links):
    if not links:

        def refuse(*_: object) -> None:
            raise OSError("no hard links here")

        monkeypatch.setattr(os, "link", refuse)
    part, target = tmp_path / "a.part", tmp_path / "a"
    part.write_bytes(b"new")
    download.place(part, target)
    assert target.read_bytes() == b"new" and not part.exists()
    part.write_bytes(b"newer")
    with pytest.raises(SourceError, match="stands there already"):
        download.place(part, target)
    assert target.read_bytes() == b"new"


def test_every_failure_is_in_one_message_and_the_rest_is_fetched(tmp_path, mirror, monkeypatch):
    files = [declare(f"{n}.csv", n.encode()) for n in ("lost", "right", "wrong", "altered")]
    own = declare("compiled.csv", b"c", kind="compiled", redistribute=True, repository="", path="")
    check = declare("check.csv", b"c", kind="compiled", repository="", path="")
    names = register(monkeypatch, *files, own, check, declare("cut.csv", b"m", kind="made"))
    mirror.content = {"Raw data/right.csv": b"right", "Raw data/wrong.csv": b"other"}
    (tmp_path / "altered.csv").write_bytes(b"mine")
    with pytest.raises(SourceError) as raised:
        fetch.fetch(tmp_path, names, mirror=mirror.template)
    message = str(raised.value)
    for part in (
        "6 breaches",
        "lost.csv answers 404 Not Found",
        "wrong.csv from http",
        "altered.csv is altered",
        "compiled.csv was compiled by this project",
        "data/compiled of a checkout",
        "check.csv is a cross-check that no panel is built from",
        "cut.csv was cut from Raw data/cut.csv of github.com/own/mirror at commit c0ffee",
    ):
        assert part in message
    assert list_files(tmp_path) == {"right.csv", "altered.csv"}


def test_a_busy_server_is_asked_again_but_not_for_as_long_as_it_likes(
    tmp_path, mirror, one, monkeypatch
):
    monkeypatch.setattr(download, "MOST_SECONDS_TO_WAIT", 0.1)
    mirror.busy, mirror.wait = 3, 3600
    started = time.monotonic()
    fetch.fetch(tmp_path, one, mirror=mirror.template)
    assert len(mirror.asked) == 4
    assert time.monotonic() - started < 20
    (tmp_path / "a.csv").unlink()
    mirror.busy = 100
    with pytest.raises(SourceError, match="answers 503"):
        fetch.fetch(tmp_path, one, mirror=mirror.template)


def test_a_server_that_is_not_there_is_one_clear_error(tmp_path, one):
    with pytest.raises(SourceError, match=r"a\.csv: 1 of 1 downloads failed.*another mirror"):
        fetch.fetch(tmp_path, one, mirror="http://127.0.0.1:9/{path}")
    assert list_files(tmp_path) == set()


@pytest.mark.parametrize(
    "template", ["ftp://host.example/{path}", "http://host.example/", "http://h/{path}/{where}"]
)
def test_a_template_that_cannot_be_filled_is_refused(tmp_path, one, template):
    with pytest.raises(SourceError, match=r"mirror .*Remedy: a template like"):
        fetch.fetch(tmp_path, one, mirror=template)


MEMBERS = {f"1999/text ({n}).txt": f"text {n}".encode() for n in range(60)}


@pytest.fixture
def bundle(tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> SourceFile:
    """A bundle whose list of members is shipped with the project."""
    rows = [f"{m},Texts/{m},{hashlib.sha256(c).hexdigest()}" for m, c in MEMBERS.items()]
    listing = "\n".join(["member,mirror_path,sha256", *rows]) + "\n"
    shipped = tmp_path / "checkout" / "data" / "compiled" / "texts"
    shipped.mkdir(parents=True)
    (shipped / "members.csv").write_text(listing)
    monkeypatch.setattr(registry, "CHECKOUT", tmp_path / "checkout")
    mirror.content = {f"Texts/{m}": content for m, content in MEMBERS.items()}
    file = declare(
        "texts/texts.zip",
        b"archive",
        kind="bundle",
        members="texts/members.csv",
        members_sha256=hashlib.sha256(listing.encode()).hexdigest(),
    )
    register(monkeypatch, file)
    return file


def test_members_of_a_bundle_come_into_a_folder_that_counts_as_the_bundle(tmp_path, mirror, bundle):
    raw = tmp_path / "raw"
    (raw / "texts/1999").mkdir(parents=True)
    (raw / "texts/1999/text (7).txt").write_bytes(b"text 7")
    assert fetch.fetch(raw, [bundle.name], mirror=mirror.template) == (bundle.name,)
    assert list_files(raw) == {"texts/members.csv", *(f"texts/{m}" for m in MEMBERS)}
    assert Counter(path for path, _ in mirror.asked) == Counter(
        f"Texts/{m}" for m in MEMBERS if "(7)" not in m
    )
    assert registry.verify(raw) == {bundle.name: bundle.sha256}


def test_lost_and_altered_members_are_named_and_the_others_come(tmp_path, mirror, bundle):
    raw = tmp_path / "raw"
    (raw / "texts/1999").mkdir(parents=True)
    altered = raw / "texts/1999/text (7).txt"
    altered.write_bytes(b"mine")
    del mirror.content["Texts/1999/text (9).txt"]
    with pytest.raises(SourceError) as raised:
        fetch.fetch(raw, [bundle.name], mirror=mirror.template)
    message = str(raised.value)
    assert "1 of 59 downloads failed" in message and "text%20%289%29.txt answers 404" in message
    assert "1 members missing: 1999/text (9).txt" in message
    assert "1 members altered: 1999/text (7).txt" in message
    assert altered.read_bytes() == b"mine"
    assert len(list_files(raw)) == len(MEMBERS) - 1


def test_a_mirror_without_any_of_it_is_not_asked_to_the_end(tmp_path, mirror, bundle, monkeypatch):
    monkeypatch.setattr(fetch, "MOST_FAILURES", 5)
    mirror.content = {}
    with pytest.raises(SourceError, match=r"60 of 60 downloads failed"):
        fetch.fetch(tmp_path / "raw", [bundle.name], mirror=mirror.template)
    assert len(mirror.asked) < 5 + 2 * fetch.THREADS


def test_a_bundle_without_its_list_is_explained(tmp_path, mirror, bundle):
    (tmp_path / "checkout/data/compiled/texts/members.csv").write_text("member\n")
    with pytest.raises(SourceError, match=r"texts/members\.csv is altered: expected sha256"):
        fetch.fetch(tmp_path / "raw", [bundle.name], mirror=mirror.template)
    assert mirror.asked == []


def test_a_made_file_is_made_of_its_parts_and_held_to_its_hash(tmp_path, mirror, monkeypatch):
    listing = "member,mirror_path,sha256\ncountries/B.csv,c/B.csv,\ncountries/A.csv,c/A.csv,\n"
    shipped = tmp_path / "checkout/data/compiled/ipi_personnel"
    shipped.mkdir(parents=True)
    (shipped / "countries.csv").write_text(listing)
    monkeypatch.setattr(registry, "CHECKOUT", tmp_path / "checkout")
    header = b'"Date","Troops","Police","Experts"\n'
    mirror.content = {
        "c/A.csv": header + b"2014-01-31,2,NA,1\n",
        "c/B.csv": header + b"2014-02-28,NA,3,NA\n",
    }
    made = b"date,troops,police,experts,contributor\n2014-02-28,,3.0,,B\n2014-01-31,2.0,,1.0,A\n"
    (name,) = register(
        monkeypatch,
        declare(
            "ipi_personnel/contributor_month.csv",
            made,
            kind="made",
            members="ipi_personnel/countries.csv",
            members_sha256=hashlib.sha256(listing.encode()).hexdigest(),
        ),
    )
    raw = tmp_path / "raw"
    fetch.fetch(raw, [name], mirror=mirror.template)
    assert (raw / name).read_bytes() == made
    (raw / name).unlink()
    (raw / "ipi_personnel/countries/A.csv").write_bytes(header + b"2014-01-31,9,NA,1\n")
    with pytest.raises(SourceError, match=r"expected sha256 \w+, found \w+. Remedy: remove the pa"):
        fetch.fetch(raw, [name], mirror=mirror.template)
    assert not (raw / name).exists()


def test_every_made_file_that_a_panel_needs_has_a_recipe():
    needed = [registry.files()[name] for name in registry.needed_files()]
    made = {file.name for file in needed if file.kind == "made"}
    assert made == set(fetch.RECIPES)
    listed = {
        file.name: registry.list_members(Path("nowhere"), file)
        for file in registry.files().values()
        if file.members
    }
    (archive,) = listed.pop("contributor_mission_1990_2020/contributions_1990_2020.csv.gz")
    assert archive.path == "static/files/replication_files_II.zip"
    assert len(listed) == 5
    for members in listed.values():
        assert len({member.name for member in members}) == len(members) > 100


@pytest.mark.slow
def test_raw_files_come_back_as_they_are_and_readers_take_folders(
    raw: Path, tmp_path: Path, mirror: Mirror
):
    from pkstats.data.sources import contributors_ipi, resolutions

    names = ["unsc_resolutions/unsc_resolutions.zip", contributors_ipi.TOTALS, "tamm/tamm.csv"]
    bundle, totals, tamm = (registry.files()[name] for name in names)
    import zipfile

    import pandas as pd

    own = "/{}/{}/{}".format
    with zipfile.ZipFile(raw / bundle.name) as archive:
        for member in registry.list_members(raw, bundle):
            place = own(bundle.repository, bundle.commit, member.path)
            mirror.content[place] = archive.read(member.name)
    table = pd.read_csv(raw / totals.name, dtype=str, keep_default_na=False)
    for country, rows in table.groupby("contributor"):
        part = rows.drop(columns="contributor").replace({r"\.0$": "", "^$": "NA"}, regex=True)
        part.columns = part.columns.str.capitalize()
        place = own(totals.repository, totals.commit, f"ppp_files/countries/{country}.csv")
        mirror.content[place] = part.to_csv(index=False).encode()
    place = own(tamm.repository, tamm.commit, tamm.path)
    mirror.content[place] = (raw / tamm.name).read_bytes()
    fetch.fetch(tmp_path, names, mirror=mirror.template)
    assert registry.verify(tmp_path, names) == {n: registry.files()[n].sha256 for n in names}
    documents = [list(resolutions._xml_documents(r / "unsc_resolutions")) for r in (raw, tmp_path)]
    assert len(documents[0]) == 1538
    assert sorted(documents[0], key=lambda d: d.member) == sorted(
        documents[1], key=lambda d: d.member
    )
