"""What a page of the book shows: figures that follow its theme and width, and text."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from IPython.display import HTML, Markdown, display
from matplotlib.figure import Figure

from pkstats.display.markup import disarm
from pkstats.display.style import INK, style
from pkstats.report.tables import write_markdown

WIDTHS = {"wide": 7.4, "narrow": 4.1}


def write_svg(figure: Figure, *, name: str) -> str:
    """Write a figure as inline SVG whose ink is the colour of the text around it.

    Parameters
    ----------
    figure : Figure
        Drawn with ``style.INK``.
    name : str
        Unique on the page; keeps the identifiers inside the drawing apart from others.

    Returns
    -------
    str
    """
    name = _name_anchor(name)
    buffer = io.StringIO()
    with style():
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", drawing)
    drawing = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", drawing, count=1)
    drawing = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", drawing, count=1)
    return drawing.replace(INK, "currentColor")


def write_figure(draw: Callable[..., Figure], *, name: str, alternative: str) -> str:
    """Write a figure drawn twice, for wide and for narrow screens, as HTML.

    Parameters
    ----------
    draw : callable
        Takes ``width`` in inches and returns the figure.
    name : str
        Unique on the page.
    alternative : str
        The figure in words, for readers who do not see it.

    Returns
    -------
    str
    """
    name, text = _name_anchor(name), html.escape(alternative, quote=True)
    parts = []
    for kind, width in WIDTHS.items():
        drawing = write_svg(draw(width=width), name=f"{name}-{kind}")
        drawing = drawing.replace("<svg", f'<svg role="img" aria-label="{text}"', 1)
        parts.append(f'<div class="pk-{kind}">{drawing}</div>')
    return f'<div class="pk-figure" id="figure-{name}">{"".join(parts)}</div>'


def _name_anchor(name: str) -> str:
    """Name of a place on a page, of letters, digits, dashes and lines alone."""
    return re.sub(r"[^\w-]+", "-", name)


def show_figure(draw: Callable[..., Figure], *, name: str, alternative: str) -> None:
    """Show a figure; as :func:`write_figure`."""
    display(HTML(write_figure(draw, name=name, alternative=alternative)))


def show_captioned(draw: Callable[..., Figure], *, name: str, caption: str, number: int) -> None:
    """Show a figure with its number and a caption that says what it shows.

    Parameters
    ----------
    draw : callable
        Takes ``width`` in inches and returns the figure.
    name : str
        Unique on the page.
    caption : str
        MyST markdown; without its marks it is the figure in words.
    number : int
        On the page.
    """
    plain = re.sub(r"[*`]|\{\w+\}|\[|\]\([^)]*\)", "", caption)
    show_figure(draw, name=name, alternative=f"Figure {number}. {plain}")
    show_text(f"**Figure {number}.** {caption}")


def show_text(text: str) -> None:
    """Show text written in MyST markdown."""
    display(Markdown(disarm(text)))


def show_table(table: pd.DataFrame) -> None:
    """Show a frame of text as a table of the page."""
    display(Markdown(disarm(write_markdown(table))))


def show_badge(ruling: str) -> None:
    """Show a ruling as a badge."""
    kind = re.sub(r"[^a-z]+", "-", ruling.lower())
    display(HTML(f'<p class="pk-badge pk-{kind}">{html.escape(ruling)}</p>'))


def show_quote(text: str) -> None:
    """Show a paraphrase set apart from the text around it."""
    display(Markdown(disarm("\n".join(f"> {line}" for line in text.strip().splitlines()))))


def write_folded(title: str, body: str, *, wide: bool = False) -> str:
    """Write text folded below its title; a wide table keeps its first column in sight."""
    inner = f"::::{{div}} tag_wide\n{body}\n::::" if wide else body
    return f":::::{{dropdown}} {disarm(' '.join(title.split()))}\n{inner}\n:::::"


def show_folded(
    title: str, table: pd.DataFrame | None = None, *, text: str = "", wide: bool = False
) -> None:
    """Show a text and a table folded below their title."""
    parts = [text, "" if table is None or table.empty else write_markdown(table)]
    body = "\n\n".join(part for part in parts if part)
    display(Markdown(disarm(write_folded(title, body, wide=wide))))


def find_page(path: str) -> bool:
    """Whether a file stands beside the page that is being executed, so that it can be linked."""
    return Path(path).is_file()


def write_citation(*keys: str) -> str:
    """Cite works that the bibliography beside the page holds, a space before; else nothing."""
    beside = Path("references.bib")
    held = beside.read_text("utf-8") if beside.is_file() else ""
    known = [key for key in keys if f"{{{key}," in held]
    return f" {{cite}}`{','.join(known)}`" if known else ""
