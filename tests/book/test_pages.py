"""Every page as a reader opens it: no outside host, no overflow, maths and search at work."""

from __future__ import annotations

import functools
import http.server
import re
import runpy
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pkstats.data.panels import panels
from pkstats.families import Family, list_families

pytestmark = pytest.mark.browser

BOOK = Path(__file__).parents[2] / "book"
CHAPTERS = tuple(family for family in list_families() if family.chapter)
#: Every page of the book, those of the panels among them.
PAGES = (
    *runpy.run_path(str(BOOK / "build.py"))["list_pages"](BOOK),
    *(f"panels/{name}" for name in panels()),
)
WIDTHS = (1280, 390)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def address(book: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(book))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def open_page(browser, url: str, *, width: int = 1280, scheme: str = "light"):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto(url)
    page.wait_for_load_state("load")
    page.wait_for_timeout(100)
    return page, requests, errors


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_whole(browser, address: str, name: str) -> None:
    page, requests, errors = open_page(browser, f"{address}/{name}.html")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(f"document.documentElement.dataset.theme == '{scheme}'")
            assert page.evaluate(wide) <= 0, (width, scheme)
    if name.startswith("panels/"):
        check_coverage(page)
    assert "commit" in page.inner_text("footer.bd-footer-content, .bd-footer-content__inner")
    assert [url for url in requests if not url.startswith((address, "data:"))] == []
    assert errors == []
    page.context.close()


def check_coverage(page) -> None:
    """Hold the narrow, dark page of a panel: its picture, folded tables and limits."""
    drawing = page.locator(".pk-figure .pk-narrow > svg")
    assert drawing.count() == 1
    assert drawing.is_visible()
    assert len(drawing.get_attribute("aria-label")) > 100
    assert find_contrast(page) >= 7
    assert page.locator("details table").count() >= 3
    assert page.locator("section#known-limits li").count() >= 2


def test_no_page_loads_from_an_address(book: Path) -> None:
    loading = re.compile(r"""(?:src=|url\(|import |fetch\(|_URL = )["']?(?:https?:)?//[^"')]+""")
    found = [hit for page in book.rglob("*.html") for hit in loading.findall(page.read_text())]
    assert found == []


@pytest.fixture(params=CHAPTERS, ids=[family.code for family in CHAPTERS])
def family(request: pytest.FixtureRequest) -> Family:
    return request.param


def test_chapter_holds_question_rulings_and_numbered_figures(browser, address, family) -> None:
    page, _, _ = open_page(browser, f"{address}/{family.chapter}.html")
    text = page.locator("article").inner_text()
    assert family.question in text
    for claim in dict.fromkeys(name for h in family.hypotheses for name in h.claims):
        assert f"Claim {claim}, in our words" in text
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    opened = page.locator("article").inner_text()
    for hypothesis in family.hypotheses:
        assert hypothesis.statement.rstrip(".") in opened or hypothesis.estimand in opened
    if len(family.hypotheses) > 4:
        assert f"Of {len(family.hypotheses)} hypotheses:" in text
    else:
        assert page.locator(".pk-badge").count() >= len(family.hypotheses)
    for fact in family.facts:
        assert fact.statement in text
    figures = page.locator(".pk-figure").count()
    numbers = [int(n) for n in re.findall(r"^Figure (\d+)\.", text, flags=re.MULTILINE)]
    assert numbers == list(range(1, figures + 1))
    assert figures > 0
    page.context.close()


def test_results_of_a_chapter_can_be_downloaded(browser, address, family) -> None:
    if not family.hypotheses:
        pytest.skip("a family of facts alone stands in the files of its chapter's own tables")
    page, _, _ = open_page(browser, f"{address}/{family.chapter}.html")
    links = page.locator("article a.download")
    names = links.evaluate_all("all => all.map(a => a.getAttribute('href').split('/').pop())")
    assert {f"{family.prefix}_{name}.csv" for name in ("estimates", "verdict")} <= set(names)
    assert "results_codebook.csv" in names
    for link in links.evaluate_all("all => all.map(a => a.href)"):
        assert page.request.get(link).ok, link
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_maths_is_typeset(browser, address: str, family: Family, width: int) -> None:
    page, _, _ = open_page(browser, f"{address}/{family.chapter}.html", width=width)
    if family.hypotheses:
        page.wait_for_selector("mjx-container")
    assert page.locator("div.math").count() == page.locator("div.math mjx-container").count()
    assert page.locator("mjx-merror").count() == 0
    for mark in ("$", "\\("):
        assert mark not in page.locator("article").inner_text()
    page.context.close()


@pytest.mark.parametrize("served", [True, False])
def test_search_finds_the_chapter(browser, address: str, book: Path, served: bool) -> None:
    start = address if served else book.as_uri()
    page, requests, _ = open_page(browser, f"{start}/search.html?q=peacekeepers")
    page.wait_for_selector("#search-results li")
    links = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any(f"{CHAPTERS[0].chapter}.html" in link for link in links)
    assert [url for url in requests if not url.startswith((start, "data:"))] == []
    page.context.close()


def test_opened_from_the_disk_maths_and_figures_are_there(browser, book: Path, family) -> None:
    page, requests, _ = open_page(browser, f"{book.as_uri()}/{family.chapter}.html")
    if family.hypotheses:
        page.wait_for_selector("mjx-container")
    assert all(url.startswith(("file:", "data:")) for url in requests)
    assert page.locator(".pk-figure").count() > 0
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_are_legible(browser, address: str, family: Family, scheme: str) -> None:
    page, _, _ = open_page(browser, f"{address}/{family.chapter}.html", scheme=scheme)
    figures = page.locator(".pk-figure")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for width, shown, hidden in ((1280, "wide", "narrow"), (390, "narrow", "wide")):
        page.set_viewport_size({"width": width, "height": 800})
        for place in range(figures.count()):
            drawing = figures.nth(place).locator(f".pk-{shown} > svg")
            assert drawing.is_visible()
            assert len(drawing.get_attribute("aria-label")) > 40
            box = drawing.bounding_box()
            assert 300 <= box["width"] <= width
            inches = float(drawing.get_attribute("viewBox").split()[2]) / 72
            assert 8.0 * box["width"] / inches / 72 >= 8.5  # 8-point text, in CSS pixels
        assert page.locator(f".pk-figure .pk-{hidden} > svg").first.is_hidden()
    assert find_contrast(page) >= 7
    page.context.close()


def find_contrast(page) -> float:
    """Contrast ratio (WCAG 2.2) of the ink of a figure with the page behind it."""
    ink, paper = page.evaluate(
        """() => [
            getComputedStyle(document.querySelector('.pk-figure svg')).color,
            getComputedStyle(document.body).backgroundColor]"""
    )
    light, dark = sorted((find_luminance(ink), find_luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def find_luminance(colour: str) -> float:
    channels = [float(c) / 255 for c in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
