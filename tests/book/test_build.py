"""The builder: any warning is an error, and the old book stays until the new one is whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pkstats.families import list_families

ROOT = Path(__file__).parents[2]
CONFIG = "title: small\nexecute: {execute_notebooks: force}\nonly_build_toc_files: true\n"
TOC = "format: jb-book\nroot: index\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    book = tmp_path / "book"
    book.mkdir()
    (book / "_config.yml").write_text(CONFIG)
    (book / "_toc.yml").write_text(TOC)
    (book / "index.md").write_text("# First\n\nText.\n")
    (tmp_path / "build" / "results").mkdir(parents=True)
    return book


def test_warning_fails_and_the_old_book_stays(builder, small: Path) -> None:
    build = small.parent / "build"
    first = builder.build(build, book=small)
    assert first == (build / "book" / "index.html").resolve()
    before = first.read_bytes()
    (small / "index.md").write_text("# Second\n\nSee [nothing](nowhere.md).\n")
    with pytest.raises(RuntimeError, match=r"index\.md.*nowhere"):
        builder.build(build, book=small)
    assert first.read_bytes() == before
    assert sorted(path.name for path in build.iterdir()) == ["book", "results"]


def test_new_book_replaces_the_old_whole(builder, small: Path) -> None:
    build = small.parent / "build"
    builder.build(build, book=small)
    (build / "book" / "stale.html").write_text("old")
    (small / "index.md").write_text("# Second\n\nText.\n")
    page = builder.build(build, book=small)
    assert "Second" in page.read_text()
    assert not (build / "book" / "stale.html").exists()


def test_absent_results_name_the_remedy(builder, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="make reproduce"):
        builder.build(tmp_path)


def test_chapters_stand_where_their_families_do(builder) -> None:
    contents = builder.read_contents(ROOT / "book")
    chapters = {entry["file"]: entry.get("sections", []) for entry in contents["chapters"]}
    families = [family for family in list_families() if family.chapter]
    firsts = [f for f in families if not any(f.code.startswith(f"{g.code}-") for g in families)]
    assert [name for name in chapters if name in {f.chapter for f in families}] == [
        f.chapter for f in firsts
    ]
    for first in firsts:
        below = [f.chapter for f in families if f.code.startswith(f"{first.code}-")]
        assert [e["file"] for e in chapters[first.chapter]][: len(below)] == below
    assert set(builder.list_pages(ROOT / "book")) >= {f.chapter for f in families}


def test_a_family_without_its_chapter_is_an_error_that_says_so(builder, small: Path) -> None:
    (small / "_toc.yml").write_text(f"{TOC}chapters:\n- families:\n")
    first = next(family for family in list_families() if family.chapter)
    with pytest.raises(RuntimeError, match=rf"{first.chapter}\.md \(family {first.code}\)"):
        builder.read_contents(small)


def test_pages_below_an_unknown_family_are_an_error(builder, tmp_path: Path) -> None:
    book = tmp_path / "copied"
    shutil.copytree(ROOT / "book", book)
    text = (book / "_toc.yml").read_text().replace("H2: [", "H99: [")
    (book / "_toc.yml").write_text(text)
    with pytest.raises(RuntimeError, match="below H99"):
        builder.read_contents(book)
