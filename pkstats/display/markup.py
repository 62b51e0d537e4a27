"""Markup: names and sentences as HTML and markdown, so that none is read as markup of its own.

Every view in a notebook and every page goes through these few functions; no other module writes a
tag.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

#: What markdown leaves as it is: fenced blocks, mathematics, code and addresses in brackets.
_KEPT: Final = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n(?s:.*?)^(?P=fence)[`~]*[ \t]*$"
    r"|\$\$(?s:.+?)\$\$|(?<![\\$])\$(?=\S)[^$\n]*[^\s$\\]\$"
    r"|(?<![\\`])(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|<https?://[^\s<>]*>",
    re.MULTILINE,
)


def write_paragraph(text: str, *, head: str = "") -> str:
    """Write text as a paragraph of HTML, its lines below one another, below a head in bold."""
    lines = [f"<b>{html.escape(head)}</b>"] if head else []
    lines += [html.escape(line) for line in text.splitlines()]
    return f"<p>{'<br>'.join(lines)}</p>"


def write_items(sentences: Iterable[str]) -> str:
    """Write sentences as a list of HTML; nothing where there is none."""
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""


def write_frame(table: pd.DataFrame, **options: Any) -> str:
    """Write a frame as a table of HTML, without its index; options as ``DataFrame.to_html``."""
    return str(table.to_html(index=False, border=0, escape=True, **options))


def disarm(text: str) -> str:
    r"""Take from markdown what would be read as a tag of HTML, an entity or an open piece of code.

    Fenced blocks, mathematics and code stay as they are: nothing within them is read as HTML. Code
    ends on its line, and what was disarmed stays as it is when it is disarmed again.

    Examples
    --------
    >>> disarm("`<a>` and <a>, R&D and &copy;, a lone ` too")
    '`<a>` and &lt;a>, R&D and &amp;copy;, a lone \\` too'
    """
    parts, end = [], 0
    for kept in _KEPT.finditer(text):
        parts += [_disarm_words(text[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*parts, _disarm_words(text[end:])])


def _disarm_words(text: str) -> str:
    text = re.sub(r"&(?=#?\w+;)(?!(?:amp|lt);)", "&amp;", text)
    text = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)
    return re.sub(r"(?<!\\)((?:\\\\)*)`", r"\1\\`", text)
