"""The built book, and Chromium to open it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def load_builder():
    specification = importlib.util.spec_from_file_location("book_build", ROOT / "book/build.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def builder():
    return load_builder()


@pytest.fixture(scope="session")
def book(builder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book of the build; without one, built from the committed results."""
    built = Path(os.environ.get("PKSTATS_BUILD") or ROOT / "build") / "book"
    if (built / "index.html").is_file():
        return built
    results = ROOT / "analyses" / "results"
    if not results.is_dir():
        pytest.skip("NO BOOK: neither build/book nor analyses/results exists; run make reproduce")
    folder = tmp_path_factory.mktemp("build")
    shutil.copytree(results, folder / "results")
    return builder.build(folder).parent


@pytest.fixture(scope="session")
def browser() -> Iterator:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        pytest.skip("NO CHROMIUM: the book was opened in no browser; install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()
