"""A chapter of a family whose every word looks like markup holds no markup of those words."""

from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pkstats.report import page
from pkstats.report.chapter import Chapter
from pkstats.report.page import write_folded
from pkstats.results import write_family
from pkstats.verdicts.inquiry import inquire

MARK = '<script>alert(1)</script><img src=x> a&b &copy; "quoted" |pipe| ` <!-- gone\n'


def flatten(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *flatten(token.children or []))]


def read(text: str) -> list[Token]:
    """Tokens of markdown, raw HTML allowed, as a page takes it."""
    return flatten(MarkdownIt("commonmark", {"html": True}).enable("table").parse(text))


@pytest.fixture(scope="module")
def shown(make_objects: Callable, tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    """What the whole chapter shows: kind and content."""
    made = make_objects(lambda name: f"{MARK}{name}")
    family, panel = made["Family"], made["Panel"]
    member = family.hypotheses[0]
    folder = tmp_path_factory.mktemp("results")
    seen: list[tuple] = []
    plain = {"code": "X1", "hypotheses": (replace_family(member),), "panels": (member.panel,)}
    found = inquire(type(family)(**{**vars(family), **plain}), {member.panel: panel})
    write_family(found.tabulate(), folder, prefix=found.family.prefix)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "display", lambda part: seen.append((type(part).__name__, part.data)))
        chapter = Chapter(found.family, folder)
        chapter.show()
    return seen


def replace_family(member: object) -> object:
    return type(member)(**{**vars(member), "family": "X1"})


def test_no_name_is_raw_html_on_a_page(shown: list[tuple]) -> None:
    texts = [content for kind, content in shown if kind == "Markdown"]
    assert len(texts) > 20 and any("script" in text for text in texts)
    raw = [t.content for text in texts for t in read(text) if t.type.startswith("html")]
    assert not raw


def test_tables_keep_their_columns(shown: list[tuple]) -> None:
    tables = 0
    for kind, text in shown:
        lines = [line for line in text.splitlines() if line.startswith("|")]
        if kind != "Markdown" or not lines:
            continue
        tokens = [t.type for t in read("\n".join(lines))]
        cells = tokens.count("td_open") + tokens.count("th_open")
        assert tokens.count("tr_open") == len(lines) - 1
        assert cells == (len(lines) - 1) * lines[1].count("---")
        tables += 1
    assert tables > 2


def test_figures_and_badges_escape_names(shown: list[tuple]) -> None:
    drawn = [content for kind, content in shown if kind == "HTML"]
    assert len(drawn) > 2
    assert not [content for content in drawn if "<script" in content or "<img" in content]


def test_a_title_of_two_lines_stays_one() -> None:
    assert write_folded("two\nlines", "body").splitlines()[0] == ":::::{dropdown} two lines"
