"""What is written as markup, and what is kept from being read as such."""

import pandas as pd
import pytest

from pkstats.display.markup import disarm, write_frame, write_items, write_paragraph


def test_text_is_escaped_and_its_lines_stay_lines() -> None:
    assert write_paragraph("a<b\nc&d", head="<i>") == (
        "<p><b>&lt;i&gt;</b><br>a&lt;b<br>c&amp;d</p>"
    )
    assert write_paragraph("only") == "<p>only</p>"
    assert write_items(["<a>", "b"]) == "<ul><li>&lt;a&gt;</li><li>b</li></ul>"
    assert write_items([]) == ""


def test_a_frame_is_escaped_in_heads_and_cells() -> None:
    shown = write_frame(pd.DataFrame({"<i>": ["<b>"]}))
    assert "<i>" not in shown and "<b>" not in shown
    assert "&lt;i&gt;" in shown and "&lt;b&gt;" in shown
    assert write_frame(pd.DataFrame({"x": [0.12345]}), float_format="{:.2f}".format).count("0.12")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <b> c", "a &lt;b> c"),
        ("</div> <!-- x --> <?php", "&lt;/div> &lt;!-- x --> &lt;?php"),
        ("p < .001, 3 < 4", "p < .001, 3 < 4"),
        ("R&D, &copy; and &#60;", "R&D, &amp;copy; and &amp;#60;"),
        ("a lone ` tick", r"a lone \` tick"),
        (r"escaped \` tick", r"escaped \` tick"),
        (r"a slash \\` before", r"a slash \\\` before"),
        ("a ` tick\nand ` another", "a \\` tick\nand \\` another"),
    ],
)
def test_words_that_would_be_markup_are_disarmed(text: str, expected: str) -> None:
    assert disarm(text) == expected
    assert disarm(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "`text_<element>` and ``a ` <b>``",
        "{download}`name <results/name.csv>`",
        "$a<b$ and $$a<b$$",
        "```{math}\na <b> c\n```",
        "before\n\n~~~\n<b>\n~~~\n\nafter",
        "<https://example.org/a>",
        ":::::{dropdown} Title\n| a | b |\n:::::",
    ],
)
def test_code_mathematics_and_addresses_stay(text: str) -> None:
    assert disarm(text) == text


def test_what_follows_code_is_disarmed_again() -> None:
    assert disarm("`<a>` <a> ```x``` <a>") == "`<a>` &lt;a> ```x``` &lt;a>"
    assert disarm("```\n<a>\n```\n<a>") == "```\n<a>\n```\n&lt;a>"
    assert disarm("five $ and <a> $") == "five $ and &lt;a> $"
