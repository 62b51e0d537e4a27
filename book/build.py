"""Builds the book: pages executed, any warning an error, the finished folder put in place whole.

    python book/build.py [BUILD [OUTPUT]]

BUILD is the folder that holds ``results`` (default: ``build`` of the checkout); OUTPUT is where
the pages go (default: ``BUILD/book``).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pkstats.families import Family, list_families
from pkstats.results.codebook import write_codebook

BOOK = Path(__file__).resolve().parent
ANSI = re.compile(r"\x1b\[[0-9;]*m")
PANELS = "glob: panels/"
#: Files of the checkout with the codebook of the mandates, offered for download in this folder.
CODING = "coding"
CODEBOOK = (
    "pkstats/data/mandates/dictionary.toml",
    "pkstats/data/mandates/missions.toml",
    "data/compiled/mandate_*",
    "data/panels/mandate_*.csv",
)
#: Entry of the table of contents in whose place the chapters of the families stand.
FAMILIES = "families"
RUN = "from jupyter_book.cli.main import main; main()"


def build(folder: Path, output: Path | None = None, *, book: Path = BOOK) -> Path:
    """Build the book from ``folder/results`` and put it at ``output``; returns its first page.

    The pages are built in a temporary folder beside ``output`` and then moved into place, so a
    failed or interrupted build leaves the old book as it was. Raises RuntimeError on any warning.
    """
    folder = Path(folder).resolve()
    output = (Path(output) if output else folder / "book").resolve()
    if not (folder / "results").is_dir():
        raise RuntimeError(f"{folder / 'results'} is absent. Remedy: make reproduce")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".book-", dir=output.parent) as scratch:
        source = _copy_pages(book, Path(scratch) / "pages")
        write_codebook(folder / "results", source)
        contents = yaml.safe_dump(read_contents(source), sort_keys=False)
        (source / "_toc.yml").write_text(contents, "utf-8")
        shutil.copytree(folder / "results", source / "results")
        command = [sys.executable, "-c", RUN, "build", str(source), "-W", "-n"]
        command += ["--keep-going", "--all", "--path-output", scratch]
        environment = {**os.environ, "PKSTATS_BUILD": str(folder), "PYTHONHASHSEED": "0"}
        environment |= {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "MPLBACKEND": "agg"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        pages = Path(scratch) / "_build" / "html"
        if done.returncode or not (pages / "index.html").is_file():
            raise RuntimeError(f"the book has errors or warnings:\n{_find_warnings(done, scratch)}")
        _replace(pages, output)
    return output / "index.html"


def _copy_pages(book: Path, source: Path) -> Path:
    """Copy the pages and add those of the panels, where the table of contents asks for them."""
    ignored = shutil.ignore_patterns("__pycache__", "_build", "panels")
    shutil.copytree(book, source, ignore=ignored)
    for beside in book.parent.glob("*.md"):
        shutil.copy2(beside, source.parent)
    _copy_codebook(book.parent, source / CODING)
    if PANELS in (source / "_toc.yml").read_text("utf-8"):
        from pkstats.report.chapters.panels import write_panel_pages

        write_panel_pages(source / "panels")
    return source


def _copy_codebook(root: Path, folder: Path) -> None:
    """Copy what the mandates were coded by: rules, readings, agreement and history."""
    folder.mkdir(exist_ok=True)
    for file in sorted(file for pattern in CODEBOOK for file in root.glob(pattern)):
        shutil.copy2(file, folder)


def read_contents(book: Path) -> dict[str, Any]:
    """Table of contents of a book, the chapters of the families where it asks for them.

    A chapter stands where its family does; a family whose code extends another's stands under it,
    before the pages that ``_toc.yml`` lists below the other's code.

    Raises
    ------
    RuntimeError
        The chapter of a family is absent, or pages are listed below a code that no family has.
    """
    contents: dict[str, Any] = yaml.safe_load((book / "_toc.yml").read_text("utf-8"))
    chapters = contents.get("chapters", [])
    marked = [place for place, entry in enumerate(chapters) if FAMILIES in entry]
    if not marked:
        return contents
    families = [family for family in list_families() if family.chapter]
    further = dict(chapters[marked[0]][FAMILIES] or {})
    absent = [f for f in families if not (book / f"{f.chapter}.md").is_file()]
    if absent:
        listed = ", ".join(f"{f.chapter}.md (family {f.code})" for f in absent)
        raise RuntimeError(f"chapters are absent: {listed}. Remedy: write them into {book.name}/")
    codes = [family.code for family in families]
    unknown = sorted(set(further) - set(codes))
    if unknown:
        raise RuntimeError(
            f"_toc.yml lists pages below {', '.join(unknown)}. Remedy: a code of {', '.join(codes)}"
        )
    chapters[marked[0] : marked[0] + 1] = _nest(families, further)
    return contents


def list_pages(book: Path) -> tuple[str, ...]:
    """Pages of a book in the order of its table of contents, those of the panels aside."""
    contents = read_contents(book)
    entries = [
        part for entry in contents.get("chapters", []) for part in (entry, *_list_below(entry))
    ]
    return (contents["root"], *(entry["file"] for entry in entries if "file" in entry))


def _list_below(entry: dict[str, Any]) -> list[dict[str, Any]]:
    below: list[dict[str, Any]] = entry.get("sections", [])
    return below


def _nest(families: list[Family], further: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    """Entries of the table of contents: a chapter a family, and below it those that extend it."""
    codes = [family.code for family in families]
    for family in families:
        if any(family.code.startswith(f"{code}-") for code in codes):
            continue
        below = [f.chapter for f in families if f.code.startswith(f"{family.code}-")]
        pages = [*below, *further.get(family.code, [])]
        sections = {"sections": [{"file": page} for page in pages]} if pages else {}
        yield {"file": family.chapter, **sections}


def _find_warnings(done: subprocess.CompletedProcess[str], scratch: str) -> str:
    lines = ANSI.sub("", done.stdout + "\n" + done.stderr).splitlines()
    marks = ("WARNING", "ERROR", "Error", "error:", "Traceback", "Exception")
    found = [ln for ln in lines if any(mark in ln for mark in marks) and "IPKernelApp" not in ln]
    reports = sorted((Path(scratch) / "_build").rglob("reports/*.err.log"))
    texts = [f"{path.stem}:\n{ANSI.sub('', path.read_text())[-2500:]}" for path in reports]
    return "\n".join([*(found[:40] or lines[-40:]), *texts])


def _replace(new: Path, output: Path) -> None:
    (new / ".buildinfo").unlink(missing_ok=True)
    old = output.with_name(f".{output.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if output.exists():
        output.replace(old)
    new.replace(output)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    root = BOOK.parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "build"
    output = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    try:
        print(build(folder, output))
    except RuntimeError as error:
        print(f"book: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
