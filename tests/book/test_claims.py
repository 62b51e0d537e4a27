"""The page of claims: every claim there, readable on a narrow screen, with its ruling."""

from __future__ import annotations

from pathlib import Path

import pytest

import pkstats as pk

pytestmark = pytest.mark.browser

ROWS = ".pk-cards tbody tr"


@pytest.fixture(scope="module", params=[(1280, "light"), (390, "dark")], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser, book: Path):
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto((book / "claims.html").as_uri())
    page.wait_for_selector(ROWS)
    yield page
    context.close()


def test_every_claim_is_on_the_page_once(page) -> None:
    cells = page.locator(f"{ROWS} td:first-child").all_inner_texts()
    assert sorted(cell.strip() for cell in cells) == sorted(claim.id for claim in pk.claims())


def test_nothing_is_wider_than_the_screen(page) -> None:
    spilling = page.evaluate(
        f"""() => [...document.querySelectorAll('{ROWS} td')].filter(
            cell => cell.getBoundingClientRect().right > innerWidth + 1).length"""
    )
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert (spilling, page.evaluate(wider)) == (0, 0)


def test_rows_are_cards_on_a_narrow_screen_only(page) -> None:
    narrow = page.viewport_size["width"] < 640
    shown = page.locator(".pk-cards td").first.evaluate("cell => getComputedStyle(cell).display")
    assert shown == ("block" if narrow else "table-cell")
    assert page.locator(".pk-cards thead").first.is_hidden() == narrow


def test_a_judged_claim_links_its_chapters(page, book: Path) -> None:
    for name in {name for hypothesis in pk.hypotheses() for name in hypothesis.claims}:
        families = [h.family.lower() for h in pk.hypotheses() if name in h.claims]
        row = page.locator(ROWS).filter(
            has=page.locator(f"td:first-child strong:text-is('{name}')")
        )
        cell = row.locator("td:last-child")
        targets = cell.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        expected = [f"{f}.html" for f in families if (book / f"{f}.html").is_file()]
        assert sorted(targets) == sorted(expected)
        assert "no verdict" not in cell.inner_text()
