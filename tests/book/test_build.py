"""The builder: any warning is an error, and the old book stays until the new one is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

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
